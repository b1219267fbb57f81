// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-fs: reads, proves, verifies and exports the ledger of a data directory, also beside a running server.

#include "app/fshelp.h"
#include "app/options.h"
#include "app/signals.h"
#include "service/core/visibletext.h"
#include "service/crypto/runtime.h"
#include "service/report/format.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdir.h>
#include <QtGui/qguiapplication.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

using namespace Qt::StringLiterals;

namespace {

constexpr const char *Program = "service-fs";

// Every command's options: which of them go with the one that was given is checked afterwards, for they may stand
// before it.
void describe(QCommandLineParser &parser)
{
    app::addCommonOptions(parser);
    QStringList known;
    for (const app::FsCommand &command : app::fsCommands()) {
        for (const app::FsOption &option : command.options) {
            const QString name = QString::fromLatin1(option.name);
            if (!known.contains(name))
                parser.addOption({name, QString(), QString::fromLatin1(option.value ? option.value : "")});
            known.append(name);
        }
    }
}

Result<const app::FsCommand *> commandNamed(const QString &name)
{
    if (const app::FsCommand *command = app::findFsCommand(name))
        return command;
    return fail(ErrorCode::Usage, u"There is no command \"%1\". See --help."_s.arg(visibleText(name)));
}

// "service-fs help" and "service-fs help read".
Result<int> help(const QStringList &words)
{
    if (words.size() > 1)
        return fail(ErrorCode::Usage, u"help takes one command. See --help."_s);
    QString text = app::fsHelp();
    if (!words.isEmpty()) {
        ASSIGN_OR_RETURN(const app::FsCommand *command, commandNamed(words.first()));
        text = app::fsHelp(*command);
    }
    std::fputs(text.toLocal8Bit().constData(), stdout);
    return 0;
}

// Which the parser takes for options that it does not know; empty where it is others.
QString negativeNumber(const QCommandLineParser &parser, const QStringList &arguments)
{
    const auto isNumber = [](QStringView text) {
        return !text.isEmpty() && std::ranges::all_of(text, [](QChar c) { return c >= u'0' && c <= u'9'; });
    };
    const QStringList unknown = parser.unknownOptionNames();
    if (unknown.isEmpty() || !std::ranges::all_of(unknown, isNumber))
        return {};
    const auto found = std::ranges::find_if(arguments, [&](const QString &argument) {
        return argument.startsWith(u'-') && isNumber(QStringView(argument).sliced(1));
    });
    return found == arguments.end() ? QString() : *found;
}

Result<void> checkArguments(const app::FsCommand &command, const QStringList &words)
{
    const auto wanted = qsizetype(command.arguments.size());
    if (words.size() < wanted)
        return fail(ErrorCode::Usage,
            u"%1 is missing: service-fs %2. See --help."_s.arg(
                QLatin1StringView(command.arguments[size_t(words.size())]), app::fsSynopsis(command)));
    if (words.size() > wanted)
        return fail(ErrorCode::Usage,
            u"%1 takes no \"%2\". See --help."_s.arg(QLatin1StringView(command.name), visibleText(words[wanted])));
    return {};
}

Result<int> run(const QStringList &arguments)
{
    QCommandLineParser parser;
    describe(parser);
    auto parsed = app::parseArguments(parser, arguments, [&] {
        const QStringList words = parser.positionalArguments();
        const app::FsCommand *command = words.isEmpty() ? nullptr : app::findFsCommand(words.first());
        return command ? app::fsHelp(*command) : app::fsHelp();
    });
    if (const QString number = parsed ? QString() : negativeNumber(parser, arguments); !number.isEmpty())
        return fail(ErrorCode::Usage,
            u"\"%1\" is less than 0: an index is a whole number such as 41. See --help."_s.arg(number));
    TRY(std::move(parsed));
    QStringList words = parser.positionalArguments();
    if (words.isEmpty())
        return fail(ErrorCode::Usage, u"Which command? See --help."_s);
    const QString name = words.takeFirst();
    if (name == "help"_L1)
        return help(words);
    ASSIGN_OR_RETURN(const app::FsCommand *command, commandNamed(name));
    for (const QString &option : parser.optionNames()) {
        if (option != "data-dir"_L1 && std::ranges::none_of(command->options, [&](const app::FsOption &own) {
                return option == QLatin1StringView(own.name);
            }))
            return fail(ErrorCode::Usage, u"--%1 does not go with %2. See service-fs help %2."_s.arg(option, name));
    }
    TRY(checkArguments(*command, words));
    ASSIGN_OR_RETURN(const auto runtime, crypto::Runtime::start());
    return command->run({.parser = parser,
        .paths = {QDir::cleanPath(QDir(app::dataDirectory(parser)).absolutePath())},
        .arguments = words});
}

// PDFs are drawn text, which takes fonts and the platform that needs no display; nothing else here does.
std::unique_ptr<QCoreApplication> makeApplication(const QStringList &arguments, char **argv)
{
    static int count = 1; // Qt takes no options of its own from our command line
    const bool draws =
        arguments.contains("export"_L1) && std::ranges::any_of(report::Formats, [&](report::Format format) {
            const QString name = QString::fromLatin1(report::formatName(format));
            return report::needsFonts(format)
                && (arguments.contains(name) || arguments.contains("--format="_L1 + name));
        });
    if (!draws)
        return std::make_unique<QCoreApplication>(count, argv);
    qputenv("QT_QPA_PLATFORM", "offscreen");
    return std::make_unique<QGuiApplication>(count, argv);
}

} // namespace

int main(int argc, char **argv)
{
    // Whoever reads us may stop early, as "| head" does; some parents hand the signal down ignored.
    std::signal(SIGPIPE, SIG_DFL);
    app::unblockStopSignals();
    app::prepareProcess();
    QStringList arguments;
    for (int i = 0; i < argc; ++i)
        arguments.append(QString::fromLocal8Bit(argv[i]));
    const auto application = makeApplication(arguments, argv);
    QCoreApplication::setApplicationName(QString::fromLatin1(Program));
    QCoreApplication::setApplicationVersion(QStringLiteral(HOUSE_VERSION));
    const auto status = run(arguments);
    if (status)
        return *status;
    app::complain(Program, status.error());
    return 2; // usage, or nothing that could be read
}
