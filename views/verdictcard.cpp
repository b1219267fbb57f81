// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/verdictcard.h"

#include "views/messages.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtGui/qaccessible.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qprogressbar.h>
#include <QtWidgets/qstyle.h>

using namespace Qt::StringLiterals;

namespace views {

VerdictCard::VerdictCard(const QString &name, QWidget *parent)
    : QFrame(parent)
    , m_text(new PlainLabel(this))
    , m_running(new QProgressBar(this))
{
    setProperty("card", true);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(Margin, Gap, Margin, Gap);
    row->setSpacing(Gap);
    m_text->setObjectName(name + "Verdict"_L1);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_running->setAccessibleName(tr("Under way"));
    m_running->setRange(0, 0);
    m_running->setFixedSize(120, 8);
    m_running->setTextVisible(false);
    row->addWidget(m_text, 1);
    row->addWidget(m_running, 0, Qt::AlignVCenter);
    setMinimumHeight(48);
    showRecord({});
}

void VerdictCard::showRecord(const models::StepRecord &record)
{
    using State = models::StepRecord::State;
    QString text;
    const char *kind = "muted";
    switch (record.state) {
    case State::Waiting:
        text = tr("No verdict yet.");
        break;
    case State::Running:
        text = record.verdict.isEmpty() ? tr("Asking the server …") : record.verdict;
        break;
    case State::Passed:
        text = u"✔ "_s + record.verdict;
        kind = "good";
        break;
    case State::Failed: {
        Message message = messageOf(record.what, record.error);
        if (!record.todo.isEmpty())
            message.todo = record.todo;
        text = u"✖ "_s + message.text();
        kind = "mistake";
        break;
    }
    }
    if (text != m_text->text() && (record.state == State::Passed || record.state == State::Failed)) {
        QAccessibleAnnouncementEvent spoken(m_text, text);
        QAccessible::updateAccessibility(&spoken);
    }
    m_text->setText(text);
    m_running->setVisible(record.state == State::Running);
    for (const char *each : {"muted", "good", "mistake"})
        m_text->setProperty(each, qstrcmp(each, kind) == 0);
    m_text->style()->unpolish(m_text);
    m_text->style()->polish(m_text);
}

} // namespace views
