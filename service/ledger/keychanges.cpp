// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/keychanges.h"

#include "service/crypto/publickeytext.h"
#include "service/ledger/entry.h"
#include "service/store/statement.h"

using namespace Qt::StringLiterals;

namespace ledger {

Result<std::vector<KeyChange>> keyChanges(store::Database &database)
{
    ASSIGN_OR_RETURN(auto find,
        database.prepared("SELECT idx, bytes FROM ledger_entry WHERE tenant_id IS NULL "
                          "AND event_type = 'KEY_ROTATED' ORDER BY idx"));
    TRY(find.run());
    std::vector<KeyChange> list;
    while (find.next()) {
        ASSIGN_OR_RETURN(const EntryFields entry, parseEntry(find.bytes(1)));
        const auto text = [&](QByteArrayView name) {
            const json::Value *value = entry.data.find(name);
            return value && value->string() ? *value->string() : QByteArray();
        };
        if (text("key") != "ledger" || entry.outcome != Outcome::Ok)
            continue;
        KeyChange change{LeafIndex(find.integer(0)), text("old_kid"), text("new_kid")};
        if (change.oldKey.isEmpty() || change.newKey.isEmpty())
            return fail(
                ErrorCode::Corrupt, u"Entry %1 does not tell of a rotation: it names no keys."_s.arg(find.integer(0)));
        list.push_back(std::move(change));
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

} // namespace ledger
