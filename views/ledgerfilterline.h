// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Which entries the ledger page shows: tenant, event type, outcome. Says what is wrong with a tenant while it is typed,
// and tells of a filter only when it is a good one.
#pragma once

#include "models/ledgermodel.h"

#include <QtWidgets/qwidget.h>

class QComboBox;
class QHBoxLayout;
class QLabel;

namespace views {

class Chips;

class LedgerFilterLine : public QWidget
{
    Q_OBJECT

public:
    explicit LedgerFilterLine(QWidget *parent);

    // What the tenant field completes to; sorted.
    void setTenants(const QStringList &ids);
    const models::LedgerFilter &filter() const { return m_filter; }
    void clear();
    // Into the field that is typed in.
    void focus();
    // At the right end.
    void addButton(QWidget *button);

Q_SIGNALS:
    void changed(const models::LedgerFilter &filter);

private:
    QWidget *buildTenant();
    QWidget *buildEvent();
    void buildOutcomes(QHBoxLayout *row);
    void onTenantTyped(const QString &text);
    void applyTenant();
    void apply();
    void showMistake(const QString &mistake);

    QHBoxLayout *m_row;
    QComboBox *m_tenant;
    QComboBox *m_event;
    Chips *m_outcomes;
    QWidget *m_last = nullptr; // of the row, for the Tab order
    QLabel *m_mistake;
    QStringList m_tenants;
    models::LedgerFilter m_filter;
};

} // namespace views
