// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// How many seconds are left, as a ring that empties around the number. Counts by itself once started.
#pragma once

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qtimer.h>
#include <QtWidgets/qwidget.h>

#include <chrono>

namespace views {

class CountdownRing : public QWidget
{
    Q_OBJECT

public:
    CountdownRing(std::chrono::milliseconds whole, QWidget *parent);

    // From the whole again.
    void restart();
    // Stands still until resume(), for the time that a file dialog is open.
    void pause();
    void resume();
    bool isOver() const { return m_left.count() <= 0; }

    QSize sizeHint() const override { return {36, 36}; }

Q_SIGNALS:
    void ranOut();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void tick();

    const std::chrono::milliseconds m_whole;
    std::chrono::milliseconds m_left;
    QDeadlineTimer m_deadline;
    QTimer m_timer;
};

} // namespace views
