// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What needs a person, for the badges of the navigation. Pure; any thread.
#pragma once

#include "service/engine/state.h"

namespace models {

struct Attention
{
    int overQuota = 0; // tenants that use more than their quota
    int expiring = 0; // tenants' root tokens made to last that end soon: somebody has to issue others
    friend bool operator==(const Attention &, const Attention &) = default;
};

// Soon, and made to last: within three days, of a life of a week or more.
Attention attention(const engine::State &state, Timestamp now);

} // namespace models
