// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Who asks, and by which way: what a rule judges and an entry records. Made from a verified token, or for the system
// itself.
#pragma once

#include "service/ledger/entry.h"
#include "service/tokens/scope.h"

namespace engine {

struct Caller
{
    ledger::Actor actor;
    ledger::Source source;
    TenantId tenant = {}; // of a tenant's token; empty for administrators, auditors and the system
    std::optional<tokens::Scope> scope = {}; // none for the system

    bool isSystem() const { return actor.kind == ledger::ActorKind::System; }
    bool isAdmin() const { return actor.kind == ledger::ActorKind::Admin; }
    bool isTenant() const { return actor.kind == ledger::ActorKind::Tenant; }
};

// What the server does on its own: start, stop, renewals.
Caller systemCaller();

} // namespace engine
