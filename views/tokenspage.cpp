// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/tokenspage.h"

#include "models/attention.h"
#include "models/enginelink.h"
#include "models/format.h"
#include "service/tokens/tokenstore.h"
#include "views/buttonshortcut.h"
#include "views/explaindialog.h"
#include "views/filterbar.h"
#include "views/issuetokendialog.h"
#include "views/listview.h"
#include "views/revoketoken.h"
#include "views/rotatetokendialog.h"
#include "views/theme.h"
#include "views/tierdialog.h"
#include "views/tokendetail.h"
#include "views/tokenstate.h"
#include "views/tokentreeview.h"
#include "views/valuelabel.h"

#include <QtCore/qpointer.h>
#include <QtCore/qsettings.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qtoolbutton.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

enum Chip
{
    ActiveOnly,
    ExpiringOnly,
    UnusedOnly,
    RevokedOnly,
    ExpiredOnly,
    All
};

enum View
{
    AsList,
    AsTree
};

constexpr QLatin1StringView ViewKey = "tokensPage/view"_L1;
constexpr qint64 Expiring = 30 * 86'400; // seconds that are left

} // namespace

TokensPage::TokensPage(const PageContext &context, QWidget *parent)
    : ListPage(u"tokensPage"_s, context,
        new FilterBar(u"tokenFilter"_s, tr("Filter tokens"), tr("Filter by tenant, scope, id or key"), nullptr),
        new ListView(u"tokenList"_s, tr("Tokens"), nullptr), parent)
    , m_model(new models::TokenModel(this))
    , m_tree(new models::TokenTree(*m_model, this))
    , m_treeView(new TokenTreeView(m_tree, this))
    , m_detail(new TokenDetail(m_model, this))
    , m_views(new Chips(tr("View"), this))
{
    buildBar();
    QWidget *second = buildSecondRow();
    buildList();
    buildTree();
    arrange(m_detail);
    static_cast<QVBoxLayout *>(layout())->insertWidget(1, second);
    QWidget *last = m_bar->lastStop();
    for (QWidget *next :
        QWidgetList{m_views->button(AsList), m_views->button(AsTree), m_showExpiring, m_tiers, m_list, m_treeView})
        setTabOrder(std::exchange(last, next), next);
    for (QPushButton *action : m_detail->actions())
        setTabOrder(std::exchange(last, action), action);
    offerInMenu(m_detail->actions());
    offerInMenu(m_detail->actions(), m_treeView);
    connect(m_detail, &TokenDetail::issueRequested, this, [this] { issue(true); });
    connect(m_detail, &TokenDetail::rotateRequested, this, &TokensPage::rotate);
    connect(m_detail, &TokenDetail::explainRequested, this, &TokensPage::explain);
    connect(m_detail, &TokenDetail::revokeRequested, this, [this] {
        if (selected())
            askToRevoke(m_link, *m_model, m_selected, this);
    });
    showAs(QSettings().value(ViewKey).toInt() == AsTree ? AsTree : AsList);
}

void TokensPage::buildBar()
{
    m_bar->addChip(ActiveOnly, tr("Active"), u"activeTokensChip"_s);
    m_bar->addChip(ExpiringOnly, tr("Expiring"), u"expiringTokensChip"_s);
    m_bar->addChip(UnusedOnly, tr("Unused"), u"unusedTokensChip"_s);
    m_bar->addChip(RevokedOnly, tr("Revoked"), u"revokedTokensChip"_s);
    m_bar->addChip(ExpiredOnly, tr("Expired"), u"expiredTokensChip"_s);
    m_bar->addChip(All, tr("All"), u"allTokensChip"_s);
    m_bar->findChild<QToolButton *>(u"expiringTokensChip"_s)->setToolTip(tr("Active, and at their end within 30 days"));
    m_bar->findChild<QToolButton *>(u"unusedTokensChip"_s)->setToolTip(tr("Active, and never used"));
    QPushButton *issuing = m_bar->addAction(tr("Issue a token…"), u"issueButton"_s);
    giveShortcut(issuing, QKeySequence(u"Ctrl+T"_s));
    connect(issuing, &QPushButton::clicked, this, [this] { issue(false); });
    connect(m_bar, &FilterBar::changed, this, &TokensPage::applyFilter);
}

// How the tokens are shown, what needs a person, and what is done to many at once.
QWidget *TokensPage::buildSecondRow()
{
    auto *second = new QWidget(this);
    auto *row = new QHBoxLayout(second);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(Gap);
    row->addWidget(m_views->add(AsList, tr("List"), u"listViewChip"_s, second));
    row->addWidget(m_views->add(AsTree, tr("Families"), u"treeViewChip"_s, second));
    connect(m_views, &QButtonGroup::idClicked, this, [this](int view) {
        QSettings().setValue(ViewKey, view);
        showAs(view);
    });
    m_warning = new PlainLabel(second);
    m_warning->setObjectName(u"expiryWarning"_s);
    m_warning->setProperty("mistake", true);
    m_showExpiring = new QPushButton(tr("Show them"), second);
    m_showExpiring->setObjectName(u"showExpiringButton"_s);
    connect(m_showExpiring, &QPushButton::clicked, this, [this] { m_bar->reset(ExpiringOnly); });
    m_tiers = new QPushButton(tr("Change tiers…"), second);
    m_tiers->setObjectName(u"changeTiersButton"_s);
    m_tiers->setToolTip(tr("A list of keys, each with the tier it is to have from now on"));
    giveShortcut(m_tiers, QKeySequence(u"Ctrl+Shift+T"_s));
    connect(m_tiers, &QPushButton::clicked, this, &TokensPage::changeTiers);
    row->addSpacing(Gap);
    row->addWidget(m_warning);
    row->addWidget(m_showExpiring);
    row->addStretch();
    row->addWidget(m_tiers);
    return second;
}

void TokensPage::buildList()
{
    using Model = models::TokenModel;
    m_list->setModel(m_model);
    m_list->setItemDelegateForColumn(Model::StateColumn, tokenStateDelegate(this));
    m_list->sortByColumn(Model::IssuedColumn, Qt::DescendingOrder);
    m_list->setSortingEnabled(true);
    const auto width = [this](const QString &text) { return m_list->widthFor(text); };
    m_list->setColumns({{.width = tokenStateWidth(m_list->fontMetrics())}, {.width = 92, .takesRest = true},
        {.width = width(u"service:tenant-admin"_s)}, {.width = width(u"00000000…00000000"_s), .goes = 3},
        {.width = width(u"MMMMMMMM…mmmmmmmm"_s), .goes = 4}, {.width = 1, .goes = 6},
        {.width = width(models::localTime({})), .goes = 5}, {.width = width(tr("in %1 d").arg(365)), .goes = 1},
        {.width = width(tr("in %1 d").arg(365)), .goes = 2}});
    connect(m_listOrHint, &ListOrHint::actionRequested, this, [this] { m_bar->reset(All); });
    connect(m_list->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
        if (m_choosing || isTree())
            return;
        const tokens::TokenRecord *token = m_model->at(m_list->currentIndex().row());
        m_selected = token ? token->id : TokenId();
        showSelected();
    });
    connect(m_model, &QAbstractItemModel::modelReset, this, &TokensPage::selectAgain);
}

void TokensPage::buildTree()
{
    m_listOrHint->addWidget(m_treeView);
    connect(m_treeView->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
        if (m_choosing || !isTree())
            return;
        m_selected = m_treeView->chosen();
        showSelected();
    });
}

bool TokensPage::isTree() const
{
    return m_views->checkedId() == AsTree;
}

// The other view holds nothing meanwhile, and costs nothing.
void TokensPage::showAs(int view)
{
    m_views->choose(view);
    m_bar->downTo(isTree() ? static_cast<QAbstractItemView *>(m_treeView) : m_list);
    if (!isTree())
        m_tree->clear();
    applyFilter();
    selectAgain();
}

void TokensPage::activate()
{
    m_model->refresh(m_link.state(), m_link.clock().now());
    if (isTree())
        applyFilter();
    m_list->viewport()->update(); // what is left of their lives
    m_treeView->viewport()->update();
    askUses();
    showWarning();
    showState();
    showSelected();
}

// Who was used when stands in the database alone.
void TokensPage::askUses()
{
    if (m_asksUses)
        return;
    m_asksUses = true;
    m_link.ask<models::TokenUses>(
        this,
        [](store::Database &database) -> Result<models::TokenUses> {
            models::TokenUses uses;
            TRY(tokens::loadUses(database, [&](TokenId id, Timestamp when) { uses.emplace(std::move(id), when); }));
            return uses;
        },
        [this](Result<models::TokenUses> uses) {
            m_asksUses = false;
            if (!uses || m_model->uses() == *uses)
                return;
            m_model->setUses(std::move(*uses));
            if (m_bar->chip() == UnusedOnly || isTree())
                applyFilter();
            showSelected();
        });
}

bool TokensPage::isShown(const tokens::TokenRecord &token, int chip, const QString &text) const
{
    const auto state = tokens::stateOf(token, m_model->now());
    const bool active = state == tokens::TokenState::Active;
    if ((chip == ActiveOnly && !active) || (chip == RevokedOnly && state != tokens::TokenState::Revoked)
        || (chip == ExpiredOnly && state != tokens::TokenState::Expired)
        || (chip == ExpiringOnly && (!active || token.endsAt() - toSeconds(m_model->now()) > Expiring))
        || (chip == UnusedOnly && (!active || !m_model->isUnused(token))))
        return false;
    const auto matches = [&](const QString &what) { return what.contains(text, Qt::CaseInsensitive); };
    return text.isEmpty() || matches(token.id.toString()) || matches(token.tenant.toString())
        || matches(QString::fromLatin1(token.scope.text())) || matches(models::subjectText(token));
}

void TokensPage::applyFilter()
{
    const auto filter = [this, chip = m_bar->chip(), text = m_bar->text()](
                            const tokens::TokenRecord &token) { return isShown(token, chip, text); };
    if (isTree()) {
        m_choosing = true;
        m_treeView->search(m_bar->text());
        m_tree->show(filter);
        m_treeView->settle();
        m_choosing = false;
        if (m_treeView->chosen() != m_selected)
            choose(m_selected);
    } else {
        m_model->setFilter(filter);
    }
    showState();
}

void TokensPage::showState()
{
    const bool shown = isTree() ? m_tree->size() > 0 : m_model->rowCount() > 0;
    if (shown && isTree())
        m_listOrHint->setCurrentWidget(m_treeView);
    else if (shown)
        m_listOrHint->showList();
    else
        m_listOrHint->showHint(tr("No token matches"),
            m_model->records().size() == 1 ? tr("One token is there; the filter hides it.")
                                           : tr("%1 tokens are there; the filter hides them all.")
                                                 .arg(models::count(qint64(m_model->records().size()))),
            tr("Show all"));
}

void TokensPage::showWarning()
{
    const auto number = std::ranges::count_if(
        m_model->records(), [now = m_model->now()](const auto &token) { return models::endsSoon(token, now); });
    m_warning->setText(number == 1
            ? tr("⚠ 1 token ends within a week; rotate it or issue another.")
            : tr("⚠ %1 tokens end within a week; rotate them or issue others.").arg(models::count(number)));
    m_warning->setVisible(number > 0);
    m_showExpiring->setVisible(number > 0);
}

void TokensPage::choose(const TokenId &id)
{
    m_choosing = true;
    if (isTree())
        m_treeView->choose(id);
    else
        m_list->setCurrentIndex(m_model->index(m_model->rowOf(id), 0));
    m_choosing = false;
}

// The views have begun anew.
void TokensPage::selectAgain()
{
    choose(m_selected);
    showSelected();
}

std::optional<tokens::TokenRecord> TokensPage::selected() const
{
    return m_link.state().read([this](const engine::State &state) {
        const tokens::TokenRecord *found = state.token(m_selected);
        return found ? std::optional(*found) : std::nullopt;
    });
}

void TokensPage::showSelected()
{
    const QPointer<QWidget> before = window()->focusWidget();
    const bool wasInDetail = before && m_detail->isAncestorOf(before);
    m_detail->show(selected(), m_link.clock().now());
    // What is disabled hands the keyboard to its neighbour, which may do anything.
    if (wasInDetail && before && !before->isEnabled())
        (isTree() ? static_cast<QWidget *>(m_treeView) : m_list)->setFocus();
}

void TokensPage::issue(bool likeSelected)
{
    auto *dialog = new IssueTokenDialog(m_link, likeSelected ? selected() : std::nullopt, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void TokensPage::rotate()
{
    const auto token = selected();
    if (!token)
        return;
    const auto family = m_model->descendants(token->id);
    const auto living = std::ranges::count_if(family, [now = m_link.clock().now()](const auto &descendant) {
        return tokens::stateOf(descendant, now) == tokens::TokenState::Active;
    });
    auto *dialog = new RotateTokenDialog(m_link, *token, living, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void TokensPage::explain()
{
    const auto token = selected();
    if (!token)
        return;
    auto *dialog = new ExplainDialog(m_link, *token, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void TokensPage::changeTiers()
{
    auto *dialog = new TierDialog(m_link, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

} // namespace views
