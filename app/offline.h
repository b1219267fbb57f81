// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The engine of a data directory that no server holds, for the one command of a subcommand; the lock is held while the
// object lives. Main thread.
#pragma once

#include "service/engine/engineclient.h"

namespace app {

class OfflineEngine
{
public:
    // The passphrase is that of the key files. Refused where there is no installation.
    static Result<std::unique_ptr<OfflineEngine>> open(
        const engine::DataPaths &paths, const QCA::SecureArray &passphrase);

    engine::EngineClient client() const { return engine::EngineClient(*m_engine); }

private:
    OfflineEngine() = default;

    SystemClock m_clock;
    std::unique_ptr<engine::DataDirectory> m_directory;
    std::unique_ptr<engine::Engine> m_engine;
};

} // namespace app
