// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Takes what the real server gives of an entry, and holds that every single thing that could be wrong with it is found.

#include "models/ledgerproof.h"
#include "service/core/encoding.h"
#include "service/ledger/note.h"
#include "tests/service/api/apihouse.h"

#include <QtCore/qfile.h>
#include <QtCore/qjsondocument.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using models::verifyEntryProof;

class TestLedgerProof : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_house = std::make_unique<ApiHouse>();
        ApiHouse &house = *m_house;
        for (const char *id : {"a", "b", "c", "d", "e"})
            house.addTenant(id);
        const auto list =
            house.ask("GET", "/v1/ledger/entries?tenant_id=c&event_type=TENANT_CREATED&limit=1", house.admin());
        const QByteArray index = QByteArray::number(arrayOf(list).first()["index"_L1].toInteger());
        m_entry = house.ask("GET", "/v1/ledger/entries/" + index, house.admin()).body;
        m_proof = objectOf(house.ask("GET", "/v1/ledger/entries/" + index + "/proof", house.admin()));
        m_index = index.toULongLong();
        m_size = house.entries();
        QFile vkey(house.directory() + "/ledger.vkey"_L1);
        QVERIFY(vkey.open(QIODevice::ReadOnly));
        m_vkey = vkey.readAll();
        // The same name with another key, and its own signature over the same tree.
        const auto known = ledger::parseVerifierKey(m_vkey.trimmed());
        QVERIFY(known);
        const auto key = crypto::SigningKey::generate();
        m_otherVkey = ledger::verifierKey(known->name, key.publicKey()).text();
        const auto note = ledger::parseNote(m_proof["checkpoint"_L1].toString().toUtf8());
        QVERIFY(note);
        m_forged = QString::fromUtf8(ledger::signNote(note->text, known->name, key));
    }
    void cleanupTestCase() { m_house.reset(); }

    void anEntryThatIsThereIsProven()
    {
        const auto proven = verify(m_entry, m_proof, m_vkey);
        QVERIFY2(proven, proven ? "" : qPrintable(proven.error().detail));
        QCOMPARE(proven->fields.index, m_index);
        QCOMPARE(proven->fields.tenant, TenantId("c"));
        QCOMPARE(proven->fields.eventType, "TENANT_CREATED");
        QVERIFY(proven->treeSize >= m_size);
    }

    void whatDoesNotFitIsRefused_data()
    {
        QTest::addColumn<QByteArray>("entry");
        QTest::addColumn<QJsonObject>("proof");
        QTest::addColumn<QByteArray>("vkey");

        const auto row = [this](const char *name, const auto &change) {
            QByteArray entry = m_entry, vkey = m_vkey;
            QJsonObject proof = m_proof;
            change(entry, proof, vkey);
            QTest::newRow(name) << entry << proof << vkey;
        };
        row("the entry names a higher quota",
            [](QByteArray &entry, auto &, auto &) { entry.replace("\"max_vms\":10", "\"max_vms\":11"); });
        row("the entry is no entry", [](QByteArray &entry, auto &, auto &) { entry = "{}"; });
        row("the proof is for the next entry",
            [this](auto &, QJsonObject &proof, auto &) { proof["index"_L1] = qint64(m_index) + 1; });
        row("the proof speaks of a larger tree",
            [](auto &, QJsonObject &proof, auto &) { proof["tree_size"_L1] = proof["tree_size"_L1].toInteger() + 1; });
        row("the path lacks its last hash", [](auto &, QJsonObject &proof, auto &) {
            QJsonArray hashes = proof["hashes"_L1].toArray();
            hashes.removeLast();
            proof["hashes"_L1] = hashes;
        });
        row("a hash of the path is another", [](auto &, QJsonObject &proof, auto &) {
            QJsonArray hashes = proof["hashes"_L1].toArray();
            hashes[0] = QString::fromLatin1(toBase64(QByteArray(32, 'x')));
            proof["hashes"_L1] = hashes;
        });
        row("a hash of the path is too short", [](auto &, QJsonObject &proof, auto &) {
            QJsonArray hashes = proof["hashes"_L1].toArray();
            hashes[0] = u"AAAA"_s;
            proof["hashes"_L1] = hashes;
        });
        row("the root is another than the signed one", [](auto &, QJsonObject &proof, auto &) {
            proof["root"_L1] = QString::fromLatin1(toBase64(QByteArray(32, 'x')));
        });
        row("the checkpoint is not signed", [](auto &, QJsonObject &proof, auto &) {
            const QString note = proof["checkpoint"_L1].toString();
            proof["checkpoint"_L1] = note.first(note.indexOf("\n\n"_L1) + 2);
        });
        row("the checkpoint is signed by a stranger",
            [this](auto &, QJsonObject &proof, auto &) { proof["checkpoint"_L1] = m_forged; });
        row("the key is a stranger's", [this](auto &, auto &, QByteArray &vkey) { vkey = m_otherVkey; });
        row("the key is none", [](auto &, auto &, QByteArray &vkey) { vkey = "nothing"; });
        for (const char *member : {"index", "tree_size", "hashes", "root", "checkpoint"}) {
            QJsonObject proof = m_proof;
            proof.remove(QLatin1StringView(member));
            QTest::addRow("the proof lacks %s", member) << m_entry << proof << m_vkey;
        }
    }

    void whatDoesNotFitIsRefused()
    {
        QFETCH(QByteArray, entry);
        QFETCH(QJsonObject, proof);
        QFETCH(QByteArray, vkey);
        const auto proven = verify(entry, proof, vkey);
        QVERIFY(!proven);
        QVERIFY(!proven.error().detail.isEmpty());
    }

private:
    static Result<models::ProvenEntry> verify(const QByteArray &entry, const QJsonObject &proof, const QByteArray &vkey)
    {
        return verifyEntryProof(entry, QJsonDocument(proof).toJson(), vkey);
    }

    std::unique_ptr<ApiHouse> m_house; // its crypto is used to the end
    QByteArray m_entry, m_vkey, m_otherVkey;
    QString m_forged;
    QJsonObject m_proof;
    LeafIndex m_index = 0;
    TreeSize m_size = 0;
};

QTEST_GUILESS_MAIN(TestLedgerProof)
#include "tst_ledgerproof.moc"
