-- What Idempotency-Key remembers of a change, written with it. Not replayed from the entries, and never the text of a token:
-- where the answer held one, only its id is kept. SPDX-License-Identifier: Apache-2.0

CREATE TABLE idempotency (
    token_id TEXT NOT NULL, -- of the caller
    path TEXT NOT NULL,
    key TEXT NOT NULL,
    request BLOB NOT NULL, -- SHA-256 of query and body
    created_at INTEGER NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL, -- "Name: value" and a line feed each
    body BLOB NOT NULL, -- empty where issued_token_id is set
    issued_token_id TEXT,
    PRIMARY KEY (token_id, path, key)
) STRICT;

CREATE INDEX idempotency_by_time ON idempotency (created_at);
