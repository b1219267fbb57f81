// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Which tenants were registered by the assistant and never handed over, kept with the window's settings so that a
// console that is started again can offer to go on. A reminder only: what exists is the server's to say. GUI thread.
#pragma once

#include "service/engine/state.h"

namespace views {

// Those of the data directory that are still active, the newest first.
QStringList unfinishedOnboardings(const engine::SharedState &state, const QString &directory);
void rememberUnfinished(const QString &directory, const TenantId &tenant);
void forgetUnfinished(const QString &directory, const TenantId &tenant);

} // namespace views
