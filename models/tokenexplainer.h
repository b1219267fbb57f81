// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Why a token can, why it can't: asks what the server's own door would say, without asking it. GUI thread; the
// judgement runs on the query thread.
#pragma once

#include "models/enginelink.h"
#include "service/api/explain.h"

namespace models {

void explainToken(EngineLink &link, QObject *context, const api::Question &question,
    std::function<void(const Result<api::Verdict> &)> handler);

struct KnownRequest
{
    QString method, path, summary;
};
// All that can be asked for, with the token's own tenant and id where a path names one.
std::vector<KnownRequest> knownRequests(const tokens::TokenRecord &token);

} // namespace models
