// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/tokenspage.h"

#include "models/enginelink.h"
#include "models/format.h"
#include "service/engine/tokencommands.h"
#include "views/confirmdialog.h"
#include "views/delegates.h"
#include "views/filterbar.h"
#include "views/icons.h"
#include "views/issuetokendialog.h"
#include "views/listview.h"
#include "views/messages.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtGui/qclipboard.h>
#include <QtGui/qguiapplication.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qformlayout.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qstackedwidget.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

enum Chip
{
    ActiveOnly,
    RevokedOnly,
    ExpiredOnly,
    All
};

} // namespace

TokensPage::TokensPage(const PageContext &context, QWidget *parent)
    : ListPage(u"tokensPage"_s, context,
        new FilterBar(u"tokenFilter"_s, tr("Filter tokens"), tr("Filter by tenant, scope, id or key"), nullptr),
        new ListView(u"tokenList"_s, tr("Tokens"), nullptr), parent)
    , m_model(new models::TokenModel(this))
{
    buildBar();
    buildList();
    arrange(buildDetail());
    setTabOrder(m_list, m_copyId);
    setTabOrder(m_copyId, m_copyHolder);
    setTabOrder(m_copyHolder, m_revoke);
}

void TokensPage::buildBar()
{
    m_bar->addChip(ActiveOnly, tr("Active"), u"activeTokensChip"_s);
    m_bar->addChip(RevokedOnly, tr("Revoked"), u"revokedTokensChip"_s);
    m_bar->addChip(ExpiredOnly, tr("Expired"), u"expiredTokensChip"_s);
    m_bar->addChip(All, tr("All"), u"allTokensChip"_s);
    connect(m_bar->addAction(tr("Issue a token…"), u"issueButton"_s), &QPushButton::clicked, this, &TokensPage::issue);
    connect(m_bar, &FilterBar::changed, this, &TokensPage::applyFilter);
}

void TokensPage::buildList()
{
    using Model = models::TokenModel;
    m_list->setModel(m_model);
    m_list->setItemDelegateForColumn(Model::StateColumn,
        new PillDelegate(
            [](const QModelIndex &index) {
                switch (tokens::TokenState(index.data(Model::StateRole).toInt())) {
                case tokens::TokenState::Active:
                    return colors().good;
                case tokens::TokenState::Revoked:
                    return colors().bad;
                case tokens::TokenState::Expired:
                    break;
                }
                return colors().muted;
            },
            this));
    m_list->sortByColumn(Model::IssuedColumn, Qt::DescendingOrder);
    m_list->setSortingEnabled(true);
    m_list->setColumnWidths({92, 92, 144, 140, 136, 54, 136, 56});
    connect(m_listOrHint, &ListOrHint::actionRequested, this, [this] { m_bar->reset(All); });
    connect(m_list->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
        const tokens::TokenRecord *token = m_model->at(m_list->currentIndex().row());
        m_selected = token ? token->id : TokenId();
        showSelected();
    });
    connect(m_model, &QAbstractItemModel::modelReset, this, &TokensPage::selectAgain);
    applyFilter();
}

QWidget *TokensPage::buildDetail()
{
    m_detail = new QStackedWidget(this);
    m_detail->setMinimumWidth(DetailWidth);
    auto *card = new QFrame(m_detail);
    card->setProperty("card", true);
    auto *column = new QVBoxLayout(card);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(Gap);
    m_heading = valueLabel(u"tokenHeading"_s, card);
    m_heading->setFont(titleFont());
    m_copyId = new QPushButton(icon(u"copy"_s), tr("Copy id"), card);
    m_copyId->setObjectName(u"copyIdButton"_s);
    connect(m_copyId, &QPushButton::clicked, this,
        [this] { QGuiApplication::clipboard()->setText(m_selected.toString()); });
    m_revoke = new QPushButton(icon(u"delete"_s), tr("Revoke…"), card);
    m_revoke->setObjectName(u"revokeButton"_s);
    connect(m_revoke, &QPushButton::clicked, this, &TokensPage::revoke);
    m_copyHolder = new QPushButton(icon(u"key"_s), tr("Copy key"), card);
    m_copyHolder->setObjectName(u"copyHolderButton"_s);
    m_copyHolder->setToolTip(tr("Copy the thumbprint of the holder's key, or the administrator's name"));
    connect(m_copyHolder, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_holderText); });
    auto *row = new QHBoxLayout;
    row->setSpacing(Gap);
    row->addWidget(m_copyId);
    row->addWidget(m_copyHolder);
    row->addWidget(m_revoke);
    row->addStretch();
    column->addWidget(m_heading);
    column->addLayout(row);
    column->addWidget(buildFacts(card));
    column->addStretch();
    m_detail->addWidget(hintLabel(tr("Choose a token to see whose it is and what came from it."), m_detail));
    m_detail->addWidget(card);
    return m_detail;
}

QWidget *TokensPage::buildFacts(QWidget *card)
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
    m_issuedBy = add(tr("Issued by"), u"tokenIssuedBy"_s);
    m_descendants = add(tr("Descendants"), u"tokenDescendants"_s);
    for (QLabel *value : {m_token, m_holder})
        value->setFont(fixedFont());
    return facts;
}

void TokensPage::activate()
{
    m_model->refresh(m_link.state(), m_link.clock().now());
    m_list->viewport()->update(); // what is left of their lives
    showState();
    showSelected();
}

void TokensPage::applyFilter()
{
    m_model->setFilter([this, chip = m_bar->chip(), text = m_bar->text()](const tokens::TokenRecord &token) {
        const auto state = tokens::stateOf(token, m_model->now());
        if ((chip == ActiveOnly && state != tokens::TokenState::Active)
            || (chip == RevokedOnly && state != tokens::TokenState::Revoked)
            || (chip == ExpiredOnly && state != tokens::TokenState::Expired))
            return false;
        const auto matches = [&](const QString &what) { return what.contains(text, Qt::CaseInsensitive); };
        return text.isEmpty() || matches(token.id.toString()) || matches(token.tenant.toString())
            || matches(QString::fromLatin1(token.scope.text())) || matches(models::subjectText(token));
    });
    showState();
}

void TokensPage::showState()
{
    if (m_model->rowCount() > 0)
        m_listOrHint->showList();
    else
        m_listOrHint->showHint(tr("No token matches"),
            m_model->records().size() == 1 ? tr("One token is there; the filter hides it.")
                                           : tr("%1 tokens are there; the filter hides them all.")
                                                 .arg(models::count(qint64(m_model->records().size()))),
            tr("Show all"));
}

// The views have begun anew.
void TokensPage::selectAgain()
{
    m_list->setCurrentIndex(m_model->index(m_model->rowOf(m_selected), 0));
    showSelected();
}

void TokensPage::showSelected()
{
    const auto token = m_link.state().read([&](const engine::State &state) {
        const tokens::TokenRecord *found = state.token(m_selected);
        return found ? std::optional(*found) : std::nullopt;
    });
    m_revoke->setEnabled(token && !token->revokedAt);
    m_copyId->setEnabled(token.has_value());
    m_copyHolder->setEnabled(token.has_value());
    m_detail->setCurrentIndex(token ? 1 : 0);
    if (token)
        showFacts(*token);
}

void TokensPage::showFacts(const tokens::TokenRecord &token)
{
    const Timestamp now = m_link.clock().now();
    const auto showTime = [now](QLabel *label, Timestamp time, bool relative) {
        const QString text = models::localTime(time);
        label->setText(relative ? u"%1 (%2)"_s.arg(text, models::relativeTime(time, now)) : text);
        label->setToolTip(models::utcTime(time));
    };
    m_heading->setText(u"%1 · %2"_s.arg(token.tenant.isEmpty() ? tr("Installation") : token.tenant.toString(),
        QString::fromLatin1(token.scope.text())));
    const QString state = models::tokenStateText(tokens::stateOf(token, now));
    m_state->setText(token.revokedAt ? u"%1 %2"_s.arg(state, models::localTime(*token.revokedAt)) : state);
    m_token->setText(models::shortHash(token.id.toString()));
    m_token->setToolTip(token.id.toString());
    m_holderText = models::subjectText(token);
    m_holder->setText(models::shortHash(m_holderText));
    m_holder->setToolTip(models::toolTipText(m_holderText));
    showTime(m_issued, fromSeconds(token.issuedAt), false);
    showTime(m_expires, fromSeconds(token.expiresAt), true);
    m_issuedBy->setText(token.parent.isEmpty()
            ? tr("an administrator")
            : tr("%1, depth %2").arg(models::shortHash(token.parent.toString())).arg(token.depth));
    m_issuedBy->setToolTip(token.parent.toString());
    m_descendants->setText(models::count(qint64(m_model->descendants(token.id).size())));
}

void TokensPage::issue()
{
    auto *dialog = new IssueTokenDialog(m_link, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void TokensPage::revoke()
{
    const TokenId id = m_selected;
    const Timestamp now = m_link.clock().now();
    QStringList family;
    for (const auto &token : m_model->descendants(id)) {
        if (tokens::stateOf(token, now) == tokens::TokenState::Active)
            family.append(tr("%1  %2  depth %3")
                              .arg(token.id.toString(), QString::fromLatin1(token.scope.text()))
                              .arg(token.depth));
    }
    constexpr qsizetype MostShown = 12;
    QString text = tr("The token %1 dies now, for good.").arg(id.toString());
    if (id == m_link.administrator())
        text += u'\n'
            + tr("It is the token in admin.token, which this window acts with: nothing can be changed here any more "
                 "until service-vm-tenant admin-token --rotate has made another.");
    if (family.isEmpty()) {
        text += u'\n' + tr("Nothing came from it.");
    } else {
        text += u'\n' + tr("%1 tokens that came from it die with it:").arg(family.size()) + u'\n'
            + family.first(std::min(MostShown, family.size())).join(u'\n');
        if (family.size() > MostShown)
            text += u'\n' + tr("… and %1 more").arg(family.size() - MostShown);
    }
    auto *dialog = new ConfirmDialog({.title = tr("Revoke token"),
                                         .text = text,
                                         .verb = tr("Revoke token"),
                                         .reasonLabel = tr("Reason (goes into the ledger)")},
        this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ConfirmDialog::confirmed, dialog, [this, dialog, id] {
        dialog->setBusy(true);
        m_link.change<engine::Nothing>(
            dialog,
            [id, reason = dialog->reason()](engine::Work &work) {
                return engine::revokeToken(work, id, reason.isEmpty() ? u"revoked"_s : reason).transform([] {
                    return engine::Nothing{};
                });
            },
            [dialog](const Result<engine::Committed<engine::Nothing>> &done) {
                if (done)
                    dialog->accept();
                else
                    dialog->showMistake(messageOf(TokensPage::tr("The token was not revoked."), done.error()).text());
            });
    });
    dialog->open();
}

} // namespace views
