// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/keychanges.h"

#include "service/crypto/publickeytext.h"
#include "service/store/statement.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ledger {

Result<std::optional<KeyChange>> keyChangeIn(const EntryFields &entry)
{
    const auto text = [&](QByteArrayView name) {
        const json::Value *value = entry.data.find(name);
        return value && value->string() ? *value->string() : QByteArray();
    };
    if (entry.eventType != "KEY_ROTATED" || text("key") != "ledger" || entry.outcome != Outcome::Ok)
        return std::nullopt;
    KeyChange change{entry.index, text("old_kid"), text("new_kid")};
    if (change.oldKey.isEmpty() || change.newKey.isEmpty())
        return fail(ErrorCode::Corrupt, u"Entry %1 does not tell of a rotation: it names no keys."_s.arg(entry.index));
    return change;
}

Result<std::vector<KeyChange>> keyChanges(store::Database &database)
{
    ASSIGN_OR_RETURN(auto find,
        database.prepared("SELECT idx, bytes FROM ledger_entry WHERE tenant_id IS NULL "
                          "AND event_type = 'KEY_ROTATED' ORDER BY idx"));
    TRY(find.run());
    std::vector<KeyChange> list;
    while (find.next()) {
        ASSIGN_OR_RETURN(const EntryFields entry, parseEntry(find.bytes(1)));
        ASSIGN_OR_RETURN(auto change, keyChangeIn(entry));
        if (change)
            list.push_back(std::move(*change));
    }
    TRY(find.finish());
    return list;
}

std::optional<QString> signedOutOfTurn(const SignedCheckpoint &checkpoint, std::span<const KeyChange> changes)
{
    if (changes.empty())
        return {};
    QByteArray key = changes.front().oldKey;
    for (const KeyChange &change : changes) {
        if (change.index < checkpoint.checkpoint.size)
            key = change.newKey;
    }
    if (crypto::keyThumbprint(checkpoint.signer.key) == key)
        return {};
    return u"is signed by a key that did not sign trees of its size; by the entries KEY_ROTATED it is %1 that did"_s
        .arg(QString::fromLatin1(key));
}

std::optional<QString> signedByReplacedKey(const SignedCheckpoint &checkpoint, std::span<const KeyChange> changes)
{
    const auto replaced = std::ranges::find(changes, crypto::keyThumbprint(checkpoint.signer.key), &KeyChange::oldKey);
    if (replaced == changes.end())
        return {};
    return u"is signed by a key that entry %1 says was rotated away"_s.arg(replaced->index);
}

std::optional<QString> signedByOlderKey(
    const QByteArray &origin, const QByteArray &keyId, std::span<const VerifierKey> newestFirst)
{
    const auto newest = std::ranges::find(newestFirst, origin, &VerifierKey::name);
    if (newest == newestFirst.end() || newest->id == keyId)
        return {};
    return u"is signed by %1, and of the keys that were given %2 stands first, as the one that replaced it. If it is "
           "from before that rotation, give the key of then alone"_s.arg(
               QString::fromLatin1(keyId.toHex()), QString::fromLatin1(newest->id.toHex()));
}

} // namespace ledger
