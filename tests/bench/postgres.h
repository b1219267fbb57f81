// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A PostgreSQL cluster of our own on the disk that is measured, with the settings that initdb gives it (fsync and
// synchronous_commit on), and its own pgbench: one-row inserts of what a VM's row holds, each a transaction, and
// nothing else; no ledger, no quota. Ended with its owner.
#pragma once

#include "tests/bench/measures.h"
#include "tests/bench/program.h"

#include <memory>

namespace bench {

class Postgres
{
public:
    explicit Postgres(const Setting &setting);
    ~Postgres();
    Postgres(const Postgres &) = delete;
    Postgres &operator=(const Postgres &) = delete;

    double insertsPerSecond(int clients) const;

private:
    QString program(const char *name) const;
    // As the user `postgres` where we are root, whom PostgreSQL refuses.
    QByteArray run(const char *name, const QStringList &arguments) const;

    QString m_programs, m_folder;
    int m_seconds;
};

} // namespace bench
