// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/leavedialog.h"

#include "models/format.h"
#include "models/onboarding.h"
#include "views/icons.h"
#include "views/messages.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qt::StringLiterals;

namespace views {

LeaveDialog::LeaveDialog(models::Onboarding &onboarding, bool delivered, QWidget *parent)
    : QDialog(parent)
    , m_onboarding(onboarding)
    , m_delivered(delivered)
    , m_text(new PlainLabel(this))
    , m_mistake(new PlainLabel(this))
    , m_continue(new QPushButton(tr("&Continue"), this))
    , m_leave(new QPushButton(tr("&Leave it as it is"), this))
    , m_remove(new QPushButton(icon(u"delete"_s), QString(), this))
{
    setObjectName(u"leaveDialog"_s);
    setWindowTitle(tr("Leave the onboarding"));
    setMinimumWidth(480);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(Gap);
    m_text->setObjectName(u"leaveText"_s);
    m_mistake->setObjectName(u"mistakeLabel"_s);
    m_mistake->setProperty("mistake", true);
    m_mistake->hide();
    for (QLabel *label : {m_text, m_mistake}) {
        label->setWordWrap(true);
        column->addWidget(label);
    }
    m_continue->setObjectName(u"continueButton"_s);
    m_continue->setDefault(true);
    m_leave->setObjectName(u"leaveButton"_s);
    m_leave->setAutoDefault(false);
    m_remove->setObjectName(u"removeButton"_s);
    m_remove->setAutoDefault(false);
    auto *row = new QHBoxLayout;
    row->setSpacing(Gap);
    row->addWidget(m_remove);
    row->addStretch();
    row->addWidget(m_leave);
    row->addWidget(m_continue);
    column->addSpacing(Gap);
    column->addLayout(row);

    connect(m_continue, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_leave, &QPushButton::clicked, this, &LeaveDialog::left);
    connect(m_remove, &QPushButton::clicked, this, [this] {
        m_mistake->hide();
        m_onboarding.remove();
        update();
    });
    connect(&m_onboarding, &models::Onboarding::changed, this, &LeaveDialog::update);
    connect(&m_onboarding, &models::Onboarding::removed, this, &LeaveDialog::removed);
    connect(&m_onboarding, &models::Onboarding::removalFailed, this, [this](const Error &error) {
        m_mistake->setText(
            messageOf(tr("%1 was not removed.").arg(m_onboarding.tenant()->id.toString()), error).text());
        m_mistake->show();
        update();
    });
    update();
    m_continue->setFocus();
}

void LeaveDialog::update()
{
    using models::OnboardingStep;
    const bool busy = m_onboarding.isRunning() && !m_onboarding.isWaiting();
    m_leave->setEnabled(!busy);
    m_remove->setEnabled(!busy && m_onboarding.tenant());
    m_remove->setVisible(m_onboarding.tenant().has_value());
    if (!m_onboarding.tenant()) {
        m_text->setText(busy ? tr("The registration is under way; in a moment it is known whether the tenant exists.")
                : m_onboarding.lost() ? tr("It is not known whether the tenant exists: the server's answer to the "
                                           "registration was lost. Register it "
                                           "again with the same values to know; nothing is made twice.")
                                      : tr("Nothing exists: no tenant was created."));
        return;
    }
    const QString id = m_onboarding.tenant()->id.toString();
    QStringList lines;
    lines.append(m_onboarding.createdIndex()
            ? tr("%1 exists since %2 (ledger #%3).")
                  .arg(id, models::localTime(m_onboarding.createdAt()))
                  .arg(*m_onboarding.createdIndex())
            : tr("%1 exists since %2.").arg(id, models::localTime(m_onboarding.createdAt())));
    if (const auto &token = m_onboarding.token())
        lines.append((m_delivered
                ? tr("Its root token %1 is issued and delivered.")
                : tr("Its root token %1 is issued but not delivered; once you leave, nobody can have its text."))
                         .arg(token->id.toString()));
    else if (m_onboarding.lost())
        lines.append(tr("It is not known whether a root token was issued: the server's answer was lost."));
    else
        lines.append(tr("No token was issued."));
    if (!m_onboarding.earlierTokens().isEmpty())
        lines.append(tr("Tokens issued before this are active: %1.").arg(m_onboarding.earlierTokens().join(u", "_s)));
    if (!m_onboarding.controlVm().isEmpty())
        lines.append(tr("The VM %1, made for the check of isolation, exists still.")
                         .arg(QString::fromLatin1(m_onboarding.controlVm())));
    const std::pair<OnboardingStep, QString> checks[] = {{OnboardingStep::Isolation, tr("Isolation")},
        {OnboardingStep::Quota, tr("Quota")}, {OnboardingStep::Ledger, tr("Ledger entry")}};
    for (const auto &[step, name] : checks)
        lines.append(m_onboarding.passed(step) ? tr("%1: verified.").arg(name) : tr("%1: not verified.").arg(name));
    lines.append(QString());
    lines.append(
        tr("Removing it: its tokens die at once, its VMs are destroyed, and the id is never given again. The ledger "
           "keeps everything."));
    m_text->setText(lines.join(u'\n'));
    m_remove->setText(tr("&Remove %1").arg(id));
}

} // namespace views
