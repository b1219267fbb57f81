// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-fs: reads and verifies the ledger of a data directory, also beside a running server. Writes nothing there.

#include "app/fscommands.h"
#include "app/options.h"
#include "service/crypto/runtime.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdir.h>

#include <map>

using namespace Qt::StringLiterals;

namespace {

constexpr const char *Program = "service-fs";

struct Command
{
    Result<int> (*run)(const app::FsContext &);
    QStringList options; // that go with it
};

const std::map<QString, Command> &commands()
{
    static const std::map<QString, Command> table{
        {u"read"_s,
            {app::fsRead,
                {u"filter"_s, u"event-type"_s, u"since"_s, u"until"_s, u"from"_s, u"limit"_s, u"reverse"_s,
                    u"format"_s}}},
        {u"verify"_s, {app::fsVerify, {u"full"_s, u"vkey"_s, u"checkpoint"_s}}},
        {u"checkpoint"_s, {app::fsCheckpoint, {}}},
        {u"vkey"_s, {app::fsVkey, {}}},
    };
    return table;
}

void describe(QCommandLineParser &parser)
{
    parser.setApplicationDescription(
        u"Reads and verifies the append-only ledger of a data directory, also while a server runs on it.\n\n"
        "  service-fs read --filter tenant-id=acme-corp --event-type TENANT_CREATED --limit 1\n"
        "                          the stored bytes of the entries that match, one per line, oldest first\n"
        "  service-fs verify       recompute every leaf, tile and root; check the signed checkpoint and the\n"
        "                          high-water mark. With --full also replay the entries and compare the state\n"
        "  service-fs checkpoint   print the signed checkpoint: keep one elsewhere\n"
        "  service-fs vkey         print the log's public key, which verifies checkpoints\n\n"
        "What nobody can detect without memory outside is an older copy of the whole directory put back, keys and\n"
        "high-water mark included, or a history rewritten with its key since the last checkpoint that somebody else\n"
        "holds. Keep checkpoints elsewhere, and pass them to verify --checkpoint.\n\n"
        "Exit status: 0 done or verified, 1 refused, 2 the command line is wrong or the directory can't be read."_s);
    app::addCommonOptions(parser);
    parser.addOption(
        {u"filter"_s, u"read: KEY is tenant-id, node-id, vm-id, token-id, actor, request-id or outcome; repeatable."_s,
            u"KEY=VALUE"_s});
    parser.addOption({u"event-type"_s, u"read: only entries of this type; repeatable."_s, u"TYPE"_s});
    parser.addOption({u"since"_s, u"read: from this time on."_s, u"TIME"_s});
    parser.addOption({u"until"_s, u"read: before this time."_s, u"TIME"_s});
    parser.addOption({u"from"_s, u"read: from this index on."_s, u"INDEX"_s});
    parser.addOption({u"limit"_s, u"read: at most so many."_s, u"N"_s});
    parser.addOption({u"reverse"_s, u"read: newest first."_s});
    parser.addOption({u"format"_s, u"read: jsonl (default), json or table."_s, u"FORMAT"_s, u"jsonl"_s});
    parser.addOption({u"full"_s, u"verify: replay the entries and compare them with the state."_s});
    parser.addOption({u"vkey"_s, u"verify: the log's public key, as a file or as text (default: DIR/ledger.vkey)."_s,
        u"FILE|KEY"_s});
    parser.addOption({u"checkpoint"_s,
        u"verify: an older checkpoint that the ledger must have grown out of; repeatable."_s, u"FILE"_s});
    parser.addPositionalArgument(u"command"_s, u"read, verify, checkpoint or vkey."_s);
}

Result<int> run()
{
    QCommandLineParser parser;
    describe(parser);
    TRY(app::parseArguments(parser, QCoreApplication::arguments()));
    QStringList words = parser.positionalArguments();
    if (words.isEmpty())
        return fail(ErrorCode::Usage, u"Which command? See --help."_s);
    const QString name = words.takeFirst();
    const auto command = commands().find(name);
    if (command == commands().end())
        return fail(ErrorCode::Usage, u"There is no command \"%1\". See --help."_s.arg(name));
    for (const QString &option : parser.optionNames()) {
        if (option != "data-dir"_L1 && !command->second.options.contains(option))
            return fail(ErrorCode::Usage, u"--%1 does not go with %2. See --help."_s.arg(option, name));
    }
    if (!words.isEmpty())
        return fail(ErrorCode::Usage, u"%1 takes no \"%2\". See --help."_s.arg(name, words.first()));
    ASSIGN_OR_RETURN(const auto runtime, crypto::Runtime::start());
    return command->second.run({.parser = parser,
        .paths = {QDir::cleanPath(QDir(app::dataDirectory(parser)).absolutePath())},
        .arguments = words});
}

} // namespace

int main(int argc, char **argv)
{
    app::prepareProcess();
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QString::fromLatin1(Program));
    QCoreApplication::setApplicationVersion(QStringLiteral(HOUSE_VERSION));
    const auto status = run();
    if (status)
        return *status;
    app::complain(Program, status.error());
    return 2; // usage, or nothing that could be read
}
