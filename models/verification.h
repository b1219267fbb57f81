// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A full verification of the ledger beside the running engine: every leaf, tile and root, the signed checkpoint, the
// high-water mark, and the replay of all entries against the tables. Lives on the GUI thread; works on one of its own
// with a read-only connection, and changes nothing.
#pragma once

#include "service/engine/datadirectory.h"
#include "service/ledger/verify.h"

#include <QtCore/qfuturewatcher.h>

namespace models {

struct VerifyOutcome
{
    bool isCanceled = false;
    Result<ledger::VerifyReport> report = fail(ErrorCode::Unavailable, QString()); // an error: it could not be read
    std::chrono::milliseconds took{0};
};

class Verification : public QObject
{
    Q_OBJECT

public:
    explicit Verification(QObject *parent = nullptr);
    // Cancels, and waits until the thread has noticed: some milliseconds.
    ~Verification() override;

    bool isRunning() const { return m_watcher.isRunning(); }
    // One at a time.
    void start(const engine::DataPaths &paths);
    void cancel();

Q_SIGNALS:
    void advanced(quint64 done, quint64 total);
    void finished(const models::VerifyOutcome &outcome);

private:
    QFutureWatcher<VerifyOutcome> m_watcher;
};

} // namespace models
