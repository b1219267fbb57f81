// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// UUIDv7 (RFC 9562, 5.7): milliseconds first, so that ids made later sort later; the rest from the system's generator.
#pragma once

#include "service/core/clock.h"

// 36 lower-case characters. Any thread.
QByteArray newUuid(Timestamp time);
