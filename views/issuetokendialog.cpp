// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/issuetokendialog.h"

#include "models/enginelink.h"
#include "models/format.h"
#include "service/crypto/publickeytext.h"
#include "service/engine/tokencommands.h"
#include "views/formfield.h"
#include "views/icons.h"
#include "views/messages.h"
#include "views/theme.h"
#include "views/tokendelivery.h"

#include <QtCore/qfile.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qdialogbuttonbox.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qstyle.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

constexpr qint64 MostHours = tokens::LongestLife / 3600;
constexpr qint64 LargestKeyFile = 16 * 1024;

} // namespace

IssueTokenDialog::IssueTokenDialog(models::EngineLink &link, QWidget *parent)
    : QDialog(parent)
    , m_link(link)
    , m_tenant(new QComboBox(this))
    , m_scope(new QComboBox(this))
    , m_hours(new FormField(tr("&Valid for hours"), u"hoursEdit"_s, tr("1 to %1; 24 is a day").arg(MostHours), this))
    , m_key(new QPlainTextEdit(this))
    , m_keyNote(new QLabel(this))
    , m_mistake(new QLabel(this))
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Cancel, this))
{
    setObjectName(u"issueTokenDialog"_s);
    setWindowTitle(tr("Issue a token"));
    setMinimumWidth(480);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(Gap);
    const auto addLabelled = [&](const QString &text, const QString &name, QWidget *field) {
        auto *label = new QLabel(text, this);
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
    m_hours->setText(u"24"_s);
    m_hours->setCheck(FormField::wholeNumber(1, MostHours));
    column->addWidget(m_hours);
    m_key->setTabChangesFocus(true);
    m_key->setFont(fixedFont());
    m_key->setPlaceholderText(tr("ssh-ed25519 AAAA…, base64, hex, or a PEM public key"));
    m_key->setMaximumHeight(90);
    addLabelled(tr("Holder's public &key"), u"keyEdit"_s, m_key);
    m_keyNote->setObjectName(u"keyNote"_s);
    m_keyNote->setTextFormat(Qt::PlainText);
    m_keyNote->setWordWrap(true);
    column->addWidget(m_keyNote);
    auto *load = new QPushButton(icon(u"key"_s), tr("Key from a &file…"), this);
    load->setObjectName(u"keyFileButton"_s);
    connect(load, &QPushButton::clicked, this, &IssueTokenDialog::loadKey);
    column->addWidget(load, 0, Qt::AlignLeft);
    m_mistake->setObjectName(u"mistakeLabel"_s);
    m_mistake->setProperty("mistake", true);
    m_mistake->setTextFormat(Qt::PlainText);
    m_mistake->setWordWrap(true);
    m_mistake->hide();
    column->addWidget(m_mistake);
    QPushButton *go = m_buttons->addButton(tr("Issue token"), QDialogButtonBox::AcceptRole);
    go->setObjectName(u"issueTokenButton"_s);
    column->addWidget(m_buttons);
    connect(m_key, &QPlainTextEdit::textChanged, this, &IssueTokenDialog::check);
    connect(m_hours, &FormField::changed, this, &IssueTokenDialog::check);
    connect(m_scope, &QComboBox::currentTextChanged, this, &IssueTokenDialog::check);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &IssueTokenDialog::issue);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    check();
}

bool IssueTokenDialog::check()
{
    const auto key = crypto::parsePublicKeyText(m_key->toPlainText());
    const bool empty = m_key->toPlainText().trimmed().isEmpty();
    QString note;
    if (key)
        note = tr("✔ key %1").arg(QString::fromLatin1(crypto::keyThumbprint(*key)));
    else if (!empty)
        note = u"✖ "_s + key.error().detail;
    m_keyNote->setText(note);
    m_keyNote->setProperty("mistake", !key);
    m_keyNote->setProperty("good", key.has_value());
    m_keyNote->style()->unpolish(m_keyNote);
    m_keyNote->style()->polish(m_keyNote);
    m_key->setAccessibleDescription(note);
    const auto scope = tokens::Scope::fromRequest(m_scope->currentText().trimmed());
    m_scope->setToolTip(scope ? QString() : scope.error().detail);
    if (!scope)
        m_mistake->setText(tr("Scope: %1").arg(scope.error().detail));
    m_mistake->setVisible(!scope);
    const bool valid = m_hours->isValid() && key && scope && m_tenant->count() > 0;
    for (QAbstractButton *button : m_buttons->buttons()) {
        if (m_buttons->buttonRole(button) == QDialogButtonBox::AcceptRole)
            button->setEnabled(valid && !m_busy);
    }
    return valid;
}

void IssueTokenDialog::loadKey()
{
    const QString path = askOpenPath(this, tr("Public key"));
    if (path.isEmpty())
        return;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly) || file.size() > LargestKeyFile) {
        m_keyNote->setText(tr("✖ %1 can't be read as a public key.").arg(path));
        return;
    }
    m_key->setPlainText(QString::fromUtf8(file.read(LargestKeyFile)));
}

void IssueTokenDialog::issue()
{
    if (!check())
        return;
    m_busy = true;
    check();
    tokens::TokenRequest request;
    request.subjectKey = *crypto::parsePublicKeyText(m_key->toPlainText());
    request.scope = *tokens::Scope::fromRequest(m_scope->currentText().trimmed());
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
                return;
            }
            auto *delivery = new TokenDelivery(std::move(issued->value), parentWidget());
            delivery->setAttribute(Qt::WA_DeleteOnClose);
            accept();
            delivery->open();
        });
}

} // namespace views
