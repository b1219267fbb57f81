// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/rotatetokendialog.h"

#include "models/enginelink.h"
#include "models/format.h"
#include "models/tokenmodel.h"
#include "service/engine/tokencommands.h"
#include "views/formfield.h"
#include "views/makeroom.h"
#include "views/messages.h"
#include "views/primarybutton.h"
#include "views/theme.h"
#include "views/tokendelivery.h"
#include "views/valuelabel.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qdialogbuttonbox.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

constexpr qint64 MostMinutes = tokens::LongestOverlap / 60, MostHours = tokens::LongestLife / 3600;

} // namespace

RotateTokenDialog::RotateTokenDialog(
    models::EngineLink &link, const tokens::TokenRecord &token, qsizetype descendants, QWidget *parent)
    : QDialog(parent)
    , m_link(link)
    , m_token(token.id)
    , m_overlap(new FormField(tr("&Minutes that the old one still passes"), u"overlapEdit"_s,
          tr("0 to %1; 0 revokes it at once").arg(MostMinutes), this))
    , m_hours(new FormField(tr("&Valid for hours"), u"rotatedHoursEdit"_s,
          tr("1 to %1; empty: the rest of the old one's life").arg(MostHours), this))
    , m_mistake(new PlainLabel(this))
{
    setObjectName(u"rotateTokenDialog"_s);
    setWindowTitle(tr("Rotate a token"));
    setMinimumWidth(480);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(Gap);
    QStringList sentences{tr("A new token of %1 takes the place of %2: %3, for the same key.")
                              .arg(token.tenant.toString(), models::shortHash(token.id.toString()),
                                  QString::fromLatin1(token.scope.text()))};
    if (descendants > 0)
        sentences.append(descendants == 1
                ? tr("1 token that came from the old one ends with it; its holder needs another.")
                : tr("%1 tokens that came from the old one end with it; their holders need others.")
                      .arg(models::count(descendants)));
    auto *words = new PlainLabel(sentences.join(u'\n'), this);
    words->setObjectName(u"rotateText"_s);
    words->setWordWrap(true);
    column->addWidget(words);
    m_overlap->setText(u"60"_s);
    m_overlap->setCheck(FormField::wholeNumber(0, MostMinutes));
    m_hours->setCheck([number = FormField::wholeNumber(1, MostHours)](
                          const QString &text) { return text.isEmpty() ? QString() : number(text); });
    column->addWidget(m_overlap);
    column->addWidget(m_hours);
    m_mistake->setObjectName(u"mistakeLabel"_s);
    m_mistake->setProperty("mistake", true);
    m_mistake->setWordWrap(true);
    m_mistake->hide();
    column->addWidget(m_mistake);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_go = buttons->addButton(tr("Rotate token"), QDialogButtonBox::AcceptRole);
    m_go->setObjectName(u"rotateTokenButton"_s);
    makePrimary(m_go);
    column->addWidget(buttons);
    connect(m_overlap, &FormField::changed, this, &RotateTokenDialog::check);
    connect(m_hours, &FormField::changed, this, &RotateTokenDialog::check);
    connect(buttons, &QDialogButtonBox::accepted, this, &RotateTokenDialog::rotate);
    connect(buttons, &QDialogButtonBox::rejected, this, &RotateTokenDialog::reject);
    check();
}

bool RotateTokenDialog::check()
{
    const bool overlap = m_overlap->isValid(), hours = m_hours->isValid();
    m_go->setEnabled(overlap && hours && !m_busy);
    return overlap && hours;
}

void RotateTokenDialog::rotate()
{
    if (m_busy || !check())
        return;
    m_busy = true;
    check();
    engine::TokenRotation rotation{.overlapSeconds = m_overlap->number() * 60};
    if (!m_hours->text().isEmpty())
        rotation.expiresInSeconds = m_hours->number() * 3600;
    m_link.change<engine::RotatedToken>(
        this, [id = m_token, rotation](engine::Work &work) { return engine::rotateToken(work, id, rotation); },
        [this](Result<engine::Committed<engine::RotatedToken>> rotated) {
            m_busy = false;
            if (!rotated) {
                check();
                m_mistake->setText(messageOf(tr("The token was not rotated."), rotated.error()).text());
                m_mistake->show();
                makeRoom(this);
                return;
            }
            auto *delivery = new TokenDelivery(std::move(rotated->value.next), parentWidget());
            delivery->setAttribute(Qt::WA_DeleteOnClose);
            accept();
            delivery->open();
        });
}

void RotateTokenDialog::reject()
{
    if (!m_busy) // the text that is on its way can be had only here
        QDialog::reject();
}

} // namespace views
