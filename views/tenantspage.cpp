// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/tenantspage.h"

#include "models/enginelink.h"
#include "models/format.h"
#include "service/engine/tenantcommands.h"
#include "views/delegates.h"
#include "views/icons.h"
#include "views/listview.h"
#include "views/messages.h"
#include "views/tenantdetail.h"
#include "views/tenantdialog.h"
#include "views/theme.h"

#include <QtCore/qsettings.h>
#include <QtCore/qsortfilterproxymodel.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qbuttongroup.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qsplitter.h>
#include <QtWidgets/qtoolbutton.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

enum Chip
{
    All,
    Active,
    Suspended,
    OverQuota
};

// By id or name, and by state.
class TenantFilter final : public QSortFilterProxyModel
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
    bool filterAcceptsRow(int row, const QModelIndex &) const override
    {
        const tenancy::Tenant *tenant = static_cast<models::TenantModel *>(sourceModel())->at(row);
        if ((m_chip == Active && tenant->state != TenantState::Active)
            || (m_chip == Suspended && tenant->state != TenantState::Suspended)
            || (m_chip == OverQuota && !tenant->isOverQuota()))
            return false;
        return m_text.isEmpty() || tenant->id.toString().contains(m_text, Qt::CaseInsensitive)
            || tenant->displayName.contains(m_text, Qt::CaseInsensitive);
    }

private:
    int m_chip = All;
    QString m_text;
};

} // namespace

TenantsPage::TenantsPage(const PageContext &context, QWidget *parent)
    : Page(parent)
    , m_link(context.link)
    , m_model(new models::TenantModel(this))
    , m_shown(new TenantFilter(this))
    , m_filter(new QLineEdit(this))
    , m_states(new QButtonGroup(this))
    , m_list(new ListView(u"tenantList"_s, tr("Tenants"), this))
    , m_splitter(new QSplitter(this))
    , m_detail(new TenantDetail(m_link, this))
{
    setObjectName(u"tenantsPage"_s);
    m_shown->setSourceModel(m_model);
    m_shown->setSortRole(models::TenantModel::SortRole);
    m_list->setModel(m_shown);
    m_list->setSortingEnabled(true);
    m_list->sortByColumn(models::TenantModel::TenantColumn, Qt::AscendingOrder);
    using Model = models::TenantModel;
    m_list->setItemDelegateForColumn(Model::StateColumn,
        new PillDelegate(
            [](const QModelIndex &index) {
                return index.data(Model::StateRole).toInt() == int(TenantState::Active) ? colors().good : colors().warn;
            },
            this));
    m_list->setItemDelegateForColumn(Model::TenantColumn, new NamedDelegate(Model::NameRole, this));
    for (const int column : {Model::VmsColumn, Model::StorageColumn})
        m_list->setItemDelegateForColumn(column, new UsageDelegate(Model::UsedRole, Model::LimitRole, this));
    m_list->setColumnWidths({104, 200, 210, 220, 80, 66, 150});

    m_listOrHint = new ListOrHint(m_list, this);
    connect(m_listOrHint, &ListOrHint::actionRequested, this, [this] {
        if (m_model->rowCount() == 0)
            Q_EMIT onboardingRequested();
        else
            m_filter->clear(), m_states->button(All)->click();
    });

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Gap, Margin, Margin);
    column->setSpacing(Gap);
    column->addWidget(buildTitleRow());
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_listOrHint);
    m_splitter->addWidget(m_detail);
    m_splitter->setSizes({820, 400});
    m_splitter->setStretchFactor(0, 1);
    m_splitter->restoreState(QSettings().value(u"tenants/splitter"_s).toByteArray());
    column->addWidget(m_splitter, 1);

    QWidget *before = m_filter;
    for (QAbstractButton *chip : m_states->buttons())
        setTabOrder(std::exchange(before, chip), chip);
    QWidget *onboard = findChild<QWidget *>(u"onboardButton"_s);
    setTabOrder(before, onboard);
    setTabOrder(onboard, m_list);
    setTabOrder(m_list, m_detail);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &TenantsPage::showSelected);
    connect(m_detail, &TenantDetail::editRequested, this, &TenantsPage::editSelected);
    connect(m_detail, &TenantDetail::suspendRequested, this, &TenantsPage::suspendSelected);
    connect(m_detail, &TenantDetail::resumeRequested, this, &TenantsPage::resumeSelected);
    connect(m_detail, &TenantDetail::deleteRequested, this, &TenantsPage::deleteSelected);
    connect(&m_link, &models::EngineLink::changed, this, &TenantsPage::refresh);
    refresh();
}

TenantsPage::~TenantsPage()
{
    QSettings().setValue(u"tenants/splitter"_s, m_splitter->saveState());
}

QWidget *TenantsPage::buildTitleRow()
{
    auto *row = new QWidget(this);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(Gap);
    m_filter->setObjectName(u"tenantFilter"_s);
    m_filter->setPlaceholderText(tr("Filter by id or name"));
    m_filter->setAccessibleName(tr("Filter tenants"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMaximumWidth(320);
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString &text) {
        static_cast<TenantFilter *>(m_shown)->setText(text.trimmed());
        showState();
    });
    layout->addWidget(m_filter, 1);
    m_states->setExclusive(true);
    for (const auto &[chip, text, name] :
        {std::tuple(All, tr("All"), u"allChip"_s), {Active, tr("Active"), u"activeChip"_s},
            {Suspended, tr("Suspended"), u"suspendedChip"_s}, {OverQuota, tr("Over quota"), u"overQuotaChip"_s}}) {
        auto *button = new QToolButton(row);
        button->setText(text);
        button->setObjectName(name);
        button->setCheckable(true);
        button->setProperty("chip", true);
        button->setChecked(chip == All);
        button->setAccessibleName(tr("Show: %1").arg(text));
        m_states->addButton(button, chip);
        layout->addWidget(button);
    }
    connect(m_states, &QButtonGroup::idClicked, this, [this](int chip) {
        static_cast<TenantFilter *>(m_shown)->setChip(chip);
        showState();
    });
    layout->addStretch();
    auto *onboard = new QPushButton(tr("Onboard a tenant"), row);
    onboard->setProperty("primary", true);
    onboard->setObjectName(u"onboardButton"_s);
    onboard->setToolTip(tr("Onboard a tenant (Ctrl+N)"));
    connect(onboard, &QPushButton::clicked, this, &TenantsPage::onboardingRequested);
    layout->addWidget(onboard);
    return row;
}

void TenantsPage::activate()
{
    refresh();
}

void TenantsPage::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void TenantsPage::refresh()
{
    m_model->refresh(m_link.state(), m_link.clock().now());
    showState();
    const tenancy::Tenant *tenant = m_selected.isEmpty() ? nullptr : m_model->at(m_model->rowOf(m_selected));
    m_detail->show(tenant);
}

void TenantsPage::showState()
{
    if (m_model->rowCount() == 0)
        m_listOrHint->showHint(tr("No tenants yet"),
            tr("A tenant is one customer's partition: its VMs, tokens and quotas. The assistant registers the first "
               "one, "
               "issues its root token and proves isolation and quota."),
            tr("Onboard a tenant"));
    else if (m_shown->rowCount() == 0)
        m_listOrHint->showHint(tr("No tenant matches"),
            tr("%1 tenants are there; the filter hides them all.").arg(models::count(m_model->rowCount())),
            tr("Show all"));
    else
        m_listOrHint->showList();
}

void TenantsPage::showSelected()
{
    const tenancy::Tenant *tenant = m_model->at(m_shown->mapToSource(m_list->currentIndex()).row());
    m_selected = tenant ? tenant->id : TenantId();
    m_detail->show(tenant);
}

const tenancy::Tenant *TenantsPage::selected() const
{
    return m_selected.isEmpty() ? nullptr : m_model->at(m_model->rowOf(m_selected));
}

void TenantsPage::editSelected()
{
    if (const tenancy::Tenant *tenant = selected()) {
        auto *dialog = new TenantDialog(m_link, *tenant, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
    }
}

void TenantsPage::askAndChange(const Question &question, const QString &whatFailed,
    std::function<engine::Command<tenancy::Tenant>(const QString &reason)> command)
{
    auto *dialog = new ConfirmDialog(question, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ConfirmDialog::confirmed, dialog, [this, dialog, whatFailed, command = std::move(command)] {
        dialog->setBusy(true);
        m_link.change<tenancy::Tenant>(dialog, command(dialog->reason()),
            [dialog, whatFailed](const Result<engine::Committed<tenancy::Tenant>> &done) {
                if (done)
                    dialog->accept();
                else
                    dialog->showMistake(messageOf(whatFailed, done.error()).text());
            });
    });
    dialog->open();
}

void TenantsPage::suspendSelected()
{
    const tenancy::Tenant *tenant = selected();
    if (!tenant)
        return;
    const TenantId id = tenant->id;
    askAndChange(
        {.title = tr("Suspend tenant"),
            .text = tr("From the next request on every call with a token of %1 is refused. Its %2 VMs, its tokens "
                       "and its records stay; resuming brings all of it back.")
                        .arg(id.toString(), models::count(tenant->usage.vms)),
            .verb = tr("Suspend tenant"),
            .reasonLabel = tr("Reason (goes into the ledger)")},
        tr("%1 was not suspended.").arg(id.toString()),
        [id](const QString &reason) -> engine::Command<tenancy::Tenant> {
            return [id, reason](engine::Work &work) { return engine::suspendTenant(work, id, reason); };
        });
}

void TenantsPage::resumeSelected()
{
    const tenancy::Tenant *tenant = selected();
    if (!tenant)
        return;
    const TenantId id = tenant->id;
    askAndChange({.title = tr("Resume tenant"),
                     .text = tr("The tokens of %1 work again from the next request on.").arg(id.toString()),
                     .verb = tr("Resume tenant")},
        tr("%1 was not resumed.").arg(id.toString()), [id](const QString &) -> engine::Command<tenancy::Tenant> {
            return [id](engine::Work &work) { return engine::resumeTenant(work, id); };
        });
}

void TenantsPage::deleteSelected()
{
    const tenancy::Tenant *tenant = selected();
    if (!tenant)
        return;
    const TenantId id = tenant->id;
    askAndChange(
        {.title = tr("Delete tenant"),
            .text = tr("All tokens of %1 die now. %2 VMs are destroyed. The id is never given again. The ledger "
                       "keeps everything.")
                        .arg(id.toString(), models::count(tenant->usage.vms)),
            .verb = tr("Delete tenant"),
            .typed = id.toString()},
        tr("%1 was not deleted.").arg(id.toString()), [id](const QString &) -> engine::Command<tenancy::Tenant> {
            return
                [id](engine::Work &work) { return engine::deleteTenant(work, id, {.ifVersion = {}, .cascade = true}); };
        });
}

} // namespace views
