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
    offerInMenu(m_detail->actions());
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
    onboard->setToolTip(tr("Onboard a tenant (Ctrl+N)")); // whose key is the menu's
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
    const auto usage = [this](qint64 used, qint64 limit, const QString &unit) {
        return m_list->widthFor(models::usageText(used, limit, unit)) + UsageDelegate::BarRoom;
    };
    m_list->setColumns({{.width = pill}, {.width = 136, .takesRest = true}, {.width = usage(10, 99, tr("VMs"))},
        {.width = usage(70, 1000, tr("GB")), .goes = 1},
        {.width = m_list->widthFor(tr("%1/min").arg(models::count(1200))), .goes = 2},
        {.width = m_list->widthFor(models::count(99)), .goes = 4},
        {.width = m_list->widthFor(models::localDate({})), .goes = 3}});
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
    const qint64 tokens = m_model->find(id)->tokens, vms = tenant->usage.vms;
    const QString dying = tokens == 1 ? tr("1 token dies now.")
        : tokens == 0                 ? tr("No token of it is active.")
                                      : tr("%1 tokens die now.").arg(models::count(tokens));
    const QString destroyed = vms == 1 ? tr("1 VM is destroyed.")
        : vms == 0                     ? tr("It has no VM.")
                                       : tr("%1 VMs are destroyed.").arg(models::count(vms));
    askAndChange({.title = tr("Delete tenant"),
                     .text = tr("%1 goes. %2 %3 The id is never given again. The ledger keeps everything.")
                                 .arg(id.toString(), dying, destroyed),
                     .verb = tr("Delete tenant"),
                     .typed = id.toString()},
        tr("%1 was not deleted.").arg(id.toString()), [id](const QString &) -> engine::Command<tenancy::Tenant> {
            return
                [id](engine::Work &work) { return engine::deleteTenant(work, id, {.ifVersion = {}, .cascade = true}); };
        });
}

} // namespace views
