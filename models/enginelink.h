// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The window's way to the engine. Lives on the GUI thread and waits for nothing: commands and questions go out with a
// handler that runs on the GUI thread later, and never once its context object is gone.
//
// What the window does, it does as the administrator whose token lies in admin.token, also when that is replaced.
#pragma once

#include "service/engine/engineclient.h"
#include "service/engine/querythread.h"

#include <QtCore/qobject.h>
#include <QtCore/qtimer.h>

#include <atomic>

namespace models {

class EngineLink : public QObject
{
    Q_OBJECT

public:
    // The engine is borrowed and outlives the link. `administrator` is the token that the window acts with.
    EngineLink(engine::Engine &engine, TokenId administrator, QObject *parent = nullptr);
    ~EngineLink() override;

    const engine::SharedState &state() const { return m_client.engine().state(); }
    const engine::DataPaths &paths() const { return m_client.engine().directory().paths(); }
    const Clock &clock() const { return m_client.engine().clock(); }
    engine::Engine &engine() const { return m_client.engine(); }
    const TokenId &administrator() const { return m_administrator; }

    // Whether the administrator's token may still act; where it may not, nothing can be changed here.
    bool mayAct() const;

    // Who asks: a new request id each time.
    engine::Caller caller() const;

    template <typename Value, typename Handler>
    void change(QObject *context, engine::Command<Value> command, Handler handler,
        engine::Job::Kind kind = engine::Job::Kind::Change)
    {
        m_client.submit<Value>(caller(), std::move(command), kind)
            .then(context, [handler = std::move(handler)](Result<engine::Committed<Value>> outcome) mutable {
                handler(std::move(outcome));
            });
    }

    // On the query thread, with a read-only connection.
    template <typename Value, typename Handler>
    void ask(QObject *context, std::move_only_function<Result<Value>(store::Database &)> question, Handler handler)
    {
        m_queries.ask<Value>(std::move(question))
            .then(
                context, [handler = std::move(handler)](Result<Value> answer) mutable { handler(std::move(answer)); });
    }

Q_SIGNALS:
    // Something was published since; at most ten times a second.
    void changed();

private:
    void followToken();

    engine::EngineClient m_client;
    engine::QueryThread m_queries;
    TokenId m_administrator;
    bool m_readsToken = false;
    QTimer m_pause;
    QTimer m_again; // until admin.token is looked at again
    std::atomic<bool> m_woken = false;
};

} // namespace models
