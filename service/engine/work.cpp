// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/work.h"

namespace engine {

namespace {

template <typename Map, typename Key>
auto findIn(const Map &map, const Key &key) -> const typename Map::mapped_type *
{
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

} // namespace

Caller systemCaller()
{
    return {.actor = {.kind = ledger::ActorKind::System}, .source = {.via = ledger::Via::Control}};
}

void Changes::merge(Changes &&later)
{
    for (auto &[id, tenant] : later.tenants)
        tenants.insert_or_assign(id, std::move(tenant));
    for (auto &[id, token] : later.tokens)
        tokens.insert_or_assign(id, std::move(token));
    for (auto &[name, plan] : later.plans)
        plans.insert_or_assign(name, std::move(plan));
    forgotten.merge(later.forgotten);
    usageChanged.merge(later.usageChanged);
    vmsChanged.merge(later.vmsChanged);
    std::ranges::move(later.keys, std::back_inserter(keys));
    if (later.newKey)
        newKey = std::move(later.newKey);
    std::ranges::move(later.afterCommit, std::back_inserter(afterCommit));
    if (later.lastIndex)
        lastIndex = later.lastIndex;
}

Work::Work(const Caller &caller, Timestamp now, const State &published, const Changes &batch, store::Database &database,
    ledger::Ledger &ledger, const TokenSigner &signer)
    : m_caller(caller)
    , m_now(now)
    , m_published(published)
    , m_batch(batch)
    , m_database(database)
    , m_ledger(ledger)
    , m_signer(signer)
{
}

const tenancy::Tenant *Work::tenant(const TenantId &id) const
{
    if (const auto *mine = findIn(m_changes.tenants, id))
        return mine;
    if (const auto *earlier = findIn(m_batch.tenants, id))
        return earlier;
    return m_published.tenant(id);
}

const tenancy::Plan *Work::plan(const QString &name) const
{
    for (const Changes *changes : {&std::as_const(m_changes), &m_batch}) {
        if (const auto *changed = findIn(changes->plans, name))
            return *changed ? &**changed : nullptr;
    }
    return m_published.plan(name);
}

const tokens::TokenRecord *Work::token(const TokenId &id) const
{
    if (m_changes.forgotten.contains(id) || m_batch.forgotten.contains(id))
        return nullptr;
    if (const auto *mine = findIn(m_changes.tokens, id))
        return mine;
    if (const auto *earlier = findIn(m_batch.tokens, id))
        return earlier;
    return m_published.token(id);
}

void Work::put(tenancy::Tenant tenant)
{
    tenant.warned = tenancy::settledLevels(tenant);
    TenantId id = tenant.id;
    m_changes.tenants.insert_or_assign(std::move(id), std::move(tenant));
}

void Work::put(tenancy::Plan plan)
{
    QString name = plan.name;
    m_changes.plans.insert_or_assign(std::move(name), std::move(plan));
}

void Work::dropPlan(const QString &name)
{
    m_changes.plans.insert_or_assign(name, std::nullopt);
}

void Work::forget(const TokenId &token)
{
    m_changes.forgotten.insert(token);
}

bool Work::isUsagePending(const TenantId &tenant) const
{
    return m_changes.usageChanged.contains(tenant) || m_batch.usageChanged.contains(tenant);
}

void Work::put(tokens::TokenRecord token)
{
    TokenId id = token.id;
    m_changes.tokens.insert_or_assign(std::move(id), std::move(token));
}

void Work::put(TokenKey key)
{
    m_changes.keys.push_back(std::move(key));
}

void Work::rotate(KeyKind kind, crypto::SigningKey key)
{
    m_changes.newKey = std::make_unique<NewKey>(NewKey{kind, std::move(key)});
}

void Work::charge(const TenantId &id, qint64 vms, qint64 storageGb)
{
    const tenancy::Tenant *known = tenant(id);
    Q_ASSERT(known);
    tenancy::Tenant changed = *known;
    changed.usage.vms += vms;
    changed.usage.storageGb += storageGb;
    put(std::move(changed));
    m_changes.usageChanged.insert(id);
    m_changes.vmsChanged.insert(id);
}

Result<LeafIndex> Work::append(
    const char *eventType, const TenantId &tenant, QByteArray data, Subject subject, ledger::Outcome outcome)
{
    ASSIGN_OR_RETURN(const LeafIndex index,
        m_ledger.append({.time = m_now,
            .eventType = eventType,
            .tenant = tenant,
            .actor = m_caller.actor,
            .source = m_caller.source,
            .outcome = outcome,
            .data = std::move(data),
            .token = std::move(subject.token),
            .vm = std::move(subject.vm),
            .node = std::move(subject.node)}));
    m_changes.lastIndex = index;
    return index;
}

void Work::afterCommit(std::move_only_function<void()> action)
{
    m_changes.afterCommit.push_back(std::move(action));
}

} // namespace engine
