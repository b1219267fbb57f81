// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A data directory of any size, made through the engine in large batches: some ten thousand entries a second. Entries
// are those of VMs that come and go, about 500 bytes each.
#pragma once

#include <QtCore/qstring.h>

namespace bench {

struct Population
{
    int tenants = 10'000; // called "tenant-00000" and so on, each with a root token
    qint64 entries = 1'000'000; // of the ledger; more where tenants, tokens and living VMs make more
    qint64 livingVms = 100'000; // spread over the tenants, thousand each; the others are destroyed again
};

// `folder` must not exist. Needs a crypto::Runtime; gives up with a sentence where the engine refuses.
void populate(const QString &folder, const Population &population);

} // namespace bench
