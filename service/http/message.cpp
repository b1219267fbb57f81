// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/http/message.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace http {

bool equalsIgnoringCase(QByteArrayView a, QByteArrayView b)
{
    return a.size() == b.size() && a.compare(b, Qt::CaseInsensitive) == 0;
}

void Headers::append(QByteArrayView name, QByteArrayView value)
{
    const auto offset = [this](QByteArrayView view) { return quint32(view.data() - m_block.constData()); };
    m_entries.push_back({.name = offset(name),
        .nameSize = quint32(name.size()),
        .value = offset(value),
        .valueSize = quint32(value.size())});
}

Headers::View Headers::at(qsizetype index) const
{
    const Entry &entry = m_entries[size_t(index)];
    return {QByteArrayView(m_block).sliced(entry.name, entry.nameSize),
        QByteArrayView(m_block).sliced(entry.value, entry.valueSize)};
}

QByteArrayView Headers::value(QByteArrayView name) const
{
    for (qsizetype i = 0; i < size(); ++i) {
        if (const View field = at(i); equalsIgnoringCase(field.name, name))
            return field.value;
    }
    return {};
}

qsizetype Headers::count(QByteArrayView name) const
{
    return std::ranges::count_if(m_entries, [&](const Entry &entry) {
        return equalsIgnoringCase(QByteArrayView(m_block).sliced(entry.name, entry.nameSize), name);
    });
}

QByteArray Request::mediaType() const
{
    if (headers.count("content-type") > 1)
        return "*/*"_ba;
    const QByteArrayView field = headers.value("content-type");
    const qsizetype parameters = field.indexOf(';');
    return (parameters < 0 ? field : field.first(parameters)).trimmed().toByteArray().toLower();
}

bool Request::bodyIsJson() const
{
    if (mediaType() != "application/json" || headers.contains("content-encoding"))
        return false;
    const QByteArrayView field = headers.value("content-type");
    const qsizetype parameters = field.indexOf(';');
    if (parameters < 0)
        return true;
    for (const QByteArray &parameter : field.sliced(parameters + 1).toByteArray().toLower().split(';')) {
        const QByteArray text = parameter.trimmed();
        if (text.startsWith("charset=") && text != "charset=utf-8" && text != "charset=\"utf-8\"")
            return false;
    }
    return true;
}

QByteArrayView reasonPhrase(int status)
{
    switch (status) {
    case 100:
        return "Continue";
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 417:
        return "Expectation Failed";
    case 421:
        return "Misdirected Request";
    case 422:
        return "Unprocessable Content";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Unknown";
    }
}

} // namespace http
