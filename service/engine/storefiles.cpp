// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/storefiles.h"

#include <QtCore/qfile.h>

#include <sys/stat.h>

using namespace Qt::StringLiterals;

namespace engine {

StoreFiles::StoreFiles(DataPaths paths)
    : m_paths{paths.highWater(), paths.database(), paths.database() + u"-wal"_s}
{
}

std::optional<StoreFiles::Identity> StoreFiles::identityOf(const QString &path)
{
    struct stat info;
    if (::stat(QFile::encodeName(path).constData(), &info) != 0)
        return {};
    return Identity{info.st_dev, info.st_ino};
}

void StoreFiles::remember()
{
    for (size_t i = 0; i < m_paths.size(); ++i)
        m_known[i] = identityOf(m_paths[i]);
}

Result<void> StoreFiles::check(bool withLog) const
{
    for (size_t i = 0; i < (withLog ? 3 : 2); ++i) {
        if (m_known[i] && identityOf(m_paths[i]) != m_known[i])
            return fail(Error{.code = ErrorCode::Storage,
                .detail = u"%1 was moved, deleted or replaced while it was in use."_s.arg(m_paths[i]),
                .reason = "moved"_ba});
    }
    return {};
}

} // namespace engine
