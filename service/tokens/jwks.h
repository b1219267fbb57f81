// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The key set that others verify our tokens with (RFC 7517, 5; RFC 8037, 2). Any thread.
#pragma once

#include "service/crypto/ed25519.h"

#include <QtCore/qlist.h>

namespace tokens {

// {"keys":[{"kty":"OKP","crv":"Ed25519","x":"…","kid":"…","use":"sig","alg":"EdDSA"}]}, in the order given.
QByteArray jwkSet(const QList<crypto::PublicKey> &keys);

} // namespace tokens
