// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/issuetokendialog.h"

#include "models/enginelink.h"
#include "models/format.h"
#include "service/engine/tokencommands.h"
#include "views/formfield.h"
#include "views/keyfield.h"
#include "views/makeroom.h"
#include "views/messages.h"
#include "views/primarybutton.h"
#include "views/theme.h"
#include "views/tokendelivery.h"
#include "views/valuelabel.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qcheckbox.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qdialogbuttonbox.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qpushbutton.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace views {

namespace {

constexpr qint64 MostHours = tokens::LongestLife / 3600;

} // namespace

IssueTokenDialog::IssueTokenDialog(
    models::EngineLink &link, const std::optional<tokens::TokenRecord> &like, QWidget *parent)
    : QDialog(parent)
    , m_link(link)
    , m_tenant(new QComboBox(this))
    , m_scope(new QComboBox(this))
    , m_hours(new FormField(tr("&Valid for hours"), u"hoursEdit"_s, tr("1 to %1; 24 is a day").arg(MostHours), this))
    , m_key(new KeyField(this))
    , m_possession(new QCheckBox(tr("Needs a &proof of possession (DPoP) with each request"), this))
    , m_family(new PlainLabel(this))
    , m_mistake(new PlainLabel(this))
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Cancel, this))
{
    setObjectName(u"issueTokenDialog"_s);
    setWindowTitle(tr("Issue a token"));
    setMinimumWidth(480);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(Gap);
    const auto addLabelled = [&](const QString &text, const QString &name, QWidget *field) {
        auto *label = new PlainLabel(text, this);
        label->setBuddy(field);
        field->setObjectName(name);
        field->setAccessibleName(QString(text).remove(u'&'));
        column->addWidget(label);
        column->addWidget(field);
    };
    m_link.state().read([this](const engine::State &state) {
        for (const auto &[id, tenant] : state.tenants) {
            if (tenant.state == TenantState::Active)
                m_tenant->addItem(id.toString());
        }
    });
    addLabelled(tr("&Tenant"), u"tenantCombo"_s, m_tenant);
    m_scope->addItems({u"service:tenant-admin"_s, u"INPUT"_s, u"USER"_s, u"READ"_s});
    m_scope->setEditable(true);
    addLabelled(tr("&Scope"), u"scopeCombo"_s, m_scope);
    m_scope->lineEdit()->setObjectName(u"scopeEdit"_s);
    m_scope->lineEdit()->setAccessibleName(tr("Scope"));
    m_hours->setText(u"24"_s);
    m_hours->setCheck(FormField::wholeNumber(1, MostHours));
    column->addWidget(m_hours);
    column->addWidget(m_key);
    m_possession->setObjectName(u"possessionCheckBox"_s);
    m_possession->setToolTip(tr("A stolen text is of no use then; clients sign each request with the key (RFC 9449)"));
    column->addWidget(m_possession);
    m_family->setObjectName(u"familyNote"_s);
    m_family->setProperty("muted", true);
    m_family->setWordWrap(true);
    m_family->hide();
    column->addWidget(m_family);
    m_mistake->setObjectName(u"mistakeLabel"_s);
    m_mistake->setProperty("mistake", true);
    m_mistake->setWordWrap(true);
    m_mistake->hide();
    column->addWidget(m_mistake);
    QPushButton *go = m_buttons->addButton(tr("Issue token"), QDialogButtonBox::AcceptRole);
    go->setObjectName(u"issueTokenButton"_s);
    makePrimary(go);
    column->addWidget(m_buttons);
    if (like)
        takeFrom(*like);
    connect(m_key, &KeyField::changed, this, &IssueTokenDialog::check);
    connect(m_hours, &FormField::changed, this, &IssueTokenDialog::check);
    connect(m_scope, &QComboBox::currentTextChanged, this, &IssueTokenDialog::check);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &IssueTokenDialog::issue);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &IssueTokenDialog::reject);
    check();
}

void IssueTokenDialog::takeFrom(const tokens::TokenRecord &like)
{
    m_tenant->setCurrentText(like.tenant.toString());
    m_scope->setCurrentText(QString::fromLatin1(like.scope.text()));
    const qint64 left = (like.endsAt() - toSeconds(m_link.clock().now())) / 3600;
    m_hours->setText(QString::number(std::clamp<qint64>(left, 1, MostHours)));
    m_possession->setChecked(like.proofOfPossession);
    m_family->setText(tr("An administrator's tokens begin families of their own. One that comes from %1 is issued by "
                         "its holder: POST /v1/tenants/%2/tokens with that token.")
                          .arg(models::shortHash(like.id.toString()), like.tenant.toString()));
    m_family->show();
}

bool IssueTokenDialog::check()
{
    const auto scope = tokens::Scope::fromRequest(m_scope->currentText().trimmed());
    m_scope->setToolTip(scope ? QString() : models::toolTipText(scope.error().detail));
    m_scope->lineEdit()->setAccessibleDescription(m_scope->toolTip());
    if (!scope)
        m_mistake->setText(tr("Scope: %1").arg(scope.error().detail));
    m_mistake->setVisible(!scope);
    makeRoom(this);
    const bool valid = m_hours->isValid() && m_key->key() && scope && m_tenant->count() > 0;
    for (QAbstractButton *button : m_buttons->buttons()) {
        if (m_buttons->buttonRole(button) == QDialogButtonBox::AcceptRole)
            button->setEnabled(valid && !m_busy);
    }
    return valid;
}

void IssueTokenDialog::issue()
{
    if (!check())
        return;
    m_busy = true;
    check();
    tokens::TokenRequest request;
    request.subjectKey = *m_key->key();
    request.scope = *tokens::Scope::fromRequest(m_scope->currentText().trimmed());
    request.proofOfPossession = m_possession->isChecked();
    request.expiresInSeconds = m_hours->number() * 3600;
    const TenantId tenant(m_tenant->currentText().toUtf8());
    m_link.change<engine::IssuedToken>(
        this, [tenant, request](engine::Work &work) { return engine::issueToken(work, tenant, request); },
        [this](Result<engine::Committed<engine::IssuedToken>> issued) {
            m_busy = false;
            if (!issued) {
                check();
                m_mistake->setText(messageOf(tr("No token was issued."), issued.error()).text());
                m_mistake->show();
                makeRoom(this);
                for (const FieldError &mistake : issued.error().fields) {
                    if (mistake.pointer == "/subject_pubkey"_L1)
                        m_key->showMistake(mistake.detail);
                    else if (mistake.pointer == "/expires_in_seconds"_L1)
                        m_hours->showMistake(mistake.detail);
                }
                return;
            }
            auto *delivery = new TokenDelivery(std::move(issued->value), parentWidget());
            delivery->setAttribute(Qt::WA_DeleteOnClose);
            accept();
            delivery->open();
        });
}

void IssueTokenDialog::reject()
{
    if (!m_busy) // the text that is on its way can be had only here
        QDialog::reject();
}

} // namespace views
