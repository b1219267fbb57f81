// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Registers many tenants. Sent again, what is there as the row says is left alone, so an import that was cut off is
// finished by repeating it.
#pragma once

#include "service/engine/work.h"
#include "service/tenancy/tenantimport.h"

#include <span>

namespace engine {

enum class ImportResult
{
    Created,
    Unchanged, // it is there, just as the row says
    Refused
};

struct ImportOutcome
{
    ImportResult result = ImportResult::Refused;
    std::optional<Error> error = {}; // of a refused one
};

// One outcome for each row. A row that is refused has written nothing and leaves the others. Rows by the hundred: one
// command is one piece of a transaction, and others wait for it.
Result<std::vector<ImportOutcome>> importTenants(Work &work, std::span<const tenancy::ImportRow> rows);

} // namespace engine
