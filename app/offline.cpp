// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/offline.h"

#include "app/application.h"

using namespace Qt::StringLiterals;

namespace app {

Result<std::unique_ptr<OfflineEngine>> OfflineEngine::open(
    const engine::DataPaths &paths, const QCA::SecureArray &passphrase)
{
    std::unique_ptr<OfflineEngine> offline(new OfflineEngine);
    ASSIGN_OR_RETURN(
        offline->m_directory, engine::DataDirectory::lock(paths.root, [&](const engine::DataPaths &) -> Result<void> {
            return fail(ErrorCode::Refused, u"%1 holds no installation."_s.arg(paths.root));
        }));
    ASSIGN_OR_RETURN(offline->m_engine,
        engine::Engine::start({.directory = *offline->m_directory,
            .clock = offline->m_clock,
            .issuer = baseUrl(),
            .passphrase = passphrase}));
    return offline;
}

} // namespace app
