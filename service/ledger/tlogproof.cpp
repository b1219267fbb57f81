// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/tlogproof.h"

#include "service/core/encoding.h"

namespace ledger {

QByteArray tlogProof(LeafIndex index, std::span<const Digest> hashes, QByteArrayView checkpoint)
{
    QByteArray text = "c2sp.org/tlog-proof@v1\nindex " + QByteArray::number(index) + '\n';
    for (const Digest &hash : hashes)
        text += toBase64(hash.view()) + '\n';
    text += '\n';
    return text.append(checkpoint);
}

} // namespace ledger
