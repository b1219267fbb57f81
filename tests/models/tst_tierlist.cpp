// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/sealing.h"
#include "models/tierlist.h"
#include "models/tokenfiles.h"
#include "service/core/json.h"
#include "service/crypto/publickeytext.h"
#include "service/crypto/runtime.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

class TestTierList : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_crypto = std::move(*crypto::Runtime::start());
        m_key = crypto::SigningKey::generate().publicKey();
    }
    void cleanupTestCase() { m_crypto.reset(); }

    void forms_data()
    {
        QTest::addColumn<QByteArray>("text"); // KEY and SSH stand for one key
        QTest::addColumn<int>("rows");
        QTest::newRow("CSV without names") << "KEY,READ\n"_ba << 1;
        QTest::newRow("CSV of a line of OpenSSH with a comment") << "SSH ada@example.net,READ"_ba << 1;
        QTest::newRow("CSV with names in another order") << "scope,subject_pubkey\nREAD,KEY\n"_ba << 1;
        QTest::newRow("CSV with all names") << "subject_pubkey,scope,expires_in_seconds,proof_of_possession\n"
                                               "KEY,READ,3600,true\n"_ba
                                            << 1;
        QTest::newRow("CSV with quotes, a byte order mark and blank lines")
            << "\xEF\xBB\xBF\n\"KEY\",\"READ\"\r\n\r\nKEY,read\r\n"_ba << 2;
        QTest::newRow("JSON lines") << "{\"subject_pubkey\":\"KEY\",\"scope\":\"READ\"}\n\n"
                                       "{\"scope\":\"READ\",\"subject_pubkey\":\"KEY\"}"_ba
                                    << 2;
        QTest::newRow("a JSON array") << "[{\"subject_pubkey\":\"KEY\",\"scope\":\"READ\"}]"_ba << 1;
    }

    void forms()
    {
        QFETCH(QByteArray, text);
        const auto lines = models::readTierList(filled(text));
        QVERIFY2(lines, lines ? "" : qPrintable(lines.error().detail));
        QTEST(int(lines->size()), "rows");
        for (const models::TierLine &line : *lines) {
            QVERIFY2(line.row, line.row ? "" : qPrintable(line.row.error().detail));
            QCOMPARE(line.row->subjectKey.bytes, m_key.bytes);
            QCOMPARE(line.row->scope.text(), "READ");
        }
        if (text.contains("3600"))
            QCOMPARE(lines->front().row->expiresInSeconds, std::optional<qint64>(3600));
    }

    void aBadRowLeavesTheOthers_data()
    {
        QTest::addColumn<QByteArray>("bad");
        QTest::addColumn<QString>("said");
        QTest::newRow("no scope") << "KEY,"_ba << u"/scope"_s;
        QTest::newRow("a scope that is none") << "KEY,WRITE"_ba << u"/scope"_s;
        QTest::newRow("no key") << "hello,READ"_ba << u"/subject_pubkey"_s;
        QTest::newRow("one cell") << "KEY"_ba << QString();
        QTest::newRow("too many cells") << "KEY,READ,1"_ba << QString();
    }

    void aBadRowLeavesTheOthers()
    {
        QFETCH(QByteArray, bad);
        QFETCH(QString, said);
        const auto lines = models::readTierList(filled("KEY,READ\n" + bad + "\nKEY,INPUT\n"));
        QVERIFY(lines);
        QCOMPARE(lines->size(), size_t(3));
        QVERIFY((*lines)[0].row && !(*lines)[1].row && (*lines)[2].row);
        QCOMPARE((*lines)[1].number, 2);
        if (!said.isEmpty())
            QCOMPARE((*lines)[1].row.error().fields.value(0).pointer, said);
    }

    void noListAtAll_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("nothing") << " \n "_ba;
        QTest::newRow("names alone") << "subject_pubkey,scope\n"_ba;
        QTest::newRow("a column that is none") << "subject_pubkey,scope,shoe_size\nKEY,READ,43\n"_ba;
        QTest::newRow("quotes that don't close") << "KEY,READ\n\"KEY,READ\n"_ba;
        QTest::newRow("a row too many") << "KEY,READ\n"_ba.repeated(engine::MostTierRows + 1);
        QTest::newRow("too large") << QByteArray(models::LargestTierList + 1, ' ');
        QTest::newRow("half an array") << "[{\"subject_pubkey\":\"KEY\""_ba;
    }

    void noListAtAll()
    {
        QFETCH(QByteArray, text);
        const auto lines = models::readTierList(filled(text));
        QVERIFY(!lines);
        QVERIFY(!lines.error().detail.isEmpty());
    }

    void newTokensAreSavedForTheirOwnerAlone()
    {
        const auto tokens = twoTokens();
        QTemporaryDir folder;
        QVERIFY(models::saveTokensApart(folder.path(), tokens));
        const QStringList names = QDir(folder.path()).entryList(QDir::Files);
        QCOMPARE(names.size(), 2);
        for (const QString &name : names) {
            QVERIFY(name.startsWith("acme-READ-"_L1) && name.endsWith(".token"_L1));
            QCOMPARE(QFile::permissions(folder.filePath(name))
                    & (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther),
                QFile::Permissions());
        }
        // A second attempt goes on behind what the first one left.
        QVERIFY(QFile::remove(folder.filePath(names.last())));
        QVERIFY(models::saveTokensApart(folder.path(), tokens));
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files), names);
        // Never over what is there and is something else.
        QFile other(folder.filePath(names.first()));
        QVERIFY(other.open(QIODevice::WriteOnly | QIODevice::Truncate) && other.write("mine") == 4);
        other.close();
        const auto again = models::saveTokensApart(folder.path(), tokens);
        QVERIFY(!again);
        QVERIFY2(again.error().detail.contains(" of 2"_L1), qPrintable(again.error().detail));
        QCOMPARE(QFileInfo(other).size(), 4);
    }

    void newTokensAreSavedAsLines()
    {
        const auto tokens = twoTokens();
        QTemporaryDir folder;
        const QString path = folder.filePath(u"all.jsonl"_s);
        QVERIFY(models::saveTokensTogether(path, tokens));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        for (const engine::IssuedToken &token : tokens) {
            const auto line = json::parse(file.readLine().trimmed());
            QVERIFY(line);
            QCOMPARE(*line->find("token")->string(), token.text);
            QCOMPARE(*line->find("token_id")->string(), token.record.id.text());
        }
        QVERIFY(file.atEnd());
    }

private:
    QByteArray filled(QByteArray text) const
    {
        return text.replace("KEY", crypto::publicKeyToText(m_key)).replace("SSH", models::sshKeyLine(m_key));
    }
    static std::vector<engine::IssuedToken> twoTokens()
    {
        std::vector<engine::IssuedToken> tokens(2);
        for (size_t i = 0; i < tokens.size(); ++i) {
            tokens[i].text = "text-" + QByteArray::number(i);
            tokens[i].record.id = TokenId("id-" + QByteArray::number(i));
            tokens[i].record.tenant = TenantId("acme");
            tokens[i].record.scope = tokens::Scope(tokens::Scope::Kind::Read);
            tokens[i].record.subjectKey = crypto::SigningKey::generate().publicKey();
        }
        return tokens;
    }

    std::unique_ptr<crypto::Runtime> m_crypto;
    crypto::PublicKey m_key;
};

QTEST_GUILESS_MAIN(TestTierList)
#include "tst_tierlist.moc"
