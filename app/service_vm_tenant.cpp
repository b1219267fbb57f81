// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-vm-tenant: the engine and its door without a window.

#include "app/admincommand.h"
#include "app/backup.h"
#include "app/options.h"
#include "app/quotacheck.h"
#include "app/serveoptions.h"
#include "app/signals.h"
#include "service/core/encoding.h"
#include "service/core/visibletext.h"
#include "service/crypto/runtime.h"
#include "service/engine/tokencommands.h"
#include "service/tokens/rules.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdir.h>

#include <algorithm>
#include <cstdio>
#include <vector>

using namespace Qt::StringLiterals;

namespace {

constexpr const char *Program = "service-vm-tenant";

void describe(QCommandLineParser &parser)
{
    parser.setApplicationDescription(
        u"Serves the tenant engine over HTTP, and administers its data directory.\n\n"
        "  service-vm-tenant                                 serve until SIGTERM or SIGINT\n"
        "  service-vm-tenant admin-token                     print the token in admin.token\n"
        "  service-vm-tenant admin-token --rotate            replace it; the old one is revoked\n"
        "  service-vm-tenant admin-token --role admin|auditor --name NAME [--expires-in SECONDS]\n"
        "                                                    issue another one\n"
        "  service-vm-tenant backup FILE [--with-keys]       all of it in one file, also beside a running server\n"
        "  service-vm-tenant quota-verify                    recount what every tenant uses, also beside a running "
        "server\n"
        "  service-vm-tenant restore FILE --data-dir NEW [--keys DIR] [--mark FILE]\n"
        "                                                    make a data directory of such a file\n\n"
        "When it accepts connections it prints one line: listening on http://127.0.0.1:9221\n"
        "A first start makes the data directory; the administrator's token then lies in DIR/admin.token.\n"
        "Exit status: 0 stopped as asked, 1 could not do it, 2 the command line is wrong."_s);
    app::addServeOptions(parser);
    parser.addOption({u"rotate"_s, u"admin-token: replace the token in admin.token."_s});
    parser.addOption({u"role"_s, u"admin-token: issue a token of this role, admin or auditor."_s, u"ROLE"_s});
    parser.addOption({u"name"_s, u"admin-token: whose token it is; it goes into the ledger."_s, u"NAME"_s});
    parser.addOption(
        {u"expires-in"_s, u"admin-token: life in seconds, 60 to 31536000 (default: 31536000)."_s, u"SECONDS"_s});
    parser.addOption({u"with-keys"_s,
        u"backup: put the keys and admin.token into the file, too. Whoever has it then is this installation; without "
        "them, keep keys/ elsewhere: nobody can go on with the ledger without its key."_s});
    parser.addOption(
        {u"keys"_s, u"restore: a folder with token.key and ledger.key, for a backup without keys."_s, u"DIR"_s});
    parser.addOption({u"mark"_s,
        u"restore: the file high-water of the directory that was lost, its ledger.vkey beside it, where they can still "
        "be read. Unless it shows that nothing came after the backup, the restored directory is refused until a start "
        "with --accept-rollback: every token from before is dead then, also those that were revoked since the backup."_s,
        u"FILE"_s});
    parser.addPositionalArgument(
        u"command"_s, u"admin-token, backup, quota-verify, restore, or none to serve."_s, u"[command]"_s);
}

Error usage(const QString &sentence)
{
    return {.code = ErrorCode::Usage, .detail = sentence + u" See --help."_s};
}

Result<app::AdminCommand> readAdminCommand(const QCommandLineParser &parser)
{
    app::AdminCommand command{.rotate = parser.isSet(u"rotate"_s),
        .role = parser.value(u"role"_s),
        .name = parser.value(u"name"_s),
        .expiresIn = {}};
    const bool issues = parser.isSet(u"role"_s);
    if (issues && command.role != "admin"_L1 && command.role != "auditor"_L1)
        return fail(usage(u"--role takes admin or auditor."_s));
    if (issues && command.rotate)
        return fail(usage(u"--rotate and --role exclude each other."_s));
    if (issues != parser.isSet(u"name"_s) || (!issues && parser.isSet(u"expires-in"_s)))
        return fail(usage(u"--role and --name go together, and --expires-in with them."_s));
    if (const QString mistake = tokens::administratorNameMistake(command.name); issues && !mistake.isEmpty())
        return fail(usage(u"--name %1."_s.arg(mistake)));
    if (parser.isSet(u"expires-in"_s)) {
        const auto seconds = parseDecimal(parser.value(u"expires-in"_s).toLatin1(), INT32_MAX);
        if (!seconds || qint64(*seconds) < tokens::ShortestLife || qint64(*seconds) > tokens::LongestLife)
            return fail(usage(u"--expires-in takes a number of seconds from %1 to %2."_s.arg(tokens::ShortestLife)
                                  .arg(tokens::LongestLife)));
        command.expiresIn = qint64(*seconds);
    }
    return command;
}

Result<int> adminToken(const QCommandLineParser &parser, const QString &)
{
    ASSIGN_OR_RETURN(const app::AdminCommand command, readAdminCommand(parser));
    ASSIGN_OR_RETURN(const QCA::SecureArray passphrase, app::readPassphrase(parser));
    ASSIGN_OR_RETURN(const QByteArray token, app::runAdminCommand(app::dataDirectory(parser), command, passphrase));
    std::printf("%s\n", token.constData());
    return 0;
}

void note(const QString &sentence)
{
    std::fprintf(stderr, "%s: %s\n", Program, visibleText(sentence).toLocal8Bit().constData());
}

Result<int> backup(const QCommandLineParser &parser, const QString &file)
{
    ASSIGN_OR_RETURN(const QCA::SecureArray passphrase, app::readPassphrase(parser));
    const engine::DataPaths paths{QDir::cleanPath(QDir(app::dataDirectory(parser)).absolutePath())};
    ASSIGN_OR_RETURN(const app::BackupMade made,
        app::makeBackup(paths, QDir().absoluteFilePath(file), parser.isSet(u"with-keys"_s), passphrase));
    std::printf("backed up: %llu entries up to %s, root %s, %s, %lld bytes, sha256 %s",
        static_cast<unsigned long long>(made.record.entries), qPrintable(made.time), made.record.root.constData(),
        made.record.withKeys ? "with the keys" : "without the keys", static_cast<long long>(made.record.bytes),
        made.record.sha256.constData());
    if (made.index)
        std::printf(", recorded as entry %llu", static_cast<unsigned long long>(*made.index));
    std::fputc('\n', stdout);
    if (!made.index)
        note(u"The backup is whole, but the ledger has no entry about it: "_s + made.unrecorded);
    return 0;
}

Result<int> restore(const QCommandLineParser &parser, const QString &file)
{
    if (!parser.isSet(u"data-dir"_s))
        return fail(usage(u"restore needs --data-dir: the directory to make."_s));
    ASSIGN_OR_RETURN(const QCA::SecureArray passphrase, app::readPassphrase(parser));
    ASSIGN_OR_RETURN(const app::Restored restored,
        app::restoreBackup({.file = QDir().absoluteFilePath(file),
            .directory = app::dataDirectory(parser),
            .keys = parser.value(u"keys"_s),
            .mark = parser.value(u"mark"_s),
            .passphrase = passphrase}));
    std::printf("restored: %llu entries up to %s\n", static_cast<unsigned long long>(restored.entries),
        qPrintable(restored.time));
    if (restored.isComplete)
        note(u"Nothing came after the backup: the ledger goes on under its name. Never start the directory that the "
             "backup was made of again: two ledgers would go on under one name."_s);
    else
        note(u"What came after %1 is lost. Start once with --accept-rollback: every token from before is dead then, "
             "also those that were revoked since, and there is a new admin.token."_s.arg(restored.time));
    if (restored.isComplete && !restored.hasAdminToken)
        note(u"There is no admin.token in it; make one: service-vm-tenant admin-token --rotate --data-dir DIR"_s);
    return 0;
}

Result<int> quotaVerify(const QCommandLineParser &parser, const QString &)
{
    ASSIGN_OR_RETURN(const QCA::SecureArray passphrase, app::readPassphrase(parser));
    const engine::DataPaths paths{QDir::cleanPath(QDir(app::dataDirectory(parser)).absolutePath())};
    ASSIGN_OR_RETURN(const app::QuotaCheck check, app::checkQuotas(paths, passphrase));
    for (const QString &line : check.lines)
        std::printf("%s\n", visibleText(line).toLocal8Bit().constData());
    if (!check.exact)
        note(u"Usage is not what it must be; the ledger has a QUOTA_FAILED of it. service-fs verify --full tells "
             u"whether "
             "the VMs or the sums were changed."_s);
    return check.exact ? 0 : 1;
}

struct Subcommand
{
    const char *name;
    bool takesFile;
    QStringList options; // beside --data-dir and --key-passphrase-file
    Result<int> (*run)(const QCommandLineParser &parser, const QString &file);
};

const std::vector<Subcommand> Subcommands{
    {"admin-token", false, {u"rotate"_s, u"role"_s, u"name"_s, u"expires-in"_s}, adminToken},
    {"backup", true, {u"with-keys"_s}, backup},
    {"quota-verify", false, {}, quotaVerify},
    {"restore", true, {u"keys"_s, u"mark"_s}, restore},
};

// Options that don't go with what is asked for are mistakes, not to be passed over. Null: it serves.
Result<void> checkOptions(const QCommandLineParser &parser, const Subcommand *asked)
{
    static const QStringList always{u"data-dir"_s, u"key-passphrase-file"_s};
    for (const QString &name : parser.optionNames()) {
        const auto owner = std::ranges::find_if(
            Subcommands, [&](const Subcommand &command) { return command.options.contains(name); });
        if (!asked && owner != Subcommands.end())
            return fail(usage(u"--%1 belongs to the command %2."_s.arg(name, QLatin1StringView(owner->name))));
        if (asked && !always.contains(name) && !asked->options.contains(name))
            return fail(usage(u"--%1 does not go with %2."_s.arg(name, QLatin1StringView(asked->name))));
    }
    return {};
}

// Null for no command.
Result<const Subcommand *> readCommand(const QStringList &words)
{
    if (words.isEmpty())
        return nullptr;
    const auto found = std::ranges::find_if(
        Subcommands, [&](const Subcommand &command) { return words.first() == QLatin1StringView(command.name); });
    if (found == Subcommands.end() || (!found->takesFile && words.size() > 1))
        return fail(usage(u"There is no command \"%1\"."_s.arg(words.join(u' '))));
    if (found->takesFile && (words.size() != 2 || words.last().isEmpty()))
        return fail(usage(u"%1 takes one file."_s.arg(words.first())));
    return &*found;
}

Result<int> serve(QCoreApplication &application, app::ServeOptions options)
{
    app::blockStopSignals();
    app::onStopSignal(&application, [] { QCoreApplication::quit(); });
    const bool acceptsRollback = options.acceptRollback;
    ASSIGN_OR_RETURN(const auto server, app::Application::start(std::move(options)));
    if (acceptsRollback)
        app::sayAccepted(Program, *server);
    if (server->isNewInstallation())
        std::fprintf(stderr, "%s: the administrator's token is in %s\n", Program,
            visibleText(server->paths().adminToken()).toLocal8Bit().constData());
    else if (!engine::adminTokenId(server->paths().adminToken()))
        std::fprintf(stderr, "%s: %s holds no token; make one: service-vm-tenant admin-token --rotate\n", Program,
            visibleText(server->paths().adminToken()).toLocal8Bit().constData());
    std::printf("listening on %s\n", server->url().toLatin1().constData());
    std::fflush(stdout);
    const int status = QCoreApplication::exec();
    server->stop();
    return status;
}

Result<int> run(QCoreApplication &application)
{
    QCommandLineParser parser;
    describe(parser);
    TRY(app::parseArguments(parser, QCoreApplication::arguments()));
    ASSIGN_OR_RETURN(const auto runtime, crypto::Runtime::start());
    const QStringList words = parser.positionalArguments();
    ASSIGN_OR_RETURN(const Subcommand *command, readCommand(words));
    TRY(checkOptions(parser, command));
    if (command)
        return command->run(parser, words.last());
    ASSIGN_OR_RETURN(app::ServeOptions options, app::readServeOptions(parser, QString::fromLatin1(Program)));
    return serve(application, std::move(options));
}

} // namespace

int main(int argc, char **argv)
{
    app::prepareProcess();
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QString::fromLatin1(Program));
    QCoreApplication::setApplicationVersion(QStringLiteral(HOUSE_VERSION));
    const auto status = run(application);
    return status ? *status : app::complain(Program, status.error());
}
