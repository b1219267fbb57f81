// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/backup.h"

#include "app/backupfile.h"
#include "service/crypto/keyfile.h"
#include "service/crypto/publickeytext.h"
#include "service/crypto/secretfile.h"
#include "service/engine/keyfiles.h"
#include "service/engine/restored.h"
#include "service/ledger/highwater.h"
#include "service/ledger/note.h"
#include "service/report/ziparchive.h"
#include "service/store/schema.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace app {

namespace {

// What is laid out; the rest of a backup tells of it.
constexpr std::array Pieces{
    "tenants.db", "high-water", "ledger.vkey", "keys/token.key", "keys/ledger.key", "admin.token"};

std::unexpected<Error> systemError(const QString &path)
{
    const int number = errno;
    return fail(ErrorCode::Storage, u"%1 can't be written: %2."_s.arg(path, qt_error_string(number)));
}

Result<void> writePiece(report::ZipArchive &zip, const report::ZipArchive::Member &member, const QString &path)
{
    const int file =
        ::open(QFile::encodeName(path).constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return systemError(path);
    auto written = zip.read(member, [&](QByteArrayView bytes) -> Result<void> {
        while (!bytes.isEmpty()) {
            const ssize_t put = ::write(file, bytes.data(), size_t(bytes.size()));
            if (put < 0 && errno == EINTR)
                continue;
            if (put <= 0)
                return systemError(path);
            bytes = bytes.sliced(put);
        }
        return {};
    });
    if (written && ::fsync(file) != 0)
        written = systemError(path);
    ::close(file);
    return written;
}

Result<void> unpackMembers(const QString &file, const engine::DataPaths &paths)
{
    ASSIGN_OR_RETURN(const auto zip, report::ZipArchive::open(file));
    bool isBackup = false;
    return zip
        ->forEach([&](const report::ZipArchive::Member &member) -> Result<void> {
            if (member.name == BackupDescription) {
                ASSIGN_OR_RETURN(const QByteArray text, zip->readAt(member, 0, MostSecret));
                isBackup = text.contains(BackupFormat);
            }
            if (!isBackup)
                return fail(ErrorCode::Refused, u"%1 is no backup of an installation."_s.arg(file));
            if (std::ranges::contains(Pieces, member.name))
                return writePiece(*zip, member, paths.root + u'/' + QString::fromLatin1(member.name));
            return {};
        })
        .and_then([&]() -> Result<void> {
            if (!isBackup || !QFile::exists(paths.database()))
                return fail(ErrorCode::Refused, u"%1 is no backup of an installation."_s.arg(file));
            return {};
        });
}

Result<void> unpack(const QString &file, const engine::DataPaths &paths)
{
    return unpackMembers(file, paths).transform_error([&](Error error) {
        if (error.code == ErrorCode::Corrupt)
            error.detail =
                u"Nothing was restored, for %1 is not as a backup was written. %2 Take another copy of it."_s.arg(
                    file, error.detail);
        return error;
    });
}

// Keys that were kept apart, where the backup has none.
Result<void> addKeys(const RestoreRequest &request, const engine::DataPaths &paths)
{
    const bool has = QFile::exists(paths.tokenKey()) && QFile::exists(paths.ledgerKey());
    if (has && !request.keys.isEmpty())
        return fail(ErrorCode::Refused, u"The backup holds its keys; leave --keys away."_s);
    if (has)
        return {};
    if (request.keys.isEmpty())
        return fail(ErrorCode::Refused,
            u"The backup holds no keys, and without them nobody can go on with its ledger. Give the folder that has "
            "its token.key and ledger.key with --keys."_s);
    for (const auto &[name, path] : {std::pair("token.key", paths.tokenKey()), {"ledger.key", paths.ledgerKey()}}) {
        ASSIGN_OR_RETURN(
            const QByteArray bytes, crypto::readSecretFile(request.keys + u'/' + QLatin1StringView(name), MostSecret));
        TRY(crypto::writeSecretFile(path, bytes, crypto::Overwrite::Never));
    }
    return {};
}

// That they are the ledger's and the tokens' own; one that was rotated away is not.
Result<void> checkKeys(
    const engine::DataPaths &paths, const ledger::SignedCheckpoint &head, const QCA::SecureArray &passphrase)
{
    ASSIGN_OR_RETURN(const auto ledgerKey, crypto::readKeyFile(paths.ledgerKey(), passphrase));
    if (ledger::verifierKey(head.signer.name, ledgerKey.publicKey()) != head.signer)
        return fail(ErrorCode::Refused,
            u"Nothing was restored: ledger.key is not the key that the ledger in the backup is signed with. Give the "
            "keys as they were when it was made."_s);
    ASSIGN_OR_RETURN(const auto tokenKey, crypto::readKeyFile(paths.tokenKey(), passphrase));
    ASSIGN_OR_RETURN(const auto database, store::Database::open(paths.database(), store::Database::Mode::ReadOnly));
    ASSIGN_OR_RETURN(
        auto find, database->prepared("SELECT 1 FROM signing_key WHERE key_id = ? AND retired_at IS NULL"));
    TRY(find.run(KeyId(crypto::keyThumbprint(tokenKey.publicKey()))));
    const bool isCurrent = find.next();
    TRY(find.finish());
    if (!isCurrent)
        return fail(ErrorCode::Refused, u"token.key is not the key that the backup signs tokens with."_s);
    return {};
}

// The lost directory's keys, since its mark may be signed by one that came after the backup. They are in ledger.vkey
// beside it and count only where the backup's own key is among them.
Result<std::vector<ledger::VerifierKey>> keysBeside(const QString &mark, const ledger::VerifierKey &signer)
{
    const QString path = QFileInfo(mark).absolutePath() + "/ledger.vkey"_L1;
    if (!QFile::exists(path))
        return std::vector<ledger::VerifierKey>();
    ASSIGN_OR_RETURN(auto keys, ledger::readVerifierKeys(path));
    const QByteArray first = ledger::firstOrigin(signer.name);
    const bool isOfLog =
        std::ranges::all_of(keys, [&](const auto &key) { return ledger::originNumber(key.name, first).has_value(); });
    if (!isOfLog || !std::ranges::contains(keys, signer))
        return fail(ErrorCode::Refused,
            u"Nothing was restored: %1 beside the mark is of another ledger than the backup."_s.arg(path));
    return keys;
}

// Keeps the greater of the two marks. Whether the one that was given shows that nothing came after the backup.
Result<bool> takeMark(const QString &path, const engine::DataPaths &paths, const ledger::SignedCheckpoint &head)
{
    ASSIGN_OR_RETURN(std::vector<ledger::VerifierKey> known, ledger::readVerifierKeys(paths.ledgerVkey()));
    ASSIGN_OR_RETURN(const auto beside, keysBeside(path, head.signer));
    known.insert(known.end(), beside.begin(), beside.end());
    const auto mark = ledger::HighWater::read(path, known);
    if (!mark)
        return fail(ErrorCode::Refused,
            u"Nothing was restored, for %1 is no mark of this ledger: %2 Give high-water as it lies in the lost "
            "directory, with ledger.vkey beside it; or leave --mark away."_s.arg(path, mark.error().detail));
    if (mark->checkpoint == head.checkpoint)
        return true;
    ASSIGN_OR_RETURN(const auto database, store::Database::open(paths.database(), store::Database::Mode::ReadOnly));
    ledger::LedgerReader reader(*database);
    const auto continues = reader.continues(mark->checkpoint);
    if (!continues && continues.error().code != ErrorCode::Refused)
        return std::unexpected(continues.error());
    if (continues)
        return false; // an older one says nothing of what came after
    // Behind those that are there: the first line is the key that signs.
    for (const ledger::VerifierKey &key : beside) {
        if (!std::ranges::contains(known.begin(), known.end() - qsizetype(beside.size()), key))
            TRY(engine::placeVerifierKey(paths, key, engine::VkeyPlace::Last));
    }
    if (!QFile::remove(paths.highWater()))
        return fail(ErrorCode::Storage, u"%1 can't be replaced."_s.arg(paths.highWater()));
    ASSIGN_OR_RETURN([[maybe_unused]] const auto kept, ledger::HighWater::create(paths.highWater(), mark->note));
    return false;
}

// An older database is brought up to date; the backup itself is the copy of what was before.
Result<void> modernize(const QString &path)
{
    ASSIGN_OR_RETURN(const auto database, store::Database::open(path, store::Database::Mode::ReadWrite));
    TRY(store::migrate(*database));
    QFile::remove(store::beforeMigration(path, store::schemaVersion()));
    return database->writeBack();
}

// Readers leave the log's index beside a database, a writer that goes last takes it away.
Result<void> closeWhole(const QString &path)
{
    {
        ASSIGN_OR_RETURN(const auto database, store::Database::open(path, store::Database::Mode::ReadWrite));
        TRY(database->writeBack());
    }
    for (const QLatin1StringView suffix : {"-wal"_L1, "-shm"_L1}) {
        if (QFile::exists(path + suffix))
            return fail(ErrorCode::Storage, u"%1 could not be closed: %1%2 is left."_s.arg(path, suffix));
    }
    return {};
}

Result<Restored> layOut(const RestoreRequest &request, const engine::DataPaths &paths)
{
    for (const QString &folder : {paths.keys(), paths.auditExports()}) {
        if (::mkdir(QFile::encodeName(folder).constData(), 0700) != 0)
            return systemError(folder);
    }
    TRY(unpack(request.file, paths));
    TRY(addKeys(request, paths));
    TRY(modernize(paths.database()));
    ASSIGN_OR_RETURN(const QByteArray vkey, crypto::readSecretFile(paths.ledgerVkey(), MostSecret));
    auto head = verifiedHead(paths.database(), vkey, paths.highWater());
    if (!head) {
        head.error().detail.prepend(
            u"Nothing was restored, for the ledger in %1 does not verify: "_s.arg(request.file));
        return std::unexpected(head.error());
    }
    ASSIGN_OR_RETURN(const auto known, ledger::parseVerifierKeys(vkey));
    ASSIGN_OR_RETURN(const auto opened, ledger::openCheckpoint(head->checkpoint, known));
    TRY(checkKeys(paths, opened, request.passphrase));
    bool isComplete = false;
    if (!request.mark.isEmpty()) {
        ASSIGN_OR_RETURN(isComplete, takeMark(request.mark, paths, opened));
    }
    if (!isComplete)
        TRY(engine::markRestored(paths, head->checkpoint));
    TRY(closeWhole(paths.database()));
    return Restored{.entries = head->size,
        .time = QString::fromLatin1(formatTime(head->lastTime)),
        .hasAdminToken = QFile::exists(paths.adminToken()),
        .isComplete = isComplete};
}

} // namespace

Result<Restored> restoreBackup(const RestoreRequest &request)
{
    Restored restored;
    ASSIGN_OR_RETURN(const auto directory,
        engine::DataDirectory::lock(request.directory, [&](const engine::DataPaths &paths) -> Result<void> {
            ASSIGN_OR_RETURN(restored, layOut(request, paths));
            return {};
        }));
    if (!directory->isNew())
        return fail(ErrorCode::Refused,
            u"%1 holds an installation; it was left alone. Restore to a directory that is absent or empty."_s.arg(
                directory->paths().root));
    return restored;
}

} // namespace app
