// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The watch itself: what is too long is told, and only that.

#include "tests/views/stallwatch.h"

#include <QtCore/qeventloop.h>
#include <QtCore/qsemaphore.h>
#include <QtCore/qtimer.h>

using namespace Qt::StringLiterals;

namespace {

QStringList reports;

// Keeps the processor busy, as a slow handler does.
void work(double milliseconds)
{
    timespec begin{}, now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    do
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    while (double(now.tv_sec - begin.tv_sec) * 1e3 + double(now.tv_nsec - begin.tv_nsec) / 1e6 < milliseconds);
}

} // namespace

class TestStallWatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { reports.clear(); }

    void tellsOfAnEventThatTookTooLong()
    {
        handle([] { work(WatchedApplication::Bound * 1.2); });
        QCOMPARE(reports.size(), 1);
        QVERIFY2(reports.first().contains(u"MetaCall event of TestStallWatch"_s), qPrintable(reports.first()));
    }

    void saysNothingOfAShortOne()
    {
        handle([] { work(WatchedApplication::Bound / 4); });
        QCOMPARE(reports, QStringList());
    }

    void whatIsSentFromWithinIsPartOfIt()
    {
        handle([this] {
            QEvent sent(QEvent::User);
            for (int i = 0; i < 3; ++i)
                QCoreApplication::sendEvent(this, &sent);
        });
        QCOMPARE(reports.size(), 1);
    }

    void aDialogsLoopIsNotItsOpenersWork()
    {
        handle([this] {
            QEventLoop dialog;
            for (int i = 0; i < 3; ++i)
                QMetaObject::invokeMethod(
                    this, [] { work(WatchedApplication::Bound / 2); }, Qt::QueuedConnection);
            QMetaObject::invokeMethod(&dialog, &QEventLoop::quit, Qt::QueuedConnection);
            dialog.exec();
        });
        QCOMPARE(reports, QStringList());
    }

    void tellsOfAnEventThatWaitedTooLong()
    {
        // On a lock that nobody opens.
        handle([] { QVERIFY(!QSemaphore().tryAcquire(1, int(WatchedApplication::Bound * 1.5))); });
        QCOMPARE(reports.size(), 1);
    }

    void aDialogThatIsOpenForLongIsNoWait()
    {
        handle([] {
            QEventLoop dialog;
            QTimer::singleShot(int(WatchedApplication::Bound * 1.5), &dialog, &QEventLoop::quit);
            dialog.exec();
        });
        QCOMPARE(reports, QStringList());
    }

    void butAWaitInADialogIsTold()
    {
        handle([this] {
            QEventLoop dialog;
            QMetaObject::invokeMethod(
                this, [] { QSemaphore().tryAcquire(1, int(WatchedApplication::Bound * 1.5)); }, Qt::QueuedConnection);
            QTimer::singleShot(int(WatchedApplication::Bound * 2), &dialog, &QEventLoop::quit);
            dialog.exec();
        });
        QCOMPARE(reports.size(), 1);
    }

    void butWhatIsSlowInADialogIsTold()
    {
        handle([this] {
            QEventLoop dialog;
            QMetaObject::invokeMethod(
                this, [] { work(WatchedApplication::Bound * 1.2); }, Qt::QueuedConnection);
            QMetaObject::invokeMethod(&dialog, &QEventLoop::quit, Qt::QueuedConnection);
            dialog.exec();
        });
        QCOMPARE(reports.size(), 1);
    }

protected:
    bool event(QEvent *event) override
    {
        if (event->type() == QEvent::User)
            work(WatchedApplication::Bound / 2);
        return QObject::event(event);
    }

private:
    void handle(const std::function<void()> &handler)
    {
        bool handled = false;
        QMetaObject::invokeMethod(
            this,
            [&] {
                handler();
                handled = true;
            },
            Qt::QueuedConnection);
        QTRY_VERIFY(handled);
    }
};

int main(int argc, char **argv)
{
    WatchedApplication application(
        argc, argv, [](const QString &sentence, const WatchedApplication::Held &) { reports.append(sentence); });
    TestStallWatch test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_stallwatch.moc"
