// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Why a token can, why it can't: the door's own judgement, told and not applied. Body, quota and rate are not judged.
// Any thread; what it looks at is borrowed for the call.
#pragma once

#include "service/core/clock.h"
#include "service/core/ids.h"
#include "service/engine/state.h"
#include "service/http/router.h"
#include "service/store/database.h"

#include <functional>

namespace api {

struct Question
{
    TokenId token;
    QByteArray method, path; // the latter as it would be sent, without a query
};

struct Verdict
{
    bool allowed = false;
    QByteArray rule; // "scope", "insufficient-scope", "not-found"…
    QString detail;
};

struct Ground
{
    const engine::SharedState &state;
    const http::Router &router; // of routes()
    Timestamp now;
    std::function<Result<store::Database *>()> reader; // asked only where the path names a row of the database
};

// NotFound for an id that was never registered.
Result<Verdict> explain(const Ground &ground, const Question &question);

} // namespace api
