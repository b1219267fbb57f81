// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// TOKEN_EXPIRING: 30, 7 and 1 days before its end a token is warned of, once for each, however often the server starts.
// What was missed while it stood still is made up for by the last one alone. Engine thread.
#pragma once

#include "service/engine/work.h"

namespace engine {

// Tokens that are to be warned of now, at most so many.
std::vector<TokenId> tokensToWarnOf(const State &state, Timestamp now, size_t most);

// An entry for each of them that is still due.
Result<void> warnOfTokens(Work &work, std::span<const TokenId> ids);

} // namespace engine
