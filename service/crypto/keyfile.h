// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Private keys on disk: PKCS#8 PEM (RFC 5208, RFC 8410), mode 0600, encrypted with AES-256-CBC and PBKDF2 where a
// passphrase is given (QCA's PEM writing knows only DES here, so OpenSSL writes).
#pragma once

#include "service/crypto/ed25519.h"

namespace crypto {

// Writes a new file, synced, never over an existing one. Storage names the file and the system's reason.
Result<void> writeKeyFile(const QString &path, const SigningKey &key, const QCA::SecureArray &passphrase = {});

// Refused when others than the owner can read the file, when it is a link or no regular file, when it holds no Ed25519
// key, when the passphrase is wrong, missing, or given for a plain file.
Result<SigningKey> readKeyFile(const QString &path, const QCA::SecureArray &passphrase = {});

} // namespace crypto
