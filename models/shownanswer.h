// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What a server's answer says: as an error of ours, and as text for people. Pure functions.
#pragma once

#include "models/tenantclient.h"
#include "service/core/error.h"

namespace models {

// Of a refusal (RFC 9457): its code, detail and fields; Unavailable where it names no code of ours.
Error errorOf(const HttpAnswer &answer);

// Status, the header fields that matter, the body indented; without the text of a token, and cut where it is long.
QString shownAnswer(const HttpAnswer &answer);

} // namespace models
