// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A desktop without a screen, and the hands of who sits before it: an X server of its own (Xvfb), a window manager
// (openbox) and a keyboard (xdotool). tools/setup --test installs the three.
#pragma once

#include <QtCore/qdir.h>
#include <QtCore/qendian.h>
#include <QtCore/qprocess.h>
#include <QtCore/qtemporarydir.h>
#include <QtGui/qimage.h>
#include <QtTest/qtest.h>

#include <algorithm>

class Desktop
{
public:
    static constexpr int Patience = 30'000; // ms; for one thing to be seen, on a busy machine

    // Whether all of it runs.
    bool start()
    {
        // Without -noreset the server begins anew whenever its last client goes, and takes one that is just coming with
        // it.
        m_screen.start(QStringLiteral("Xvfb"),
            {QStringLiteral("-displayfd"), QStringLiteral("1"), QStringLiteral("-screen"), QStringLiteral("0"),
                QStringLiteral("1440x900x24"), QStringLiteral("-noreset"), QStringLiteral("-nolisten"),
                QStringLiteral("tcp"), QStringLiteral("-fbdir"), m_frame.path()});
        QByteArray number;
        while (!number.endsWith('\n') && m_screen.waitForReadyRead(Patience))
            number += m_screen.readAllStandardOutput();
        if (number.trimmed().isEmpty())
            return false;
        m_environment.insert(QStringLiteral("DISPLAY"), u':' + QString::fromLatin1(number.trimmed()));
        m_environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("xcb"));
        m_manager.setProcessEnvironment(m_environment);
        m_manager.setProcessChannelMode(QProcess::MergedChannels);
        m_manager.start(QStringLiteral("openbox"), QStringList());
        return m_manager.waitForStarted()
            && QTest::qWaitFor([this] { return !ask({QStringLiteral("get_num_desktops")}).isEmpty(); }, Patience);
    }
    ~Desktop()
    {
        for (QProcess *process : {&m_manager, &m_screen}) {
            process->terminate();
            if (!process->waitForFinished(Patience))
                process->kill();
        }
    }

    const QProcessEnvironment &environment() const { return m_environment; }

    // Of the window that has the keyboard; empty while none has.
    QString title() const { return ask({QStringLiteral("getactivewindow"), QStringLiteral("getwindowname")}); }
    // The window manager names the active window before the display gives it the keys.
    bool hasKeyboard() const { return ask({QStringLiteral("getwindowfocus")}) == activeWindow(); }
    QString activeWindow() const { return ask({QStringLiteral("getactivewindow")}); } // its id
    // Whose window that is; 0 while none has.
    qint64 activeProcess() const
    {
        return ask({QStringLiteral("getactivewindow"), QStringLiteral("getwindowpid")}).toLongLong();
    }
    bool sees(const QString &beginning) const
    {
        return QTest::qWaitFor([&] { return title().startsWith(beginning) && hasKeyboard(); }, Patience);
    }
    // Of a process: the ids of what it shows.
    QStringList windows(qint64 pid) const
    {
        return ask(
            {QStringLiteral("search"), QStringLiteral("--onlyvisible"), QStringLiteral("--pid"), QString::number(pid)})
            .split(u'\n', Qt::SkipEmptyParts);
    }
    // Of the window that has the keyboard, without its frame.
    QSize size() const
    {
        const QString told =
            ask({QStringLiteral("getactivewindow"), QStringLiteral("getwindowgeometry"), QStringLiteral("--shell")});
        const auto number = [&](const QString &name) {
            const qsizetype at = told.indexOf(name + u'=');
            return at < 0 ? 0 : told.mid(at + name.size() + 1).section(u'\n', 0, 0).toInt();
        };
        return {number(QStringLiteral("WIDTH")), number(QStringLiteral("HEIGHT"))};
    }
    void resize(QSize size) const
    {
        ask({QStringLiteral("getactivewindow"), QStringLiteral("windowsize"), QString::number(size.width()),
            QString::number(size.height())});
    }
    void press(const QStringList &keys) const { ask(QStringList{QStringLiteral("key")} + keys); }
    void press(const char *key) const { press(QStringList{QString::fromLatin1(key)}); }
    void type(const QString &text) const
    {
        ask({QStringLiteral("type"), QStringLiteral("--delay"), QStringLiteral("3"), QStringLiteral("--"), text});
    }

    // The screen into "NAME.png" in the folder named by SCREENSHOT_DIR; without it nothing is kept.
    bool keepScreenshot(const QString &name) const
    {
        const QString folder = qEnvironmentVariable("SCREENSHOT_DIR");
        return folder.isEmpty()
            || (QDir().mkpath(folder) && screen().save(QDir(folder).filePath(name + QStringLiteral(".png"))));
    }

    // How much of the screen has that colour, in pixels.
    int count(QRgb colour) const
    {
        const QImage image = screen();
        int found = 0;
        for (int y = 0; y < image.height(); ++y) {
            const auto *line = reinterpret_cast<const QRgb *>(image.constScanLine(y));
            found += int(std::count_if(
                line, line + image.width(), [colour](QRgb pixel) { return (pixel & 0xFFFFFF) == colour; }));
        }
        return found;
    }

private:
    QString ask(const QStringList &arguments) const
    {
        QProcess hand;
        hand.setProcessEnvironment(m_environment);
        hand.start(QStringLiteral("xdotool"), arguments);
        const bool done = hand.waitForFinished(Patience) && hand.exitCode() == 0;
        return done ? QString::fromUtf8(hand.readAllStandardOutput()).trimmed() : QString();
    }

    // What Xvfb keeps is a window dump (X11/XWDFile.h): numbers of 32 bits, the highest byte first; pixels follow.
    QImage screen() const
    {
        QFile file(m_frame.filePath(QStringLiteral("Xvfb_screen0")));
        if (!file.open(QIODevice::ReadOnly))
            return {};
        const QByteArray dump = file.readAll();
        const auto number = [&](qsizetype field) { return qFromBigEndian<quint32>(dump.constData() + 4 * field); };
        const quint32 pixels = number(0) + number(19) * 12; // header, then the colours
        return QImage(reinterpret_cast<const uchar *>(dump.constData()) + pixels, int(number(4)), int(number(5)),
            int(number(12)), QImage::Format_RGB32)
            .copy();
    }

    QTemporaryDir m_frame;
    QProcessEnvironment m_environment = QProcessEnvironment::systemEnvironment();
    QProcess m_screen, m_manager;
};
