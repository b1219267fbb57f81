// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The data directory: where things lie in it, who may use it, and how it comes to be.
//
// It is made whole or not at all: everything is built and synced in DIR/.creating, one rename to DIR/.created decides,
// and the pieces then move up; a start that finds .created finishes the move, one that finds .creating begins anew. A
// directory that holds anything else is left alone.
#pragma once

#include "service/core/result.h"

#include <QtCore/qstring.h>

#include <functional>

namespace engine {

struct DataPaths
{
    QString root;

    QString database() const { return root + QStringLiteral("/tenants.db"); }
    QString keys() const { return root + QStringLiteral("/keys"); }
    QString tokenKey() const { return root + QStringLiteral("/keys/token.key"); }
    QString ledgerKey() const { return root + QStringLiteral("/keys/ledger.key"); }
    QString ledgerVkey() const { return root + QStringLiteral("/ledger.vkey"); }
    QString adminToken() const { return root + QStringLiteral("/admin.token"); }
    QString highWater() const { return root + QStringLiteral("/high-water"); }
    QString controlSocket() const { return root + QStringLiteral("/control.sock"); }
    QString auditExports() const { return root + QStringLiteral("/audit-exports"); }
};

// The lock on a data directory, held while the object lives; the kernel drops it with the process. One thread.
class DataDirectory
{
public:
    // Locks the directory and, where it is absent or empty, has `build` fill it: it gets the paths to write to, all
    // inside the folder being made. Refused when it is not ours, others can read it, or another process holds it
    // (isHeld tells that apart).
    static Result<std::unique_ptr<DataDirectory>> lock(
        const QString &path, const std::function<Result<void>(const DataPaths &)> &build);
    ~DataDirectory();

    const DataPaths &paths() const { return m_paths; }
    bool isNew() const { return m_new; }

private:
    DataDirectory(DataPaths paths, int fd);
    Result<void> fill(const std::function<Result<void>(const DataPaths &)> &build);

    DataPaths m_paths;
    int m_fd; // of the directory; carries the flock
    bool m_new = false;
};

// Whether a process holds the directory right now.
bool isHeld(const QString &path);

// What is wrong with a directory that should be ours, for the server and for readers: missing pieces, permissions.
Result<void> checkDataDirectory(const DataPaths &paths);

// For the server: a database that can't be written must not even be opened, since SQLite would leave files beside it.
Result<void> checkWritable(const DataPaths &paths);

// --data-dir, else $TENANT_CONSOLE_DATA_DIR, else $XDG_DATA_HOME/tenant-console, else ~/.local/share/tenant-console.
QString defaultDataDirectory();

} // namespace engine
