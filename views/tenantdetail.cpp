// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/tenantdetail.h"

#include "models/enginelink.h"
#include "models/format.h"
#include "models/tenantmodel.h"
#include "service/fleet/vmstore.h"
#include "views/buttonshortcut.h"
#include "views/delegates.h"
#include "views/icons.h"
#include "views/listview.h"
#include "views/messages.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qformlayout.h>
#include <QtWidgets/qprogressbar.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qtabwidget.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

constexpr qint64 MostVmsShown = 1000;

void showUsage(QProgressBar *bar, QLabel *label, qint64 used, qint64 limit, const QString &unit)
{
    const QString text = models::usageText(used, limit, unit);
    label->setText(text);
    bar->setAccessibleDescription(text);
    bar->setValue(limit > 0 ? int(std::min<qint64>(100, used * 100 / limit)) : (used > 0 ? 100 : 0));
    QPalette palette = bar->palette();
    palette.setColor(QPalette::Highlight, usageColor(used, limit));
    bar->setPalette(palette);
}

} // namespace

TenantDetail::TenantDetail(models::EngineLink &link, QWidget *parent)
    : QStackedWidget(parent)
    , m_link(link)
    , m_tokens(new models::TokenModel(this))
    , m_vms(new models::VmModel(this))
    , m_id(valueLabel(u"detailId"_s, this))
    , m_name(valueLabel(u"detailName"_s, this))
    , m_tabs(new QTabWidget(this))
{
    setObjectName(u"tenantDetail"_s);
    setMinimumWidth(DetailWidth);
    auto *card = new QFrame(this);
    card->setProperty("card", true);
    auto *column = new QVBoxLayout(card);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(Gap);
    m_id->setFont(titleFont());
    m_name->setProperty("muted", true);
    column->addWidget(m_id);
    column->addWidget(m_name);
    QWidget *buttons = buildButtons();
    column->addWidget(buttons);
    m_tabs->setObjectName(u"tenantTabs"_s);
    m_tabs->setDocumentMode(true); // the card is frame enough
    m_tabs->setAccessibleName(tr("Tenant detail"));
    m_tabs->addTab(buildQuota(), tr("Quota"));
    m_tabs->addTab(buildTokens(), tr("Tokens"));
    m_tabs->addTab(buildVms(), tr("VMs"));
    column->addWidget(m_tabs, 1);
    addWidget(hintLabel(tr("Choose a tenant to see its quota, tokens and VMs."), this));
    addWidget(card);
    QWidget *last = this;
    for (QPushButton *button : buttons->findChildren<QPushButton *>())
        setTabOrder(std::exchange(last, button), button);
    setTabOrder(last, m_tabs);
}

QWidget *TenantDetail::buildButtons()
{
    auto *row = new QWidget(this);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(Gap);
    const auto add = [&](const QString &iconName, const QString &text, const QString &name, const char *keys,
                         auto signal) {
        auto *button = new QPushButton(icon(iconName), text, row);
        button->setObjectName(name);
        giveShortcut(button, QKeySequence(QLatin1StringView(keys)));
        m_actions.append(button);
        connect(button, &QPushButton::clicked, this, signal);
        layout->addWidget(button);
        return button;
    };
    add(u"edit"_s, tr("Edit…"), u"editButton"_s, "F2", &TenantDetail::editRequested);
    m_suspend = add(u"suspend"_s, tr("Suspend…"), u"suspendButton"_s, "Ctrl+Shift+S", &TenantDetail::suspendRequested);
    m_resume = add(u"resume"_s, tr("Resume…"), u"resumeButton"_s, "Ctrl+Shift+R", &TenantDetail::resumeRequested);
    add(u"delete"_s, tr("Delete…"), u"deleteButton"_s, "Del", &TenantDetail::deleteRequested);
    layout->addStretch();
    return row;
}

QWidget *TenantDetail::buildQuota()
{
    auto *page = new QWidget(this);
    auto *form = new QFormLayout(page);
    form->setContentsMargins(Margin, Margin, Margin, Margin);
    form->setVerticalSpacing(Gap);
    form->setLabelAlignment(Qt::AlignLeft);
    const auto bar = [&](const QString &name, const QString &accessible, QLabel *&text) {
        auto *box = new QWidget(page);
        auto *column = new QVBoxLayout(box);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(4);
        auto *progress = new QProgressBar(box);
        progress->setObjectName(name);
        progress->setAccessibleName(accessible);
        progress->setTextVisible(false);
        progress->setFixedHeight(10);
        text = valueLabel(name + "Text"_L1, box);
        column->addWidget(text);
        column->addWidget(progress);
        form->addRow(accessible, box);
        return progress;
    };
    m_state = valueLabel(u"detailState"_s, page);
    form->addRow(tr("State"), m_state);
    m_vmsBar = bar(u"detailVms"_s, tr("VMs"), m_vmsText);
    m_storageBar = bar(u"detailStorage"_s, tr("Storage"), m_storageText);
    m_rate = valueLabel(u"detailRate"_s, page);
    form->addRow(tr("Rate"), m_rate);
    m_labels = valueLabel(u"detailLabels"_s, page);
    form->addRow(tr("Labels"), m_labels);
    m_created = valueLabel(u"detailCreated"_s, page);
    form->addRow(tr("Created"), m_created);
    m_createdBy = valueLabel(u"detailCreatedBy"_s, page);
    m_createdBy->setFont(fixedFont());
    form->addRow(tr("By token"), m_createdBy);
    return page;
}

QWidget *TenantDetail::buildTokens()
{
    auto *list = new ListView(u"detailTokenList"_s, tr("Tokens of the tenant"), this);
    list->setModel(m_tokens);
    using Model = models::TokenModel;
    list->setItemDelegateForColumn(Model::StateColumn,
        new PillDelegate(
            [](const QModelIndex &index) {
                return index.data(Model::StateRole).toInt() == int(tokens::TokenState::Active) ? colors().good
                                                                                               : colors().muted;
            },
            this));
    static_assert(Model::ColumnCount == 9);
    list->setColumns({{.width = 96}, {.width = 0}, {.width = 100, .takesRest = true}, {.width = 0},
        {.width = list->widthFor(u"MMMMMMMM…mmmmmmmm"_s), .goes = 1}, {.width = 0}, {.width = 0},
        {.width = list->widthFor(u"in 365 d"_s)}, {.width = 0}});
    m_tokenList = new ListOrHint(list, this);
    return m_tokenList;
}

QWidget *TenantDetail::buildVms()
{
    auto *list = new ListView(u"detailVmList"_s, tr("VMs of the tenant"), this);
    list->setModel(m_vms);
    static_assert(models::VmModel::ColumnCount == 6);
    list->setColumns(
        {{.width = list->widthFor(u"Provisioning"_s)}, {.width = list->widthFor(u"00000000…00000000"_s), .goes = 3},
            {.width = 90, .takesRest = true}, {.width = list->widthFor(u"16,384 MB, 16 CPU, 1,000 GB"_s), .goes = 2},
            {.width = 110, .goes = 1}, {.width = list->widthFor(models::localTime({})), .goes = 4}});
    m_vmList = new ListOrHint(list, this);
    return m_vmList;
}

void TenantDetail::show(const tenancy::Tenant *tenant)
{
    setCurrentIndex(tenant ? 1 : 0);
    if (!tenant) {
        m_shown.reset();
        return;
    }
    const bool other = !m_shown || m_shown->id != tenant->id;
    const bool vmsDiffer = other || m_shown->usage != tenant->usage;
    m_shown = *tenant;
    m_id->setText(tenant->id.toString());
    m_name->setText(models::plainText(tenant->displayName));
    m_state->setText(models::stateText(tenant->state));
    showUsage(m_vmsBar, m_vmsText, tenant->usage.vms, tenant->limits.maxVms, models::vmUnit(tenant->limits.maxVms));
    showUsage(m_storageBar, m_storageText, tenant->usage.storageGb, tenant->limits.storageQuotaGb, tr("GB"));
    m_rate->setText(tr("%1 requests a minute").arg(models::count(tenant->limits.apiRateLimitRpm)));
    QStringList labels;
    for (const auto &[name, value] : tenant->labels.asKeyValueRange())
        labels.append(models::plainText(name + u" = "_s + value));
    m_labels->setText(labels.isEmpty() ? tr("none") : labels.join(u'\n'));
    m_created->setText(models::localTime(tenant->createdAt));
    m_created->setToolTip(models::utcTime(tenant->createdAt));
    m_createdBy->setText(models::shortHash(tenant->createdBy.toString()));
    m_createdBy->setToolTip(tenant->createdBy.toString());
    // The keyboard stays with the pair: what hides would hand it on, to "Delete".
    const QWidget *focused = window()->focusWidget();
    const bool inPair = focused == m_suspend || focused == m_resume;
    m_suspend->setVisible(tenant->state == TenantState::Active);
    m_resume->setVisible(tenant->state == TenantState::Suspended);
    if (inPair)
        (tenant->state == TenantState::Active ? m_suspend : m_resume)->setFocus();

    m_tokens->setTenant(tenant->id);
    m_tokens->refresh(m_link.state(), m_link.clock().now());
    if (m_tokens->rowCount() > 0)
        m_tokenList->showList();
    else
        m_tokenList->showHint(tr("No tokens"), tr("The Tokens page issues the tenant's root token."));
    if (vmsDiffer)
        showVms(tenant->id);
}

void TenantDetail::showVms(const TenantId &id)
{
    const quint64 question = ++m_vmQuestion;
    m_link.ask<std::vector<fleet::Vm>>(
        this, [id](store::Database &database) { return fleet::listVms(database, id, {}, MostVmsShown); },
        [this, question](Result<std::vector<fleet::Vm>> vms) {
            if (question != m_vmQuestion)
                return;
            if (!vms) {
                m_vmList->showHint(tr("The VMs can't be read"), messageOf({}, vms.error()).why);
                return;
            }
            const bool none = vms->empty();
            m_vms->setVms(std::move(*vms));
            if (none)
                m_vmList->showHint(tr("No VMs"), tr("The tenant registers VMs with its own token: POST /v1/vms."));
            else
                m_vmList->showList();
        });
}

} // namespace views
