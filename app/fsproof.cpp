// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What a stranger needs to check the ledger without it: checkpoint, key, proofs. A proof is checked here before it is
// printed, so that damaged tiles give a refusal and not a proof that fails elsewhere.

#include "app/fsinput.h"
#include "service/core/encoding.h"
#include "service/ledger/reader.h"
#include "service/ledger/tlogproof.h"

#include <QtCore/qfile.h>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace app {

namespace {

Result<std::uint64_t> number(const FsContext &context, qsizetype position, const QString &what)
{
    const QString &text = context.arguments[position];
    const auto parsed = parseDecimal(text.toUtf8(), INT64_MAX);
    if (!parsed)
        return fail(fsUsage(u"\"%1\" is not %2: that is a whole number such as 41."_s.arg(text, what)));
    return *parsed;
}

Result<int> print(const QByteArray &text)
{
    std::fwrite(text.constData(), 1, size_t(text.size()), stdout);
    TRY(flushFsOutput());
    return 0;
}

// Exit status 1 for what is not there or does not hold, as for a verification that refuses.
Result<int> statusOf(Result<QByteArray> text)
{
    if (text)
        return print(*text);
    if (text.error().code != ErrorCode::NotFound && text.error().code != ErrorCode::Corrupt)
        return std::unexpected(std::move(text.error()));
    complainFs(text.error());
    return 1;
}

std::unexpected<Error> doesNotHold(const QString &proof)
{
    return fail(ErrorCode::Corrupt,
        u"The ledger's tiles give %1 that does not hold: they were damaged or changed. service-fs verify says where."_s
            .arg(proof));
}

} // namespace

Result<int> fsCheckpoint(const FsContext &context)
{
    ASSIGN_OR_RETURN(const auto database, openFsStore(context.paths));
    ASSIGN_OR_RETURN(const ledger::Head head, ledger::LedgerReader(*database).head());
    return print(head.checkpoint);
}

Result<int> fsVkey(const FsContext &context)
{
    TRY(checkFsDirectory(context.paths));
    QFile file(context.paths.ledgerVkey());
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::Refused, u"%1 can't be read: %2."_s.arg(file.fileName(), file.errorString()));
    const QByteArray text = file.read(64 * 1024);
    if (const auto keys = ledger::parseVerifierKeys(text); !keys)
        return fail(ErrorCode::Refused,
            u"%1 holds something that is no key: %2 Put the key back from a copy kept elsewhere."_s.arg(
                file.fileName(), keys.error().detail));
    return print(text);
}

Result<int> fsProof(const FsContext &context)
{
    ASSIGN_OR_RETURN(const LeafIndex index, number(context, 0, u"the index of an entry"_s));
    ASSIGN_OR_RETURN(const auto database, openFsStore(context.paths));
    return statusOf([&]() -> Result<QByteArray> {
        ledger::LedgerReader reader(*database);
        ASSIGN_OR_RETURN(const QByteArray entry, reader.entry(index));
        ASSIGN_OR_RETURN(const ledger::Head head, reader.head());
        ASSIGN_OR_RETURN(const auto hashes, reader.inclusion(index, head.size));
        ASSIGN_OR_RETURN(const ledger::Note note, ledger::parseNote(head.checkpoint));
        ASSIGN_OR_RETURN(const ledger::Checkpoint checkpoint, ledger::parseCheckpoint(note.text));
        if (checkpoint.size != head.size
            || !ledger::verifyInclusion(ledger::leafHash(entry), index, head.size, hashes, checkpoint.root))
            return doesNotHold(u"a proof of entry %1"_s.arg(index));
        return ledger::tlogProof(index, hashes, head.checkpoint);
    }());
}

Result<int> fsConsistency(const FsContext &context)
{
    ASSIGN_OR_RETURN(const TreeSize older, number(context, 0, u"the size of a ledger"_s));
    ASSIGN_OR_RETURN(const TreeSize newer, number(context, 1, u"the size of a ledger"_s));
    if (older > newer)
        return fail(fsUsage(u"%1 is not before %2: the older size comes first."_s.arg(older).arg(newer)));
    ASSIGN_OR_RETURN(const auto database, openFsStore(context.paths));
    return statusOf([&]() -> Result<QByteArray> {
        ledger::LedgerReader reader(*database);
        ASSIGN_OR_RETURN(const auto hashes, reader.consistency(older, newer));
        ASSIGN_OR_RETURN(const ledger::Digest olderRoot, reader.root(older));
        ASSIGN_OR_RETURN(const ledger::Digest newerRoot, reader.root(newer));
        if (!ledger::verifyConsistency(older, newer, hashes, olderRoot, newerRoot))
            return doesNotHold(u"a proof from %1 to %2 entries"_s.arg(older).arg(newer));
        QByteArray lines;
        for (const ledger::Digest &hash : hashes)
            lines += toBase64(hash.view()) + '\n';
        return lines;
    }());
}

} // namespace app
