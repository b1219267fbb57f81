// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/verification.h"

#include "service/engine/replay.h"
#include "service/ledger/rollbacks.h"

#include <QtConcurrent/qtconcurrentrun.h>
#include <QtCore/qelapsedtimer.h>

using namespace Qt::StringLiterals;

namespace models {

namespace {

constexpr int Steps = 1000; // progress is counted in int

Result<ledger::VerifyReport> verify(const engine::DataPaths &paths, QPromise<VerifyOutcome> &promise)
{
    ASSIGN_OR_RETURN(auto keys, ledger::readVerifierKeys(paths.ledgerVkey()));
    ASSIGN_OR_RETURN(const auto database, store::Database::open(paths.database(), store::Database::Mode::ReadOnly));
    ASSIGN_OR_RETURN(keys, ledger::withNewName(*database, std::move(keys)));
    engine::Replay replay;
    ledger::VerifyOptions options;
    options.keys = std::move(keys);
    options.highWaterPath = paths.highWater();
    options.follower = &replay;
    options.progress = [&](TreeSize done, TreeSize total) {
        promise.setProgressValue(total > 0 ? int(double(done) / double(total) * Steps) : 0);
        return !promise.isCanceled();
    };
    return ledger::verifyTree(*database, options);
}

void run(QPromise<VerifyOutcome> &promise, const engine::DataPaths &paths)
{
    promise.setProgressRange(0, Steps);
    QElapsedTimer clock;
    clock.start();
    VerifyOutcome outcome;
    outcome.report = verify(paths, promise);
    outcome.took = std::chrono::milliseconds(clock.elapsed());
    promise.addResult(std::move(outcome)); // nothing, once it is cancelled
}

} // namespace

Verification::Verification(QObject *parent)
    : QObject(parent)
{
    connect(&m_watcher, &QFutureWatcherBase::progressValueChanged, this,
        [this](int value) { Q_EMIT advanced(quint64(value), Steps); });
    connect(&m_watcher, &QFutureWatcherBase::finished, this, [this] {
        const auto future = m_watcher.future();
        Q_EMIT finished(
            future.isValid() && future.resultCount() > 0 ? future.result() : VerifyOutcome{.isCanceled = true});
    });
}

Verification::~Verification()
{
    m_watcher.disconnect(this);
    m_watcher.cancel();
    m_watcher.waitForFinished();
}

void Verification::start(const engine::DataPaths &paths)
{
    if (!isRunning())
        m_watcher.setFuture(QtConcurrent::run(run, paths));
}

void Verification::cancel()
{
    m_watcher.cancel();
}

} // namespace models
