// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Work that may block (files, long sums), away from the GUI thread: on the global pool, its value handed back on the
// thread of the context object, and never once that is gone.
#pragma once

#include <QtCore/qfuture.h>
#include <QtCore/qpromise.h>
#include <QtCore/qthreadpool.h>

namespace models {

template <typename Value, typename Work, typename Handler>
void inBackground(QObject *context, Work work, Handler handler)
{
    QPromise<Value> promise;
    auto future = promise.future();
    promise.start();
    future.then(context, [handler = std::move(handler)](Value value) mutable { handler(std::move(value)); });
    QThreadPool::globalInstance()->start([promise = std::move(promise), work = std::move(work)]() mutable {
        promise.addResult(work());
        promise.finish();
    });
}

} // namespace models
