// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/rollback.h"

#include "service/core/encoding.h"
#include "service/core/jsonwriter.h"
#include "service/crypto/publickeytext.h"
#include "service/engine/keycommands.h"
#include "service/engine/tokencommands.h"
#include "service/ledger/highwater.h"
#include "service/ledger/reader.h"
#include "service/store/statement.h"
#include "service/tokens/tokenstore.h"

using namespace Qt::StringLiterals;

namespace engine {

namespace {

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
    ASSIGN_OR_RETURN(const auto keys, ledger::readVerifierKeys(paths.ledgerVkey()));
    for (const ledger::VerifierKey &key : keys)
        note(key.name);
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
    // A mark that lags may be signed by the key before the last rotation, and it may bear a name that this database
    // does not know yet, or knows no more.
    std::vector<ledger::VerifierKey> known{ledger.verifierKey()};
    if (const auto keys = ledger::readVerifierKeys(paths.ledgerVkey()))
        known.insert(known.end(), keys->begin(), keys->end());
    if (const auto parsed = ledger::parseNote(*note)) {
        const auto claimed = ledger::parseCheckpoint(parsed->text);
        if (claimed && ledger::originNumber(claimed->origin, ledger::firstOrigin(ledger.origin()))) {
            for (size_t i = 0, count = known.size(); i < count; ++i)
                known.push_back(ledger::verifierKey(claimed->origin, known[i].key));
        }
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
    if (mark == held)
        return {.code = ErrorCode::Refused,
            .detail = u"The directory was restored from a backup of %1 entries (root %2), and nothing shows that none "
                      "came after them: tokens that were revoked since would be valid again. If that is meant, %3"_s
                          .arg(held.size)
                          .arg(shortRoot(held), accept),
            .reason = "rollback"_ba};
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
    TRY(settleTokenKey(to.paths, to.state.keys, to.passphrase));
    TRY(writeNextKey(to.paths.tokenKey(), key, to.passphrase));
    TRY(step(RollbackStep::KeyWritten));

    ASSIGN_OR_RETURN(auto transaction, store::Transaction::begin(to.database));
    const TokenSigner signer{.key = key, .keyId = keyIdOf(key), .issuer = to.issuer};
    const Caller caller = systemCaller();
    const Changes noChanges;
    Work work(caller, std::max(to.now, to.ledger.lastTime()), to.state, noChanges, to.database, to.ledger, signer);
    TRY(revokeEveryToken(work));
    TRY(replaceTokenKey(work, key.publicKey()));
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
    TRY(placeVerifierKey(to.paths, to.ledger.verifierKey(), VkeyPlace::First));
    TRY(step(RollbackStep::LogNamed));
    TRY(moveIntoPlace(to.paths.tokenKey()));
    TRY(step(RollbackStep::KeyMoved));
    Changes changes = work.takeChanges();
    for (auto &action : changes.afterCommit) // admin.token
        action();
    return {};
}

Result<void> settleRollback(const DataPaths &paths, store::Database &database, const ledger::Ledger &ledger)
{
    ASSIGN_OR_RETURN(const auto accepted, ledger::acceptedRollbacks(database));
    return accepted.empty() ? Result<void>() : placeVerifierKey(paths, ledger.verifierKey(), VkeyPlace::First);
}

} // namespace engine
