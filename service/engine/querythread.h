// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Questions to the database from threads that must not wait: one thread with a read-only connection of its own, asked
// with a function, answered with a future. Questions are taken in the order they came.
#pragma once

#include "service/store/database.h"

#include <QtCore/qfuture.h>
#include <QtCore/qpromise.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace engine {

class QueryThread
{
public:
    explicit QueryThread(QString databasePath);
    // Cancels what has not begun and waits for what has.
    ~QueryThread();

    // Any thread. The function runs on the query thread; its future is finished there.
    template <typename Value>
    QFuture<Result<Value>> ask(std::move_only_function<Result<Value>(store::Database &)> question)
    {
        QPromise<Result<Value>> promise;
        auto future = promise.future();
        promise.start();
        post(
            [promise = std::move(promise), question = std::move(question)](Result<store::Database *> database) mutable {
                if (!promise.isCanceled())
                    promise.addResult(database ? question(**database) : std::unexpected(database.error()));
                promise.finish();
            });
        return future;
    }

    // The same without a future. It is called once, with the error where the database can't be opened; not at all where
    // the thread is being stopped. May be called on the query thread too, for what is left of a long question: others
    // that wait then come first.
    using Question = std::move_only_function<void(Result<store::Database *>)>;
    void post(Question question);

private:
    void loop();

    const QString m_path;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<Question> m_questions;
    bool m_stopping = false;
    std::thread m_thread;
};

} // namespace engine
