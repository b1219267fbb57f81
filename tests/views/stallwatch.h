// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The application of every test with a window: fails the running test when the GUI thread worked on one event for
// longer than a frame, or waited in one: for a lock, a disk, a socket. Waiting for the processor is not counted, so
// that a busy machine raises no alarm; nor is waiting for the next event, as in a dialog's loop. What a disk takes to
// load the program is not the event's either.
#pragma once

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qthread.h>
#include <QtGui/qpainter.h>
#include <QtGui/qpixmap.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qapplication.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <functional>
#include <optional>
#include <utility>

class WatchedApplication final : public QApplication
{
public:
    using Report = std::function<void(const QString &sentence, double milliseconds)>;

    // 16 ms in optimised code. Without optimisation the same work takes about four times as long, under a sanitizer
    // about twenty times.
    static constexpr double Bound = 16
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        * 20
#elif !defined(NDEBUG)
        * 4
#endif
        ;

    WatchedApplication(int &argc, char **argv, Report report = failTheTest)
        : QApplication(argc, argv)
        , m_report(std::move(report))
    {
        // Fonts and the style are loaded with the first words painted, once in a process and before its window can be
        // used: that belongs to the start, which is measured as a whole.
        QPixmap ground(64, 16);
        QPainter(&ground).drawText(0, 12, QStringLiteral("Ag1 ✔✖⚠●→…–·"));
        const auto *dispatcher = QAbstractEventDispatcher::instance();
        connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, this, [this] {
            if (!m_idleSince)
                m_idleSince = wanted();
        });
        connect(dispatcher, &QAbstractEventDispatcher::awake, this, [this] { endIdle(); });
    }
    ~WatchedApplication() override
    {
        ::close(m_schedule);
    }

    bool notify(QObject *receiver, QEvent *event) override
    {
        if (QThread::currentThread() != thread())
            return QApplication::notify(receiver, event);
        // The receiver may be gone afterwards.
        const char *className = receiver->metaObject()->className();
        const QString name = receiver->objectName();
        const QEvent::Type type = event->type();
        endIdle();
        Frame frame{.outer = m_frame, .level = thread()->loopLevel()};
        // An event sent from within another one is part of it; one of a loop inside of it, as a dialog's, stands for
        // itself.
        const bool own = !frame.outer || frame.level > frame.outer->level;
        const Clocks start = own ? clocks() : Clocks();
        m_frame = &frame;
        const bool taken = QApplication::notify(receiver, event);
        m_frame = frame.outer;
        endIdle();
        const double took = own ? clocks() - start : 0;
        if (own && frame.outer)
            frame.outer->others += took;
        else if (frame.outer)
            frame.outer->others += frame.others;
        if (own && took - frame.others > Bound)
            m_report(
                QStringLiteral("The GUI thread was held for %1 ms by a %2 event of %3 \"%4\"; at most %5 ms are free.")
                    .arg(took - frame.others, 0, 'f', 1)
                    .arg(QLatin1StringView(QMetaEnum::fromType<QEvent::Type>().valueToKey(type)),
                        QLatin1StringView(className), name)
                    .arg(Bound),
                took - frame.others);
        return taken;
    }

private:
    struct Frame
    {
        Frame *outer;
        int level; // of the event loops running
        double others = 0; // ms of events in loops within
    };

    // Milliseconds, but for those in which the thread could have run and another did.
    double wanted() const
    {
        timespec time{};
        ::clock_gettime(CLOCK_MONOTONIC, &time);
        char text[96] = {};
        double onProcessor = 0, delayed = 0; // nanoseconds
        if (::pread(m_schedule, text, sizeof text - 1, 0) > 0)
            std::sscanf(text, "%lf %lf", &onProcessor, &delayed);
        return double(time.tv_sec) * 1e3 + (double(time.tv_nsec) - delayed) / 1e6;
    }

    struct Clocks
    {
        double wanted = 0; // ms, without the loop's idleness
        double worked = 0; // ms on the processor
        long loaded = 0; // pages of the program that came from the disk

        // Where the program itself had to be loaded, its waiting can't be told from that: then only work counts.
        double operator-(const Clocks &start) const
        {
            return loaded == start.loaded ? wanted - start.wanted : worked - start.worked;
        }
    };

    Clocks clocks() const
    {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        rusage usage{};
        ::getrusage(RUSAGE_THREAD, &usage);
        return {wanted() - m_idle, double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6, usage.ru_majflt};
    }

    // One dispatcher wakes before it hands out what came, another after: the first event ends the wait in any case.
    void endIdle()
    {
        if (m_idleSince)
            m_idle += wanted() - *std::exchange(m_idleSince, std::nullopt);
    }

    static void failTheTest(const QString &sentence, double)
    {
        QTest::qFail(qPrintable(sentence), __FILE__, __LINE__);
    }

    Report m_report;
    Frame *m_frame = nullptr;
    const int m_schedule = ::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    std::optional<double> m_idleSince; // the loop waits for the next event
    double m_idle = 0; // ms that it has
};

// As QTEST_MAIN, under the watch.
#define WATCHED_TEST_MAIN(TestClass)                                                                                   \
    int main(int argc, char **argv)                                                                                    \
    {                                                                                                                  \
        WatchedApplication application(argc, argv);                                                                    \
        QCoreApplication::setAttribute(Qt::AA_Use96Dpi, true);                                                         \
        TestClass test;                                                                                                \
        QTEST_SET_MAIN_SOURCE_PATH                                                                                     \
        return QTest::qExec(&test, argc, argv);                                                                        \
    }
