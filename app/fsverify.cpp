// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/fsinput.h"
#include "app/fsprogress.h"
#include "service/core/encoding.h"
#include "service/core/visibletext.h"
#include "service/engine/replay.h"
#include "service/ledger/keychanges.h"
#include "service/ledger/rollbacks.h"
#include "service/ledger/verify.h"
#include "service/report/bundlecheck.h"

#include <QtCore/qfile.h>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace app {

namespace {

// The keys of the log: from --vkey as text or file, else ledger.vkey.
Result<std::vector<ledger::VerifierKey>> readKeys(const FsContext &context)
{
    const QString given = context.parser.value(u"vkey"_s);
    const bool inFile = given.isEmpty() || QFile::exists(given);
    QFile file(given.isEmpty() ? context.paths.ledgerVkey() : given);
    // What --vkey names is the caller's to mend, the directory's own key is whoever keeps the directory's.
    const auto wrong = [&](const QString &what) -> std::unexpected<Error> {
        if (given.isEmpty())
            return fail(ErrorCode::Refused,
                u"%1 %2. Put the key back, or give the one kept elsewhere with --vkey."_s.arg(file.fileName(), what));
        return fail(fsUsage(u"%1 %2. A key is one line, NAME+ID+KEY, as service-fs vkey prints it."_s.arg(
            inFile ? file.fileName() : u"--vkey"_s, what)));
    };
    QByteArray text = given.toUtf8();
    if (inFile) {
        if (!file.open(QIODevice::ReadOnly))
            return wrong(u"can't be read: %1"_s.arg(file.errorString()));
        text = file.read(64 * 1024);
    }
    auto keys = ledger::parseVerifierKeys(text);
    if (!keys) {
        QString why = keys.error().detail;
        why.chop(why.endsWith(u'.') ? 1 : 0);
        return wrong(
            u"%1 (%2)"_s.arg(inFile ? u"holds something that is no key"_s : u"is neither a file nor a key"_s, why));
    }
    return keys;
}

Result<std::vector<ledger::OlderCheckpoint>> readCheckpoints(const FsContext &context)
{
    std::vector<ledger::OlderCheckpoint> older;
    for (const QString &path : context.parser.values(u"checkpoint"_s)) {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly))
            return fail(fsUsage(u"The checkpoint %1 can't be read: %2."_s.arg(path, file.errorString())));
        older.push_back({.name = path, .note = file.read(ledger::MaxNoteSize + 1)});
    }
    return older;
}

int refuse(std::optional<LeafIndex> first, std::optional<LeafIndex> last, const QString &damage, const char *kind)
{
    QString where;
    if (first)
        where = last ? u"first bad index %1 to %2: "_s.arg(*first).arg(*last) : u"first bad index %1: "_s.arg(*first);
    std::printf("refused: %s%s (%s)\n", where.toUtf8().constData(), visibleText(damage).toUtf8().constData(), kind);
    return 1;
}

// What the auditor should know beside the verdict goes to stderr.
Result<int> verifyBundle(const FsContext &context)
{
    report::BundleOptions options;
    options.path = context.parser.value(u"bundle"_s);
    const bool hasKey = context.parser.isSet(u"vkey"_s);
    if (context.parser.isSet(u"full"_s))
        return fail(fsUsage(u"--full does not go with --bundle: a bundle holds no state to compare with."_s));
    if (hasKey) {
        ASSIGN_OR_RETURN(options.keys, readKeys(context));
    }
    ASSIGN_OR_RETURN(options.older, readCheckpoints(context));
    FsProgress progress(FsProgress::Output::Quiet);
    options.progress = [&](quint64 done, quint64 total) {
        progress.show(done, total);
        return true;
    };
    const auto report = report::checkBundle(options);
    progress.end();
    if (!report && report.error().code == ErrorCode::InvalidField)
        return fail(fsUsage(report.error().detail));
    if (!report)
        return std::unexpected(report.error());
    if (!report->ok)
        return refuse(report->firstBad, {}, report->damage, report::bundleDamageName(report->kind));
    if (!hasKey)
        complainFs({.code = ErrorCode::Refused,
            .detail =
                u"The key is the bundle's own. Compare it with the one you were given by another way, or name that "
                "with --vkey."_s});
    if (!report->isManifestSigned)
        complainFs({.code = ErrorCode::Refused,
            .detail =
                u"The manifest is not signed: the entries are proved, the papers and tables beside them are not."_s});
    const QByteArray root = toBase64(report->root.view()), origin = report->origin.toUtf8();
    const auto rows = static_cast<unsigned long long>(report->rows),
               size = static_cast<unsigned long long>(report->size);
    if (report->isWhole)
        std::printf("verified: %llu entries, ", rows);
    else
        std::printf("verified: an excerpt, %llu of %llu entries, ", rows, size);
    std::printf("root %s, key %s, origin %s\n", root.constData(), report->keyId.constData(), origin.constData());
    TRY(flushFsOutput());
    return 0;
}

} // namespace

Result<int> fsVerify(const FsContext &context)
{
    if (context.parser.isSet(u"bundle"_s))
        return verifyBundle(context);
    TRY(checkFsDirectory(context.paths));
    ASSIGN_OR_RETURN(auto keys, readKeys(context));
    ASSIGN_OR_RETURN(auto older, readCheckpoints(context));
    ASSIGN_OR_RETURN(const auto database, openFsStore(context.paths));
    if (!context.parser.isSet(u"vkey"_s)) {
        ASSIGN_OR_RETURN(keys, ledger::withNewName(*database, std::move(keys)));
    }

    engine::Replay replay;
    ledger::VerifyOptions options;
    options.keys = keys;
    options.highWaterPath = context.paths.highWater();
    options.older = std::move(older);
    if (context.parser.isSet(u"full"_s))
        options.follower = &replay;
    FsProgress progress(FsProgress::Output::Quiet);
    options.progress = [&](TreeSize done, TreeSize total) {
        progress.show(done, total);
        return true;
    };
    auto report = ledger::verifyTree(*database, options);
    progress.end();
    if (!report)
        return std::unexpected(std::move(report.error()));
    if (report->ok && context.parser.isSet(u"vkey"_s)) {
        const auto id = fromHex(report->keyId).value_or(QByteArray());
        if (const auto why = ledger::signedByOlderKey(report->origin.toUtf8(), id, keys))
            return refuse(
                {}, {}, u"The ledger's head %1."_s.arg(*why), ledger::damageName(ledger::Damage::CheckpointUnsigned));
    }
    if (report->ok) {
        std::printf("verified: %llu entries, root %s, key %s, origin %s\n",
            static_cast<unsigned long long>(report->size), toBase64(report->root.view()).constData(),
            report->keyId.constData(), report->origin.toUtf8().constData());
        return 0;
    }
    return refuse(report->firstBad, report->lastBad, report->damage, ledger::damageName(report->kind));
}

} // namespace app
