// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The state that the entries alone say there must be, to be compared with the tables row by row. One thread; fed with
// every entry from index 0 on, in order.
#pragma once

#include "service/fleet/vm.h"
#include "service/ledger/entry.h"
#include "service/store/database.h"
#include "service/tenancy/tenant.h"
#include "service/tokens/rules.h"

#include <map>

namespace engine {

class Replay
{
public:
    // Corrupt when the entry can't follow from those before it: a tenant made twice, a VM destroyed that was not there.
    Result<void> apply(const ledger::EntryFields &entry);

    // Corrupt names the first row that differs, is missing or is too much. Inside the caller's read transaction.
    Result<void> compare(store::Database &database) const;

private:
    Result<void> createTenant(const ledger::EntryFields &entry);
    Result<void> changeTenant(const ledger::EntryFields &entry);
    Result<void> issueToken(const ledger::EntryFields &entry);
    Result<void> revokeToken(const ledger::EntryFields &entry);
    Result<void> registerVm(const ledger::EntryFields &entry);
    Result<void> destroyVm(const ledger::EntryFields &entry);
    Result<void> openLedger(const ledger::EntryFields &entry);
    Result<void> compareInstallation(store::Database &database) const;
    Result<void> compareTenants(store::Database &database) const;
    Result<void> compareTokens(store::Database &database) const;
    Result<void> compareVms(store::Database &database) const;

    std::map<QByteArray, QByteArray> m_meta;
    std::map<KeyId, QByteArray> m_keys; // each as one line
    std::map<TenantId, tenancy::Tenant> m_tenants;
    std::map<TokenId, tokens::TokenRecord> m_tokens;
    std::map<VmId, fleet::Vm> m_vms;
};

} // namespace engine
