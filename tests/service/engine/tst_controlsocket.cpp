// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/controlsocket.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qtemporarydir.h>
#include <QtNetwork/qlocalsocket.h>
#include <QtTest/qtest.h>

#include <future>
#include <sys/stat.h>
#include <thread>

using namespace Qt::StringLiterals;
using engine::ControlServer;
using engine::DataPaths;

namespace {

std::vector<std::jthread> lateThreads; // joined before the server goes

// What the tests' server knows: who it is, a long text, and an answer that comes from another thread.
void handle(const json::Value &request, ControlServer::Reply reply)
{
    const json::Value *command = request.find("command");
    const QByteArray name = command && command->string() ? *command->string() : QByteArray();
    if (name == "who")
        reply("\"program\":\"test\",\"pid\":7"_ba);
    else if (name == "nothing")
        reply(QByteArray());
    else if (name == "long")
        reply("\"text\":\"" + QByteArray(200'000, 'x') + '"');
    else if (name == "later")
        lateThreads.emplace_back([reply = std::move(reply)]() mutable { reply("\"late\":true"_ba); });
    else if (name == "never")
        return;
    else
        reply(fail(ErrorCode::Usage, u"The server knows no command \"%1\"."_s.arg(QString::fromUtf8(name))));
}

} // namespace

class TestControlSocket : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_paths = {m_dir->path()};
    }

    void cleanup()
    {
        lateThreads.clear();
        m_server.reset();
        m_dir.reset();
    }

    void answers_data()
    {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<QByteArray>("member"); // of the answer; empty: refused
        QTest::addColumn<QString>("said");
        QTest::newRow("who it is") << R"({"command":"who"})"_ba
                                   << "program"_ba << QString();
        QTest::newRow("nothing to tell") << R"({"command":"nothing"})"_ba
                                         << "ok"_ba << QString();
        QTest::newRow("more than one read") << R"({"command":"long"})"_ba
                                            << "text"_ba << QString();
        QTest::newRow("from another thread") << R"({"command":"later"})"_ba
                                             << "late"_ba << QString();
        QTest::newRow("an unknown command") << R"({"command":"nonsense"})"_ba << QByteArray() << u"nonsense"_s;
        QTest::newRow("a command that is a number") << R"({"command":1})"_ba << QByteArray() << u"no command"_s;
        QTest::newRow("no command") << "{}"_ba << QByteArray() << u"no command"_s;
        QTest::newRow("no object") << "[]"_ba << QByteArray() << u"no command"_s;
        QTest::newRow("no JSON") << "who"_ba << QByteArray() << u"JSON"_s;
        QTest::newRow("an empty line") << ""_ba << QByteArray() << u"JSON"_s;
        QTest::newRow("bytes that are no text") << "\xff\xfe\x00\x01"_ba << QByteArray() << u"JSON"_s;
    }

    void answers()
    {
        QFETCH(const QByteArray, request);
        QFETCH(const QByteArray, member);
        QFETCH(const QString, said);
        QVERIFY(listen());
        const auto answer = ask(request);
        QCOMPARE(answer.has_value(), !member.isEmpty());
        if (answer)
            QVERIFY(answer->find(member));
        else
            QVERIFY2(answer.error().detail.contains(said), qPrintable(answer.error().detail));
        QVERIFY(ask(R"({"command":"who"})")); // still there
    }

    void aPathTooLongForASocketAddressIsReachedAllTheSame()
    {
        const QString deep = m_dir->path() + u'/' + QString(60, u'a') + u'/' + QString(60, u'b');
        QVERIFY(QDir().mkpath(deep));
        m_paths = {deep};
        QVERIFY(QFile::encodeName(m_paths.controlSocket()).size() > 108);
        QVERIFY(listen());
        QVERIFY(QFile::exists(m_paths.controlSocket()));
        QVERIFY(ask(R"({"command":"who"})"));
        m_server.reset();
        const auto nobody = ask(R"({"command":"who"})");
        QVERIFY(!nobody);
        QCOMPARE(errorName(nobody.error().code), errorName(ErrorCode::NotFound));
    }

    void onlyTheOwnerMayOpenIt()
    {
        QVERIFY(listen());
        struct stat info;
        QCOMPARE(::stat(QFile::encodeName(m_paths.controlSocket()).constData(), &info), 0);
        QVERIFY(S_ISSOCK(info.st_mode));
        QCOMPARE(info.st_mode & 0777u, 0600u);
    }

    void nobodyThereIsSaidSo_data()
    {
        QTest::addColumn<bool>("left");
        QTest::newRow("without a socket") << false;
        QTest::newRow("with a socket that a killed process left") << true;
    }

    void nobodyThereIsSaidSo()
    {
        QFETCH(const bool, left);
        if (left)
            leaveSocket();
        const auto answer = ask(R"({"command":"who"})");
        QVERIFY(!answer);
        QCOMPARE(errorName(answer.error().code), errorName(ErrorCode::NotFound));
    }

    void aSocketThatAKilledProcessLeftIsReplaced()
    {
        leaveSocket();
        QVERIFY(listen());
        QVERIFY(ask(R"({"command":"who"})"));
    }

    void aServerThatDoesNotAnswerIsNotWaitedForLong()
    {
        QVERIFY(listen());
        const auto answer = ask(R"({"command":"never"})", 200);
        QVERIFY(!answer);
        QCOMPARE(errorName(answer.error().code), errorName(ErrorCode::Unavailable));
    }

    void severalLinesAtOnceGetAnAnswerEach()
    {
        QVERIFY(listen());
        QLocalSocket socket;
        socket.connectToServer(m_paths.controlSocket());
        QVERIFY(socket.waitForConnected());
        socket.write("{\"command\":\"who\"}\nrubbish\n{\"command\":\"nothing\"}\n");
        QByteArray lines;
        QVERIFY(QTest::qWaitFor([&] { return (lines += socket.readAll()).count('\n') == 3; }, 5000));
        QCOMPARE(lines.split('\n').at(0), R"({"ok":true,"program":"test","pid":7})"_ba);
        QVERIFY(lines.split('\n').at(1).startsWith(R"({"ok":false,"code":"malformed-json")"));
        QCOMPARE(lines.split('\n').at(2), R"({"ok":true})"_ba);
    }

    void aLineWithoutEndIsCutOff()
    {
        QVERIFY(listen());
        QLocalSocket socket;
        socket.connectToServer(m_paths.controlSocket());
        QVERIFY(socket.waitForConnected());
        socket.write(QByteArray(200'000, 'x'));
        QVERIFY(QTest::qWaitFor([&] { return socket.state() == QLocalSocket::UnconnectedState; }, 5000));
        QVERIFY(ask(R"({"command":"who"})"));
    }

    void aClosedOneAnswersWhoIsThereAndNobodyNew()
    {
        QVERIFY(listen());
        QLocalSocket socket;
        socket.connectToServer(m_paths.controlSocket());
        QVERIFY(socket.waitForConnected());
        socket.write("{\"command\":\"nothing\"}\n");
        QVERIFY(QTest::qWaitFor([&] { return socket.canReadLine(); }, 5000));
        socket.readAll();
        m_server->close();
        QVERIFY(!QFile::exists(m_paths.controlSocket()));
        QVERIFY(!ask(R"({"command":"who"})"));
        socket.write("{\"command\":\"later\"}\n");
        QVERIFY(QTest::qWaitFor([&] { return socket.canReadLine(); }, 5000));
    }

    void aClientThatLeavesIsForgotten()
    {
        QVERIFY(listen());
        for (int i = 0; i < 20; ++i) {
            QLocalSocket socket;
            socket.connectToServer(m_paths.controlSocket());
            QVERIFY(socket.waitForConnected());
            socket.write("{\"command\":\"later\"}\n{\"command\":\"lat");
            socket.flush();
            socket.abort();
        }
        QVERIFY(ask(R"({"command":"who"})"));
    }

private:
    bool listen()
    {
        m_server = std::make_unique<ControlServer>(handle);
        const auto listening = m_server->listen(m_paths);
        if (!listening)
            qWarning().noquote() << listening.error().detail;
        return listening.has_value();
    }

    // Asking waits, so it does so elsewhere while the server's loop turns here.
    Result<json::Value> ask(const QByteArray &request, int milliseconds = 5000)
    {
        auto answer =
            std::async(std::launch::async, [&] { return engine::askControl(m_paths, request, milliseconds); });
        const bool came = QTest::qWaitFor(
            [&] { return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }, 15'000);
        return came ? answer.get() : fail(ErrorCode::RequestTimeout, u"nothing came"_s);
    }

    void leaveSocket()
    {
        QVERIFY(listen());
        QVERIFY(QFile::rename(m_paths.controlSocket(), m_dir->filePath(u"aside"_s)));
        m_server.reset();
        QVERIFY(QFile::rename(m_dir->filePath(u"aside"_s), m_paths.controlSocket()));
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    DataPaths m_paths;
    std::unique_ptr<ControlServer> m_server;
};

QTEST_GUILESS_MAIN(TestControlSocket)
#include "tst_controlsocket.moc"
