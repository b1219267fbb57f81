// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/tokenspage.h"

#include "models/enginelink.h"
#include "models/format.h"
#include "service/engine/tokencommands.h"
#include "views/confirmdialog.h"
#include "views/delegates.h"
#include "views/icons.h"
#include "views/issuetokendialog.h"
#include "views/listview.h"
#include "views/messages.h"
#include "views/theme.h"

#include <QtCore/qsettings.h>
#include <QtCore/qsortfilterproxymodel.h>
#include <QtGui/qclipboard.h>
#include <QtGui/qguiapplication.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qbuttongroup.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qsplitter.h>
#include <QtWidgets/qtoolbutton.h>

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

class TokenFilter final : public QSortFilterProxyModel
{
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

    void setChip(int chip)
    {
        m_chip = chip;
        invalidateFilter();
    }
    void setText(const QString &text)
    {
        m_text = text;
        invalidateFilter();
    }

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override
    {
        const QModelIndex index = sourceModel()->index(row, 0, parent);
        const auto state = tokens::TokenState(index.data(models::TokenModel::StateRole).toInt());
        if ((m_chip == ActiveOnly && state != tokens::TokenState::Active)
            || (m_chip == RevokedOnly && state != tokens::TokenState::Revoked)
            || (m_chip == ExpiredOnly && state != tokens::TokenState::Expired))
            return false;
        if (m_text.isEmpty())
            return true;
        const tokens::TokenRecord *token = static_cast<models::TokenModel *>(sourceModel())->at(row);
        for (const QString &text : {token->id.toString(), token->tenant.toString(),
                 QString::fromLatin1(token->scope.text()), models::subjectText(*token)}) {
            if (text.contains(m_text, Qt::CaseInsensitive))
                return true;
        }
        return false;
    }

private:
    int m_chip = ActiveOnly;
    QString m_text;
};

} // namespace

TokensPage::TokensPage(const PageContext &context, QWidget *parent)
    : Page(parent)
    , m_link(context.link)
    , m_model(new models::TokenModel(this))
    , m_shown(new TokenFilter(this))
    , m_filter(new QLineEdit(this))
    , m_states(new QButtonGroup(this))
    , m_list(new ListView(u"tokenList"_s, tr("Tokens"), this))
    , m_splitter(new QSplitter(this))
{
    setObjectName(u"tokensPage"_s);
    m_shown->setSourceModel(m_model);
    m_shown->setSortRole(models::TokenModel::SortRole);
    m_list->setModel(m_shown);
    m_list->setSortingEnabled(true);
    m_list->sortByColumn(models::TokenModel::IssuedColumn, Qt::DescendingOrder);
    using Model = models::TokenModel;
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
    m_list->setColumnWidths({104, 130, 150, 150, 150, 60, 150, 90});
    m_listOrHint = new ListOrHint(m_list, this);
    connect(m_listOrHint, &ListOrHint::actionRequested, this,
        [this] { m_filter->clear(), m_states->button(All)->click(); });

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Gap, Margin, Margin);
    column->setSpacing(Gap);
    column->addWidget(buildTitleRow());
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_listOrHint);
    m_splitter->addWidget(buildDetail());
    m_splitter->setSizes({880, 340});
    m_splitter->setStretchFactor(0, 1);
    m_splitter->restoreState(QSettings().value(u"tokens/splitter"_s).toByteArray());
    column->addWidget(m_splitter, 1);

    QWidget *before = m_filter;
    for (QAbstractButton *chip : m_states->buttons())
        setTabOrder(std::exchange(before, chip), chip);
    QWidget *issueButton = findChild<QWidget *>(u"issueButton"_s);
    setTabOrder(before, issueButton);
    setTabOrder(issueButton, m_list);
    setTabOrder(m_list, m_copyId);
    setTabOrder(m_copyId, m_revoke);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
        const auto *token = m_model->at(m_shown->mapToSource(m_list->currentIndex()).row());
        m_selected = token ? token->id : TokenId();
        showSelected();
    });
    connect(&m_link, &models::EngineLink::changed, this, &TokensPage::refresh);
    refresh();
}

TokensPage::~TokensPage()
{
    QSettings().setValue(u"tokens/splitter"_s, m_splitter->saveState());
}

QWidget *TokensPage::buildTitleRow()
{
    auto *row = new QWidget(this);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(Gap);
    m_filter->setObjectName(u"tokenFilter"_s);
    m_filter->setPlaceholderText(tr("Filter by tenant, scope, id or key"));
    m_filter->setAccessibleName(tr("Filter tokens"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMaximumWidth(320);
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString &text) {
        static_cast<TokenFilter *>(m_shown)->setText(text.trimmed());
        showState();
    });
    layout->addWidget(m_filter, 1);
    m_states->setExclusive(true);
    for (const auto &[chip, text, name] : {std::tuple(ActiveOnly, tr("Active"), u"activeTokensChip"_s),
             {RevokedOnly, tr("Revoked"), u"revokedTokensChip"_s}, {ExpiredOnly, tr("Expired"), u"expiredTokensChip"_s},
             {All, tr("All"), u"allTokensChip"_s}}) {
        auto *button = new QToolButton(row);
        button->setText(text);
        button->setObjectName(name);
        button->setCheckable(true);
        button->setProperty("chip", true);
        button->setChecked(chip == ActiveOnly);
        button->setAccessibleName(tr("Show: %1").arg(text));
        m_states->addButton(button, chip);
        layout->addWidget(button);
    }
    connect(m_states, &QButtonGroup::idClicked, this, [this](int chip) {
        static_cast<TokenFilter *>(m_shown)->setChip(chip);
        showState();
    });
    layout->addStretch();
    auto *issueButton = new QPushButton(tr("Issue a token…"), row);
    issueButton->setProperty("primary", true);
    issueButton->setObjectName(u"issueButton"_s);
    connect(issueButton, &QPushButton::clicked, this, &TokensPage::issue);
    layout->addWidget(issueButton);
    return row;
}

QWidget *TokensPage::buildDetail()
{
    auto *card = new QFrame(this);
    card->setProperty("card", true);
    card->setMinimumWidth(300);
    auto *column = new QVBoxLayout(card);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(Gap);
    m_heading = new QLabel(card);
    m_heading->setObjectName(u"tokenHeading"_s);
    m_heading->setFont(titleFont());
    m_heading->setWordWrap(true);
    m_facts = new QLabel(card);
    m_facts->setObjectName(u"tokenFacts"_s);
    m_facts->setTextFormat(Qt::PlainText);
    m_facts->setWordWrap(true);
    m_facts->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_copyId = new QPushButton(icon(u"copy"_s), tr("Copy id"), card);
    m_copyId->setObjectName(u"copyIdButton"_s);
    connect(m_copyId, &QPushButton::clicked, this,
        [this] { QGuiApplication::clipboard()->setText(m_selected.toString()); });
    m_revoke = new QPushButton(icon(u"delete"_s), tr("Revoke…"), card);
    m_revoke->setObjectName(u"revokeButton"_s);
    connect(m_revoke, &QPushButton::clicked, this, &TokensPage::revoke);
    auto *row = new QHBoxLayout;
    row->addWidget(m_copyId);
    row->addWidget(m_revoke);
    row->addStretch();
    column->addWidget(m_heading);
    column->addLayout(row);
    column->addWidget(m_facts);
    column->addStretch();
    return card;
}

void TokensPage::activate()
{
    refresh();
}

void TokensPage::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void TokensPage::refresh()
{
    m_model->refresh(m_link.state(), m_link.clock().now());
    showState();
    showSelected();
}

void TokensPage::showState()
{
    if (m_shown->rowCount() > 0)
        m_listOrHint->showList();
    else
        m_listOrHint->showHint(tr("No token matches"),
            tr("%1 tokens are there; the filter hides them all.").arg(models::count(m_model->rowCount())),
            tr("Show all"));
}

void TokensPage::showSelected()
{
    const auto token = m_link.state().read([&](const engine::State &state) {
        const tokens::TokenRecord *found = state.token(m_selected);
        return found ? std::optional(*found) : std::nullopt;
    });
    m_revoke->setEnabled(token && !token->revokedAt);
    m_copyId->setEnabled(token.has_value());
    if (!token) {
        m_heading->setText(tr("No token chosen"));
        m_facts->setText(tr("Choose a token to see whose it is and what came from it."));
        return;
    }
    const Timestamp now = m_link.clock().now();
    m_heading->setText(u"%1 · %2"_s.arg(token->tenant.isEmpty() ? tr("Installation") : token->tenant.toString(),
        QString::fromLatin1(token->scope.text())));
    QStringList facts{tr("State: %1").arg(models::tokenStateText(tokens::stateOf(*token, now))),
        tr("Token: %1").arg(token->id.toString()), tr("Holder: %1").arg(models::subjectText(*token)),
        tr("Issued: %1").arg(models::localTime(fromSeconds(token->issuedAt))),
        tr("Expires: %1 (%2)")
            .arg(models::localTime(fromSeconds(token->expiresAt)),
                models::relativeTime(fromSeconds(token->expiresAt), now))};
    facts.append(token->parent.isEmpty()
            ? tr("Issued by an administrator")
            : tr("Issued by: %1, depth %2").arg(token->parent.toString()).arg(token->depth));
    if (token->revokedAt)
        facts.append(tr("Revoked: %1").arg(models::localTime(*token->revokedAt)));
    facts.append(tr("Descendants: %1").arg(m_model->descendants(token->id).size()));
    m_facts->setText(facts.join(u'\n'));
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
            + tr("It is the token in admin.token, which this window acts with: nothing can be done here any more until "
                 "the console is started again.");
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
