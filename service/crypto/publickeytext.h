// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Ed25519 public keys as people paste them and as we answer them. Any thread.
#pragma once

#include "service/crypto/ed25519.h"

#include <QtCore/qstringview.h>

namespace crypto {

// Takes one of, blanks around it trimmed:
//   32 bytes in base64 or base64url (RFC 4648; canonical, padded or not), or in hexadecimal of either case;
//   one OpenSSH line "ssh-ed25519 AAAA… comment" (RFC 4253, 6.6; RFC 8709, 4);
//   a PEM block "PUBLIC KEY" with the 44 bytes of an Ed25519 SubjectPublicKeyInfo (RFC 8410, 4).
// InvalidField says what is wrong and what to do; never repeats the text, which may be a private key.
Result<PublicKey> parsePublicKeyText(QStringView text);

// Base64url without padding, 43 characters: what answers and entries carry.
QByteArray publicKeyToText(const PublicKey &key);

// RFC 7638 over the members of RFC 8037, 2: {"crv":"Ed25519","kty":"OKP","x":"…"}. 43 characters.
QByteArray keyThumbprint(const PublicKey &key);

} // namespace crypto
