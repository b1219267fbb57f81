// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/keycommands.h"

#include "service/core/jsonwriter.h"
#include "service/crypto/publickeytext.h"
#include "service/store/statement.h"

#include <QtCore/qdebug.h>
#include <QtCore/qfile.h>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

KeyId keyIdOf(const crypto::PublicKey &key)
{
    return KeyId(crypto::keyThumbprint(key));
}

std::optional<QByteArray> timeOf(const std::optional<qint64> &seconds)
{
    return seconds ? std::optional(formatTime(fromSeconds(*seconds))) : std::nullopt;
}

Result<std::optional<qint64>> lastExpiry(store::Database &database, const KeyId &key)
{
    ASSIGN_OR_RETURN(
        auto find, database.prepared("SELECT max(expires_at) FROM token WHERE key_id = ? AND revoked_at IS NULL"));
    TRY(find.run(key));
    const auto last = find.next() && !find.isNull(0) ? std::optional(find.integer(0)) : std::nullopt;
    TRY(find.finish());
    return last;
}

Result<void> appendLedgerRotation(Work &work, const KeyRotation &rotation)
{
    json::Writer data;
    data.beginObject()
        .member("key", "ledger")
        .member("old_kid", rotation.oldId.text())
        .member("new_kid", rotation.newId.text())
        .member("public_key", crypto::publicKeyToText(rotation.newKey))
        .member("ledger_vkey", rotation.verifierKey)
        .endObject();
    ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index, work.append("KEY_ROTATED", {}, data.take()));
    return {};
}

// As a refusal: the disk under the database is not what failed.
Result<void> prepareFiles(Work &work, const RotationPlace &place, const QString &path, const crypto::SigningKey &key,
    const ledger::VerifierKey *verifierKey)
{
    const auto refused = [](const Error &error) { return Error{.code = ErrorCode::Refused, .detail = error.detail}; };
    const auto step = [&](RotationStep done) -> Result<void> {
        if (place.fault && place.fault(done))
            return fail(ErrorCode::Refused, u"The rotation was cut short."_s);
        return {};
    };
    // Where the rotation before this one could not move its key, FILE.next is the only copy of the key that signs.
    TRY((verifierKey
            ? settleLedgerKey(place.paths, ledger::verifierKey(place.origin, place.ledgerKey), place.passphrase)
            : settleTokenKey(place.paths, work.keys(), place.passphrase))
            .transform_error(refused));
    TRY(writeNextKey(path, key, place.passphrase).transform_error(refused));
    TRY(step(RotationStep::KeyWritten));
    if (verifierKey) {
        TRY(placeVerifierKey(place.paths, *verifierKey, VkeyPlace::Last).transform_error(refused));
        TRY(step(RotationStep::VkeyWritten));
    }
    return {};
}

// What is left undone here the next rotation or start does.
void moveAfterCommit(
    Work &work, const RotationPlace &place, const QString &path, const std::optional<ledger::VerifierKey> &verifierKey)
{
    work.afterCommit([paths = place.paths, path, verifierKey, fault = place.fault] {
        const auto isCut = [&](RotationStep done) { return fault && fault(done); };
        if (isCut(RotationStep::Committed) || !QFile::exists(nextPath(path)))
            return;
        const auto moved = [&]() -> Result<void> {
            if (verifierKey)
                TRY(placeVerifierKey(paths, *verifierKey, VkeyPlace::First));
            if (isCut(RotationStep::VkeyMoved))
                return {};
            return moveIntoPlace(path);
        }();
        if (!moved)
            qWarning().noquote() << u"%1 The new key signs; the next rotation or start moves it."_s.arg(
                moved.error().detail);
    });
}

} // namespace

Result<void> replaceTokenKey(Work &work, const crypto::PublicKey &key, const std::optional<qint64> &verifiesUntil)
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
    const QByteArray text = crypto::publicKeyToText(key);
    ASSIGN_OR_RETURN(auto insert, work.database().prepared("INSERT INTO signing_key VALUES (?, ?, ?, NULL)"));
    TRY(insert.run(keyIdOf(key), QString::fromLatin1(text), toMilliseconds(work.now())));
    for (const QByteArray &id : old) {
        if (const auto known = work.keys().find(KeyId(id)); known != work.keys().end()) {
            TokenKey retired = known->second;
            retired.retiredAt = work.now();
            work.put(std::move(retired));
        }
    }
    work.put(TokenKey{.id = keyIdOf(key), .key = key, .createdAt = work.now(), .retiredAt = {}});
    if (old.empty())
        old.emplace_back();
    for (const QByteArray &id : old) {
        json::Writer data;
        data.beginObject()
            .member("key", "token")
            .textOrNull("old_kid", id)
            .member("new_kid", keyIdOf(key).text())
            .member("public_key", text)
            .member("verifies_until", timeOf(verifiesUntil))
            .endObject();
        ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index, work.append("KEY_ROTATED", {}, data.take()));
    }
    return {};
}

Result<KeyRotation> rotateKey(Work &work, KeyKind kind, const RotationPlace &place)
{
    const bool ofTokens = kind == KeyKind::Token;
    const QString path = ofTokens ? place.paths.tokenKey() : place.paths.ledgerKey();
    auto key = crypto::SigningKey::generate();
    const auto verifierKey = ledger::verifierKey(place.origin, key.publicKey());
    KeyRotation rotation{.kind = kind,
        .oldId = ofTokens ? work.signer().keyId : keyIdOf(place.ledgerKey),
        .newId = keyIdOf(key.publicKey()),
        .newKey = key.publicKey(),
        .verifierKey = {},
        .verifiesUntil = {}};
    if (ofTokens) {
        ASSIGN_OR_RETURN(rotation.verifiesUntil, lastExpiry(work.database(), rotation.oldId));
    } else {
        rotation.verifierKey = verifierKey.text();
    }
    if (!place.dryRun) {
        TRY(prepareFiles(work, place, path, key, ofTokens ? nullptr : &verifierKey));
        moveAfterCommit(work, place, path, ofTokens ? std::nullopt : std::optional(verifierKey));
    }
    if (ofTokens)
        TRY(replaceTokenKey(work, key.publicKey(), rotation.verifiesUntil));
    else
        TRY(appendLedgerRotation(work, rotation));
    work.rotate(kind, std::move(key));
    if (place.dryRun) {
        rotation.newId = {};
        rotation.verifierKey.clear();
    }
    return rotation;
}

} // namespace engine
