// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/rollback.h"

#include "service/core/encoding.h"
#include "service/core/jsonwriter.h"
#include "service/crypto/keyfile.h"
#include "service/crypto/publickeytext.h"
#include "service/crypto/secretfile.h"
#include "service/engine/tokencommands.h"
#include "service/ledger/highwater.h"
#include "service/ledger/reader.h"
#include "service/store/statement.h"
#include "service/tokens/tokenstore.h"

#include <QtCore/qfile.h>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

constexpr qsizetype MostKeyFile = 64 * 1024; // of ledger.vkey: a line is some 120 bytes

QString nextKeyPath(const DataPaths &paths)
{
    return paths.tokenKey() + ".next"_L1;
}

QString shortRoot(const ledger::Checkpoint &checkpoint)
{
    return QString::fromLatin1(toBase64(checkpoint.root.view()).first(12)) + u'…';
}

KeyId keyIdOf(const crypto::SigningKey &key)
{
    return KeyId(crypto::keyThumbprint(key.publicKey()));
}

// The names stand in the mark, the database and ledger.vkey; whichever was put back, none is ever used twice.
Result<QByteArray> nextOrigin(const DataPaths &paths, const Rollback &rollback)
{
    const QByteArray first = ledger::firstOrigin(rollback.held.origin);
    std::uint64_t last = 0;
    const auto note = [&](const QByteArray &origin) {
        last = std::max(last, ledger::originNumber(origin, first).value_or(0));
    };
    note(rollback.held.origin);
    note(rollback.mark.origin);
    ASSIGN_OR_RETURN(const QByteArray vkey, crypto::readSecretFile(paths.ledgerVkey(), MostKeyFile));
    for (const QByteArray &line : vkey.split('\n')) {
        if (const auto key = ledger::parseVerifierKey(line))
            note(key->name);
    }
    return first + "/r" + QByteArray::number(qulonglong(last + 1));
}

Result<void> revokeEveryToken(Work &work)
{
    std::vector<TokenId> alive; // expired ones too: the clock may have gone back with the database
    TRY(tokens::loadTokens(work.database(), [&](const tokens::TokenRecord &token) {
        if (!token.revokedAt)
            alive.push_back(token.id);
    }));
    std::ranges::sort(alive);
    return revokeTokens(work, alive, u"rollback"_s);
}

Result<void> replaceTokenKeys(Work &work)
{
    std::vector<QByteArray> old;
    {
        ASSIGN_OR_RETURN(auto find,
            work.database().prepared("SELECT key_id FROM signing_key WHERE retired_at IS NULL ORDER BY key_id"));
        TRY(find.run());
        while (find.next())
            old.push_back(find.bytes(0));
        TRY(find.finish());
    }
    ASSIGN_OR_RETURN(
        auto retire, work.database().prepared("UPDATE signing_key SET retired_at = ? WHERE retired_at IS NULL"));
    TRY(retire.run(toMilliseconds(work.now())));
    const QByteArray key = crypto::publicKeyToText(work.signer().key.publicKey());
    ASSIGN_OR_RETURN(auto insert, work.database().prepared("INSERT INTO signing_key VALUES (?, ?, ?, NULL)"));
    TRY(insert.run(work.signer().keyId, QString::fromLatin1(key), toMilliseconds(work.now())));
    if (old.empty())
        old.emplace_back();
    for (const QByteArray &id : old) {
        json::Writer data;
        data.beginObject()
            .member("key", "token")
            .textOrNull("old_kid", id)
            .member("new_kid", work.signer().keyId.text())
            .member("public_key", key)
            .endObject();
        ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index, work.append("KEY_ROTATED", {}, data.take()));
    }
    return {};
}

// The newest name first, for readers that take one line; the others verify checkpoints of before the rollback.
Result<void> nameLog(const DataPaths &paths, const ledger::VerifierKey &key)
{
    ASSIGN_OR_RETURN(const QByteArray there, crypto::readSecretFile(paths.ledgerVkey(), MostKeyFile));
    QByteArray text = key.text() + '\n';
    for (const QByteArray &line : there.split('\n')) {
        if (!line.isEmpty() && line != key.text())
            text += line + '\n';
    }
    return text == there ? Result<void>()
                         : crypto::writeSecretFile(paths.ledgerVkey(), text, crypto::Overwrite::Replace);
}

// The folder is not synced: where a power cut takes the rename back, settleRollback does it again at the next start, as
// settleAdminToken does with admin.token.
Result<void> moveKey(const DataPaths &paths)
{
    if (::rename(QFile::encodeName(nextKeyPath(paths)).constData(), QFile::encodeName(paths.tokenKey()).constData())
        != 0)
        return fail(
            ErrorCode::Storage, u"%1 can't be put in place; is the directory writable?"_s.arg(nextKeyPath(paths)));
    return {};
}

} // namespace

Result<std::optional<Rollback>> findRollback(
    store::Database &database, const ledger::Ledger &ledger, const DataPaths &paths)
{
    auto unusable = [&](Error error) {
        error.detail += u" Put back an earlier copy of the file: an older mark is safe."_s;
        return std::unexpected(std::move(error));
    };
    const auto note = ledger::HighWater::readNote(paths.highWater());
    if (!note)
        return unusable(note.error());
    // The mark may bear a name that this database does not know yet, or knows no more; the key is the same.
    std::vector<ledger::VerifierKey> known{ledger.verifierKey()};
    if (const auto parsed = ledger::parseNote(*note)) {
        const auto claimed = ledger::parseCheckpoint(parsed->text);
        if (claimed && ledger::originNumber(claimed->origin, ledger::firstOrigin(ledger.origin())))
            known.push_back(ledger::verifierKey(claimed->origin, known.front().key));
    }
    auto mark = ledger::openCheckpoint(*note, known);
    if (!mark) {
        mark.error().detail.prepend(u"The high-water mark %1 is not one of this ledger: "_s.arg(paths.highWater()));
        return unusable(mark.error());
    }
    return findRollback(database, ledger, mark->checkpoint);
}

Result<std::optional<Rollback>> findRollback(
    store::Database &database, const ledger::Ledger &ledger, const ledger::Checkpoint &mark)
{
    ASSIGN_OR_RETURN(const auto accepted, ledger::acceptedRollbacks(database));
    if (ledger::isAcceptedMark(mark, accepted))
        return std::nullopt;
    ledger::LedgerReader reader(database);
    ASSIGN_OR_RETURN(const ledger::Head head, reader.head());
    const Rollback rollback{.mark = mark, .held = {.origin = ledger.origin(), .size = head.size, .root = head.root}};
    if (ledger::cutOff(mark, ledger.origin(), accepted))
        return rollback;
    if (const auto continues = reader.continues(mark); !continues) {
        if (continues.error().code == ErrorCode::Refused)
            return rollback;
        return std::unexpected(continues.error());
    }
    return std::nullopt;
}

Error rollbackRefusal(const Rollback &rollback)
{
    const auto &[mark, held] = rollback;
    const QString accept =
        u"start once with --accept-rollback: that revokes every token, makes a new key and a new admin.token, and goes "
        "on under a new name of the log."_s;
    const QString sentence = mark.size > held.size
        ? u"The database was rolled back: it holds %1 entries (root %2), the high-water mark knows %3 (root %4). "
          "Put the newer database back; or "_s
        : u"The database holds another history than the high-water mark: it has %1 entries (root %2), which do not go "
          "on from the %3 that the mark knows (root %4). Let service-fs verify --full tell whether it is damaged, and "
          "put the right database back; or "_s;
    return {.code = ErrorCode::Refused,
        .detail = sentence.arg(held.size).arg(shortRoot(held)).arg(mark.size).arg(shortRoot(mark)) + accept,
        .reason = "rollback"_ba};
}

Result<void> acceptRollback(const Acceptance &to, const Rollback &rollback)
{
    const auto step = [&](RollbackStep done) -> Result<void> {
        if (to.fault && to.fault(done))
            return fail(ErrorCode::Storage, u"The acceptance was cut short."_s);
        return {};
    };
    ASSIGN_OR_RETURN(const QByteArray origin, nextOrigin(to.paths, rollback));
    const auto key = crypto::SigningKey::generate();
    QFile::remove(nextKeyPath(to.paths)); // of an attempt that was cut short
    TRY(crypto::writeKeyFile(nextKeyPath(to.paths), key, to.passphrase));
    TRY(step(RollbackStep::KeyWritten));

    ASSIGN_OR_RETURN(auto transaction, store::Transaction::begin(to.database));
    const TokenSigner signer{.key = key, .keyId = keyIdOf(key), .issuer = to.issuer};
    const Caller caller = systemCaller();
    const Changes noChanges;
    Work work(caller, std::max(to.now, to.ledger.lastTime()), to.state, noChanges, to.database, to.ledger, signer);
    TRY(revokeEveryToken(work));
    TRY(replaceTokenKeys(work));
    ASSIGN_OR_RETURN([[maybe_unused]] const IssuedToken admin, replaceAdminToken(work, to.paths.adminToken(), false));
    TRY(step(RollbackStep::TokenWritten));
    ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex accepted,
        work.append("ROLLBACK_ACCEPTED", {},
            ledger::rollbackEntryData({.index = 0, .held = rollback.held, .mark = rollback.mark, .origin = origin})));
    {
        ASSIGN_OR_RETURN(auto rename, to.database.prepared("UPDATE meta SET value = ? WHERE key = 'origin'"));
        TRY(rename.run(QString::fromLatin1(origin)));
    }
    to.ledger.signAs(to.ledgerKey, origin);
    ASSIGN_OR_RETURN([[maybe_unused]] const ledger::Checkpoint sealed, to.ledger.seal());
    TRY(transaction.commit());
    to.ledger.committed();
    TRY(step(RollbackStep::Committed));

    ASSIGN_OR_RETURN(const auto mark, ledger::HighWater::open(to.paths.highWater()));
    TRY(mark->update(to.ledger.signedCheckpoint()));
    TRY(mark->sync());
    TRY(step(RollbackStep::Marked));
    TRY(nameLog(to.paths, to.ledger.verifierKey()));
    TRY(step(RollbackStep::LogNamed));
    TRY(moveKey(to.paths));
    TRY(step(RollbackStep::KeyMoved));
    Changes changes = work.takeChanges();
    for (auto &action : changes.afterCommit) // admin.token
        action();
    return {};
}

Result<void> settleRollback(const DataPaths &paths, store::Database &database, const ledger::Ledger &ledger,
    const State &state, const QCA::SecureArray &passphrase)
{
    ASSIGN_OR_RETURN(const auto accepted, ledger::acceptedRollbacks(database));
    if (!accepted.empty())
        TRY(nameLog(paths, ledger.verifierKey()));
    if (!QFile::exists(nextKeyPath(paths)))
        return {};
    ASSIGN_OR_RETURN(const auto next, crypto::readKeyFile(nextKeyPath(paths), passphrase));
    const auto known = state.keys.find(keyIdOf(next));
    if (known != state.keys.end() && !known->second.retiredAt)
        return moveKey(paths);
    if (!QFile::remove(nextKeyPath(paths)))
        return fail(ErrorCode::Storage, u"%1 can't be removed; is the directory writable?"_s.arg(nextKeyPath(paths)));
    return {};
}

} // namespace engine
