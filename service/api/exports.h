// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Exports on their way to HTTP callers. Lives on the I/O thread, owned by the Api.
//
// service-fs makes the file, as a process of its own: reading millions of entries, drawing pages and running out of
// disk or memory there touches nothing here, and the server needs no fonts. Its file goes to DIR/audit-exports, the
// engine records AUDIT_EXPORTED, and only then the answer goes out, from the file and without holding it in memory. The
// file has no name any more by then; with an Idempotency-Key it keeps it for as long as the key is remembered, since
// that file is what a repetition must answer.
#pragma once

#include "service/api/idempotency.h"
#include "service/engine/job.h"
#include "service/http/filebody.h"
#include "service/ledger/filter.h"
#include "service/report/format.h"

#include <QtCore/qprocess.h>
#include <QtCore/qtimer.h>

#include <deque>
#include <map>
#include <memory>

namespace api {

class Api;

struct ExportOrder
{
    Exchange exchange;
    report::Format format = report::Format::Jsonl;
    ledger::EntryFilter filter = {};
    std::optional<IdempotencyKey> key = {};
};

class Exports
{
public:
    explicit Exports(Api &api) // borrowed; it owns this
        : m_api(api)
    {
    }

    // The program that makes the file. Before the first order.
    void setProgram(QString path) { m_program = std::move(path); }

    // Answers the exchange in the end. RateLimited where too many wait already.
    void start(ExportOrder order);

    // Clears, now and each hour, what is kept no longer.
    void open();

    // Ends what runs and takes its files away.
    void close();

private:
    struct Job
    {
        ExportOrder order;
        std::unique_ptr<QProcess> process = {};
        QString path = {}; // of the file; empty: a dry run
        http::FileBody file = {};
        bool isSigned = true; // the manifest, of a bundle
    };
    // What the engine answers.
    struct Recorded
    {
        QByteArray keptFile; // of an earlier request with the same key; empty: this one's own is it
        QList<http::Header> headers = {};
    };

    void lookUp(quint64 id);
    void next();
    void run(quint64 id);
    void onFinished(quint64 id);
    void record(quint64 id, const QByteArray &query, quint64 rows, const QByteArray &reportId);
    void onRecorded(quint64 id, Result<engine::Committed<Recorded>> outcome);
    void finish(quint64 id, Result<Reply> outcome, http::FileBody file = {});
    void forgetOldFiles() const;
    QString folder() const;
    Job *find(quint64 id);

    Api &m_api;
    QString m_program;
    quint64 m_last = 0;
    std::map<quint64, Job> m_jobs;
    std::deque<quint64> m_waiting;
    int m_running = 0; // processes
    std::unique_ptr<QTimer> m_sweep; // made and gone on the I/O thread
};

} // namespace api
