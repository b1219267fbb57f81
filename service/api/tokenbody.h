// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Bodies of the token routes, read strictly: InvalidField names every member that can't be taken. Any thread.
#pragma once

#include "service/core/jsonreader.h"
#include "service/engine/tiercommands.h"

namespace api {

struct TokenBody
{
    TenantId tenant; // of POST /v1/tokens
    tokens::TokenRequest request;
};

Result<TokenBody> readTokenBody(const json::Value &body, bool withTenant);

Result<engine::TokenRotation> readTokenRotation(const json::Value &body); // null: all of it left out

// 1 to engine::MostTierRows rows; a row with mistakes is refused alone. InvalidField for what is no such list.
Result<std::vector<Result<engine::TierRow>>> readTierRows(const json::Value &body);

} // namespace api
