// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Reads the published state from the database, and the rules that every command passes first.
#pragma once

#include "service/engine/work.h"

namespace engine {

// All tenants, plans, tokens and token keys. Ledger size and checkpoint are the engine's to add.
Result<State> loadState(store::Database &database);

// The log's name: "service-vm-tenant/<installation id>".
Result<QByteArray> readOrigin(store::Database &database);

// Again, inside the transaction, what the door judged before it queued the command: the token is not revoked, its
// tenant is active. So a command that waited behind the revocation of its own token is refused.
Result<void> checkCaller(const Work &work);

} // namespace engine
