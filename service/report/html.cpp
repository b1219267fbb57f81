// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/html.h"

#include "service/core/visibletext.h"

using namespace Qt::StringLiterals;

namespace report {

namespace {

constexpr char Head[] = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                        "'unsafe-inline'\">\n<title>";
constexpr char Style[] =
    "</title>\n<style>\n"
    "body{font:14px/1.4 system-ui,sans-serif;margin:24px;color:#1c2430;background:#fff}\n"
    "h1{font-size:20px}h2{font-size:15px;margin:24px 0 4px}p{margin:4px 0;color:#5b6675;max-width:70em}\n"
    "table{border-collapse:collapse}th,td{text-align:left;vertical-align:top;padding:2px 12px 2px 0}\n"
    ".facts th{font-weight:normal;color:#5b6675;white-space:nowrap}\n"
    ".rows{width:100%;font:12px/1.4 ui-monospace,monospace}.rows th{border-bottom:1px solid #d9dee5}\n"
    ".rows td{border-bottom:1px solid #f0f2f5;overflow-wrap:anywhere;unicode-bidi:isolate}\n"
    ".rows td:first-child{text-align:right}.mark{color:#b8332a;font-weight:bold}\n"
    "footer{margin-top:24px;color:#5b6675;font-size:12px;overflow-wrap:anywhere}\n"
    "</style>\n</head>\n<body>\n";

Result<void> writeSection(const Section &section, Sink &sink)
{
    QByteArray html = "<h2>" + htmlText(section.title) + "</h2>\n<table class=\"facts\">\n";
    for (const auto &[name, value] : section.facts)
        html += "<tr><th scope=\"row\">" + htmlText(name) + "</th><td>" + htmlText(value) + "</td></tr>\n";
    html += "</table>\n";
    for (const QString &note : section.notes)
        html += "<p>" + htmlText(note) + "</p>\n";
    return sink.write(html);
}

Result<void> beginTable(const QByteArray &title, Sink &sink)
{
    QByteArray html = "<h2>" + title + "</h2>\n<table class=\"rows\">\n<thead><tr>";
    for (const char *name : CellNames)
        html += "<th scope=\"col\">" + QByteArray(name) + "</th>";
    return sink.write(html + "</tr></thead>\n<tbody>\n");
}

Result<void> writeRow(const Row &row, Sink &sink)
{
    const Cells cells = cellsOf(row);
    const auto exception = exceptionOf(row.fields);
    QByteArray html = "<tr><td>" + htmlText(cells.index) + "</td>";
    for (const QString *cell : {&cells.time, &cells.event, &cells.tenant, &cells.actor})
        html += "<td>" + htmlText(*cell) + "</td>";
    html += (exception ? "<td class=\"mark\">" : "<td>") + htmlText(cells.outcome);
    if (exception == Exception::Revoked || exception == Exception::Privileged)
        html += ", " + htmlText(exceptionName(*exception));
    html += "</td><td>" + htmlText(cells.data) + "</td></tr>\n";
    return sink.write(html);
}

} // namespace

QByteArray htmlText(QStringView text)
{
    QString escaped = visibleText(text).toHtmlEscaped(); // & < > "
    return escaped.replace(u'\'', "&#39;"_L1).toUtf8();
}

Result<void> writeHtml(Source &source, const About &about, Sink &sink)
{
    const QByteArray title = htmlText(reportTitle(source.facts()));
    TRY(sink.write(Head));
    TRY(sink.write(title + Style + "<h1>" + title + "</h1>\n"));
    for (const Section &section : sections(source, about))
        TRY(writeSection(section, sink));

    TRY(beginTable("Exceptions first", sink));
    TRY(source.forEachException([&](const Row &row) { return writeRow(row, sink); }));
    TRY(sink.write("</tbody>\n</table>\n"));
    TRY(beginTable("Entries", sink));
    TRY(source.forEach([&](const Row &row) { return writeRow(row, sink); }));
    return sink.write(
        "</tbody>\n</table>\n<footer>" + htmlText(footLine(source.facts())) + "</footer>\n</body>\n</html>\n");
}

} // namespace report
