// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The one route table: what is routed, who may, what the query may hold, and what /openapi.json says of it.
#pragma once

#include "service/api/exchange.h"

#include <span>

namespace api {

class Api;

// A name that the query may hold; some may stand more than once.
struct QueryName
{
    QueryName(const char *text, bool many = false)
        : name(text)
        , repeats(many)
    {
    }
    QByteArrayView name;
    bool repeats;
};

enum class BodyKind
{
    None,
    Optional,
    Required
};

struct Route
{
    const char *method;
    const char *pattern;
    const char *summary; // of the OpenAPI document
    std::optional<tokens::Permission> permission; // none: anyone, also without a token
    BodyKind body;
    bool writes; // takes ?dry_run=true and answers Ledger-Index
    int status; // of success
    std::vector<QueryName> query;
    std::vector<ErrorCode> errors; // beside those that every route shares
    const char *bodySchema; // name in the OpenAPI document, or null
    const char *answerSchema; // where success is 204: of the dry run alone
    void (*handle)(Api &api, Exchange exchange);
};

// In the order of the document. Index = route id of the router.
const std::vector<Route> &routes();
http::Router routerOfAll();

bool takesIdempotencyKey(const Route &route); // all that write do

// The most bytes that a request's body may have: for the door's limits.
constexpr qsizetype MostImportBytes = 16 * 1024 * 1024;
qsizetype bodyLimit(QByteArrayView method, QByteArrayView path);

// The errors that a route may answer with, shared ones included.
std::vector<ErrorCode> errorsOf(const Route &route);

} // namespace api
