// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What a command sees while it runs: the state with every change made before it in the same transaction, the database,
// and the ledger to append to. Engine thread only; lives for one command.
//
// A command that fails leaves nothing: its Changes are dropped, and what it wrote is taken back, with the transaction
// or with its savepoint.
#pragma once

#include "service/engine/caller.h"
#include "service/engine/state.h"
#include "service/ledger/ledger.h"
#include "service/store/database.h"

#include <functional>
#include <set>
#include <unordered_set>

namespace engine {

enum class KeyKind
{
    Token,
    Ledger
};

// A key that signs from the commit on. It ends its batch: what comes after is signed by it.
struct NewKey
{
    KeyKind kind;
    crypto::SigningKey key;
};

// What is different from the published state, until the commit makes it true.
struct Changes
{
    std::map<TenantId, tenancy::Tenant> tenants;
    std::map<QString, std::optional<tenancy::Plan>> plans; // nothing: deleted
    std::unordered_map<TokenId, tokens::TokenRecord, IdHash> tokens;
    std::unordered_set<TokenId, IdHash> forgotten; // tokens; stronger than the map above
    std::vector<TokenKey> keys;
    std::unique_ptr<NewKey> newKey; // of a rotation; a pointer, for the ledger borrows it while the commit is made
    std::set<TenantId> usageChanged; // rows of `tenant` to write before the commit
    std::set<TenantId> vmsChanged;
    std::vector<std::move_only_function<void()>> afterCommit;
    std::optional<LeafIndex> lastIndex;

    void merge(Changes &&later);
};

// The tokens the engine signs and the name it signs them with.
struct TokenSigner
{
    const crypto::SigningKey &key;
    KeyId keyId;
    QByteArray issuer;
};

// The thing acted on, for the search columns.
struct Subject
{
    TokenId token = {};
    VmId vm = {};
    NodeId node = {};
};

class Work
{
public:
    Work(const Caller &caller, Timestamp now, const State &published, const Changes &batch, store::Database &database,
        ledger::Ledger &ledger, const TokenSigner &signer);

    const Caller &caller() const { return m_caller; }
    // The time of this command: rows and entries carry it. Never before the last entry's.
    Timestamp now() const { return m_now; }
    store::Database &database() { return m_database; }
    const TokenSigner &signer() const { return m_signer; }

    const tenancy::Tenant *tenant(const TenantId &id) const;
    const tenancy::Plan *plan(const QString &name) const;
    const tokens::TokenRecord *token(const TokenId &id) const;
    const std::unordered_map<KeyId, TokenKey, IdHash> &keys() const { return m_published.keys; }
    void put(tenancy::Tenant tenant); // with the warnings that its usage and limits make
    void put(tenancy::Plan plan);
    void dropPlan(const QString &name);
    void put(tokens::TokenRecord token);
    void put(TokenKey key);
    void forget(const TokenId &token); // whose row is gone
    void rotate(KeyKind kind, crypto::SigningKey key);

    // Adds to (or takes from) what the tenant uses; its row is written once before the commit.
    void charge(const TenantId &tenant, qint64 vms, qint64 storageGb);
    // Whether the tenant's row does not say yet what it uses.
    bool isUsagePending(const TenantId &tenant) const;

    Result<LeafIndex> append(const char *eventType, const TenantId &tenant, QByteArray data, Subject subject = {},
        ledger::Outcome outcome = ledger::Outcome::Ok);

    // Of the last entry that this command appended.
    std::optional<LeafIndex> lastIndex() const { return m_changes.lastIndex; }

    // Runs on the engine thread once the change is durable, before anyone is answered.
    void afterCommit(std::move_only_function<void()> action);

    Changes takeChanges() { return std::move(m_changes); }

private:
    const Caller &m_caller;
    const Timestamp m_now;
    const State &m_published;
    const Changes &m_batch;
    store::Database &m_database;
    ledger::Ledger &m_ledger;
    const TokenSigner &m_signer;
    Changes m_changes;
};

} // namespace engine
