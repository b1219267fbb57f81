// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/restored.h"

#include "service/crypto/secretfile.h"
#include "service/ledger/reader.h"

#include <QtCore/qfile.h>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

QString restoredPath(const DataPaths &paths)
{
    return paths.root + "/restored"_L1;
}

} // namespace

Result<void> markRestored(const DataPaths &paths, const QByteArray &checkpoint)
{
    return crypto::writeSecretFile(restoredPath(paths), checkpoint, crypto::Overwrite::Never);
}

Result<std::optional<Rollback>> findRestored(
    store::Database &database, const ledger::Ledger &ledger, const DataPaths &paths)
{
    if (!QFile::exists(restoredPath(paths)))
        return std::nullopt;
    ASSIGN_OR_RETURN(const QByteArray checkpoint, crypto::readSecretFile(restoredPath(paths), ledger::MaxNoteSize));
    ASSIGN_OR_RETURN(const ledger::Head head, ledger::LedgerReader(database).head());
    if (checkpoint != head.checkpoint)
        return std::nullopt;
    const ledger::Checkpoint held{.origin = ledger.origin(), .size = head.size, .root = head.root};
    return Rollback{.mark = held, .held = held};
}

void clearRestored(const DataPaths &paths)
{
    QFile::remove(restoredPath(paths));
}

} // namespace engine
