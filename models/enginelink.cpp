// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/enginelink.h"

#include "models/background.h"
#include "service/core/uuid.h"
#include "service/engine/tokencommands.h"

namespace models {

EngineLink::EngineLink(engine::Engine &engine, TokenId administrator, QObject *parent)
    : QObject(parent)
    , m_client(engine)
    , m_queries(engine.directory().paths().database())
    , m_administrator(std::move(administrator))
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(std::chrono::milliseconds(100));
    connect(&m_pause, &QTimer::timeout, this, [this] {
        m_woken = false;
        followToken();
        Q_EMIT changed();
    });
    m_again.setSingleShot(true);
    m_again.setInterval(std::chrono::seconds(1));
    connect(&m_again, &QTimer::timeout, this, &EngineLink::followToken);
    engine.observe([this] {
        // One wake-up however many batches were committed meanwhile.
        if (!m_woken.exchange(true))
            QMetaObject::invokeMethod(&m_pause, qOverload<>(&QTimer::start), Qt::QueuedConnection);
    });
}

EngineLink::~EngineLink()
{
    m_client.engine().observe({});
}

bool EngineLink::mayAct() const
{
    return state().read([this](const engine::State &published) {
        const tokens::TokenRecord *token = published.token(m_administrator);
        return token && !token->revokedAt && token->expiresAt > toSeconds(clock().now());
    });
}

// admin.token was replaced while the window is open: the old token dies first, then the file is another.
void EngineLink::followToken()
{
    if (m_readsToken || m_again.isActive() || mayAct())
        return;
    m_readsToken = true;
    inBackground<std::optional<TokenId>>(
        this, [path = paths().adminToken()] { return engine::adminTokenId(path); },
        [this](const std::optional<TokenId> &id) {
            m_readsToken = false;
            if (id && *id != m_administrator) {
                m_administrator = *id;
                Q_EMIT changed();
            } else {
                m_again.start();
            }
        });
}

engine::Caller EngineLink::caller() const
{
    engine::Caller caller;
    caller.actor = {.kind = ledger::ActorKind::Admin,
        .tokenId = m_administrator,
        .scope = tokens::Scope(tokens::Scope::Kind::Admin).text(),
        .subject = "admin.token"};
    caller.source.via = ledger::Via::Console;
    caller.source.requestId = RequestId(newUuid(clock().now()));
    caller.scope = tokens::Scope(tokens::Scope::Kind::Admin);
    return caller;
}

} // namespace models
