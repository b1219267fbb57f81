// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A secret for the eyes of one key's holder: encrypted to the Ed25519 key, as an SSH key, by the stock program `age`.
// It is given the secret on its standard input, never as an argument, which every user of the machine could read.
//
// Functions that wait for files and a process: not on the GUI thread.
#pragma once

#include "service/core/result.h"
#include "service/crypto/ed25519.h"

#include <QtCore/qstring.h>

#include <chrono>

namespace models {

// Where `age` lies; empty where it is not on the PATH.
QString ageProgram();

// "ssh-ed25519 AAAA…": the key as ssh-keygen writes it (RFC 8709, 4), without a comment.
QByteArray sshKeyLine(const crypto::PublicKey &key);

// The armoured text that only the private half of `holder` opens. Refused where the program does not start, fails, or
// has not ended after `limit`; it is killed then. The detail says why and what to do.
Result<QByteArray> sealFor(const crypto::PublicKey &holder, const QByteArray &secret, const QString &program,
    std::chrono::milliseconds limit = std::chrono::seconds(10));

} // namespace models
