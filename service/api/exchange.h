// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// One request on its way through the api: what the door read, whom the token names, and the answer in the making.
#pragma once

#include "service/core/json.h"
#include "service/engine/caller.h"
#include "service/http/message.h"
#include "service/http/percent.h"
#include "service/http/router.h"
#include "service/tenancy/ratelimit.h"

namespace api {

struct Route;

struct Exchange
{
    http::Request request;
    const Route *route = nullptr;
    QList<http::Router::Param> params = {};
    QList<http::QueryItem> query = {};
    std::optional<engine::Caller> caller = {}; // there on every route that asks for a permission
    std::optional<tenancy::RateVerdict> rate = {}; // of a tenant's caller
    bool dryRun = false;

    QByteArray param(QByteArrayView name) const;
    std::optional<QByteArray> queryValue(QByteArrayView name) const;
};

struct IssuedText
{
    TokenId token;
    QByteArray text;
};

struct Reply
{
    int status = 200;
    QByteArray body = {};
    QByteArray contentType = "application/json";
    QList<http::Header> headers = {};
    std::vector<IssuedText> issued = {}; // tokens whose texts the body holds, in their order: these are never stored
};

// The body as JSON: UnsupportedMediaType, MalformedJson. An empty one is null where the route takes none.
Result<json::Value> jsonBody(const Exchange &exchange);

// "?limit=" of a list: 1 to 1000, 100 when absent.
Result<qint64> pageLimit(const Exchange &exchange);

// A cursor holds the id that the page before ended with. Opaque to callers; anything we did not make is InvalidField.
QByteArray makeCursor(const QByteArray &last);
Result<QByteArray> readCursor(const Exchange &exchange);

// true, false or absent.
Result<bool> queryFlag(const Exchange &exchange, QByteArrayView name);

// Link: <same path and query, with this cursor>; rel="next"
http::Header nextLink(const Exchange &exchange, const QByteArray &cursor);

Error queryMistake(QByteArrayView name, const QString &detail);

} // namespace api
