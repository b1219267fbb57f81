// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/options.h"

#include "service/core/visibletext.h"
#include "service/crypto/secretfile.h"
#include "service/engine/datadirectory.h"

#include <algorithm>
#include <array>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <langinfo.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace Qt::StringLiterals;

namespace app {

namespace {

// All else has one value; of two it would not be clear which one counts.
constexpr std::array Repeatable{"filter"_L1, "event-type"_L1, "checkpoint"_L1, "checkpoint-to"_L1};

} // namespace

void addCommonOptions(QCommandLineParser &parser)
{
    parser.addOption(
        {u"data-dir"_s, u"The data directory (default: %1)."_s.arg(engine::defaultDataDirectory()), u"DIR"_s});
    parser.addHelpOption();
    parser.addVersionOption();
}

Result<void> parseArguments(
    QCommandLineParser &parser, const QStringList &arguments, const std::function<QString()> &help)
{
    if (!parser.parse(arguments))
        return fail(ErrorCode::Usage, parser.errorText() + u" See --help."_s);
    if (parser.isSet(u"version"_s))
        parser.showVersion();
    if (parser.isSet(u"help"_s) && !help)
        parser.showHelp(0);
    if (parser.isSet(u"help"_s)) {
        std::fputs(help().toLocal8Bit().constData(), stdout);
        std::exit(0);
    }
    const QStringList names = parser.optionNames();
    for (const QString &name : names) {
        if (names.count(name) > 1 && !std::ranges::contains(Repeatable, name))
            return fail(ErrorCode::Usage, u"--%1 is given %2 times. See --help."_s.arg(name).arg(names.count(name)));
    }
    if (parser.isSet(u"data-dir"_s) && parser.value(u"data-dir"_s).isEmpty())
        return fail(ErrorCode::Usage, u"--data-dir names no directory. See --help."_s);
    return {};
}

QString dataDirectory(const QCommandLineParser &parser)
{
    return parser.isSet(u"data-dir"_s) ? parser.value(u"data-dir"_s) : engine::defaultDataDirectory();
}

Result<QCA::SecureArray> readPassphrase(const QCommandLineParser &parser)
{
    if (!parser.isSet(u"key-passphrase-file"_s))
        return QCA::SecureArray();
    ASSIGN_OR_RETURN(QByteArray text, crypto::readSecretFile(parser.value(u"key-passphrase-file"_s), 4096));
    if (const auto end = text.indexOf('\n'); end >= 0)
        text.truncate(end);
    if (text.isEmpty())
        return fail(ErrorCode::Refused, u"%1 holds no passphrase."_s.arg(parser.value(u"key-passphrase-file"_s)));
    QCA::SecureArray passphrase(text);
    text.fill('\0');
    return passphrase;
}

int complain(const char *program, const Error &error)
{
    std::fprintf(stderr, "%s: %s\n", program, visibleText(error.detail).toLocal8Bit().constData());
    return error.code == ErrorCode::Usage ? 2 : 1;
}

void prepareProcess()
{
    ::umask(077);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
    rlimit files;
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = std::min<rlim_t>(files.rlim_max, 65'536);
        ::setrlimit(RLIMIT_NOFILE, &files);
    }
    std::signal(SIGXFSZ, SIG_IGN); // a limit on the size of files is met as a full disk is, not by ending
    qputenv("QT_NO_GLIB", "1");

    // Without a UTF-8 locale, as under systemd, Qt takes this one by itself, but says so in four lines on stderr.
    std::setlocale(LC_CTYPE, "");
    if (std::strcmp(::nl_langinfo(CODESET), "UTF-8") != 0)
        qputenv("LC_ALL", "C.UTF-8");
}

} // namespace app
