// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The engine for threads with an event loop: ask, get a future, continue with .then(this, ...). Cheap to copy.
#pragma once

#include "service/engine/engine.h"

#include <QtCore/qfuture.h>
#include <QtCore/qpromise.h>

namespace engine {

class EngineClient
{
public:
    explicit EngineClient(Engine &engine) // borrowed; must outlive every pending future
        : m_engine(&engine)
    {
    }

    template <typename Value>
    QFuture<Result<Committed<Value>>> submit(Caller caller, Command<Value> command, Job::Kind kind = Job::Kind::Change)
    {
        QPromise<Result<Committed<Value>>> promise;
        auto future = promise.future();
        promise.start();
        m_engine->post<Value>(
            std::move(caller), std::move(command),
            [promise = std::move(promise)](Result<Committed<Value>> outcome) mutable {
                promise.addResult(std::move(outcome));
                promise.finish();
            },
            kind);
        return future;
    }

    // Waits: for programs without a window, before they have an event loop.
    template <typename Value>
    Result<Committed<Value>> ask(Caller caller, Command<Value> command)
    {
        return submit<Value>(std::move(caller), std::move(command)).result();
    }

    Engine &engine() const { return *m_engine; }

private:
    Engine *m_engine;
};

} // namespace engine
