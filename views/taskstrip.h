// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What runs in the background, below the page and only while something runs: title, progress, elapsed time, cancel.
#pragma once

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qtimer.h>
#include <QtWidgets/qframe.h>

#include <functional>

class QLabel;
class QProgressBar;
class QVBoxLayout;

namespace views {

// One running thing. Owned by the strip; gone after finish().
class Task : public QFrame
{
    Q_OBJECT

public:
    Task(const QString &title, std::function<void()> cancel, QWidget *parent);

    // `total` 0: it is not known how much there is.
    void setProgress(quint64 done, quint64 total);
    // The row goes away; what came of it is the caller's to show.
    void finish();

private:
    void tick();

    QLabel *m_elapsed;
    QProgressBar *m_bar;
    QElapsedTimer m_since;
    QTimer m_timer;
};

class TaskStrip : public QWidget
{
    Q_OBJECT

public:
    explicit TaskStrip(QWidget *parent = nullptr);

    // `cancel` is called when the person asks for it; the task still ends with finish().
    Task *begin(const QString &title, std::function<void()> cancel);
    int running() const;

private:
    QVBoxLayout *m_rows;
};

} // namespace views
