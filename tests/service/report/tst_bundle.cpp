// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The bundle as an auditor gets it: its README's commands are pasted as they are printed.

#include "service/crypto/keyfile.h"
#include "service/ledger/tlogproof.h"
#include "service/report/zip.h"
#include "tests/service/report/reporthouse.h"

#include <QtCore/qprocess.h>

using namespace Qt::StringLiterals;

namespace {

// From the first step on, the blocks that are neither numbered nor indented.
QByteArray commandsOf(const QByteArray &readme)
{
    QByteArray commands;
    const QString steps = QString::fromUtf8(readme.sliced(readme.indexOf("\n1. ") + 1));
    for (const QString &block : steps.split(u"\n\n"_s, Qt::SkipEmptyParts)) {
        if (!block.front().isDigit() && !block.front().isSpace())
            commands += block.toUtf8() + '\n';
    }
    return commands;
}

} // namespace

class TestBundle : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theReadmesCommandsVerifyIt_data()
    {
        QTest::addColumn<int>("size");
        QTest::addColumn<bool>("excerpt");
        QTest::newRow("a ledger of one entry") << 1 << false;
        QTest::newRow("one of two") << 2 << false;
        QTest::newRow("one of seven, newest first") << 7 << false;
        QTest::newRow("an excerpt of one of ten") << 10 << true;
        QTest::newRow("an excerpt of one with more tiles than one") << 257 << true;
    }
    void theReadmesCommandsVerifyIt()
    {
        QFETCH(int, size);
        QFETCH(bool, excerpt);
        ReportHouse house{TreeSize(size)};
        ledger::EntryFilter filter{.reverse = size == 7};
        if (excerpt) {
            VERIFY_RESULT(filter.add("tenant-id=t1"));
            filter.limit = 4;
        }
        const auto bundle = house.make(report::Format::Bundle, filter);
        VERIFY_RESULT(bundle);
        QTemporaryDir folder;
        const auto members = unpack(*bundle, folder);
        QVERIFY(!members.isEmpty());

        const QByteArray out = paste(folder, commandsOf(members["README.txt"]));
        QVERIFY2(!out.contains("FAILED"), out.constData());
        QVERIFY2(out.contains("Signature Verified Successfully"), out.constData());
        QCOMPARE(out.count(": OK\n"), members.size() - 1); // all but the manifest
        const QByteArrayList lines = house.entries(filter);
        QVERIFY2(out.contains(ledger::leafHash(lines.first()).view().toByteArray().toHex()), out.constData());
        if (!excerpt)
            QVERIFY2(out.endsWith("\nOK\n"), out.constData());
        else
            QCOMPARE(out.count(" OK\n") - out.count(": OK\n"), lines.size());
    }

    void theReadmesCommandsVerifyAnExcerptOfNothing()
    {
        ReportHouse house(10);
        ledger::EntryFilter filter;
        VERIFY_RESULT(filter.add("tenant-id=nobody"));
        const auto bundle = house.make(report::Format::Bundle, filter);
        VERIFY_RESULT(bundle);
        QTemporaryDir folder;
        const auto members = unpack(*bundle, folder);
        const QByteArray out = paste(folder, commandsOf(members["README.txt"]));
        QVERIFY2(!out.contains("FAILED") && !out.contains("No such file"), out.constData());
        QVERIFY2(out.contains("Signature Verified Successfully"), out.constData());
        QCOMPARE(out.count(": OK\n"), members.size() - 1);
    }

    void theReadmesCommandsVerifyTheSignedList_data()
    {
        QTest::addColumn<QByteArray>("member");
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<int>("signatures"); // of two that are found good
        QTest::newRow("as it was made") << QByteArray() << QByteArray() << QByteArray() << 2;
        QTest::newRow("a list that names another file") << "manifest.sha256"_ba
                                                        << "  vkey"_ba
                                                        << "  wkey"_ba << 2;
        QTest::newRow("a signed hash that was changed") << "manifest.sha256.note"_ba
                                                        << "  manifest.sha256\n"_ba
                                                        << "  manifest.sha257\n"_ba << 1;
        QTest::newRow("a file that was changed") << "query.json"_ba
                                                 << "\"rows\""_ba
                                                 << "\"rowz\""_ba << 2;
    }
    void theReadmesCommandsVerifyTheSignedList()
    {
        QFETCH(QByteArray, member);
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        QFETCH(int, signatures);
        ReportHouse house(7);
        auto request = house.request(report::Format::Bundle);
        request.keyFile = house.fixture.file(u"ledger.key"_s);
        VERIFY_RESULT(crypto::writeKeyFile(request.keyFile, house.fixture.key()));
        VERIFY_RESULT(report::runExport(request));
        QFile file(request.path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QTemporaryDir folder;
        const auto members = unpack(file.readAll(), folder);
        QVERIFY(members.contains("manifest.sha256.note"));
        if (!member.isEmpty()) {
            QByteArray content = members[member];
            QVERIFY(content.contains(from));
            write(folder, member, content.replace(from, to));
        }
        const QByteArray out = paste(folder, commandsOf(members["README.txt"]));
        QCOMPARE(out.count("Signature Verified Successfully"), signatures);
        QCOMPARE(out.contains("FAILED"), !member.isEmpty());
        if (member.isEmpty())
            QCOMPARE(out.count(": OK\n"), members.size() - 1); // all but the note
        else if (!member.endsWith(".note"))
            QVERIFY2(out.contains(member + ": FAILED"), out.constData());
    }

    void theReadmesCommandsFindWhatWasChanged_data()
    {
        QTest::addColumn<bool>("excerpt");
        QTest::addColumn<QByteArray>("member");
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        const auto row = [](const char *name, bool excerpt, const char *member, const char *from, const char *to) {
            QTest::newRow(name) << excerpt << QByteArray(member) << QByteArray(from) << QByteArray(to);
        };
        row("an entry of the whole", false, "entries.jsonl", "\"name\":\"n1\"", "\"name\":\"n9\"");
        row("an entry of an excerpt", true, "proofs/1.entry", "\"name\":\"n1\"", "\"name\":\"n9\"");
        row("the checkpoint a proof leads to", true, "proofs/1.tlog-proof", "\n10\n", "\n11\n");
        row("an index", true, "proofs/4.tlog-proof", "index 4", "index 5");
    }
    void theReadmesCommandsFindWhatWasChanged()
    {
        QFETCH(bool, excerpt);
        QFETCH(QByteArray, member);
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        ReportHouse house(10);
        ledger::EntryFilter filter;
        if (excerpt)
            VERIFY_RESULT(filter.add("tenant-id=t1"));
        const auto bundle = house.make(report::Format::Bundle, filter);
        VERIFY_RESULT(bundle);
        QTemporaryDir folder;
        const auto members = unpack(*bundle, folder);
        QByteArray content = members[member];
        QVERIFY(content.contains(from));
        write(folder, member, content.replace(from, to));
        const QByteArray out = paste(folder, commandsOf(members["README.txt"]));
        QVERIFY2(out.contains(member + ": FAILED"), out.constData());
        QVERIFY2(out.contains(excerpt ? "\n" + member.sliced(7, 1) + " FAILED\n" : "\nFAILED\n"_ba), out.constData());
    }

    void theLogIsThatOfAFileServer_data()
    {
        QTest::addColumn<int>("size");
        QTest::addColumn<QByteArrayList>("files");
        QTest::newRow("of one entry") << 1 << QByteArrayList{"tile/0/000.p/1", "tile/entries/000.p/1"};
        QTest::newRow("of a full tile") << 256 << QByteArrayList{"tile/0/000", "tile/1/000.p/1", "tile/entries/000"};
        QTest::newRow("of a tile and one") << 257
                                           << QByteArrayList{"tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1",
                                                  "tile/entries/000", "tile/entries/001.p/1"};
    }
    void theLogIsThatOfAFileServer()
    {
        QFETCH(int, size);
        QFETCH(QByteArrayList, files);
        ReportHouse house{TreeSize(size)};
        const auto bundle = house.make(report::Format::Bundle);
        VERIFY_RESULT(bundle);
        const auto members = unzipped(*bundle);
        QByteArrayList found;
        ledger::LedgerReader reader(house.fixture.database());
        for (auto member = members.begin(); member != members.end(); ++member) {
            if (!member.key().startsWith("log/tile/"))
                continue;
            found.append(member.key().sliced(4));
            QCOMPARE(member.value(), reader.tile(*ledger::parseTilePath(found.last()), TreeSize(size)).value());
        }
        QCOMPARE(found, files);
        QCOMPARE(members["log/checkpoint"], reader.head().value().checkpoint);
        QCOMPARE(members["checkpoints/" + QByteArray::number(size)], reader.head().value().checkpoint);
        QCOMPARE(members["vkey"], house.fixture.keys().front().text() + '\n');
        QCOMPARE(members["policy.txt"], "log " + house.fixture.keys().front().text() + "\nquorum none\n");
    }

    void anExcerptHasItsProofsAndNoNeighbours()
    {
        ReportHouse house(300);
        ledger::EntryFilter filter;
        VERIFY_RESULT(filter.add("tenant-id=t1"));
        const auto bundle = house.make(report::Format::Bundle, filter);
        VERIFY_RESULT(bundle);
        const auto members = unzipped(*bundle);
        ledger::LedgerReader reader(house.fixture.database());
        const auto head = reader.head().value();
        int proofs = 0;
        for (LeafIndex i = 0; i < 300; ++i) {
            const QByteArray name = "proofs/" + QByteArray::number(i);
            const bool wanted = ledger::parseEntry(reader.entry(i).value()).value().tenant.text() == "t1";
            QCOMPARE(members.contains(name + ".entry"), wanted);
            if (!wanted)
                continue;
            ++proofs;
            QCOMPARE(members[name + ".entry"], reader.entry(i).value());
            QCOMPARE(members[name + ".tlog-proof"],
                ledger::tlogProof(i, reader.inclusion(i, head.size).value(), head.checkpoint));
        }
        QVERIFY(proofs > 50);
        QVERIFY(!bundle->contains("\"tenant_id\":\"t2\""));
        QVERIFY(!members.contains("log/checkpoint"));
    }

    void membersStandInOneOrder()
    {
        ReportHouse house(3);
        const auto bundle = house.make(report::Format::Bundle);
        VERIFY_RESULT(bundle);
        QByteArrayList order;
        unzipped(*bundle, &order);
        QCOMPARE(order,
            (QByteArrayList{"README.txt", "report.pdf", "entries.csv", "entries.jsonl", "log/checkpoint",
                "log/tile/entries/000.p/3", "log/tile/0/000.p/3", "checkpoints/3", "vkey", "policy.txt",
                "jwks-history.json", "query.json", "manifest.sha256"}));
    }

    void aZipOfMoreMembersThanSixteenBitsCountIsWhole()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(u"many.zip"_s);
        {
            auto file = report::OutputFile::create(path, report::Overwrite::Never).value();
            auto zip = report::ZipWriter::create(*file, folder.path()).value();
            for (int i = 0; i < 66'000; ++i)
                zip->add(QByteArray::number(i), QByteArray::number(i * 2)).value();
            zip->add("streamed", [](report::Sink &sink) { return sink.write("bytes"); }).value();
            zip->finish().value();
            file->commit().value();
        }
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto members = unzipped(file.readAll());
        QCOMPARE(members.size(), 66'001);
        QCOMPARE(members["65999"], "131998");
        QCOMPARE(members["streamed"], "bytes");
    }

private:
    static void write(const QTemporaryDir &folder, const QByteArray &name, const QByteArray &content)
    {
        const QString path = folder.filePath(QString::fromLatin1(name));
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    }

    static QMap<QByteArray, QByteArray> unpack(const QByteArray &bundle, const QTemporaryDir &folder)
    {
        const auto members = unzipped(bundle);
        for (auto member = members.begin(); member != members.end(); ++member)
            write(folder, member.key(), member.value());
        return members;
    }

    static QByteArray paste(const QTemporaryDir &folder, const QByteArray &commands)
    {
        QProcess shell;
        shell.setWorkingDirectory(folder.path());
        shell.setProcessChannelMode(QProcess::MergedChannels);
        shell.start(u"sh"_s, {});
        shell.write(commands);
        shell.closeWriteChannel();
        shell.waitForFinished(60'000);
        return shell.readAll();
    }
};

QTEST_MAIN(TestBundle)
#include "tst_bundle.moc"
