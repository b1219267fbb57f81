// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Many new tokens into files that only their owner reads. Never over a file that is there, never through a link. They
// write files: not on the GUI thread.
#pragma once

#include "service/engine/tokencommands.h"

namespace models {

// "acme-corp-READ-yjk9Apa8J2Qe.token" of each, in the folder. Where one can't be written the rest are not tried: the
// error's detail says how many lie there, and a second attempt goes on behind them.
Result<void> saveTokensApart(const QString &folder, const std::vector<engine::IssuedToken> &tokens);

// One file of JSON lines, each with the members that the API answers a new token with.
Result<void> saveTokensTogether(const QString &path, const std::vector<engine::IssuedToken> &tokens);

} // namespace models
