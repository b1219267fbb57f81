// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/load.h"

#include "tests/bench/program.h"

#include <QtCore/qregularexpression.h>
#include <QtCore/qtemporaryfile.h>

using namespace Qt::StringLiterals;

namespace bench {

namespace {

QString found(const QString &text, const QString &pattern)
{
    return QRegularExpression(pattern, QRegularExpression::MultilineOption).match(text).captured(1);
}

} // namespace

Load runLoad(const LoadSpec &spec)
{
    QTemporaryFile script;
    if (!script.open())
        giveUp(u"No script can be written for wrk."_s);
    script.write("wrk.method = \"" + spec.method + "\"\n");
    script.close();

    Program wrk(u"wrk"_s,
        {u"-t1"_s, u"-c%1"_s.arg(spec.connections), u"-d%1s"_s.arg(spec.seconds), u"--latency"_s, u"-s"_s,
            script.fileName(), u"-H"_s, u"Authorization: Bearer "_s + QString::fromLatin1(spec.token), spec.url},
        spec.core);
    const auto output = wrk.output();
    if (!output)
        giveUp(u"wrk failed on %1."_s.arg(spec.url));
    const QString text = QString::fromUtf8(*output);
    for (const QLatin1StringView bad : {"Non-2xx"_L1, "Socket errors"_L1}) {
        if (text.contains(bad))
            giveUp(u"%1 did not answer every request well:\n%2"_s.arg(spec.url, text));
    }
    return {.requests = found(text, u"^\\s*(\\d+) requests in"_s).toDouble(),
        .perSecond = found(text, u"^Requests/sec:\\s*([\\d.]+)"_s).toDouble(),
        .p99 = found(text, u"^\\s*99%\\s+(\\S+)"_s)};
}

} // namespace bench
