// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/tenantspage.h"

#include "models/enginelink.h"
#include "models/format.h"
#include "service/engine/tenantcommands.h"
#include "views/delegates.h"
#include "views/filterbar.h"
#include "views/listview.h"
#include "views/messages.h"
#include "views/tenantdetail.h"
#include "views/tenantdialog.h"
#include "views/theme.h"

#include <QtWidgets/qpushbutton.h>

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

} // namespace

TenantsPage::TenantsPage(const PageContext &context, QWidget *parent)
    : ListPage(u"tenantsPage"_s, context,
        new FilterBar(u"tenantFilter"_s, tr("Filter tenants"), tr("Filter by id or name"), nullptr),
        new ListView(u"tenantList"_s, tr("Tenants"), nullptr), parent)
    , m_model(new models::TenantModel(this))
    , m_detail(new TenantDetail(m_link, this))
{
    buildBar();
    buildList();
    arrange(m_detail);
    setTabOrder(m_list, m_detail);
    connect(m_detail, &TenantDetail::editRequested, this, &TenantsPage::editSelected);
    connect(m_detail, &TenantDetail::suspendRequested, this, &TenantsPage::suspendSelected);
    connect(m_detail, &TenantDetail::resumeRequested, this, &TenantsPage::resumeSelected);
    connect(m_detail, &TenantDetail::deleteRequested, this, &TenantsPage::deleteSelected);
}

void TenantsPage::buildBar()
{
    m_bar->addChip(All, tr("All"), u"allChip"_s);
    m_bar->addChip(Active, tr("Active"), u"activeChip"_s);
    m_bar->addChip(Suspended, tr("Suspended"), u"suspendedChip"_s);
    m_bar->addChip(OverQuota, tr("Over quota"), u"overQuotaChip"_s);
    QPushButton *onboard = m_bar->addAction(tr("Onboard a tenant"), u"onboardButton"_s);
    onboard->setToolTip(tr("Onboard a tenant (Ctrl+N)"));
    connect(onboard, &QPushButton::clicked, this, &TenantsPage::onboardingRequested);
    connect(m_bar, &FilterBar::changed, this, &TenantsPage::applyFilter);
}

void TenantsPage::buildList()
{
    using Model = models::TenantModel;
    m_list->setModel(m_model);
    m_list->setItemDelegateForColumn(Model::StateColumn,
        new PillDelegate(
            [](const QModelIndex &index) {
                return index.data(Model::StateRole).toInt() == int(TenantState::Active) ? colors().good : colors().warn;
            },
            this));
    m_list->setItemDelegateForColumn(Model::TenantColumn, new NamedDelegate(Model::NameRole, this));
    for (const int column : {Model::VmsColumn, Model::StorageColumn})
        m_list->setItemDelegateForColumn(column, new UsageDelegate(Model::UsedRole, Model::LimitRole, this));
    m_list->sortByColumn(Model::TenantColumn, Qt::AscendingOrder);
    m_list->setSortingEnabled(true);
    const int pill = PillDelegate::columnWidth(m_list->fontMetrics(),
        {models::stateText(TenantState::Active), models::stateText(TenantState::Suspended),
            models::stateText(TenantState::Deleted)});
    m_list->setColumnWidths({pill, 120, 196, 212, 70, 54, 80});
    connect(m_listOrHint, &ListOrHint::actionRequested, this, [this] {
        if (m_model->records().empty())
            Q_EMIT onboardingRequested();
        else
            m_bar->reset(All);
    });
    connect(m_list->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &TenantsPage::showSelected);
    connect(m_model, &QAbstractItemModel::modelReset, this, &TenantsPage::selectAgain);
}

void TenantsPage::activate()
{
    m_model->refresh(m_link.state(), m_link.clock().now());
    showState();
    m_detail->show(selected());
}

void TenantsPage::applyFilter()
{
    m_model->setFilter([chip = m_bar->chip(), text = m_bar->text()](const models::TenantRow &row) {
        const tenancy::Tenant &tenant = row.tenant;
        if ((chip == Active && tenant.state != TenantState::Active)
            || (chip == Suspended && tenant.state != TenantState::Suspended)
            || (chip == OverQuota && !tenant.isOverQuota()))
            return false;
        return text.isEmpty() || tenant.id.toString().contains(text, Qt::CaseInsensitive)
            || tenant.displayName.contains(text, Qt::CaseInsensitive);
    });
    showState();
}

void TenantsPage::showState()
{
    if (m_model->records().empty())
        m_listOrHint->showHint(tr("No tenants yet"),
            tr("A tenant is one customer's partition: its VMs, tokens and quotas. The assistant registers the first "
               "one, "
               "issues its root token and proves isolation and quota."),
            tr("Onboard a tenant"));
    else if (m_model->rowCount() == 0)
        m_listOrHint->showHint(tr("No tenant matches"),
            m_model->records().size() == 1 ? tr("One tenant is there; the filter hides it.")
                                           : tr("%1 tenants are there; the filter hides them all.")
                                                 .arg(models::count(qint64(m_model->records().size()))),
            tr("Show all"));
    else
        m_listOrHint->showList();
}

void TenantsPage::showSelected()
{
    const models::TenantRow *row = m_model->at(m_list->currentIndex().row());
    m_selected = row ? row->tenant.id : TenantId();
    m_detail->show(selected());
}

// The views have begun anew.
void TenantsPage::selectAgain()
{
    m_list->setCurrentIndex(m_model->index(m_model->rowOf(m_selected), 0));
    showSelected();
}

const tenancy::Tenant *TenantsPage::selected() const
{
    const models::TenantRow *row = m_model->find(m_selected);
    return row ? &row->tenant : nullptr;
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
    askAndChange({.title = tr("Suspend tenant"),
                     .text = tr("From the next request on every call with a token of %1 is refused. It keeps %2, its "
                                "tokens and its records; resuming brings all of it back.")
                                 .arg(id.toString(), models::vmCount(tenant->usage.vms)),
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
            .text = tr("All tokens of %1 die now. %2 The id is never given again. The ledger "
                       "keeps everything.")
                        .arg(id.toString(),
                            tenant->usage.vms == 1 ? tr("1 VM is destroyed.")
                                                   : tr("%1 VMs are destroyed.").arg(models::count(tenant->usage.vms))),
            .verb = tr("Delete tenant"),
            .typed = id.toString()},
        tr("%1 was not deleted.").arg(id.toString()), [id](const QString &) -> engine::Command<tenancy::Tenant> {
            return
                [id](engine::Work &work) { return engine::deleteTenant(work, id, {.ifVersion = {}, .cascade = true}); };
        });
}

} // namespace views
