// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/fshelp.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace app {

namespace {

constexpr qsizetype Width = 80;

// Words in lines, each behind `indent` blanks; paragraphs are kept.
QString wrapped(const QString &text, qsizetype indent)
{
    QString lines;
    for (const QString &paragraph : text.split(u'\n')) {
        QString line;
        for (const QString &word : paragraph.split(u' ', Qt::SkipEmptyParts)) {
            if (!line.isEmpty() && indent + line.size() + 1 + word.size() >= Width) {
                lines += QString(indent, u' ') + line + u'\n';
                line.clear();
            }
            line += line.isEmpty() ? word : u' ' + word;
        }
        lines += line.isEmpty() ? u"\n"_s : QString(indent, u' ') + line + u'\n';
    }
    return lines;
}

// A term and what it means: beside one another where the term leaves room.
QString row(const QString &term, const QString &meaning, qsizetype column)
{
    const QString text = wrapped(meaning, column);
    const QString left = u"  "_s + term;
    return left.size() + 2 <= column ? left + text.sliced(left.size()) : left + u'\n' + text;
}

QString optionTerm(const FsOption &option)
{
    const QString name = u"--"_s + QLatin1StringView(option.name);
    return option.value ? name + u' ' + QLatin1StringView(option.value) : name;
}

QString commonOptions()
{
    return row(u"--data-dir DIR"_s,
               u"The data directory (default: %1). Options may stand before the command too."_s.arg(
                   engine::defaultDataDirectory()),
               22)
        + row(u"-h, --help"_s, u"This help; behind a command its own."_s, 22)
        + row(u"-v, --version"_s, u"The version."_s, 22);
}

} // namespace

QString fsSynopsis(const FsCommand &command)
{
    QString text = QString::fromLatin1(command.name);
    for (const char *argument : command.arguments)
        text += u' ' + QLatin1StringView(argument);
    return text;
}

QString fsHelp()
{
    QString text = u"Usage: service-fs COMMAND [OPTIONS]\n\n"_s;
    text += wrapped(
        u"Reads, proves, verifies and exports the append-only ledger of a data directory: of one that a server is "
        "running on, of one at rest, also on a medium that can't be written. It never makes one."_s,
        0);
    text += u"\nCommands:\n"_s;
    for (const FsCommand &command : fsCommands())
        text += row(fsSynopsis(command), QString::fromLatin1(command.summary), 24);
    text += row(u"help COMMAND"_s, u"a command's options, with examples"_s, 24);
    text += u"\nOptions of every command:\n"_s + commonOptions() + u'\n';
    text += wrapped(u"What nobody can detect without memory outside is an older copy of the whole directory put back, "
                    "keys and high-water mark included, or a history rewritten with its key since the last checkpoint "
                    "that somebody else holds. Keep checkpoints elsewhere, and pass them to verify --checkpoint.\n\n"
                    "Exit status: 0 done or verified, 1 refused or not there, 2 the command line is wrong or the "
                    "directory can't be read."_s,
        0);
    return text;
}

QString fsHelp(const FsCommand &command)
{
    QString text = u"Usage: service-fs %1 [OPTIONS]\n\n"_s.arg(fsSynopsis(command));
    text += wrapped(QString::fromUtf8(command.text), 0) + u"\nOptions:\n"_s;
    for (const FsOption &option : command.options)
        text += row(optionTerm(option), QString::fromUtf8(option.help), 22);
    text += commonOptions() + u"\nExamples:\n"_s;
    for (const FsExample &example : command.examples)
        text += u"  service-fs %1\n"_s.arg(QString::fromUtf8(example.command))
            + wrapped(QString::fromUtf8(example.help), 6);
    return text;
}

} // namespace app
