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

enum class Fate
{
    Leave, // there is none; or neither is the one that signs, and whoever loads the key refuses
    Clear,
    Move
};

struct NextKey
{
    Fate fate = Fate::Leave;
    std::optional<crypto::PublicKey> key = {}; // where it can be read
};

// It is cleared away only where the one in place is known to be the one that counts: a key that can't be read just now
// may be the only one there is.
template <typename Signs>
Result<NextKey> nextKey(const QString &path, const QCA::SecureArray &passphrase, Signs signs)
{
    if (!QFile::exists(nextPath(path)))
        return NextKey{};
    const auto current = crypto::readKeyFile(path, passphrase);
    const auto next = crypto::readKeyFile(nextPath(path), passphrase);
    const auto key = next ? std::optional(next->publicKey()) : std::nullopt;
    if (current && signs(current->publicKey()))
        return NextKey{.fate = Fate::Clear, .key = key};
    if (!next)
        return std::unexpected(next.error());
    if (signs(*key))
        return NextKey{.fate = Fate::Move, .key = key};
    return current ? Result<NextKey>(NextKey{}) : std::unexpected(current.error());
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

bool hasSignedHead(store::Database &database, const ledger::VerifierKey &key)
{
    const auto head = ledger::LedgerReader(database).head();
    return head && ledger::openCheckpoint(head->checkpoint, std::span(&key, 1));
}

Result<crypto::SigningKey> readLedgerKey(
    const DataPaths &paths, store::Database &database, const QByteArray &origin, const QCA::SecureArray &passphrase)
{
    const QString path = paths.ledgerKey();
    auto current = crypto::readKeyFile(path, passphrase);
    if (!QFile::exists(nextPath(path)))
        return current;
    const auto signs = [&](const crypto::SigningKey &key) {
        return hasSignedHead(database, ledger::verifierKey(origin, key.publicKey()));
    };
    if (current && signs(*current))
        return current;
    auto next = crypto::readKeyFile(nextPath(path), passphrase);
    return !next || signs(*next) ? std::move(next) : std::move(current);
}

Result<void> settleTokenKey(
    const DataPaths &paths, const decltype(State::keys) &keys, const QCA::SecureArray &passphrase)
{
    const QString path = paths.tokenKey();
    ASSIGN_OR_RETURN(const NextKey next, nextKey(path, passphrase, [&](const crypto::PublicKey &key) {
        const auto known = keys.find(KeyId(crypto::keyThumbprint(key)));
        return known != keys.end() && !known->second.retiredAt;
    }));
    if (next.fate == Fate::Clear)
        return removeNext(path);
    return next.fate == Fate::Move ? moveIntoPlace(path) : Result<void>();
}

Result<void> settleLedgerKey(const DataPaths &paths, const ledger::VerifierKey &own, const QCA::SecureArray &passphrase)
{
    const QString path = paths.ledgerKey();
    ASSIGN_OR_RETURN(
        const NextKey next, nextKey(path, passphrase, [&](const crypto::PublicKey &key) { return key == own.key; }));
    if (next.fate == Fate::Clear) {
        if (next.key && *next.key != own.key)
            TRY(placeVerifierKey(paths, ledger::verifierKey(own.name, *next.key), VkeyPlace::Nowhere));
        return removeNext(path);
    }
    if (next.fate == Fate::Move) {
        TRY(placeVerifierKey(paths, own, VkeyPlace::First));
        return moveIntoPlace(path);
    }
    return {};
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
