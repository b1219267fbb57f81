// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/enginelink.h"
#include "tests/service/engine/enginehouse.h"

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qfile.h>
#include <QtTest/qsignalspy.h>

#include <sys/inotify.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

class TestEngineLink : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_house = std::make_unique<EngineHouse>();
        VERIFY_RESULT(m_house->start());
        m_link = std::make_unique<models::EngineLink>(
            m_house->engine(), *engine::adminTokenId(m_house->paths().adminToken()));
    }
    void cleanup()
    {
        m_link.reset();
        m_house->stop();
        m_house.reset();
    }

    void goesOnWithTheTokenThatReplacesItsOwn()
    {
        const TokenId before = m_link->administrator();
        QVERIFY(m_link->mayAct());
        const auto replaced = m_house
                                  ->submit<engine::IssuedToken>(engine::systemCaller(),
                                      [path = m_house->paths().adminToken()](
                                          engine::Work &work) { return engine::replaceAdminToken(work, path, true); })
                                  .result();
        VERIFY_RESULT(replaced);
        QTRY_COMPARE(m_link->administrator(), replaced->value.record.id);
        QVERIFY(m_link->administrator() != before);
        QVERIFY(m_link->mayAct());
        QCOMPARE(m_link->caller().actor.tokenId, replaced->value.record.id);
    }

    void saysThatItMayNotActOnceItsTokenIsRevoked()
    {
        QSignalSpy changed(m_link.get(), &models::EngineLink::changed);
        VERIFY_RESULT(m_house->submitRevocation(engine::systemCaller(), m_link->administrator()).result());
        QTRY_VERIFY(changed.size() > 0);
        QVERIFY(!m_link->mayAct());
    }

    // While the token may not act, every change is a reason to look at admin.token, and none to look more often.
    void looksForAnotherTokenAtMostOnceASecond()
    {
        const int watch = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        const QByteArray path = QFile::encodeName(m_house->paths().adminToken());
        QVERIFY(::inotify_add_watch(watch, path.constData(), IN_OPEN | IN_CLOSE) >= 0);
        VERIFY_RESULT(m_house->submitRevocation(engine::systemCaller(), m_link->administrator()).result());
        QElapsedTimer time;
        time.start();
        QSignalSpy changed(m_link.get(), &models::EngineLink::changed);
        for (int i = 0; i < 12; ++i) {
            const qsizetype told = changed.size();
            VERIFY_RESULT(m_house
                              ->submit<engine::IssuedToken>(engine::systemCaller(),
                                  [](engine::Work &work) {
                                      return engine::issueAdministrator(
                                          work, {.name = u"another"_s, .expiresInSeconds = 3600});
                                  })
                              .result());
            QTRY_VERIFY(changed.size() > told);
        }
        int looks = 0;
        alignas(inotify_event) char events[4096];
        for (ssize_t size; (size = ::read(watch, events, sizeof events)) > 0;) {
            for (ssize_t at = 0; at < size;) {
                const auto *event = reinterpret_cast<const inotify_event *>(events + at);
                looks += event->mask & IN_OPEN ? 1 : 0;
                at += ssize_t(sizeof(inotify_event) + event->len);
            }
        }
        ::close(watch);
        QVERIFY(looks >= 1);
        QVERIFY2(looks <= 1 + time.elapsed() / 1000, qPrintable(QString::number(looks)));
    }

    void changesAreToldOnceHoweverManyThereWere()
    {
        QSignalSpy changed(m_link.get(), &models::EngineLink::changed);
        for (const char *id : {"a", "b", "c", "d", "e"})
            VERIFY_RESULT(m_house->registerTenant(tenantSpec(id)));
        QTRY_VERIFY(changed.size() > 0);
        QVERIFY(changed.size() < 5);
    }

private:
    std::unique_ptr<crypto::Runtime> m_crypto = std::move(*crypto::Runtime::start());
    std::unique_ptr<EngineHouse> m_house;
    std::unique_ptr<models::EngineLink> m_link;
};

QTEST_GUILESS_MAIN(TestEngineLink)
#include "tst_enginelink.moc"
