-- A token may end before its text says so, once another has taken its place; and it is warned of once for each threshold.
-- Both follow from the entries (TOKEN_RETIRED, TOKEN_EXPIRING). SPDX-License-Identifier: Apache-2.0

-- Whole seconds, never after expires_at.
ALTER TABLE token ADD COLUMN retires_at INTEGER;

-- Of the last warning: 30, 7 or 1 days before the end.
ALTER TABLE token ADD COLUMN warned_days INTEGER;

-- An answer may hold the texts of several tokens: where each belongs stands its id in the remembered body. What an
-- earlier version remembered of an issue has no such body.
DELETE FROM idempotency WHERE issued_token_id IS NOT NULL;

ALTER TABLE idempotency DROP COLUMN issued_token_id;
