// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/taskstrip.h"

#include "views/icons.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qprogressbar.h>
#include <QtWidgets/qtoolbutton.h>

using namespace Qt::StringLiterals;

namespace views {

Task::Task(const QString &title, std::function<void()> cancel, QWidget *parent)
    : QFrame(parent)
    , m_elapsed(new PlainLabel(this))
    , m_bar(new QProgressBar(this))
{
    setObjectName(u"task"_s);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(Margin, 4, Margin, 4);
    row->setSpacing(Gap);
    auto *label = new PlainLabel(title, this);
    label->setBuddy(m_bar);
    m_bar->setRange(0, 0);
    m_bar->setAccessibleName(title);
    m_bar->setMaximumWidth(320);
    row->addWidget(label);
    row->addWidget(m_bar, 1);
    row->addWidget(m_elapsed);
    row->addStretch();
    if (cancel) {
        auto *button = new QToolButton(this);
        button->setObjectName(u"cancelTaskButton"_s);
        button->setIcon(icon(u"close"_s));
        button->setAutoRaise(true);
        button->setToolTip(tr("Cancel"));
        button->setAccessibleName(tr("Cancel: %1").arg(title));
        connect(button, &QToolButton::clicked, this, [button, cancel = std::move(cancel)] {
            button->setEnabled(false);
            cancel();
        });
        row->addWidget(button);
    }
    m_since.start();
    connect(&m_timer, &QTimer::timeout, this, &Task::tick);
    m_timer.start(std::chrono::seconds(1));
    tick();
}

void Task::setProgress(quint64 done, quint64 total)
{
    constexpr int Steps = 1000; // a bar counts in int
    m_bar->setRange(0, total > 0 ? Steps : 0);
    if (total > 0)
        m_bar->setValue(int(double(done) / double(total) * Steps));
}

void Task::finish()
{
    hide();
    deleteLater();
}

void Task::tick()
{
    const qint64 seconds = m_since.elapsed() / 1000;
    m_elapsed->setText(u"%1:%2"_s.arg(seconds / 60).arg(seconds % 60, 2, 10, QChar(u'0')));
}

TaskStrip::TaskStrip(QWidget *parent)
    : QWidget(parent)
    , m_rows(new QVBoxLayout(this))
{
    setObjectName(u"taskStrip"_s);
    m_rows->setContentsMargins(0, 0, 0, 0);
    m_rows->setSpacing(0);
}

Task *TaskStrip::begin(const QString &title, std::function<void()> cancel)
{
    auto *task = new Task(title, std::move(cancel), this);
    m_rows->addWidget(task);
    return task;
}

int TaskStrip::running() const
{
    int count = 0;
    for (const Task *task : findChildren<Task *>())
        count += task->isHidden() ? 0 : 1;
    return count;
}

} // namespace views
