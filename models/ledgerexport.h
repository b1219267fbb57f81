// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// An export of the entries that the window shows, beside the running engine: made on a thread of its own, then recorded
// in the ledger as the console's doing. Lives on the GUI thread.
#pragma once

#include "models/enginelink.h"
#include "service/ledger/filter.h"

#include <QtCore/qfuturewatcher.h>

namespace models {

// A form that an export can have.
struct ExportForm
{
    QByteArray name; // "pdf"
    QString label; // of the menu
    QString extension; // "pdf"
};
QList<ExportForm> exportForms();

struct ExportedFile
{
    QString path;
    quint64 rows = 0;
    QString reportId;
    QByteArray query; // JSON
    QString unsignedWhy; // of a bundle whose list of files has no signature
};

struct ExportOutcome
{
    bool isCanceled = false;
    Result<ExportedFile> file = fail(ErrorCode::Unavailable, QString());
    Result<LeafIndex> entry = fail(ErrorCode::Unavailable, QString()); // of its record
};

class LedgerExport : public QObject
{
    Q_OBJECT

public:
    explicit LedgerExport(EngineLink &link, QObject *parent = nullptr); // the link is borrowed
    // Cancels, and waits until the thread has noticed: some milliseconds, or, behind its last question, until the disk
    // has the file. Nothing is left of an unfinished file; one
    // that was through by then stands and is recorded.
    ~LedgerExport() override;

    bool isRunning() const { return m_isRunning; }
    // One at a time. What stands at the path is replaced: whoever chose it was asked.
    void start(const ledger::EntryFilter &filter, const QByteArray &form, const QString &path);
    void cancel();

Q_SIGNALS:
    void advanced(quint64 done, quint64 total);
    void finished(const models::ExportOutcome &outcome);

private:
    void onMade();
    void record(const ExportedFile &file);
    void end(const ExportOutcome &outcome);

    EngineLink &m_link;
    QFutureWatcher<Result<ExportedFile>> m_watcher;
    QByteArray m_form;
    std::atomic<bool> m_stop = false; // looked at by the thread
    bool m_isRunning = false;
    bool m_isSeen = false; // what the thread made; from then on it is the record that runs
};

} // namespace models
