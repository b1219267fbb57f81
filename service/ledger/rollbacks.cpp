// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/rollbacks.h"

#include "service/core/encoding.h"
#include "service/core/jsonwriter.h"
#include "service/ledger/entry.h"
#include "service/ledger/tiles.h"
#include "service/store/statement.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ledger {

namespace {

constexpr QByteArrayView Infix = "/r";

Result<Checkpoint> readCheckpoint(
    const json::Value &data, QByteArrayView origin, QByteArrayView size, QByteArrayView root)
{
    const json::Value *name = data.find(origin), *count = data.find(size), *hash = data.find(root);
    const auto entries = count && count->number() ? count->number()->whole() : std::nullopt;
    const auto bytes = hash && hash->string() ? fromBase64(*hash->string()) : std::nullopt;
    if (!name || !name->string() || !isKeyName(*name->string()) || !entries || *entries < 0 || !bytes
        || bytes->size() != HashSize)
        return fail(ErrorCode::Corrupt, u"it names no tree"_s);
    return Checkpoint{*name->string(), TreeSize(*entries), Digest::fromBytes(*bytes)};
}

Result<AcceptedRollback> readRollback(const QByteArray &bytes)
{
    ASSIGN_OR_RETURN(const EntryFields entry, parseEntry(bytes));
    const json::Value *origin = entry.data.find("new_origin");
    if (entry.eventType != "ROLLBACK_ACCEPTED" || !origin || !origin->string())
        return fail(ErrorCode::Corrupt, u"it names no origin"_s);
    ASSIGN_OR_RETURN(Checkpoint held, readCheckpoint(entry.data, "old_origin", "old_size", "old_root"));
    ASSIGN_OR_RETURN(Checkpoint mark, readCheckpoint(entry.data, "mark_origin", "mark_size", "mark_root"));
    return AcceptedRollback{entry.index, std::move(held), std::move(mark), *origin->string()};
}

} // namespace

QByteArray rollbackEntryData(const AcceptedRollback &rollback)
{
    json::Writer writer;
    writer.beginObject()
        .member("old_origin", rollback.held.origin)
        .member("old_size", rollback.held.size)
        .member("old_root", toBase64(rollback.held.root.view()))
        .member("mark_origin", rollback.mark.origin)
        .member("mark_size", rollback.mark.size)
        .member("mark_root", toBase64(rollback.mark.root.view()))
        .member("new_origin", rollback.origin)
        .endObject();
    return writer.take();
}

Result<std::vector<AcceptedRollback>> acceptedRollbacks(store::Database &database)
{
    ASSIGN_OR_RETURN(auto find,
        database.prepared("SELECT idx, bytes FROM ledger_entry WHERE tenant_id IS NULL "
                          "AND event_type = 'ROLLBACK_ACCEPTED' ORDER BY idx"));
    TRY(find.run());
    std::vector<AcceptedRollback> list;
    while (find.next()) {
        auto rollback = readRollback(find.bytes(1));
        if (!rollback)
            return fail(ErrorCode::Corrupt,
                u"Entry %1 does not tell of a rollback: %2."_s.arg(find.integer(0)).arg(rollback.error().detail));
        list.push_back(std::move(*rollback));
    }
    TRY(find.finish());
    return list;
}

std::optional<QString> cutOff(
    const Checkpoint &checkpoint, const QByteArray &origin, std::span<const AcceptedRollback> accepted)
{
    if (checkpoint.origin == origin)
        return {};
    const auto cut = std::ranges::find(accepted, checkpoint.origin,
        [](const AcceptedRollback &rollback) -> const QByteArray & { return rollback.held.origin; });
    if (cut == accepted.end())
        return u"is of %1, which this ledger (%2) has never been"_s.arg(
            QString::fromUtf8(checkpoint.origin), QString::fromUtf8(origin));
    if (checkpoint.size <= cut->held.size)
        return {};
    return u"is of a history that was given up: entry %1 accepts a rollback to %2 entries, which this one goes beyond"_s
        .arg(cut->index)
        .arg(cut->held.size);
}

bool isAcceptedMark(const Checkpoint &checkpoint, std::span<const AcceptedRollback> accepted)
{
    return std::ranges::contains(accepted, checkpoint, &AcceptedRollback::mark);
}

std::optional<std::uint64_t> originNumber(QByteArrayView origin, QByteArrayView first)
{
    if (origin == first)
        return 0;
    if (!origin.startsWith(first) || !origin.sliced(first.size()).startsWith(Infix))
        return {};
    const auto number = parseDecimal(origin.sliced(first.size() + Infix.size()), INT32_MAX);
    return number && *number > 0 ? std::optional(std::uint64_t(*number)) : std::nullopt;
}

QByteArray firstOrigin(const QByteArray &origin)
{
    const auto at = origin.lastIndexOf(Infix);
    return at > 0 && originNumber(origin, origin.first(at)).value_or(0) > 0 ? origin.first(at) : origin;
}

Result<std::vector<VerifierKey>> withNewName(store::Database &database, std::vector<VerifierKey> keys)
{
    ASSIGN_OR_RETURN(auto find, database.prepared("SELECT checkpoint FROM ledger_head"));
    TRY(find.run());
    const QByteArray bytes = find.next() ? find.bytes(0) : QByteArray();
    TRY(find.finish());
    const auto note = parseNote(bytes);
    const auto checkpoint = note ? parseCheckpoint(note->text) : std::unexpected(note.error());
    if (!checkpoint || std::ranges::contains(keys, checkpoint->origin, &VerifierKey::name))
        return keys; // what is wrong with it is told elsewhere
    for (std::size_t i = 0, count = keys.size(); i < count; ++i) {
        const auto now = originNumber(checkpoint->origin, firstOrigin(keys[i].name));
        const auto known = originNumber(keys[i].name, firstOrigin(keys[i].name));
        if (now && known && *now == *known + 1)
            keys.push_back(verifierKey(checkpoint->origin, keys[i].key));
    }
    return keys;
}

} // namespace ledger
