// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A list of keys and the tiers they are to have, as administrators keep it: CSV, JSON lines or a JSON array. Each row
// is read by the reader of POST /v1/tenants/{id}/tokens/change-tier, whose members are the names of the columns. Pure.
#pragma once

#include "service/engine/tiercommands.h"

namespace models {

inline constexpr qsizetype LargestTierList = 1024 * 1024; // bytes

struct TierLine
{
    qint64 number = 0; // of the row, from 1; the names of CSV are none
    QString key, scope; // as they stand there, for what can't be read
    Result<engine::TierRow> row;
};

// CSV (RFC 4180) has the columns subject_pubkey and scope, or names its columns in its first line. InvalidField where
// there is no row, more than engine::MostTierRows, or what follows can't be told apart.
Result<std::vector<TierLine>> readTierList(const QByteArray &text);

} // namespace models
