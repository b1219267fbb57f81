// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The application of every test with a window: tells when the GUI thread worked on one event for longer than a frame,
// or waited in one: for a lock, a disk, a socket. Waiting for the processor is not counted; nor is waiting for the next
// event, as in a dialog's loop. What a disk takes to load the program is not the event's either.
//
// What is told is a warning. The running test fails only for what no busy machine makes of a quick handler: work of
// several frames, or a wait of a second. tools/bench counts the frames that are missed with much data, undisturbed.
#pragma once

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qdebug.h>
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
    struct Held
    {
        double total = 0; // ms
        double worked = 0; // of these, on the processor
    };
    using Report = std::function<void(const QString &sentence, const Held &held)>;

    // 16 ms in optimised code. Without optimisation the same work takes about four times as long, under a sanitizer
    // about twenty times.
    static constexpr double Bound = 16
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        * 20
#elif !defined(NDEBUG)
        * 4
#endif
        ;

    static constexpr double MostWork = 4 * Bound;
    static constexpr double LongestWait = 1000 * Bound / 16;

    WatchedApplication(int &argc, char **argv, Report report = warnOrFail)
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
        const Held took = own ? clocks() - start : Held();
        if (frame.outer) {
            const Held &part = own ? took : frame.others;
            frame.outer->others.total += part.total;
            frame.outer->others.worked += part.worked;
        }
        const Held held{took.total - frame.others.total, took.worked - frame.others.worked};
        if (own && held.total > Bound)
            m_report(
                QStringLiteral("The GUI thread was held for %1 ms by a %2 event of %3 \"%4\"; at most %5 ms are free.")
                    .arg(held.total, 0, 'f', 1)
                    .arg(QLatin1StringView(QMetaEnum::fromType<QEvent::Type>().valueToKey(type)),
                        QLatin1StringView(className), name)
                    .arg(Bound),
                held);
        return taken;
    }

private:
    struct Frame
    {
        Frame *outer;
        int level; // of the event loops running
        Held others = {}; // by events in loops within
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
        Held operator-(const Clocks &start) const
        {
            const double work = worked - start.worked;
            return {loaded == start.loaded ? wanted - start.wanted : work, work};
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

    static void warnOrFail(const QString &sentence, const Held &held)
    {
        if (held.worked > MostWork || held.total > LongestWait)
            QTest::qFail(qPrintable(sentence), __FILE__, __LINE__);
        else
            qWarning().noquote() << sentence;
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
