// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/fsinput.h"
#include "app/fsprogress.h"
#include "service/core/encoding.h"
#include "service/core/visibletext.h"
#include "service/engine/replay.h"
#include "service/ledger/verify.h"

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

} // namespace

Result<int> fsVerify(const FsContext &context)
{
    TRY(checkFsDirectory(context.paths));
    ASSIGN_OR_RETURN(const auto keys, readKeys(context));
    ASSIGN_OR_RETURN(auto older, readCheckpoints(context));
    ASSIGN_OR_RETURN(const auto database, openFsStore(context.paths));

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
    if (report->ok) {
        std::printf("verified: %llu entries, root %s, key %s, origin %s\n",
            static_cast<unsigned long long>(report->size), toBase64(report->root.view()).constData(),
            report->keyId.constData(), report->origin.toUtf8().constData());
        return 0;
    }
    const QString where = report->firstBad ? u"first bad index %1: "_s.arg(*report->firstBad) : QString();
    std::printf("refused: %s%s (%s)\n", where.toUtf8().constData(), visibleText(report->damage).toUtf8().constData(),
        ledger::damageName(report->kind));
    return 1;
}

} // namespace app
