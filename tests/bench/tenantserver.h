// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-vm-tenant as a stranger meets it: started, asked over HTTP, ended.
#pragma once

#include "tests/bench/measures.h"
#include "tests/bench/program.h"

namespace bench {

class TenantServer
{
public:
    TenantServer(const Setting &setting, const QString &dataDirectory, std::optional<int> core = {});

    double readyMilliseconds() const { return m_readyMilliseconds; } // from its start to the ready line
    QString url(const QString &path) const;
    const Program &program() const { return *m_program; }

    // A new tenant with room for `vms`, and a token of its administrator.
    QByteArray addTenant(const QByteArray &id, int vms);
    // The body of a successful answer; gives up on any other.
    QByteArray ask(
        const QByteArray &method, const QByteArray &path, const QByteArray &token, const QByteArray &body = {});

    // Commits of the engine so far: the high-water mark counts them.
    qint64 commits() const;

private:
    QString m_dataDirectory;
    std::unique_ptr<Program> m_program;
    double m_readyMilliseconds = 0;
    quint16 m_port = 0;
};

// The number of the newest mark in that file (ledger/highwater.h has its bytes).
qint64 highWaterSequence(const QString &path);

} // namespace bench
