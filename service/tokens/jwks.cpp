// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tokens/jwks.h"

#include "service/core/jsonwriter.h"
#include "service/crypto/publickeytext.h"

namespace tokens {

QByteArray jwkSet(const QList<crypto::PublicKey> &keys)
{
    json::Writer w;
    w.beginObject().key("keys").beginArray();
    for (const crypto::PublicKey &key : keys) {
        w.beginObject().member("kty", "OKP").member("crv", "Ed25519").member("x", crypto::publicKeyToText(key));
        w.member("kid", crypto::keyThumbprint(key)).member("use", "sig").member("alg", "EdDSA").endObject();
    }
    w.endArray().endObject();
    return w.take();
}

} // namespace tokens
