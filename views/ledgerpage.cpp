// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/ledgerpage.h"

#include "models/format.h"
#include "views/buttonshortcut.h"
#include "views/exportbutton.h"
#include "views/ledgerdelegate.h"
#include "views/ledgerdetail.h"
#include "views/ledgerfilterline.h"
#include "views/listview.h"
#include "views/messages.h"
#include "views/taskstrip.h"
#include "views/theme.h"
#include "views/valuelabel.h"
#include "views/verifycard.h"

#include <QtCore/qsettings.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qscrollbar.h>
#include <QtWidgets/qsplitter.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

constexpr const char *SplitterKey = "ledger/splitter";

} // namespace

LedgerPage::LedgerPage(const PageContext &context, QWidget *parent)
    : Page(parent)
    , m_link(context.link)
    , m_tasks(context.tasks)
    , m_model(new models::LedgerModel(m_link, this))
    , m_verification(new models::Verification(this))
    , m_filter(new LedgerFilterLine(this))
    , m_export(new ExportButton(
          m_link, m_tasks, [this] { return m_model->shown(); }, this))
    , m_verify(new QPushButton(tr("Verify ledger"), this))
    , m_verifyRest(m_verify)
    , m_card(new VerifyCard(this))
    , m_count(new PlainLabel(this))
    , m_order(new QComboBox(this))
    , m_list(new ListView(u"ledgerList"_s, tr("Ledger entries"), this))
    , m_listOrHint(new ListOrHint(m_list, this))
    , m_detail(new LedgerDetail(m_link, this))
    , m_splitter(new QSplitter(Qt::Vertical, this))
{
    setObjectName(u"ledgerPage"_s);
    m_verify->setObjectName(u"verifyButton"_s);
    m_verify->setProperty("primary", true);
    m_verify->setToolTip(tr("Compute the whole ledger again and compare it with what is stored and signed"));
    giveShortcut(m_verify, QKeySequence(u"Ctrl+Shift+V"_s));
    connect(m_verify, &QPushButton::clicked, this, &LedgerPage::startVerification);
    m_filter->addButton(m_export);
    m_filter->addButton(m_verify);
    buildList();

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Gap, Margin, Margin);
    column->setSpacing(Gap);
    column->addWidget(m_filter);
    column->addWidget(m_card);
    column->addWidget(buildCountRow());
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_listOrHint);
    m_splitter->addWidget(m_detail);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setSizes({400, 300});
    m_splitter->restoreState(QSettings().value(QLatin1StringView(SplitterKey)).toByteArray());
    column->addWidget(m_splitter, 1);

    connect(m_filter, &LedgerFilterLine::changed, this, &LedgerPage::onFilterChanged);
    connect(m_card, &VerifyCard::entryRequested, this, &LedgerPage::showEntry);
    connect(m_verification, &models::Verification::advanced, this, [this](quint64 done, quint64 total) {
        if (m_task)
            m_task->setProgress(done, total);
    });
    connect(m_verification, &models::Verification::finished, this, &LedgerPage::onVerificationFinished);
    showState();
}

LedgerPage::~LedgerPage()
{
    m_filter->disconnect(this); // its field ends its editing when the window goes away
    QSettings().setValue(QLatin1StringView(SplitterKey), m_splitter->saveState());
}

void LedgerPage::buildList()
{
    using Model = models::LedgerModel;
    m_list->setModel(m_model);
    m_list->setItemDelegateForColumn(Model::IndexColumn, new NumberDelegate(this));
    m_list->setItemDelegateForColumn(Model::EventColumn,
        new MarkDelegate(
            [](const QModelIndex &index) {
                return index.data(Model::OutcomeRole).isValid() ? eventMark(index.data().toString()) : Mark();
            },
            this));
    m_list->setItemDelegateForColumn(Model::OutcomeColumn,
        new MarkDelegate(
            [](const QModelIndex &index) {
                const QVariant outcome = index.data(Model::OutcomeRole);
                return outcome.isValid() ? outcomeMark(outcome.toInt()) : Mark();
            },
            this));
    m_list->setColumns(
        {{.width = m_list->widthFor(models::count(99'999'999))}, {.width = m_list->widthFor(models::localTime({}))},
            {.width = 190}, {.width = 120}, {.width = 120, .takesRest = true}, {.width = 84}});

    connect(m_listOrHint, &ListOrHint::actionRequested, this, [this] {
        if (m_failure.isEmpty()) {
            m_filter->clear();
            return;
        }
        m_failure.clear();
        m_model->retry();
        showState();
    });
    connect(m_list->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &LedgerPage::showSelected);
    connect(m_model, &QAbstractItemModel::rowsInserted, this,
        [this](const QModelIndex &, int first, int last) { onRowsInserted(first, last); });
    connect(m_model, &QAbstractItemModel::modelReset, this, &LedgerPage::showSelected);
    connect(m_model, &models::PagedModel::fetchFailed, this, &LedgerPage::onFetchFailed);
    connect(m_model, &models::LedgerModel::searchAdvanced, this, &LedgerPage::showState);
}

QWidget *LedgerPage::buildCountRow()
{
    auto *row = new QWidget(this);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(Gap);
    m_count->setObjectName(u"ledgerCount"_s);
    m_count->setProperty("muted", true);
    layout->addWidget(m_count, 1);
    m_order->setObjectName(u"ledgerOrder"_s);
    m_order->setAccessibleName(tr("Order"));
    m_order->addItems({tr("Newest first"), tr("Oldest first")});
    connect(m_order, &QComboBox::currentIndexChanged, this, [this](int choice) { setOrder(choice == 0); });
    layout->addWidget(m_order);
    return row;
}

void LedgerPage::activate()
{
    QStringList tenants;
    m_link.state().read([&](const engine::State &state) {
        tenants.reserve(qsizetype(state.tenants.size()));
        for (const auto &[id, tenant] : state.tenants) // deleted ones too: the ledger keeps theirs
            tenants.append(id.toString());
    });
    m_filter->setTenants(tenants);
}

void LedgerPage::focusFilter()
{
    m_filter->focus();
}

void LedgerPage::onFilterChanged(const models::LedgerFilter &filter)
{
    m_failure.clear();
    m_model->setFilter(filter);
    showState();
}

void LedgerPage::setOrder(bool newestFirst)
{
    m_model->setReversed(newestFirst);
    if (m_list->currentIndex().isValid())
        m_list->scrollTo(m_list->currentIndex(), QAbstractItemView::PositionAtCenter);
    else
        m_list->scrollToTop();
}

void LedgerPage::onRowsInserted(int first, int last)
{
    // Rows that come in above what is looked at must not push it down; at the very top the newest is what one wants to
    // see.
    QScrollBar *bar = m_list->verticalScrollBar();
    if (first == 0 && bar->value() > 0) {
        const int place = bar->value();
        m_list->doItemsLayout();
        bar->setValue(place + (last - first + 1) * RowHeight);
    }
    showState();
}

void LedgerPage::onFetchFailed(const Error &error)
{
    m_failure = messageOf({}, error).text().trimmed();
    showState();
}

void LedgerPage::showState()
{
    const qint64 rows = m_model->rowCount();
    const bool filtered = !m_model->filter().isEmpty();
    const QString all = models::count(qint64(m_model->ledgerSize()));
    if (m_model->isSearching())
        m_count->setText(
            tr("%1 of %2 entries so far, %3 % searched").arg(models::count(rows), all).arg(m_model->searched()));
    else if (filtered)
        m_count->setText(tr("%1 of %2 entries").arg(models::count(rows), all));
    else
        m_count->setText(rows == 1 ? tr("1 entry") : tr("%1 entries").arg(all));

    if (!m_failure.isEmpty())
        m_listOrHint->showHint(tr("The ledger can't be read"), m_failure, tr("Try again"));
    else if (rows > 0)
        m_listOrHint->showList();
    else if (m_model->isSearching())
        m_listOrHint->showHint(
            tr("Searching"), tr("%1 % of the ledger looked at, no match so far.").arg(m_model->searched()));
    else if (filtered)
        m_listOrHint->showHint(
            tr("No entry matches"), tr("The ledger has entries; the filter hides them all."), tr("Show all"));
    else
        m_listOrHint->showHint(tr("No entries yet"), tr("Every change of state becomes one entry here."));
}

void LedgerPage::showSelected()
{
    const QModelIndex current = m_list->currentIndex();
    if (current.isValid())
        m_detail->showEntry(m_model->entryAt(current.row()));
    else
        m_detail->showNone();
}

void LedgerPage::showEntry(LeafIndex index)
{
    if (m_model->rowOfEntry(index) < 0)
        m_filter->clear();
    const int row = m_model->rowOfEntry(index);
    if (row < 0)
        return;
    const QModelIndex place = m_model->index(row, 0);
    m_list->setCurrentIndex(place);
    m_list->scrollTo(place, QAbstractItemView::PositionAtCenter);
    m_list->setFocus();
}

void LedgerPage::startVerification()
{
    if (m_verification->isRunning())
        return;
    m_verifyRest.begin();
    m_task = m_tasks.begin(tr("Verifying ledger"), [this] { m_verification->cancel(); });
    m_verification->start(m_link.paths());
}

void LedgerPage::onVerificationFinished(const models::VerifyOutcome &outcome)
{
    m_verifyRest.end();
    if (m_task)
        m_task->finish();
    m_task = nullptr;
    if (outcome.isCanceled)
        return;
    m_card->show(outcome, m_link.clock().now());
    Q_EMIT verified(outcome.report ? outcome.report->size : 0, m_card->isGood(), m_card->sentence());
}

} // namespace views
