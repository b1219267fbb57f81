// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/tokenexplainer.h"

#include "service/api/routes.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace models {

void explainToken(EngineLink &link, QObject *context, const api::Question &question,
    std::function<void(const Result<api::Verdict> &)> handler)
{
    link.ask<api::Verdict>(
        context,
        [&state = link.state(), now = link.clock().now(), question](store::Database &database) {
            const http::Router router = api::routerOfAll();
            const Timestamp judged =
                state.read([now](const engine::State &published) { return std::max(now, published.ledgerTime); });
            return api::explain({.state = state,
                                    .router = router,
                                    .now = judged,
                                    .reader = [&database]() -> Result<store::Database *> { return &database; }},
                question);
        },
        std::move(handler));
}

std::vector<KnownRequest> knownRequests(const tokens::TokenRecord &token)
{
    std::vector<KnownRequest> requests;
    for (const api::Route &route : api::routes()) {
        QString path = QString::fromLatin1(route.pattern);
        if (!token.tenant.isEmpty())
            path.replace("/tenants/{id}"_L1, "/tenants/"_L1 + token.tenant.toString());
        path.replace("{token_id}"_L1, token.id.toString());
        requests.push_back({QString::fromLatin1(route.method), path, QString::fromLatin1(route.summary)});
    }
    return requests;
}

} // namespace models
