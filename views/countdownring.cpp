// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/countdownring.h"

#include "views/theme.h"

#include <QtGui/qpainter.h>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace views {

CountdownRing::CountdownRing(std::chrono::milliseconds whole, QWidget *parent)
    : QWidget(parent)
    , m_whole(whole)
    , m_left(whole)
{
    setObjectName(u"countdownRing"_s);
    setFixedSize(sizeHint());
    setAccessibleName(tr("Seconds until the token is hidden"));
    m_timer.setInterval(std::min<std::chrono::milliseconds>(250ms, whole));
    connect(&m_timer, &QTimer::timeout, this, &CountdownRing::tick);
    restart();
}

void CountdownRing::restart()
{
    m_left = m_whole;
    resume();
}

void CountdownRing::pause()
{
    tick();
    m_timer.stop();
}

void CountdownRing::resume()
{
    if (isOver())
        return;
    m_deadline = QDeadlineTimer(m_left);
    m_timer.start();
    tick();
}

void CountdownRing::tick()
{
    if (!m_timer.isActive())
        return;
    m_left = std::max(0ms, std::chrono::ceil<std::chrono::milliseconds>(m_deadline.remainingTimeAsDuration()));
    setAccessibleDescription(QString::number(std::chrono::ceil<std::chrono::seconds>(m_left).count()));
    update();
    if (isOver()) {
        m_timer.stop();
        Q_EMIT ranOut();
    }
}

void CountdownRing::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF ring = QRectF(rect()).adjusted(2, 2, -2, -2);
    painter.setPen(QPen(colors().line, 3));
    painter.drawEllipse(ring);
    const bool soon = m_left <= 10s;
    painter.setPen(QPen(soon ? colors().warn : colors().accent, 3, Qt::SolidLine, Qt::FlatCap));
    constexpr int whole = 360 * 16, top = 90 * 16; // sixteenths of a degree
    painter.drawArc(ring, top, int(whole * m_left.count() / std::max<qint64>(1, m_whole.count())));
    painter.setPen(colors().text);
    painter.drawText(ring, Qt::AlignCenter, QString::number(std::chrono::ceil<std::chrono::seconds>(m_left).count()));
}

} // namespace views
