// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/ledgerexport.h"

#include "service/engine/auditcommands.h"
#include "service/report/export.h"

#include <QtConcurrent/qtconcurrentrun.h>
#include <QtCore/qdebug.h>

using namespace Qt::StringLiterals;

namespace models {

namespace {

constexpr int Steps = 1000; // progress is counted in int

void run(QPromise<Result<ExportedFile>> &promise, const report::ExportRequest &request, const std::atomic<bool> &stop)
{
    promise.setProgressRange(0, Steps);
    const auto made = report::runExport(request, [&](quint64 done, quint64 total) {
        promise.setProgressValue(total > 0 ? int(double(done) / double(total) * Steps) : 0);
        return !stop;
    });
    if (!made)
        promise.addResult(std::unexpected(made.error()));
    else
        promise.addResult(ExportedFile{.path = request.path,
            .rows = made->rows,
            .reportId = QString::fromLatin1(made->reportId),
            .query = made->query,
            .unsignedWhy = made->unsignedWhy});
}

engine::Command<LeafIndex> recordOf(const QByteArray &form, const ExportedFile &file)
{
    const engine::ExportRecord made{
        .format = form, .query = file.query, .rows = file.rows, .reportId = file.reportId.toLatin1()};
    return [made](engine::Work &work) { return engine::recordExport(work, made); };
}

} // namespace

QList<ExportForm> exportForms()
{
    const auto form = [](report::Format format, const QString &label) {
        return ExportForm{.name = report::formatName(format),
            .label = label,
            .extension = QString::fromLatin1(report::fileExtension(format))};
    };
    return {form(report::Format::Pdf, LedgerExport::tr("PDF report…")),
        form(report::Format::Html, LedgerExport::tr("HTML report…")),
        form(report::Format::Csv, LedgerExport::tr("CSV table…")),
        form(report::Format::Jsonl, LedgerExport::tr("JSON lines…")),
        form(report::Format::Bundle, LedgerExport::tr("Bundle with proofs…"))};
}

LedgerExport::LedgerExport(EngineLink &link, QObject *parent)
    : QObject(parent)
    , m_link(link)
{
    connect(&m_watcher, &QFutureWatcherBase::progressValueChanged, this,
        [this](int value) { Q_EMIT advanced(quint64(value), Steps); });
    connect(&m_watcher, &QFutureWatcherBase::finished, this, &LedgerExport::onMade);
}

LedgerExport::~LedgerExport()
{
    m_watcher.disconnect(this);
    m_stop = true;
    m_watcher.waitForFinished();
    if (!m_isRunning || m_isSeen)
        return;
    const Result<ExportedFile> file = m_watcher.future().result();
    if (!file)
        return;
    // Nobody is left to be told in a window, and the engine alone is sure to live until it has answered.
    m_link.engine().post<LeafIndex>(m_link.caller(), recordOf(m_form, *file),
        [path = file->path](const Result<engine::Committed<LeafIndex>> &recorded) {
            if (!recorded)
                qWarning().noquote() << u"%1 is whole, but the ledger has no entry about this export: %2"_s.arg(
                    path, recorded.error().detail);
        });
}

void LedgerExport::start(const ledger::EntryFilter &filter, const QByteArray &form, const QString &path)
{
    const auto format = report::formatNamed(form);
    if (m_isRunning || !format)
        return;
    m_isRunning = true;
    m_isSeen = false;
    m_stop = false;
    m_form = form;
    const report::ExportRequest request{.files = {.database = m_link.paths().database(),
                                            .vkey = m_link.paths().ledgerVkey(),
                                            .highWater = m_link.paths().highWater()},
        .filter = filter,
        .format = *format,
        .preparedBy = QString::fromUtf8(m_link.caller().actor.subject + ", " + m_link.administrator().text()),
        .path = path,
        .replaces = true,
        .keyFile = m_link.paths().ledgerKey()};
    m_watcher.setFuture(
        QtConcurrent::run([this, request](QPromise<Result<ExportedFile>> &promise) { run(promise, request, m_stop); }));
}

void LedgerExport::cancel()
{
    m_stop = true;
}

void LedgerExport::onMade()
{
    m_isSeen = true;
    // A file that was through when it was cancelled stands, and is recorded.
    const Result<ExportedFile> file = m_watcher.future().result();
    if (!file)
        return end({.isCanceled = m_stop, .file = file});
    record(*file);
}

void LedgerExport::record(const ExportedFile &file)
{
    m_link.change<LeafIndex>(this, recordOf(m_form, file), [this, file](Result<engine::Committed<LeafIndex>> recorded) {
        ExportOutcome outcome{.file = file};
        if (recorded)
            outcome.entry = recorded->value;
        else
            outcome.entry = std::unexpected(recorded.error());
        end(outcome);
    });
}

void LedgerExport::end(const ExportOutcome &outcome)
{
    m_isRunning = false;
    Q_EMIT finished(outcome);
}

} // namespace models
