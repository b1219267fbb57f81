-- The first schema. A statement ends with ";" before an empty line; the reader of this file splits there, so that the
-- bodies of triggers stay whole. Times are milliseconds since 1970 UTC. SPDX-License-Identifier: Apache-2.0

CREATE TABLE meta (
    key TEXT PRIMARY KEY, -- installation_id, origin
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The ledger. `bytes` is what is hashed and served; the other columns are derived from it for searching, and verify
-- derives them again and compares.
CREATE TABLE ledger_entry (
    idx INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    tenant_id TEXT,
    tenant_seq INTEGER,
    outcome TEXT NOT NULL,
    actor_id TEXT,
    token_id TEXT,
    vm_id TEXT,
    node_id TEXT,
    request_id TEXT,
    bytes BLOB NOT NULL
) STRICT;

CREATE INDEX ledger_entry_by_tenant_type ON ledger_entry (tenant_id, event_type, idx);

CREATE INDEX ledger_entry_by_tenant ON ledger_entry (tenant_id, idx);

-- A guard against our own slips. Against someone who holds the file, the signed checkpoints kept elsewhere are.
CREATE TRIGGER ledger_entry_keeps BEFORE UPDATE ON ledger_entry
BEGIN
    SELECT raise(ABORT, 'a ledger entry is never changed');
END;

CREATE TRIGGER ledger_entry_stays BEFORE DELETE ON ledger_entry
BEGIN
    SELECT raise(ABORT, 'a ledger entry is never deleted');
END;

CREATE TRIGGER ledger_entry_appends BEFORE INSERT ON ledger_entry
WHEN new.idx <> (SELECT coalesce(max(idx) + 1, 0) FROM ledger_entry)
BEGIN
    SELECT raise(ABORT, 'a ledger entry is only ever appended');
END;

CREATE TABLE ledger_tile (
    level INTEGER NOT NULL,
    n INTEGER NOT NULL,
    hashes BLOB NOT NULL, -- up to 256 hashes of 32 bytes
    PRIMARY KEY (level, n)
) STRICT;

CREATE TRIGGER ledger_tile_keeps BEFORE UPDATE ON ledger_tile
WHEN length(old.hashes) = 8192 OR new.level <> old.level OR new.n <> old.n
BEGIN
    SELECT raise(ABORT, 'a full tile is never changed');
END;

CREATE TRIGGER ledger_tile_stays BEFORE DELETE ON ledger_tile
BEGIN
    SELECT raise(ABORT, 'a tile is never deleted');
END;

CREATE TABLE ledger_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    checkpoint BLOB NOT NULL, -- the signed note
    last_time INTEGER NOT NULL
) STRICT;

CREATE TRIGGER ledger_head_grows BEFORE UPDATE ON ledger_head
WHEN new.size < old.size
BEGIN
    SELECT raise(ABORT, 'the ledger never shrinks');
END;

CREATE TRIGGER ledger_head_stays BEFORE DELETE ON ledger_head
BEGIN
    SELECT raise(ABORT, 'the head of the ledger is never deleted');
END;

CREATE TABLE ledger_seq (
    tenant_id TEXT PRIMARY KEY,
    next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- State. Each row follows from the entries; verify replays them and compares.
CREATE TABLE tenant (
    tenant_id TEXT PRIMARY KEY,
    display_name TEXT NOT NULL,
    max_vms INTEGER NOT NULL,
    storage_quota_gb INTEGER NOT NULL,
    api_rate_limit_rpm INTEGER NOT NULL,
    labels TEXT NOT NULL, -- JSON object, names in order
    plan TEXT,
    state TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'deleted')),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL, -- counts the changes of the record; usage does not count
    used_vms INTEGER NOT NULL,
    used_storage_gb INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    token_id TEXT PRIMARY KEY,
    tenant_id TEXT, -- null for administrators and auditors
    scope TEXT NOT NULL,
    subject_pubkey TEXT, -- unpadded base64url; null for administrators and auditors
    parent_id TEXT,
    depth INTEGER NOT NULL,
    issued_at INTEGER NOT NULL, -- whole seconds
    not_before INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    proof_of_possession INTEGER NOT NULL,
    name TEXT NOT NULL, -- of an administrator or auditor, else empty
    key_id TEXT NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX token_by_tenant ON token (tenant_id, token_id);

CREATE INDEX token_by_parent ON token (parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE vm (
    vm_id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    name TEXT NOT NULL,
    vm_type TEXT NOT NULL,
    ram_mb INTEGER NOT NULL,
    vcpu_count INTEGER NOT NULL,
    disk_gb INTEGER NOT NULL,
    prefer_kvm INTEGER NOT NULL,
    state TEXT NOT NULL,
    node_id TEXT,
    created_at INTEGER NOT NULL,
    started_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX vm_by_tenant ON vm (tenant_id, vm_id);

-- The keys that tokens are signed with: state too, which is replayed.
CREATE TABLE signing_key (
    key_id TEXT PRIMARY KEY, -- RFC 7638 thumbprint
    public_key TEXT NOT NULL, -- unpadded base64url
    created_at INTEGER NOT NULL,
    retired_at INTEGER
) STRICT, WITHOUT ROWID;

-- Kept apart and not replayed.
CREATE TABLE token_use (
    token_id TEXT PRIMARY KEY,
    last_used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
