// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The files that the engine has open, known by what they are and not by their names. A file that is deleted or replaced
// while it is open goes on taking writes that nobody will ever find again; SQLite does not notice in WAL. So the engine
// asks here before it writes, and before it answers. Engine thread.
#pragma once

#include "service/engine/datadirectory.h"

#include <array>
#include <optional>
#include <sys/types.h>

namespace engine {

class StoreFiles
{
public:
    explicit StoreFiles(DataPaths paths);

    // With database and mark open. The write-ahead log may be another one after the database was opened anew.
    void remember();

    // Storage, reason "moved", names the file that is no longer the one that was remembered. `withLog`: while the
    // database is open, for its log goes with the last connection. Three stat() calls, about 2 µs.
    Result<void> check(bool withLog) const;

private:
    struct Identity
    {
        dev_t device;
        ino_t inode;
        friend bool operator==(const Identity &, const Identity &) = default;
    };
    static std::optional<Identity> identityOf(const QString &path);

    std::array<QString, 3> m_paths; // mark, database, log
    std::array<std::optional<Identity>, 3> m_known;
};

} // namespace engine
