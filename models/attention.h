// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What needs a person, for the badges of the navigation. Pure; any thread.
#pragma once

#include "service/engine/state.h"

namespace models {

struct Attention
{
    int overQuota = 0; // tenants that use more than their quota
    int expiring = 0; // tokens that end soon and that nobody but an administrator can replace
    friend bool operator==(const Attention &, const Attention &) = default;
};

// A tenant's root token, or an administrator's or auditor's but admin.token, which is renewed by itself; that ends
// within a week and was made for more. One that another took the place of already needs nobody.
bool endsSoon(const tokens::TokenRecord &token, Timestamp now);

Attention attention(const engine::State &state, Timestamp now);

} // namespace models
