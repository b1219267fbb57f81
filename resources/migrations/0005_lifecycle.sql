-- Deleted tenants that can be brought back until they are purged, and plans. All of it follows from the entries.
-- SPDX-License-Identifier: Apache-2.0

-- Set while the state is 'deleted', with the state that an undeletion gives back.
ALTER TABLE tenant ADD COLUMN deleted_at INTEGER;

ALTER TABLE tenant ADD COLUMN deleted_from TEXT;

-- Of a deleted one whose description and tokens are forgotten for good.
ALTER TABLE tenant ADD COLUMN purged_at INTEGER;

UPDATE tenant SET deleted_at = updated_at, deleted_from = CASE (
    SELECT event_type FROM ledger_entry
    WHERE ledger_entry.tenant_id = tenant.tenant_id AND event_type IN ('TENANT_SUSPENDED', 'TENANT_RESUMED')
    ORDER BY idx DESC LIMIT 1) WHEN 'TENANT_SUSPENDED' THEN 'suspended' ELSE 'active' END
WHERE state = 'deleted';

CREATE INDEX tenant_by_plan ON tenant (plan) WHERE plan IS NOT NULL;

CREATE TABLE plan (
    name TEXT PRIMARY KEY,
    max_vms INTEGER NOT NULL,
    storage_quota_gb INTEGER NOT NULL,
    api_rate_limit_rpm INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
