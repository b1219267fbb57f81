// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/exchange.h"

#include "service/api/routes.h"
#include "service/core/encoding.h"

#include <QtCore/qurl.h>

using namespace Qt::StringLiterals;

namespace api {

QByteArray Exchange::param(QByteArrayView name) const
{
    for (const auto &[known, value] : params) {
        if (known == name)
            return value;
    }
    return {};
}

std::optional<QByteArray> Exchange::queryValue(QByteArrayView name) const
{
    for (const auto &[known, value] : query) {
        if (known == name)
            return value;
    }
    return {};
}

Result<json::Value> jsonBody(const Exchange &exchange)
{
    const http::Request &request = exchange.request;
    if (request.body.isEmpty()) {
        if (exchange.route->body == BodyKind::Required)
            return fail(ErrorCode::MalformedJson, u"A JSON body is needed and there is none."_s);
        return json::Value();
    }
    if (!request.bodyIsJson())
        return fail(ErrorCode::UnsupportedMediaType, u"Send the body with Content-Type: application/json"_s);
    return json::parse(request.body);
}

Error queryMistake(QByteArrayView name, const QString &detail)
{
    return {.code = ErrorCode::InvalidField,
        .detail = u"One query parameter can't be taken."_s,
        .fields = {{u'?' + QString::fromUtf8(name), detail}}};
}

Result<qint64> pageLimit(const Exchange &exchange)
{
    const auto text = exchange.queryValue("limit");
    if (!text)
        return 100;
    const auto number = parseDecimal(*text, 1000);
    if (!number || *number == 0)
        return fail(queryMistake("limit", u"must be a whole number from 1 to 1000"_s));
    return qint64(*number);
}

QByteArray makeCursor(const QByteArray &last)
{
    return toBase64Url(last);
}

Result<QByteArray> readCursor(const Exchange &exchange)
{
    const auto text = exchange.queryValue("cursor");
    if (!text)
        return QByteArray();
    auto last = fromBase64Url(*text);
    if (!last || last->isEmpty() || last->size() > 128 || !last->isValidUtf8())
        return fail(queryMistake("cursor", u"is not one that a Link field gave"_s));
    return std::move(*last);
}

Result<bool> queryFlag(const Exchange &exchange, QByteArrayView name)
{
    const auto text = exchange.queryValue(name);
    if (!text || *text == "false")
        return false;
    if (*text == "true")
        return true;
    return fail(queryMistake(name, u"must be true or false"_s));
}

http::Header nextLink(const Exchange &exchange, const QByteArray &cursor)
{
    QByteArray target = '<' + exchange.request.path + '?';
    for (const auto &[name, value] : exchange.query) {
        if (name != "cursor")
            target += QUrl::toPercentEncoding(QString::fromUtf8(name)) + '='
                + QUrl::toPercentEncoding(QString::fromUtf8(value)) + '&';
    }
    return {"Link"_ba, target + "cursor=" + cursor + ">; rel=\"next\""};
}

} // namespace api
