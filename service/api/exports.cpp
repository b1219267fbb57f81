// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/exports.h"

#include "service/api/api.h"
#include "service/api/handlers.h"
#include "service/core/jsonreader.h"
#include "service/core/jsonwriter.h"
#include "service/core/uuid.h"
#include "service/engine/auditcommands.h"
#include "service/report/query.h"

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qregularexpression.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace api {

namespace {

constexpr int MostRunning = 2, MostWaiting = 16;
constexpr std::chrono::milliseconds LongestFarewell(800); // of all together, at the end of a stop that may take 10 s
const QString Prefix = u"http-"_s; // of our files

Error cant(const QString &why)
{
    return {.code = ErrorCode::Unavailable, .detail = u"The export was not made. "_s + why};
}

// Only a file, whatever somebody put in its place: no link is followed, and a FIFO must not be waited for. Else closed.
http::FileBody openFile(const QString &path)
{
    const int file = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return {};
    struct stat status = {};
    if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode))
        return {file, status.st_size};
    ::close(file);
    return {};
}

// With what a process that was killed left unfinished.
void discard(const QString &path)
{
    if (path.isEmpty())
        return;
    QFile::remove(path);
    const QFileInfo info(path);
    for (const QFileInfo &part :
        info.dir().entryInfoList({u'.' + info.fileName() + u".*.part"_s}, QDir::Files | QDir::Hidden))
        QFile::remove(part.filePath());
}

QList<http::Header> fileHeaders(report::Format format, const QByteArray &reportId, bool isSigned)
{
    QList<http::Header> headers{{"Content-Disposition"_ba,
        "attachment; filename=\"ledger-" + reportId.left(12) + '.' + report::fileExtension(format) + '"'}};
    if (format == report::Format::Bundle)
        headers.append({"Manifest-Signed"_ba, isSigned ? "true"_ba : "false"_ba});
    return headers;
}

QString callerName(const engine::Caller &caller)
{
    const QByteArray who = caller.actor.subject.isEmpty() ? caller.actor.tokenId.text() : caller.actor.subject;
    return QString::fromUtf8(who) + u" ("_s + QString::fromUtf8(caller.actor.scope) + u')';
}

Result<ExportOrder> readOrder(Exchange &&exchange)
{
    ASSIGN_OR_RETURN(const json::Value body, jsonBody(exchange));
    json::ObjectReader reader(body);
    const auto format = report::formatNamed(reader.text("format", 1, 16).toUtf8());
    if (!format && reader.has("format"))
        reader.reject(u"format"_s, u"must be bundle, jsonl, csv, html or pdf"_s);
    ExportOrder order{.exchange = {}, .format = format.value_or(report::Format::Jsonl)};
    order.filter = report::readQuery(reader);
    TRY(reader.finish());
    TRY(engine::checkExportQuery(report::queryJson(order.filter)));
    ASSIGN_OR_RETURN(order.key, idempotencyKey(exchange));
    order.exchange = std::move(exchange);
    return order;
}

} // namespace

void exportLedger(Api &api, Exchange exchange)
{
    auto order = readOrder(Exchange(exchange));
    if (!order)
        return api.answer(exchange, std::unexpected(std::move(order.error())));
    api.exports().start(std::move(*order));
}

QString Exports::folder() const
{
    return m_api.engine().directory().paths().auditExports();
}

Exports::Job *Exports::find(quint64 id)
{
    const auto found = m_jobs.find(id);
    return found == m_jobs.end() ? nullptr : &found->second;
}

void Exports::start(ExportOrder order)
{
    // All there are: those whose key is being looked up wait later.
    if (m_jobs.size() >= size_t(MostRunning + MostWaiting))
        return m_api.answer(order.exchange,
            fail(Error{.code = ErrorCode::RateLimited,
                .detail = u"%1 exports are being made and %2 wait, as many as may. Wait 10 s."_s.arg(m_running).arg(
                    m_jobs.size() - size_t(m_running)),
                .retryAfterSeconds = 10}));
    const quint64 id = ++m_last;
    const bool hasKey = order.key.has_value();
    m_jobs.emplace(id, Job{.order = std::move(order)});
    if (hasKey)
        return lookUp(id);
    m_waiting.push_back(id);
    next();
}

// Before minutes are spent on what was made already.
void Exports::lookUp(quint64 id)
{
    const ExportOrder &order = m_jobs.at(id).order;
    m_api.engine().post<Recorded>(
        *order.exchange.caller,
        [key = *order.key](engine::Work &work) -> Result<Recorded> {
            ASSIGN_OR_RETURN(auto earlier, recall(work, key));
            return earlier ? Recorded{earlier->body, earlier->headers} : Recorded();
        },
        [this, id](Result<engine::Committed<Recorded>> found) {
            m_api.onIoThread([this, id, found = std::move(found)]() mutable {
                if (!find(id))
                    return;
                if (!found || !found->value.keptFile.isEmpty())
                    return onRecorded(id, std::move(found));
                m_waiting.push_back(id);
                next();
            });
        },
        engine::Job::Kind::DryRun);
}

void Exports::next()
{
    while (m_running < MostRunning && !m_waiting.empty()) {
        const quint64 id = m_waiting.front();
        m_waiting.pop_front();
        run(id);
    }
}

void Exports::run(quint64 id)
{
    Job &job = m_jobs.at(id);
    const ExportOrder &order = job.order;
    QStringList arguments{u"export"_s, u"--data-dir"_s, m_api.engine().directory().paths().root, u"--format"_s,
        QString::fromLatin1(report::formatName(order.format)), u"--query"_s, u"-"_s, u"--no-entry"_s,
        u"--prepared-by="_s + callerName(*order.exchange.caller)};
    if (order.exchange.dryRun) {
        arguments.append(u"--dry-run"_s);
    } else {
        job.path = folder() + u'/' + Prefix + QString::fromLatin1(newUuid(m_api.engine().clock().now())) + u'.'
            + QString::fromLatin1(report::fileExtension(order.format));
        arguments += {u"--out"_s, job.path};
    }
    const QByteArray query = report::queryJson(order.filter);
    job.process = std::make_unique<QProcess>();
    QProcess *process = job.process.get();
    QObject::connect(process, &QProcess::finished, process, [this, id] { onFinished(id); });
    // Later: it may be told from within start(), and ends the job.
    QObject::connect(
        process, &QProcess::errorOccurred, process,
        [this, id](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart)
                onFinished(id);
        },
        Qt::QueuedConnection);
    ++m_running;
    process->start(m_program, arguments);
    if (process->state() == QProcess::NotRunning)
        return;
    process->write(query);
    process->closeWriteChannel();
}

void Exports::onFinished(quint64 id)
{
    Job *job = find(id);
    if (!job || !job->process)
        return;
    --m_running;
    QProcess *process = job->process.release();
    process->deleteLater(); // it is its own signal that brings us here
    const QByteArray out = process->readAllStandardOutput(), err = process->readAllStandardError();
    const bool ended = process->error() != QProcess::FailedToStart && process->exitStatus() == QProcess::NormalExit;
    static const QRegularExpression line(
        u"^(?:exported|would export): ([0-9]+) entries, format [a-z]+, report ([0-9a-f]{64}), tree size ([0-9]+), "
        "root ([A-Za-z0-9+/=]+)(, manifest not signed)?\n$"_s);
    const auto match = line.match(QString::fromLatin1(out));
    if (!ended || process->exitCode() != 0 || !match.hasMatch()) {
        QString why = QString::fromUtf8(err).trimmed().section(u'\n', -1);
        why.remove(0, why.startsWith("service-fs: "_L1) ? 12 : 0);
        if (!ended)
            why = u"%1 could not be run to its end: %2."_s.arg(m_program, process->errorString());
        finish(id, std::unexpected(cant(why)));
    } else if (job->order.exchange.dryRun) {
        json::Writer body;
        body.beginObject().member("format", report::formatName(job->order.format));
        body.rawMember("query", report::queryJson(job->order.filter)).member("rows", match.captured(1).toULongLong());
        body.member("report_id", match.captured(2)).member("tree_size", match.captured(3).toULongLong());
        body.member("root", match.captured(4)).endObject();
        finish(id, Reply{.body = body.take()});
    } else {
        job->isSigned = !match.hasCaptured(5);
        record(id, report::queryJson(job->order.filter), match.captured(1).toULongLong(), match.captured(2).toLatin1());
    }
    next();
}

void Exports::record(quint64 id, const QByteArray &query, quint64 rows, const QByteArray &reportId)
{
    Job &job = m_jobs.at(id);
    job.file = openFile(job.path);
    if (!job.file.isOpen())
        return finish(id, std::unexpected(cant(u"Its file is gone."_s)));
    if (!job.order.key) // it is ours alone now, and gone with its last byte
        QFile::remove(std::exchange(job.path, QString()));
    engine::ExportRecord made{
        .format = report::formatName(job.order.format), .query = query, .rows = rows, .reportId = reportId};
    Recorded answer{.keptFile = {}, .headers = fileHeaders(job.order.format, reportId, job.isSigned)};
    m_api.engine().post<Recorded>(
        *job.order.exchange.caller,
        [key = job.order.key, made = std::move(made), answer = std::move(answer),
            name = QFile::encodeName(job.path.section(u'/', -1))](engine::Work &work) -> Result<Recorded> {
            if (key) {
                ASSIGN_OR_RETURN(auto earlier, recall(work, *key));
                if (earlier)
                    return Recorded{earlier->body, earlier->headers};
            }
            ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index, engine::recordExport(work, made));
            if (key)
                TRY(remember(work, *key, Reply{.body = name, .headers = answer.headers}));
            return answer;
        },
        [this, id](Result<engine::Committed<Recorded>> outcome) {
            m_api.onIoThread([this, id, outcome = std::move(outcome)]() mutable {
                if (find(id))
                    onRecorded(id, std::move(outcome));
            });
        });
}

void Exports::onRecorded(quint64 id, Result<engine::Committed<Recorded>> outcome)
{
    Job &job = m_jobs.at(id);
    const bool isOwn = outcome && outcome->value.keptFile.isEmpty();
    if (!isOwn)
        discard(job.path);
    if (!outcome)
        return finish(id, std::unexpected(std::move(outcome.error())));
    http::FileBody file = std::move(job.file);
    Reply reply{.contentType = report::mediaType(job.order.format), .headers = std::move(outcome->value.headers)};
    if (!isOwn) {
        file = openFile(folder() + u'/' + QFile::decodeName(outcome->value.keptFile));
        if (!file.isOpen())
            return finish(id,
                fail(ErrorCode::IdempotencyKeyInUse,
                    u"This key made an export whose file was removed since. Ask with a new Idempotency-Key."_s));
    } else if (outcome->index) {
        reply.headers.append({"Ledger-Index"_ba, QByteArray::number(*outcome->index)});
    }
    finish(id, std::move(reply), std::move(file));
}

void Exports::finish(quint64 id, Result<Reply> outcome, http::FileBody file)
{
    auto node = m_jobs.extract(id);
    const Job &job = node.mapped();
    if (!outcome)
        discard(job.path);
    m_api.answerWithFile(job.order.exchange, std::move(outcome), std::move(file));
}

// What was kept for keys that are forgotten, and what a killed server left.
void Exports::forgetOldFiles() const
{
    const QDateTime old =
        QDateTime::currentDateTimeUtc().addSecs(-std::chrono::seconds(IdempotencyLife + std::chrono::hours(1)).count());
    for (const QFileInfo &file :
        QDir(folder()).entryInfoList({Prefix + u'*', u'.' + Prefix + u'*'}, QDir::Files | QDir::Hidden)) {
        if (file.lastModified(QTimeZone::utc()) < old)
            QFile::remove(file.filePath());
    }
}

void Exports::open()
{
    m_sweep = std::make_unique<QTimer>();
    QObject::connect(m_sweep.get(), &QTimer::timeout, m_sweep.get(), [this] { forgetOldFiles(); });
    m_sweep->start(std::chrono::hours(1));
    forgetOldFiles();
}

void Exports::close()
{
    m_sweep.reset();
    // What is with the engine has no process; it may be recorded, and then its file is kept.
    for (auto &[id, job] : m_jobs) {
        if (!job.process)
            continue;
        job.process->disconnect();
        job.process->terminate();
    }
    const QDeadlineTimer deadline(LongestFarewell);
    for (auto &[id, job] : m_jobs) {
        if (!job.process)
            continue;
        if (!job.process->waitForFinished(int(deadline.remainingTime()))) {
            job.process->kill();
            job.process->waitForFinished(1000);
        }
        discard(job.path);
    }
    m_jobs.clear();
    m_waiting.clear();
    m_running = 0;
}

} // namespace api
