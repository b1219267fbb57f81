// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The measures, in the order of the table.
#pragma once

#include "tests/bench/table.h"

namespace bench {

struct Setting
{
    QString programs; // folder of service-vm-tenant and tenant-console
    QString benches; // folder of rawstore and windowprobe
    QString scratch; // on the disk that is measured; emptied by the caller
    int seconds = 4; // of each round
    int serverCore = 0;
    int loadCore = 1;
    bool large = false; // also what takes minutes to prepare
};

// Start to ready line, resident memory idle.
void measureStart(const Setting &setting, Table &table);
// GET /v1/vms against nginx: CPU per request on one core.
void measureReads(const Setting &setting, Table &table);
// POST /v1/vms against raw SQLite, and beside PostgreSQL's one-row inserts: durable changes a second.
void measureWrites(const Setting &setting, Table &table);
// Start, a page, memory and writes with 10,000 tenants and 1,000,000 VMs.
void measureCrowd(const Setting &setting, Table &table);
// The same without HTTP, by commands a commit; then verification and proofs of what was written.
void measureEngine(const Setting &setting, Table &table);
// service-fs verify --full on one core and on two against SHA-256 alone; proofs; with `large` the opening of 5,000,000.
void measureVerify(const Setting &setting, Table &table);
// service-fs export of 1,000,000 entries as a bundle, of 10,000 as a PDF.
void measureExport(const Setting &setting, Table &table);
// The console with 10,000 tenants and 1,000,000 entries: usable, a jump in the ledger, memory, stalls.
void measureWindow(const Setting &setting, Table &table);

// Tokens verified against OpenSSL's Ed25519, and again from memory; a family of 10,000 listed and revoked.
void measureTokens(const Setting &setting, Table &table);

// What raw SQLite reaches at this mean number of changes a commit.
double rawChangesPerSecond(const Setting &setting, double batch, const QString &database);

} // namespace bench
