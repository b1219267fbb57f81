// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/http/percent.h"

#include <QtCore/qutf8stringview.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace http {

namespace {

int hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

std::unexpected<Error> badParameter(QByteArrayView name, const QString &detail)
{
    Error error{.code = ErrorCode::InvalidField, .detail = u"The query is not valid."_s};
    error.fields.append({u"?"_s + QString::fromUtf8(name), detail});
    return fail(std::move(error));
}

std::optional<QByteArray> decodeForm(QByteArrayView text)
{
    if (!text.contains('+'))
        return percentDecode(text);
    QByteArray blanks = text.toByteArray();
    blanks.replace('+', ' ');
    return percentDecode(blanks);
}

} // namespace

std::optional<QByteArray> percentDecode(QByteArrayView text)
{
    QByteArray decoded;
    decoded.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded.append(text[i]);
            continue;
        }
        if (i + 2 >= text.size())
            return {};
        const int high = hexDigit(text[i + 1]);
        const int low = hexDigit(text[i + 2]);
        if (high < 0 || low < 0)
            return {};
        decoded.append(char(high * 16 + low));
        i += 2;
    }
    if (!QUtf8StringView(decoded).isValidUtf8())
        return {};
    return decoded;
}

Result<QList<QueryItem>> parseQuery(QByteArrayView query, const std::function<bool(QByteArrayView name)> &mayRepeat)
{
    QList<QueryItem> items;
    while (!query.isEmpty()) {
        const qsizetype end = query.indexOf('&');
        const QByteArrayView pair = end < 0 ? query : query.first(end);
        query = end < 0 ? QByteArrayView() : query.sliced(end + 1);
        if (pair.isEmpty())
            continue;
        const qsizetype equals = pair.indexOf('=');
        const QByteArrayView rawName = equals < 0 ? pair : pair.first(equals);
        const auto name = decodeForm(rawName);
        const auto value = decodeForm(equals < 0 ? QByteArrayView() : pair.sliced(equals + 1));
        if (!name)
            return badParameter(rawName, u"The name is not percent-encoded UTF-8."_s);
        if (name->isEmpty())
            return badParameter({}, u"A parameter has no name."_s);
        if (!value)
            return badParameter(*name, u"The value is not percent-encoded UTF-8."_s);
        if (std::ranges::contains(items, *name, &QueryItem::name) && !(mayRepeat && mayRepeat(*name)))
            return badParameter(*name, u"The parameter may stand only once."_s);
        items.append({*name, *value});
    }
    return items;
}

} // namespace http
