-- INSERT OR REPLACE removes the row in its way without a word to the triggers against DELETE. These come before it, and
-- before the insert of an upsert too. SPDX-License-Identifier: Apache-2.0

CREATE TRIGGER ledger_tile_grows BEFORE INSERT ON ledger_tile
WHEN EXISTS (
    SELECT 1 FROM ledger_tile AS old
    WHERE old.level = new.level AND old.n = new.n
        AND (length(new.hashes) <= length(old.hashes) OR substr(new.hashes, 1, length(old.hashes)) <> old.hashes))
BEGIN
    SELECT raise(ABORT, 'a tile only ever grows');
END;

CREATE TRIGGER ledger_head_is_one BEFORE INSERT ON ledger_head
WHEN EXISTS (SELECT 1 FROM ledger_head)
BEGIN
    SELECT raise(ABORT, 'the ledger has one head, which is only ever moved on');
END;
