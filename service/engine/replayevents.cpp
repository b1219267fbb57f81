// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/replayevents.h"

#include "service/core/encoding.h"
#include "service/fleet/vm.h"
#include "service/tokens/scope.h"

#include <algorithm>

namespace engine {

namespace {

using ledger::EntryView;

// Of an entry, where no text stands for a null column.
std::optional<QByteArrayView> textOrNull(QByteArrayView text)
{
    return text.isEmpty() ? std::nullopt : std::optional(text);
}

struct VmRow
{
    QByteArrayView id, tenant, name, vmType;
    qint64 ramMb, vcpuCount, diskGb, preferKvm;
    std::optional<QByteArrayView> node;
    QByteArrayView state;
    qint64 createdAt = 0;
    std::optional<qint64> startedAt = {};

    RowHash hash(const RowKey &key) const
    {
        RowHasher hasher(key);
        hasher.text(id).text(tenant).text(name).text(vmType).smallNumbers(ramMb, vcpuCount, diskGb, preferKvm);
        hasher.text(state).textOrNull(node).number(createdAt).number(startedAt);
        return hasher.finish();
    }
};

// In the order in which the entry has them, which is the cheap one to ask in.
VmRow vmOf(const EntryView &entry)
{
    return {.id = entry.text("vm_id"),
        .tenant = entry.tenant,
        .name = entry.text("name"),
        .vmType = entry.text("vm_type"),
        .ramMb = entry.number("ram_mb").value_or(-1),
        .vcpuCount = entry.number("vcpu_count").value_or(-1),
        .diskGb = entry.number("disk_gb").value_or(-1),
        .preferKvm = entry.isTrue("prefer_kvm") ? 1 : 0,
        .node = textOrNull(entry.text("node_id")),
        .state = entry.text("state")};
}

RowStep vmRegistered(const RowKey &key, const EntryView &entry)
{
    VmRow vm = vmOf(entry);
    vm.createdAt = entry.moment("created_at").value_or(entry.time); // of one that is registered again
    RowStep step{.id = vm.id, .begins = vm.hash(key), .ends = {}, .storageGb = vm.diskGb};
    if (!fleet::vmStateFromText(vm.state))
        step.wrong = "its state is none";
    return step;
}

RowStep vmDestroyed(const RowKey &key, const EntryView &entry)
{
    VmRow vm = vmOf(entry);
    const auto createdAt = entry.moment("created_at");
    vm.createdAt = createdAt.value_or(0);
    vm.startedAt = entry.moment("started_at");
    RowStep step{.id = vm.id, .begins = {}, .ends = {}, .endsUnseen = !createdAt, .storageGb = vm.diskGb};
    if (createdAt)
        step.ends = vm.hash(key);
    if (createdAt && *createdAt > entry.time)
        step.wrong = "the VM was made later";
    return step;
}

struct TokenRow
{
    QByteArrayView id, scope;
    std::optional<QByteArrayView> tenant, subject, parent;
    qint64 depth, issuedAt, notBefore, expiresAt, proofOfPossession;
    QByteArrayView name, keyId;
    std::optional<qint64> retiresAt = {}, warnedDays = {};

    RowHash hash(const RowKey &key, std::optional<qint64> revokedAt) const
    {
        RowHasher hasher(key);
        hasher.text(id).textOrNull(tenant).text(scope).textOrNull(subject).textOrNull(parent);
        hasher.number(depth).number(issuedAt);
        hasher.number(notBefore).number(expiresAt).number(proofOfPossession).text(name).text(keyId).number(revokedAt);
        hasher.number(retiresAt).number(warnedDays);
        return hasher.finish();
    }
};

std::optional<qint64> secondsIn(const EntryView &entry, QByteArrayView name)
{
    const auto moment = entry.moment(name);
    return moment && *moment % 1000 == 0 ? std::optional(*moment / 1000) : std::nullopt;
}

qint64 secondsOf(const EntryView &entry, QByteArrayView name)
{
    return secondsIn(entry, name).value_or(-1);
}

TokenRow tokenOf(const EntryView &entry)
{
    return {.id = entry.text("token_id"),
        .scope = entry.text("scope"),
        .tenant = textOrNull(entry.tenant),
        .subject = textOrNull(entry.text("subject_pubkey")),
        .parent = textOrNull(entry.text("parent_id")),
        .depth = entry.number("depth").value_or(-1),
        .issuedAt = secondsOf(entry, "issued_at"),
        .notBefore = secondsOf(entry, "not_before"),
        .expiresAt = secondsOf(entry, "expires_at"),
        .proofOfPossession = entry.isTrue("proof_of_possession") ? 1 : 0,
        .name = entry.text("name"),
        .keyId = entry.text("key_id"),
        .retiresAt = secondsIn(entry, "retires_at"),
        .warnedDays = entry.number("warned_days")};
}

const char *tokenMistake(const TokenRow &token)
{
    if (!tokens::Scope::fromToken(token.scope))
        return "its scope is none";
    if (!token.subject)
        return nullptr;
    const auto key = fromBase64Url(*token.subject);
    return key && key->size() == 32 ? nullptr : "its key is none";
}

RowStep tokenIssued(const RowKey &key, const EntryView &entry)
{
    const TokenRow token = tokenOf(entry);
    return {.id = token.id, .begins = token.hash(key, {}), .ends = {}, .wrong = tokenMistake(token)};
}

RowStep tokenRevoked(const RowKey &key, const EntryView &entry)
{
    const TokenRow token = tokenOf(entry);
    return {.id = token.id,
        .begins = token.hash(key, entry.time),
        .ends = token.hash(key, {}),
        .wrong = tokenMistake(token)};
}

RowStep tokenRetired(const RowKey &key, const EntryView &entry)
{
    const TokenRow token = tokenOf(entry);
    TokenRow before = token;
    before.retiresAt = secondsIn(entry, "old_retires_at");
    return {.id = token.id,
        .begins = token.hash(key, {}),
        .ends = before.hash(key, {}),
        .wrong = token.retiresAt ? tokenMistake(token) : "it says no time"};
}

RowStep tokenExpiring(const RowKey &key, const EntryView &entry)
{
    const TokenRow token = tokenOf(entry);
    TokenRow before = token;
    before.warnedDays = entry.number("old_warned_days");
    return {.id = token.id,
        .begins = token.hash(key, {}),
        .ends = before.hash(key, {}),
        .wrong = token.warnedDays ? tokenMistake(token) : "it says no days"};
}

constexpr EventRule changesNothing(const char *type)
{
    return {.type = type};
}

constexpr EventRule changesInOrder(const char *type)
{
    return {.type = type, .inOrder = true};
}

constexpr EventRule changesRows(const char *type, RowTable table, RowStepOf step)
{
    return {.type = type, .table = table, .step = step};
}

constexpr EventRule notBuilt(const char *type)
{
    return {.type = type, .isBuilt = false};
}

// The event types of the contract. Entries whose outcome is not "ok" change nothing, whatever their type.
constexpr EventRule Rules[] = {
    changesRows("VM_REGISTERED", RowTable::Vm, vmRegistered), // and the tenant's usage
    changesRows("VM_DESTROYED", RowTable::Vm, vmDestroyed), // and the tenant's usage
    changesRows("TOKEN_ISSUED", RowTable::Token, tokenIssued),
    changesRows("TOKEN_REVOKED", RowTable::Token, tokenRevoked),
    changesRows("TOKEN_RETIRED", RowTable::Token, tokenRetired),
    changesRows("TOKEN_EXPIRING", RowTable::Token, tokenExpiring),

    changesInOrder("LEDGER_OPENED"),
    changesInOrder("KEY_ROTATED"),
    changesInOrder("ROLLBACK_ACCEPTED"),
    changesInOrder("TENANT_CREATED"),
    changesInOrder("TENANT_UPDATED"),
    changesInOrder("QUOTA_CHANGED"),
    changesInOrder("TENANT_SUSPENDED"),
    changesInOrder("TENANT_RESUMED"),
    changesInOrder("TENANT_DELETED"),
    changesInOrder("TENANT_UNDELETED"),
    changesInOrder("TENANT_PURGED"), // and the rows of its tokens
    changesInOrder("PLAN_CHANGED"),

    changesNothing("QUOTA_WARNING"),
    changesNothing("TOKEN_REVEALED"),
    changesNothing("VM_DENIED"),
    changesNothing("VM_UNKNOWN"),
    changesNothing("ACCESS_DENIED"),
    changesNothing("ISOLATION_VERIFIED"),
    changesNothing("ISOLATION_FAILED"),
    changesNothing("QUOTA_VERIFIED"),
    changesNothing("QUOTA_FAILED"),
    changesNothing("AUDIT_EXPORTED"),
    changesNothing("BACKUP_CREATED"),
    changesNothing("SERVER_STARTED"),
    changesNothing("SERVER_STOPPED"),

    notBuilt("VM_PLACED"),
    notBuilt("VM_STATE_CHANGED"),
    notBuilt("VM_LOST"),
    notBuilt("NODE_ENROLLED"),
    notBuilt("NODE_HEARTBEAT"),
    notBuilt("NODE_STALE"),
    notBuilt("NODE_RETURNED"),
    notBuilt("NODE_DRAINED"),
    notBuilt("NODE_UNDRAINED"),
    notBuilt("NODE_REMOVED"),
};

} // namespace

const EventRule *eventRule(QByteArrayView type)
{
    const auto found = std::ranges::find(Rules, type, &EventRule::type);
    return found == std::end(Rules) ? nullptr : found;
}

const char *rowNoun(RowTable table)
{
    return table == RowTable::Token ? "token" : "VM";
}

#define TOKEN_ROWS(behind)                                                                                             \
    "SELECT token_id, tenant_id, scope, subject_pubkey, parent_id, depth, issued_at, not_before, expires_at,"          \
    " proof_of_possession, name, key_id, revoked_at, retires_at, warned_days FROM token WHERE token_id " behind        \
    " ? ORDER BY token_id LIMIT ?"
#define VM_ROWS(behind)                                                                                                \
    "SELECT vm_id, tenant_id, name, vm_type, ram_mb, vcpu_count, disk_gb, prefer_kvm, state, node_id, created_at,"     \
    " started_at FROM vm WHERE vm_id " behind " ? ORDER BY vm_id LIMIT ?"

Result<store::Statement> selectRows(store::Database &database, RowTable table, const QByteArray &after, qint64 most)
{
    // The first page begins with an empty id, should somebody have added such a row.
    const bool first = after.isEmpty();
    ASSIGN_OR_RETURN(auto select,
        table == RowTable::Token ? database.prepared(first ? TOKEN_ROWS(">=") : TOKEN_ROWS(">"))
                                 : database.prepared(first ? VM_ROWS(">=") : VM_ROWS(">")));
    TRY(select.run(store::Text{after}, most));
    return select;
}

StoredRow storedRow(const RowKey &key, RowTable table, const store::Statement &row)
{
    const auto maybe = [&](int column) {
        return row.isNull(column) ? std::nullopt : std::optional(row.integer(column));
    };
    const auto maybeText = [&](int column) {
        return row.isNull(column) ? std::nullopt : std::optional(row.bytesView(column));
    };
    if (table == RowTable::Token) {
        const TokenRow token{.id = row.bytesView(0),
            .scope = row.bytesView(2),
            .tenant = maybeText(1),
            .subject = maybeText(3),
            .parent = maybeText(4),
            .depth = row.integer(5),
            .issuedAt = row.integer(6),
            .notBefore = row.integer(7),
            .expiresAt = row.integer(8),
            .proofOfPossession = row.integer(9),
            .name = row.bytesView(10),
            .keyId = row.bytesView(11),
            .retiresAt = maybe(13),
            .warnedDays = maybe(14)};
        return {token.id, token.hash(key, maybe(12))};
    }
    const VmRow vm{.id = row.bytesView(0),
        .tenant = row.bytesView(1),
        .name = row.bytesView(2),
        .vmType = row.bytesView(3),
        .ramMb = row.integer(4),
        .vcpuCount = row.integer(5),
        .diskGb = row.integer(6),
        .preferKvm = row.integer(7),
        .node = maybeText(9),
        .state = row.bytesView(8),
        .createdAt = row.integer(10),
        .startedAt = maybe(11)};
    return {vm.id, vm.hash(key)};
}

} // namespace engine
