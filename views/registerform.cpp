// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/registerform.h"

#include "service/core/jsonreader.h"
#include "service/tenancy/tenantjson.h"
#include "views/formfield.h"
#include "views/icons.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qgridlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qt::StringLiterals;

namespace views {

RegisterForm::RegisterForm(QWidget *parent)
    : QWidget(parent)
    , m_id(new FormField(
          tr("&Tenant id"), u"tenantIdEdit"_s, tr("a-z, 0-9 and '-'; it can never be changed or given again"), this))
    , m_name(new FormField(
          tr("&Display name"), u"displayNameEdit"_s, tr("1 to 200 characters; it stays in the ledger for ever"), this))
    , m_vms(new FormField(tr("&VMs"), u"maxVmsEdit"_s, tr("how many VMs at most"), this))
    , m_storage(new FormField(tr("&Storage in GB"), u"storageEdit"_s, tr("of all disks together"), this))
    , m_rate(new FormField(tr("Requests a &minute"), u"rateEdit"_s, tr("over all tokens of the tenant"), this))
{
    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(Margin);
    grid->setVerticalSpacing(Gap);
    grid->addWidget(m_id, 0, 0, 1, 3, Qt::AlignTop);
    grid->addWidget(m_name, 0, 3, 1, 3, Qt::AlignTop);
    grid->addWidget(m_vms, 1, 0, 1, 2, Qt::AlignTop);
    grid->addWidget(m_storage, 1, 2, 1, 2, Qt::AlignTop);
    grid->addWidget(m_rate, 1, 4, 1, 2, Qt::AlignTop);
    for (int column = 0; column < 6; ++column)
        grid->setColumnStretch(column, 1);
    grid->addWidget(buildOffer(), 2, 0, 1, 6);
    setFocusProxy(m_id);

    m_id->setCheck([](const QString &text) { return tenancy::tenantIdMistake(text); });
    m_name->setCheck([](const QString &text) {
        const qsizetype characters = text.toUcs4().size();
        if (characters < 1 || characters > 200)
            return tr("must have 1 to 200 characters");
        return json::hasControlCharacters(text) ? tr("must not contain control characters") : QString();
    });
    m_vms->setCheck(FormField::wholeNumber(0, tenancy::MostVms));
    m_storage->setCheck(FormField::wholeNumber(0, tenancy::MostStorageGb));
    m_rate->setCheck(FormField::wholeNumber(1, tenancy::MostRpm));
    m_vms->setText(u"10"_s);
    m_storage->setText(u"100"_s);
    m_rate->setText(u"600"_s);
    for (FormField *field : {m_id, m_name, m_vms, m_storage, m_rate})
        connect(field, &FormField::changed, this, &RegisterForm::changed);
}

QWidget *RegisterForm::buildOffer()
{
    m_offer = new QWidget(this);
    auto *row = new QHBoxLayout(m_offer);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(Gap);
    m_offerWhy = new PlainLabel(m_offer);
    m_offerWhy->setObjectName(u"resumeWhy"_s);
    m_offered = new QComboBox(m_offer);
    m_offered->setObjectName(u"resumeCombo"_s);
    m_offered->setAccessibleName(tr("Tenant to go on with"));
    m_offered->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_offerWhy->setBuddy(m_offered);
    auto *go = new QPushButton(icon(u"resume"_s), tr("&Go on with it"), m_offer);
    go->setObjectName(u"resumeButton"_s);
    go->setAutoDefault(false);
    row->addWidget(m_offerWhy);
    row->addWidget(m_offered);
    row->addWidget(go);
    row->addStretch();
    m_offer->hide();
    connect(go, &QPushButton::clicked, this,
        [this] { Q_EMIT resumeRequested(TenantId(m_offered->currentText().toUtf8())); });
    return m_offer;
}

void RegisterForm::offerToResume(const QString &why, const QStringList &tenants)
{
    m_offerWhy->setText(why);
    m_offered->clear();
    m_offered->addItems(tenants);
    m_offer->setVisible(!tenants.isEmpty());
}

bool RegisterForm::isValid() const
{
    bool valid = true;
    for (FormField *field : {m_id, m_name, m_vms, m_storage, m_rate})
        valid = field->isValid() && valid;
    return valid;
}

tenancy::TenantSpec RegisterForm::spec() const
{
    return {.id = TenantId(m_id->text().toUtf8()),
        .displayName = m_name->text(),
        .limits = {m_vms->number(), m_storage->number(), m_rate->number()},
        .labels = {}};
}

void RegisterForm::showRefusal(const Error &error)
{
    if (error.code == ErrorCode::TenantExists)
        m_id->showMistake(error.detail);
    const std::pair<QLatin1StringView, FormField *> places[] = {{"/tenant_id"_L1, m_id}, {"/display_name"_L1, m_name},
        {"/max_vms"_L1, m_vms}, {"/storage_quota_gb"_L1, m_storage}, {"/api_rate_limit_rpm"_L1, m_rate}};
    for (const FieldError &mistake : error.fields) {
        for (const auto &[pointer, field] : places) {
            if (mistake.pointer == pointer)
                field->showMistake(mistake.detail);
        }
    }
}

} // namespace views
