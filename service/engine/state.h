// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What every request needs, in memory: published by the engine after a commit, read by every thread. Nothing stands
// here that is not on the disk.
#pragma once

#include "service/core/ids.h"
#include "service/crypto/ed25519.h"
#include "service/engine/trouble.h"
#include "service/tenancy/plan.h"
#include "service/tokens/rules.h"

#include <map>
#include <shared_mutex>
#include <unordered_map>

namespace engine {

// A key that tokens may be signed with; retired ones still verify until their last token has expired.
struct TokenKey
{
    KeyId id;
    crypto::PublicKey key;
    Timestamp createdAt;
    std::optional<Timestamp> retiredAt;
    qint64 lastExpiry = 0; // Unix seconds: of those of its tokens that were not revoked when it was read

    bool verifiesAt(Timestamp now) const { return !retiredAt || lastExpiry > toSeconds(now) - tokens::Leeway; }
};

struct State
{
    std::map<TenantId, tenancy::Tenant> tenants;
    std::map<QString, tenancy::Plan> plans;
    std::unordered_map<TokenId, tokens::TokenRecord, IdHash> tokens;
    std::unordered_map<KeyId, TokenKey, IdHash> keys; // the one that is not retired signs
    // Raised by every change of a tenant's VMs; what was read from the database before is then old.
    std::unordered_map<TenantId, quint64, IdHash> vmVersions;
    quint64 allVmsVersion = 0;

    TreeSize ledgerSize = 0;
    Timestamp ledgerTime; // of the newest entry: expiry is never judged by an earlier time
    QByteArray checkpoint; // the signed note of that size
    Trouble trouble; // why the ledger can't be written

    // A key verifies until the last of its tokens has expired.
    void noteExpiry(const tokens::TokenRecord &token)
    {
        const auto key = keys.find(token.keyId);
        if (key != keys.end() && !token.revokedAt)
            key->second.lastExpiry = std::max(key->second.lastExpiry, token.expiresAt);
    }

    const tenancy::Tenant *tenant(const TenantId &id) const
    {
        const auto found = tenants.find(id);
        return found == tenants.end() ? nullptr : &found->second;
    }
    const tenancy::Plan *plan(const QString &name) const
    {
        const auto found = plans.find(name);
        return found == plans.end() ? nullptr : &found->second;
    }
    const tokens::TokenRecord *token(const TokenId &id) const
    {
        const auto found = tokens.find(id);
        return found == tokens.end() ? nullptr : &found->second;
    }
};

class SharedState
{
public:
    // `look` gets a const State & that holds still meanwhile: take what is needed and leave.
    template <typename Look>
    auto read(Look &&look) const
    {
        const std::shared_lock lock(m_mutex);
        return look(m_state);
    }

    // The engine thread alone.
    template <typename Change>
    void publish(Change &&change)
    {
        const std::unique_lock lock(m_mutex);
        change(m_state);
    }
    // Without lock, for the engine thread: it alone publishes.
    const State &ofEngineThread() const { return m_state; }

private:
    mutable std::shared_mutex m_mutex;
    State m_state;
};

} // namespace engine
