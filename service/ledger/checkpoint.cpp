// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/checkpoint.h"

#include "service/core/encoding.h"
#include "service/ledger/tiles.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ledger {

QByteArray Checkpoint::text() const
{
    return origin + '\n' + QByteArray::number(size) + '\n' + toBase64(root.view()) + '\n';
}

Result<Checkpoint> parseCheckpoint(QByteArrayView text)
{
    const auto wrong = [](const QString &what) {
        return fail(ErrorCode::Corrupt, u"The checkpoint has %1."_s.arg(what));
    };
    const QList<QByteArray> lines = text.toByteArray().split('\n');
    if (lines.size() != 4 || !lines[3].isEmpty())
        return wrong(u"not exactly three lines"_s);
    if (!isKeyName(lines[0]))
        return wrong(u"a bad origin"_s);
    const auto size = parseDecimal(lines[1], INT64_MAX);
    if (!size)
        return wrong(u"a size that is not canonical decimal"_s);
    const auto root = fromBase64(lines[2]);
    if (!root || root->size() != HashSize)
        return wrong(u"a root that is not 32 bytes of canonical base64"_s);
    const Checkpoint checkpoint{lines[0], *size, Digest::fromBytes(*root)};
    if (checkpoint.size == 0 && checkpoint.root != emptyRoot())
        return wrong(u"no entries, but the root of some"_s);
    return checkpoint;
}

Result<SignedCheckpoint> openCheckpoint(QByteArrayView bytes, std::span<const VerifierKey> known)
{
    ASSIGN_OR_RETURN(const Note note, parseNote(bytes));
    ASSIGN_OR_RETURN(Checkpoint checkpoint, parseCheckpoint(note.text));
    ASSIGN_OR_RETURN(const auto signers, verifyNote(note, known));
    const auto own = std::ranges::find(signers, checkpoint.origin, &VerifierKey::name);
    if (own == signers.end())
        return fail(ErrorCode::Corrupt, u"The checkpoint is signed, but not by its own log."_s);
    return SignedCheckpoint{std::move(checkpoint), *own, bytes.toByteArray()};
}

QByteArray signCheckpoint(const Checkpoint &checkpoint, const crypto::SigningKey &key)
{
    return signNote(checkpoint.text(), checkpoint.origin, key);
}

} // namespace ledger
