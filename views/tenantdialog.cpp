// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/tenantdialog.h"

#include "models/enginelink.h"
#include "models/format.h"
#include "service/core/jsonreader.h"
#include "service/engine/tenantcommands.h"
#include "service/tenancy/tenantjson.h"
#include "views/formfield.h"
#include "views/makeroom.h"
#include "views/messages.h"
#include "views/primarybutton.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qdialogbuttonbox.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qt::StringLiterals;

namespace views {

TenantDialog::TenantDialog(models::EngineLink &link, const tenancy::Tenant &tenant, QWidget *parent)
    : QDialog(parent)
    , m_link(link)
    , m_tenant(tenant)
    , m_name(new FormField(
          tr("&Display name"), u"displayNameEdit"_s, tr("1 to 200 characters; it stays in the ledger for ever"), this))
    , m_vms(new FormField(tr("&VMs"), u"maxVmsEdit"_s, tr("how many VMs at most"), this))
    , m_storage(new FormField(tr("&Storage in GB"), u"storageEdit"_s, tr("of all disks together"), this))
    , m_rate(new FormField(tr("&Requests a minute"), u"rateEdit"_s, tr("over all tokens of the tenant"), this))
    , m_effect(new PlainLabel(this))
    , m_mistake(new PlainLabel(this))
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Cancel, this))
{
    setObjectName(u"tenantDialog"_s);
    setWindowTitle(tr("Edit %1").arg(tenant.id.toString()));
    setMinimumWidth(420);
    m_name->setText(tenant.displayName);
    m_name->setCheck([](const QString &text) {
        if (text.isEmpty() || text.size() > 200)
            return tr("must have 1 to 200 characters");
        return json::hasControlCharacters(text) ? tr("must not contain control characters") : QString();
    });
    m_vms->setText(QString::number(tenant.limits.maxVms));
    m_vms->setCheck(FormField::wholeNumber(0, tenancy::MostVms));
    m_storage->setText(QString::number(tenant.limits.storageQuotaGb));
    m_storage->setCheck(FormField::wholeNumber(0, tenancy::MostStorageGb));
    m_rate->setText(QString::number(tenant.limits.apiRateLimitRpm));
    m_rate->setCheck(FormField::wholeNumber(1, tenancy::MostRpm));

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(Gap);
    for (FormField *field : {m_name, m_vms, m_storage, m_rate}) {
        column->addWidget(field);
        connect(field, &FormField::changed, this, &TenantDialog::check);
    }
    m_effect->setObjectName(u"effectLabel"_s);
    m_effect->setWordWrap(true);
    column->addWidget(m_effect);
    m_mistake->setObjectName(u"mistakeLabel"_s);
    m_mistake->setProperty("mistake", true);
    m_mistake->setWordWrap(true);
    m_mistake->hide();
    column->addWidget(m_mistake);
    QPushButton *go = m_buttons->addButton(tr("Save changes"), QDialogButtonBox::AcceptRole);
    go->setObjectName(u"saveButton"_s);
    makePrimary(go);
    column->addWidget(m_buttons);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &TenantDialog::save);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    check();
}

tenancy::TenantPatch TenantDialog::patch() const
{
    return {.displayName = m_name->text(),
        .maxVms = m_vms->number(),
        .storageQuotaGb = m_storage->number(),
        .apiRateLimitRpm = m_rate->number(),
        .labels = {}};
}

bool TenantDialog::check()
{
    bool valid = true;
    for (FormField *field : {m_name, m_vms, m_storage, m_rate})
        valid = field->isValid() && valid;
    m_effect->clear();
    if (valid) {
        const tenancy::Tenant after = tenancy::patched(m_tenant, patch());
        if (after.isOverQuota())
            m_effect->setText(tr("⚠ %1 uses %2 and %3 GB: it would be over quota. What runs stays; nothing new fits.")
                                  .arg(m_tenant.id.toString(), models::vmCount(m_tenant.usage.vms),
                                      models::count(m_tenant.usage.storageGb)));
    }
    m_effect->setVisible(!m_effect->text().isEmpty());
    makeRoom(this);
    for (QAbstractButton *button : m_buttons->buttons()) {
        if (m_buttons->buttonRole(button) == QDialogButtonBox::AcceptRole)
            button->setEnabled(valid && !m_busy);
    }
    return valid;
}

void TenantDialog::save()
{
    if (!check())
        return;
    m_busy = true;
    check();
    m_link.change<tenancy::Tenant>(
        this,
        [id = m_tenant.id, patch = patch(), version = m_tenant.version](engine::Work &work) {
            return engine::patchTenant(work, id,
                [patch](const tenancy::Tenant &) -> Result<tenancy::TenantPatch> { return patch; },
                {.ifVersion = version});
        },
        [this](const Result<engine::Committed<tenancy::Tenant>> &done) {
            m_busy = false;
            if (done)
                return accept();
            m_mistake->setText(messageOf(tr("%1 was not changed.").arg(m_tenant.id.toString()), done.error()).text());
            m_mistake->show();
            makeRoom(this);
            const std::pair<QLatin1StringView, FormField *> places[] = {{"/display_name"_L1, m_name},
                {"/max_vms"_L1, m_vms}, {"/storage_quota_gb"_L1, m_storage}, {"/api_rate_limit_rpm"_L1, m_rate}};
            for (const FieldError &mistake : done.error().fields) {
                for (const auto &[pointer, field] : places) {
                    if (mistake.pointer == pointer)
                        field->showMistake(mistake.detail);
                }
            }
            check();
        });
}

} // namespace views
