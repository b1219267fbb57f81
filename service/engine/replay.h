// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The state that the entries alone say there must be, compared with the tables row by row while the ledger is verified.
// One object for one verification, which must look at every entry from index 0 on.
//
// Tenants, plans, keys and names are few: they are replayed in order and kept. Tokens and VMs may be millions: they are
// replayed as sums of hashes (rowsum.h has why that is sound, replayevents.h which entry does what). Where sums and
// table disagree, the entries are read a second time, but only for the rows of the buckets that differ, to name the row
// and how it differs. So memory is some megabytes, whatever the number of rows.
#pragma once

#include "service/engine/replayevents.h"
#include "service/ledger/verify.h"
#include "service/tenancy/plan.h"

#include <map>
#include <memory>
#include <set>

namespace engine {

class Replay : public ledger::EntryFollower
{
public:
    Replay();
    ~Replay() override;

    Part &addPart() override;
    // Corrupt when the entry can't follow from those before it: a tenant made twice.
    Result<void> inOrder(const ledger::EntryFields &entry) override;
    Result<bool> workAhead(store::Database &database) override;
    Result<std::optional<ledger::Finding>> conclude(store::Database &database) override;

private:
    class Share;
    struct Known
    {
        tenancy::Tenant tenant;
        LeafIndex index = 0; // of the entry that made it
    };

    Result<void> createTenant(const ledger::EntryFields &entry);
    Result<void> changeTenant(const ledger::EntryFields &entry);
    Result<void> changePlan(const ledger::EntryFields &entry);
    Result<void> openLedger(const ledger::EntryFields &entry);
    Result<void> rotateKey(const ledger::EntryFields &entry);
    Result<void> renameLog(const ledger::EntryFields &entry);
    std::optional<ledger::Finding> takeUsage();
    Result<void> compareInstallation(store::Database &database) const;
    Result<void> compareTenants(store::Database &database) const;
    Result<void> comparePlans(store::Database &database) const;
    std::set<TenantId> purgedTenants() const;
    Result<void> forgetPurged(store::Database &database, RowSums &tokens) const;
    Result<std::optional<ledger::Finding>> compareRows(store::Database &database, RowTable table);

    const RowKey m_key = RowKey::random();
    std::map<QByteArray, QByteArray> m_meta;
    std::map<KeyId, QByteArray> m_keys; // each as one line
    std::map<TenantId, Known> m_tenants;
    std::map<QString, tenancy::Plan> m_plans;

    std::vector<std::unique_ptr<Share>> m_shares;
    std::array<RowSums, RowTables.size()> m_stored; // by table
    std::size_t m_table = 0; // that workAhead() is at
    QByteArray m_after; // the last row it has read there
};

} // namespace engine
