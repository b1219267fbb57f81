// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/keyfiles.h"

#include "service/crypto/keyfile.h"
#include "service/crypto/publickeytext.h"
#include "service/crypto/secretfile.h"
#include "service/ledger/checkpoint.h"
#include "service/ledger/reader.h"

#include <QtCore/qfile.h>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

constexpr qsizetype MostKeyFile = 64 * 1024; // of ledger.vkey: a line is some 120 bytes

Result<void> removeNext(const QString &path)
{
    if (!QFile::remove(nextPath(path)))
        return fail(ErrorCode::Storage, u"%1 can't be removed; is the directory writable?"_s.arg(nextPath(path)));
    return {};
}

} // namespace

QString nextPath(const QString &path)
{
    return path + ".next"_L1;
}

Result<void> writeNextKey(const QString &path, const crypto::SigningKey &key, const QCA::SecureArray &passphrase)
{
    QFile::remove(nextPath(path));
    return crypto::writeKeyFile(nextPath(path), key, passphrase);
}

Result<void> moveIntoPlace(const QString &path)
{
    if (::rename(QFile::encodeName(nextPath(path)).constData(), QFile::encodeName(path).constData()) != 0)
        return fail(ErrorCode::Storage, u"%1 can't be put in place; is the directory writable?"_s.arg(nextPath(path)));
    return {};
}

// The new one is removed only where the one in place is known to be the one that counts: a key that can't be read just
// now may be the only one there is.
Result<void> settleTokenKey(const DataPaths &paths, const State &state, const QCA::SecureArray &passphrase)
{
    const QString path = paths.tokenKey();
    if (!QFile::exists(nextPath(path)))
        return {};
    const auto signs = [&](const crypto::SigningKey &key) {
        const auto known = state.keys.find(KeyId(crypto::keyThumbprint(key.publicKey())));
        return known != state.keys.end() && !known->second.retiredAt;
    };
    ASSIGN_OR_RETURN(const auto current, crypto::readKeyFile(path, passphrase));
    if (signs(current))
        return removeNext(path);
    ASSIGN_OR_RETURN(const auto next, crypto::readKeyFile(nextPath(path), passphrase));
    // Where it is neither, whoever loads the key refuses.
    return signs(next) ? moveIntoPlace(path) : Result<void>();
}

Result<bool> settleLedgerKey(
    const DataPaths &paths, store::Database &database, const QByteArray &origin, const QCA::SecureArray &passphrase)
{
    const QString path = paths.ledgerKey();
    if (!QFile::exists(nextPath(path)))
        return false;
    ASSIGN_OR_RETURN(const ledger::Head head, ledger::LedgerReader(database).head());
    const auto signedHead = [&](const ledger::VerifierKey &key) {
        return ledger::openCheckpoint(head.checkpoint, std::span(&key, 1)).has_value();
    };
    const auto next = crypto::readKeyFile(nextPath(path), passphrase);
    ASSIGN_OR_RETURN(const auto current, crypto::readKeyFile(path, passphrase));
    if (signedHead(ledger::verifierKey(origin, current.publicKey()))) {
        if (next)
            TRY(placeVerifierKey(paths, ledger::verifierKey(origin, next->publicKey()), VkeyPlace::Nowhere));
        TRY(removeNext(path));
        return false;
    }
    if (!next)
        return std::unexpected(next.error());
    const ledger::VerifierKey key = ledger::verifierKey(origin, next->publicKey());
    if (!signedHead(key))
        return false;
    TRY(placeVerifierKey(paths, key, VkeyPlace::First));
    TRY(moveIntoPlace(path));
    return true;
}

Result<void> placeVerifierKey(const DataPaths &paths, const ledger::VerifierKey &key, VkeyPlace place)
{
    ASSIGN_OR_RETURN(const QByteArray there, crypto::readSecretFile(paths.ledgerVkey(), MostKeyFile));
    const QByteArray line = key.text() + '\n';
    QByteArray others;
    for (const QByteArray &other : there.split('\n')) {
        if (!other.isEmpty() && other != key.text())
            others += other + '\n';
    }
    const QByteArray text = place == VkeyPlace::First ? line + others
        : place == VkeyPlace::Last                    ? others + line
                                                      : others;
    return text == there ? Result<void>()
                         : crypto::writeSecretFile(paths.ledgerVkey(), text, crypto::Overwrite::Replace);
}

} // namespace engine
