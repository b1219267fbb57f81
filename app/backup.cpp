// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/backup.h"

#include "app/backupfile.h"
#include "app/offline.h"
#include "service/core/encoding.h"
#include "service/core/jsonreader.h"
#include "service/crypto/secretfile.h"
#include "service/engine/keyfiles.h"
#include "service/ledger/highwater.h"
#include "service/report/contenthash.h"
#include "service/report/zip.h"
#include "service/report/ziparchive.h"
#include "service/store/copy.h"
#include "service/store/schema.h"

#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qtemporarydir.h>

using namespace Qt::StringLiterals;

namespace app {

namespace {

constexpr qint64 Piece = 1 << 20;

// Small files, by the name they have in the backup.
using Secrets = std::vector<std::pair<QByteArray, QByteArray>>;

Result<Secrets> readSecrets(const engine::DataPaths &paths, bool withKeys)
{
    Secrets secrets;
    const auto take = [&](const char *name, const QString &path) -> Result<void> {
        ASSIGN_OR_RETURN(QByteArray bytes, crypto::readSecretFile(path, MostSecret));
        secrets.emplace_back(name, std::move(bytes));
        return {};
    };
    TRY(take("ledger.vkey", paths.ledgerVkey()));
    if (withKeys) {
        // Which of the two the database goes with can't be told from outside: the wrong one could never be restored.
        for (const QString &path : {paths.tokenKey(), paths.ledgerKey(), paths.adminToken()}) {
            if (QFile::exists(engine::nextPath(path)))
                return fail(ErrorCode::Refused,
                    u"No backup was made: %1 is being replaced, and %2 is not in its place yet. Try again; if it "
                    u"stays, "
                    "start the server anew, which finishes it."_s.arg(path, engine::nextPath(path)));
        }
        TRY(take("keys/token.key", paths.tokenKey()));
        TRY(take("keys/ledger.key", paths.ledgerKey()));
        if (QFile::exists(paths.adminToken()))
            TRY(take("admin.token", paths.adminToken()));
    }
    return secrets;
}

// Keys and database of one moment: where a key was replaced while the database was copied, both are read anew.
Result<Secrets> copyState(const engine::DataPaths &paths, bool withKeys, const QString &database)
{
    constexpr int attempts = 3;
    for (int i = 0; i < attempts; ++i) {
        ASSIGN_OR_RETURN(Secrets before, readSecrets(paths, withKeys));
        {
            ASSIGN_OR_RETURN(
                const auto source, store::Database::open(paths.database(), store::Database::Mode::ReadOnly));
            TRY(store::checkSchema(*source));
            TRY(store::copyDatabase(*source, database));
        }
        ASSIGN_OR_RETURN(const Secrets after, readSecrets(paths, withKeys));
        if (before == after)
            return before;
    }
    return fail(ErrorCode::Refused, u"Keys or tokens are being replaced just now. Try again."_s);
}

QByteArray description(const ledger::Head &head, bool withKeys)
{
    json::Writer writer;
    writer.beginObject()
        .member("format", BackupFormat)
        .member("v", 1)
        .member("program", "service-vm-tenant " HOUSE_VERSION)
        .member("schema", store::schemaVersion())
        .member("tree_size", head.size)
        .member("root", toBase64(head.root.view()))
        .member("time", formatTime(head.lastTime))
        .member("with_keys", withKeys)
        .endObject();
    return writer.take() + '\n';
}

class Lines final : public report::Sink
{
public:
    Result<void> write(QByteArrayView bytes) override
    {
        text.append(bytes);
        return {};
    }
    QByteArray text;
};

Result<void> addFile(report::ZipWriter &zip, const QByteArray &name, const QString &path)
{
    return zip.add(name, [&](report::Sink &sink) -> Result<void> {
        QFile file(path);
        bool isRead = file.open(QIODevice::ReadOnly);
        while (isRead && !file.atEnd()) {
            const QByteArray piece = file.read(Piece);
            isRead = !piece.isEmpty();
            TRY(sink.write(piece));
        }
        if (!isRead)
            return fail(ErrorCode::Storage, u"%1 can't be read: %2."_s.arg(path, file.errorString()));
        return {};
    });
}

Result<void> pack(const QString &path, const QString &folder, const Secrets &secrets, const QByteArray &about)
{
    ASSIGN_OR_RETURN(const auto file, report::OutputFile::create(path, report::Overwrite::Never));
    ASSIGN_OR_RETURN(const auto zip, report::ZipWriter::create(*file, folder));
    Lines sums;
    zip->listDigests(&sums);
    TRY(zip->add(BackupDescription, about));
    TRY(addFile(*zip, "tenants.db", folder + "/tenants.db"_L1));
    TRY(addFile(*zip, "high-water", folder + "/high-water"_L1));
    for (const auto &[name, bytes] : secrets)
        TRY(zip->add(name, bytes));
    zip->listDigests(nullptr);
    TRY(zip->add(BackupSums, sums.text));
    TRY(zip->finish());
    return file->commit();
}

// What was written, as it is read; the hash of the whole file.
Result<QByteArray> readAgain(const QString &path)
{
    ASSIGN_OR_RETURN(const auto zip, report::ZipArchive::open(path));
    TRY(zip->forEach([&](const report::ZipArchive::Member &member) {
        return zip->read(member, [](QByteArrayView) { return Result<void>(); });
    }));
    QFile file(path);
    report::ContentHash hash;
    bool isRead = file.open(QIODevice::ReadOnly);
    while (isRead && !file.atEnd()) {
        const QByteArray piece = file.read(Piece);
        isRead = !piece.isEmpty();
        hash.add(piece);
    }
    if (!isRead)
        return fail(ErrorCode::Storage, u"%1 can't be read again: %2."_s.arg(path, file.errorString()));
    return toHex(hash.digest().view());
}

engine::Command<LeafIndex> commandOf(const engine::BackupRecord &record)
{
    return [record](engine::Work &work) { return engine::recordBackup(work, record); };
}

QByteArray requestLine(const engine::BackupRecord &record)
{
    json::Writer writer;
    writer.beginObject()
        .member("command", "record-backup")
        .member("tree_size", record.entries)
        .member("root", record.root)
        .member("bytes", record.bytes)
        .member("sha256", record.sha256)
        .member("with_keys", record.withKeys)
        .endObject();
    return writer.take();
}

Result<LeafIndex> recordBackup(
    const engine::DataPaths &paths, const engine::BackupRecord &record, const QCA::SecureArray &passphrase)
{
    if (engine::isHeld(paths.root)) {
        ASSIGN_OR_RETURN(const json::Value answer, engine::askControl(paths, requestLine(record)));
        const json::Value *index = answer.find("index");
        const auto number = index && index->number() ? index->number()->whole() : std::nullopt;
        if (!number)
            return fail(ErrorCode::Refused, u"The server answered without the entry's index."_s);
        return LeafIndex(*number);
    }
    ASSIGN_OR_RETURN(const auto offline, OfflineEngine::open(paths, passphrase));
    ASSIGN_OR_RETURN(const auto recorded, offline->client().ask<LeafIndex>(engine::systemCaller(), commandOf(record)));
    return recorded.value;
}

} // namespace

Result<BackupMade> makeBackup(
    const engine::DataPaths &paths, const QString &path, bool withKeys, const QCA::SecureArray &passphrase)
{
    TRY(engine::checkDataDirectory(paths));
    if (QFileInfo::exists(path))
        return fail(ErrorCode::Refused, u"%1 is there already; it was left alone. Name another file."_s.arg(path));
    // Beside the file, where it needs the room anyway, and open to nobody else.
    const QTemporaryDir folder(QFileInfo(path).absolutePath() + "/.backup-XXXXXX"_L1);
    if (!folder.isValid())
        return fail(ErrorCode::Storage,
            u"%1 can't be written: %2."_s.arg(QFileInfo(path).absolutePath(), folder.errorString()));
    const QString database = folder.filePath(u"tenants.db"_s);
    ASSIGN_OR_RETURN(const Secrets secrets, copyState(paths, withKeys, database));
    auto head = verifiedHead(database, secrets.front().second, {});
    if (!head) {
        head.error().detail = u"No backup was made, for the ledger does not verify: %1. See what service-fs verify "
                              "--full says."_s.arg(head.error().detail);
        return std::unexpected(head.error());
    }
    {
        ASSIGN_OR_RETURN([[maybe_unused]] const auto mark,
            ledger::HighWater::create(folder.filePath(u"high-water"_s), head->checkpoint));
    }
    TRY(pack(path, folder.path(), secrets, description(*head, withKeys)));
    auto sum = readAgain(path);
    if (!sum) {
        QFile::remove(path);
        return std::unexpected(sum.error());
    }
    BackupMade made{.record = {.entries = head->size,
                        .root = toBase64(head->root.view()),
                        .bytes = QFileInfo(path).size(),
                        .sha256 = *sum,
                        .withKeys = withKeys},
        .time = QString::fromLatin1(formatTime(head->lastTime)),
        .index = {},
        .unrecorded = {}};
    if (const auto recorded = recordBackup(paths, made.record, passphrase))
        made.index = *recorded;
    else
        made.unrecorded = recorded.error().detail;
    return made;
}

void answerBackupRecord(engine::EngineClient client, const json::Value &request, engine::ControlServer::Reply reply)
{
    json::ObjectReader reader(request);
    engine::BackupRecord record;
    reader.optionalText("command", 1, 100);
    record.entries = TreeSize(reader.integer("tree_size", 0, INT64_MAX));
    record.root = reader.text("root", 1, 100).toLatin1();
    record.bytes = reader.integer("bytes", 0, INT64_MAX);
    record.sha256 = reader.text("sha256", 1, 100).toLatin1();
    record.withKeys = reader.optionalBoolean("with_keys").value_or(false);
    if (auto read = reader.finish(); !read)
        return reply(std::unexpected(std::move(read.error())));
    client.engine().post<LeafIndex>(engine::systemCaller(), commandOf(record),
        [reply = std::move(reply)](Result<engine::Committed<LeafIndex>> recorded) mutable {
            if (!recorded)
                return reply(std::unexpected(std::move(recorded.error())));
            json::Writer members;
            members.member("index", recorded->value);
            reply(members.take());
        });
}

} // namespace app
