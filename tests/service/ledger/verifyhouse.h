// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// For tests of verification: a ledger of 700 entries with its mark and some older checkpoints, made anew for each test.
#pragma once

#include "service/ledger/highwater.h"
#include "service/ledger/verify.h"
#include "tests/service/ledger/tamper.h"

#include <QtCore/qfile.h>

namespace ledger {

using namespace Qt::StringLiterals;

class VerifyHouse
{
protected:
    static constexpr TreeSize Size = 700; // two full tiles, and 188 entries whose hashes no row holds

    void startCrypto()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
    }

    void build()
    {
        m_fixture = std::make_unique<LedgerFixture>();
        m_notes.clear();
        for (const TreeSize size : {TreeSize(300), TreeSize(590), TreeSize(610), Size}) {
            VERIFY_RESULT(m_fixture->growTo(size));
            m_notes[size] = m_fixture->ledger().signedCheckpoint();
        }
        m_mark = m_fixture->file(u"high-water"_s);
        VERIFY_RESULT(HighWater::create(m_mark, m_notes[Size]));
    }

    VerifyOptions options() const { return {.keys = m_fixture->keys(), .highWaterPath = m_mark}; }

    Result<VerifyReport> verify(const VerifyOptions &options) { return verifyTree(*m_fixture->reading(), options); }

    void requireDamage(const VerifyOptions &options, Damage kind, int firstBad)
    {
        const auto report = verify(options);
        VERIFY_RESULT(report);
        QVERIFY(!report->ok);
        QVERIFY2(
            report->kind == kind, qPrintable(QLatin1StringView(damageName(report->kind)) + ": "_L1 + report->damage));
        const int index = report->firstBad ? int(*report->firstBad) : -1;
        QVERIFY2(index == firstBad, qPrintable(u"%1: %2"_s.arg(index).arg(report->damage)));
        QVERIFY(!report->damage.isEmpty());
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    QTemporaryDir m_dir;
    std::unique_ptr<LedgerFixture> m_fixture;
    std::map<TreeSize, QByteArray> m_notes;
    QString m_mark;
};

} // namespace ledger
