// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/enginelink.h"

#include "service/core/uuid.h"

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
        Q_EMIT changed();
    });
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
