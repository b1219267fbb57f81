// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/ledgerfilterline.h"

#include "views/filterbar.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtCore/qobject.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qcompleter.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qtoolbutton.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace views {

namespace {

// Of contract and OpenAPI document, in their order.
constexpr const char *EventTypes[] = {"LEDGER_OPENED", "TENANT_CREATED", "TENANT_UPDATED", "QUOTA_CHANGED",
    "QUOTA_WARNING", "TENANT_SUSPENDED", "TENANT_RESUMED", "TENANT_DELETED", "TENANT_UNDELETED", "TENANT_PURGED",
    "PLAN_CHANGED", "TOKEN_ISSUED", "TOKEN_REVOKED", "TOKEN_RETIRED", "TOKEN_REVEALED", "TOKEN_EXPIRING",
    "VM_REGISTERED", "VM_PLACED", "VM_STATE_CHANGED", "VM_DESTROYED", "VM_DENIED", "VM_LOST", "VM_UNKNOWN",
    "NODE_ENROLLED", "NODE_HEARTBEAT", "NODE_STALE", "NODE_RETURNED", "NODE_DRAINED", "NODE_UNDRAINED", "NODE_REMOVED",
    "ACCESS_DENIED", "ISOLATION_VERIFIED", "ISOLATION_FAILED", "QUOTA_VERIFIED", "QUOTA_FAILED", "KEY_ROTATED",
    "AUDIT_EXPORTED", "BACKUP_CREATED", "SERVER_STARTED", "SERVER_STOPPED", "ROLLBACK_ACCEPTED"};

constexpr int AnyOutcome = -2; // QButtonGroup gives -1 away itself

} // namespace

LedgerFilterLine::LedgerFilterLine(QWidget *parent)
    : QWidget(parent)
    , m_row(new QHBoxLayout)
    , m_tenant(new QComboBox(this))
    , m_event(new QComboBox(this))
    , m_outcomes(new Chips(tr("Outcome"), this))
    , m_mistake(new PlainLabel(this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    m_row->setSpacing(Gap);
    m_row->addWidget(buildTenant());
    m_row->addWidget(buildEvent());
    buildOutcomes(m_row);
    m_row->addStretch();
    column->addLayout(m_row);
    m_mistake->setObjectName(u"ledgerFilterMistake"_s);
    m_mistake->setProperty("mistake", true);
    m_mistake->hide();
    column->addWidget(m_mistake);
}

QWidget *LedgerFilterLine::buildTenant()
{
    m_tenant->setObjectName(u"ledgerTenant"_s);
    m_tenant->setEditable(true);
    m_tenant->setInsertPolicy(QComboBox::NoInsert);
    m_tenant->setMinimumContentsLength(18);
    m_tenant->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_tenant->setAccessibleName(tr("Tenant"));
    m_tenant->setToolTip(tr("Show the entries of one tenant"));
    QLineEdit *edit = m_tenant->lineEdit();
    edit->setObjectName(u"ledgerTenantEdit"_s);
    edit->setAccessibleName(tr("Tenant"));
    edit->setPlaceholderText(tr("All tenants"));
    edit->setClearButtonEnabled(true);
    m_tenant->completer()->setCompletionMode(QCompleter::PopupCompletion);
    m_tenant->completer()->setFilterMode(Qt::MatchContains);
    connect(edit, &QLineEdit::textChanged, this, &LedgerFilterLine::onTenantTyped);
    connect(edit, &QLineEdit::editingFinished, this, &LedgerFilterLine::applyTenant);
    return m_tenant;
}

QWidget *LedgerFilterLine::buildEvent()
{
    m_event->setObjectName(u"ledgerEvent"_s);
    m_event->setAccessibleName(tr("Event type"));
    m_event->setToolTip(tr("Show the entries of one event type"));
    m_event->addItem(tr("All events"));
    for (const char *type : EventTypes)
        m_event->addItem(QString::fromLatin1(type), QByteArray(type));
    connect(m_event, &QComboBox::currentIndexChanged, this, [this] {
        m_filter.eventType = m_event->currentData().toByteArray();
        apply();
    });
    return m_event;
}

void LedgerFilterLine::buildOutcomes(QHBoxLayout *row)
{
    for (const auto &[id, text, name] :
        {std::tuple(AnyOutcome, tr("All"), u"anyOutcomeChip"_s), {int(ledger::Outcome::Ok), tr("Ok"), u"okChip"_s},
            {int(ledger::Outcome::Denied), tr("Denied"), u"deniedChip"_s},
            {int(ledger::Outcome::Failed), tr("Failed"), u"failedChip"_s}})
        row->addWidget(m_last = m_outcomes->add(id, text, name, this));
    connect(m_outcomes, &QButtonGroup::idClicked, this, [this](int id) {
        m_filter.outcome = id == AnyOutcome ? std::nullopt : std::optional(ledger::Outcome(id));
        apply();
    });
}

void LedgerFilterLine::addButton(QWidget *button)
{
    m_row->addWidget(button);
    setTabOrder(std::exchange(m_last, button), button);
}

void LedgerFilterLine::setTenants(const QStringList &ids)
{
    if (ids == m_tenants)
        return;
    m_tenants = ids;
    const QString typed = m_tenant->currentText();
    const QSignalBlocker quiet(m_tenant->lineEdit());
    m_tenant->clear();
    m_tenant->addItems(ids);
    m_tenant->setCurrentIndex(-1);
    m_tenant->setEditText(typed);
}

void LedgerFilterLine::onTenantTyped(const QString &text)
{
    const QString id = text.trimmed();
    const bool known = std::ranges::binary_search(m_tenants, id);
    if (id.isEmpty() || known)
        applyTenant();
    else if (!isTenantId(id.toUtf8()))
        showMistake(
            tr("✖ A tenant's id is of lower-case letters, digits and hyphens, at most 63, and begins with a letter."));
    else
        showMistake({}); // it may become one
}

void LedgerFilterLine::applyTenant()
{
    const QString id = m_tenant->currentText().trimmed();
    if (!id.isEmpty() && !isTenantId(id.toUtf8()))
        return; // the mistake is shown
    const bool known = id.isEmpty() || std::ranges::binary_search(m_tenants, id);
    showMistake(known ? QString() : tr("✖ No tenant has the id %1.").arg(id));
    m_filter.tenant = TenantId(id.toUtf8());
    apply();
}

void LedgerFilterLine::showMistake(const QString &mistake)
{
    m_mistake->setText(mistake);
    m_mistake->setVisible(!mistake.isEmpty());
    m_tenant->lineEdit()->setAccessibleDescription(mistake);
    const bool valid = mistake.isEmpty() && !m_tenant->currentText().isEmpty();
    QPalette shown;
    if (valid || !mistake.isEmpty())
        shown.setColor(QPalette::Text, valid ? colors().good : colors().bad);
    m_tenant->lineEdit()->setPalette(shown);
}

void LedgerFilterLine::clear()
{
    {
        const QSignalBlocker quietEvent(m_event), quietTenant(m_tenant->lineEdit());
        m_event->setCurrentIndex(0);
        m_tenant->setEditText({});
        m_outcomes->choose(AnyOutcome);
    }
    m_filter = {};
    showMistake({});
    apply();
}

void LedgerFilterLine::focus()
{
    m_tenant->setFocus(Qt::ShortcutFocusReason);
    m_tenant->lineEdit()->selectAll();
}

void LedgerFilterLine::apply()
{
    Q_EMIT changed(m_filter);
}

} // namespace views
