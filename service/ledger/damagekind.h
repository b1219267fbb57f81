// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What became of the entries where a verification stopped: taken out, put in, exchanged, cut off. Told from the entries
// after the first bad one, some dozens at most, by the indices in their bytes and by the stored hashes.
//
// Any thread, with the verification's connection, which it borrows, inside its read transaction.
#pragma once

#include "service/ledger/verify.h"

namespace ledger {

// With a kind and a sentence that say more, where the entries tell; `size` is that of the head.
Result<Finding> explained(store::Database &database, TreeSize size, Finding finding);

} // namespace ledger
