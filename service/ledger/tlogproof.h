// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The proof of one entry as a file of its own, by convention INDEX.tlog-proof (C2SP tlog-proof as of 5ba5ee8). Pure
// function; any thread.
//
//     c2sp.org/tlog-proof@v1
//     index 41
//     BASE64                           the inclusion proof, from the leaf's sibling up; none in a tree of one entry
//                                      an empty line
//     the signed checkpoint as it is
//
// We write no "extra" line: nothing vouches for what stands there.
#pragma once

#include "service/ledger/merkle.h"

namespace ledger {

// `checkpoint` is the signed note of the tree that the hashes lead up to.
QByteArray tlogProof(LeafIndex index, std::span<const Digest> hashes, QByteArrayView checkpoint);

} // namespace ledger
