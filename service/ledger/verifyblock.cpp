// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/verifyblock.h"

using namespace Qt::StringLiterals;

namespace ledger {

namespace {

// The name of the first search column that differs from the bytes, or null.
const char *differingColumn(const EntryRow &row, const EntryFields &f)
{
    const auto seq = f.tenantSeq ? std::optional(qint64(*f.tenantSeq)) : std::nullopt;
    const std::pair<const char *, bool> columns[] = {
        {"time", row.time == toMilliseconds(f.time)},
        {"event_type", row.eventType == f.eventType},
        {"tenant_id", row.tenant == f.tenant.text()},
        {"tenant_seq", row.tenantSeq == seq},
        {"outcome", row.outcome == outcomeName(f.outcome)},
        {"actor_id", row.actor == f.actor.tokenId.text()},
        {"token_id", row.token == f.token.text()},
        {"vm_id", row.vm == f.vm.text()},
        {"node_id", row.node == f.node.text()},
        {"request_id", row.requestId == f.source.requestId.text()},
    };
    for (const auto &[name, same] : columns) {
        if (!same)
            return name;
    }
    return nullptr;
}

} // namespace

BlockResult checkBlock(const std::vector<EntryRow> &rows)
{
    BlockResult result;
    result.leaves.reserve(rows.size());
    result.fields.reserve(rows.size());
    for (const EntryRow &row : rows) {
        result.leaves.push_back(leafHash(row.bytes));
        if (result.finding)
            continue;
        auto parsed = parseEntry(row.bytes);
        if (!parsed) {
            result.finding = Finding{Damage::EntryMalformed, row.index,
                u"Entry %1 is malformed: %2"_s.arg(row.index).arg(parsed.error().detail)};
        } else if (parsed->index != row.index) {
            result.finding = Finding{Damage::EntryMisplaced, row.index,
                u"Entry %1 holds the bytes of entry %2."_s.arg(row.index).arg(parsed->index)};
        } else if (const char *column = differingColumn(row, *parsed)) {
            result.finding = Finding{Damage::ColumnChanged, row.index,
                u"The search column %1 of entry %2 is not what its bytes say."_s.arg(QLatin1StringView(column))
                    .arg(row.index)};
        } else {
            result.fields.push_back(std::move(*parsed));
        }
    }
    return result;
}

} // namespace ledger
