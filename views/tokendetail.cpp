// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/tokendetail.h"

#include "models/format.h"
#include "views/buttonshortcut.h"
#include "views/icons.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtGui/qclipboard.h>
#include <QtGui/qguiapplication.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qformlayout.h>
#include <QtWidgets/qgridlayout.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qt::StringLiterals;

namespace views {

TokenDetail::TokenDetail(const models::TokenModel *model, QWidget *parent)
    : QStackedWidget(parent)
    , m_model(model)
{
    setMinimumWidth(DetailWidth);
    auto *card = new QFrame(this);
    card->setProperty("card", true);
    auto *column = new QVBoxLayout(card);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(Gap);
    m_heading = valueLabel(u"tokenHeading"_s, card);
    m_heading->setFont(titleFont());
    column->addWidget(m_heading);
    column->addWidget(buildButtons(card));
    column->addWidget(buildFacts(card));
    column->addStretch();
    addWidget(hintLabel(tr("Choose a token to see whose it is and what came from it."), this));
    addWidget(card);
}

QWidget *TokenDetail::buildButtons(QWidget *card)
{
    auto *buttons = new QWidget(card);
    auto *grid = new QGridLayout(buttons);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(Gap);
    const auto add = [&](const QString &iconName, const QString &text, const QString &name, const QString &tip,
                         const QKeySequence &keys) {
        auto *button = new QPushButton(icon(iconName), text, buttons);
        button->setObjectName(name);
        button->setToolTip(tip);
        if (!keys.isEmpty())
            giveShortcut(button, keys);
        grid->addWidget(button, int(m_actions.size() / 3), int(m_actions.size() % 3));
        m_actions.append(button);
        return button;
    };
    QPushButton *copyId = add(u"copy"_s, tr("Copy id"), u"copyIdButton"_s, {}, {});
    QPushButton *copyHolder = add(u"key"_s, tr("Copy key"), u"copyHolderButton"_s,
        tr("Copy the thumbprint of the holder's key, or the administrator's name"), {});
    QPushButton *explain = add(u"info"_s, tr("Explain…"), u"explainButton"_s,
        tr("Ask why a request with this token passes or not"), QKeySequence(u"Ctrl+Y"_s));
    m_issue = add(u"add"_s, tr("Another…"), u"issueLikeButton"_s,
        tr("Issue another token to the same tenant, filled in as this one is"), {});
    m_rotate = add(u"refresh"_s, tr("Rotate…"), u"rotateButton"_s,
        tr("Issue a token in its place; this one passes for a while yet"), QKeySequence(u"Ctrl+Shift+R"_s));
    m_revoke = add(u"delete"_s, tr("Revoke…"), u"revokeButton"_s, {}, QKeySequence(Qt::Key_Delete));
    connect(copyId, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_id); });
    connect(copyHolder, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_holderText); });
    connect(explain, &QPushButton::clicked, this, &TokenDetail::explainRequested);
    connect(m_issue, &QPushButton::clicked, this, &TokenDetail::issueRequested);
    connect(m_rotate, &QPushButton::clicked, this, &TokenDetail::rotateRequested);
    connect(m_revoke, &QPushButton::clicked, this, &TokenDetail::revokeRequested);
    return buttons;
}

QWidget *TokenDetail::buildFacts(QWidget *card)
{
    auto *facts = new QWidget(card);
    auto *form = new QFormLayout(facts);
    form->setContentsMargins(0, Gap, 0, 0);
    form->setVerticalSpacing(Gap);
    form->setLabelAlignment(Qt::AlignLeft);
    const auto add = [&](const QString &label, const QString &name) {
        QLabel *value = valueLabel(name, facts);
        form->addRow(label, value);
        return value;
    };
    m_state = add(tr("State"), u"tokenState"_s);
    m_token = add(tr("Token"), u"tokenId"_s);
    m_holder = add(tr("Holder"), u"tokenHolder"_s);
    m_issued = add(tr("Issued"), u"tokenIssued"_s);
    m_expires = add(tr("Expires"), u"tokenExpires"_s);
    m_lastUsed = add(tr("Last used"), u"tokenLastUsed"_s);
    m_issuedBy = add(tr("Issued by"), u"tokenIssuedBy"_s);
    m_descendants = add(tr("Descendants"), u"tokenDescendants"_s);
    m_possession = add(tr("Needs"), u"tokenPossession"_s);
    for (QLabel *value : {m_token, m_holder})
        value->setFont(fixedFont());
    return facts;
}

void TokenDetail::show(const std::optional<tokens::TokenRecord> &token, Timestamp now)
{
    setCurrentIndex(token ? 1 : 0); // first: what is disabled hands the keyboard to anybody
    for (QPushButton *button : m_actions)
        button->setEnabled(token.has_value());
    if (!token)
        return;
    const bool active = tokens::stateOf(*token, now) == tokens::TokenState::Active;
    m_issue->setEnabled(active && !token->tenant.isEmpty());
    m_rotate->setEnabled(active && !token->isAdministrator() && !token->retiresAt);
    m_revoke->setEnabled(!token->revokedAt);
    showFacts(*token, now);
}

void TokenDetail::showFacts(const tokens::TokenRecord &token, Timestamp now)
{
    const auto showTime = [now](QLabel *label, Timestamp time, bool relative) {
        const QString text = models::localTime(time);
        label->setText(relative ? u"%1 (%2)"_s.arg(text, models::relativeTime(time, now)) : text);
        label->setToolTip(models::utcTime(time));
    };
    m_heading->setText(u"%1 · %2"_s.arg(token.tenant.isEmpty() ? tr("Installation") : token.tenant.toString(),
        QString::fromLatin1(token.scope.text())));
    const QString state = models::tokenStateText(tokens::stateOf(token, now));
    m_state->setText(token.revokedAt ? u"%1 %2"_s.arg(state, models::localTime(*token.revokedAt))
            : token.retiresAt        ? tr("%1, another took its place").arg(state)
                                     : state);
    m_id = token.id.toString();
    m_token->setText(models::shortHash(m_id));
    m_token->setToolTip(m_id);
    m_holderText = models::subjectText(token);
    m_holder->setText(models::shortHash(m_holderText));
    m_holder->setToolTip(models::toolTipText(m_holderText));
    showTime(m_issued, fromSeconds(token.issuedAt), false);
    showTime(m_expires, fromSeconds(token.endsAt()), true);
    m_lastUsed->setText(m_model->cellText(token, models::TokenModel::LastUsedColumn));
    m_lastUsed->setToolTip(m_model->cellValue(token, models::TokenModel::LastUsedColumn, Qt::ToolTipRole).toString());
    m_issuedBy->setText(token.parent.isEmpty()
            ? tr("an administrator")
            : tr("%1, depth %2").arg(models::shortHash(token.parent.toString())).arg(token.depth));
    m_issuedBy->setToolTip(token.parent.toString());
    m_descendants->setText(models::count(qint64(m_model->descendants(token.id).size())));
    m_possession->setText(
        token.proofOfPossession ? tr("a proof of possession (DPoP) with each request") : tr("nothing but its text"));
}

} // namespace views
