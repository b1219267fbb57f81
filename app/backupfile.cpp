// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/backupfile.h"

#include "service/engine/replay.h"
#include "service/ledger/verify.h"

using namespace Qt::StringLiterals;

namespace app {

Result<ledger::Head> verifiedHead(const QString &database, const QByteArray &vkey, const QString &mark)
{
    ASSIGN_OR_RETURN(const auto opened, store::Database::open(database, store::Database::Mode::ReadOnly));
    engine::Replay replay;
    ledger::VerifyOptions options;
    ASSIGN_OR_RETURN(options.keys, ledger::parseVerifierKeys(vkey));
    options.highWaterPath = mark;
    options.follower = &replay;
    ASSIGN_OR_RETURN(const ledger::VerifyReport report, ledger::verifyTree(*opened, options));
    if (!report.ok)
        return fail(
            ErrorCode::Refused, u"%1 (%2)"_s.arg(report.damage, QLatin1StringView(ledger::damageName(report.kind))));
    return ledger::LedgerReader(*opened).head();
}

} // namespace app
