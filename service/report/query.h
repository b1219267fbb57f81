// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The question that an export answers, in the three spellings it needs: JSON that is alike for alike questions, lines
// for a person, and the id made from it. Pure; any thread.
//
//     {"tenant_id":["acme-corp"],"event_type":["VM_DENIED"],"since":"2026-11-01T00:00:00.000Z","limit":100}
//
// Members are tenant_id, node_id, vm_id, token_id, actor, request_id, outcome, event_type (each a text, or a list of
// which one must hold), since (inclusive), until (exclusive), from (an index), limit, reverse. Without any: the whole
// ledger, oldest first.
#pragma once

#include "service/core/jsonreader.h"
#include "service/crypto/digest.h"
#include "service/ledger/entry.h"
#include "service/ledger/filter.h"

namespace report {

// Lists sorted and without repetitions, defaults left out: the same question has the same text.
QByteArray queryJson(const ledger::EntryFilter &filter);

// Takes the members above from an object that the caller reads on and finishes.
ledger::EntryFilter readQuery(json::ObjectReader &reader);

// "tenant: acme-corp" and so on, one each; empty for the whole ledger.
QList<std::pair<QString, QString>> describeQuery(const ledger::EntryFilter &filter);

// Neither conditions nor bounds: nothing of the ledger is left out.
bool isWholeLedger(const ledger::EntryFilter &filter);

// Whether the entry's bytes are among what the filter asks for; its limit is not looked at.
bool matches(const ledger::EntryFilter &filter, const ledger::EntryFields &entry);

// SHA-256 over the 32 bytes of the root, then the query's JSON; in hexadecimal.
QByteArray reportId(const crypto::Digest &root, const ledger::EntryFilter &filter);

} // namespace report
