// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The ledger: its entries by tenant, event and outcome, the chosen one's fields and bytes below, and the verification
// of all of it. Nothing here changes anything.
#pragma once

#include "models/ledgermodel.h"
#include "models/verification.h"
#include "views/page.h"
#include "views/rest.h"

class QComboBox;
class QLabel;
class QPushButton;
class QSplitter;

namespace views {

class ExportButton;
class LedgerDetail;
class LedgerFilterLine;
class ListOrHint;
class ListView;
class Task;
class VerifyCard;

class LedgerPage : public Page
{
    Q_OBJECT

public:
    LedgerPage(const PageContext &context, QWidget *parent);
    ~LedgerPage() override;

    QString title() const override { return tr("Ledger"); }
    QString iconName() const override { return QStringLiteral("ledger"); }
    void activate() override;
    void focusFilter() override;

    // Chooses it and brings it into view, without a filter where that hides it.
    void showEntry(LeafIndex index);

    ExportButton &exports() { return *m_export; }

Q_SIGNALS:
    // Not for a cancelled one. `size` is that of the ledger, 0 where it could not be read.
    void verified(quint64 size, bool ok, const QString &sentence);

private:
    void buildList();
    QWidget *buildCountRow();
    void onFilterChanged(const models::LedgerFilter &filter);
    void onRowsInserted(int first, int last);
    void onFetchFailed(const Error &error);
    void setOrder(bool newestFirst);
    void showState();
    void showSelected();
    void startVerification();
    void onVerificationFinished(const models::VerifyOutcome &outcome);

    models::EngineLink &m_link;
    TaskStrip &m_tasks;
    models::LedgerModel *m_model;
    models::Verification *m_verification;
    LedgerFilterLine *m_filter;
    ExportButton *m_export;
    QPushButton *m_verify;
    Rest m_verifyRest; // while it runs
    VerifyCard *m_card;
    QLabel *m_count;
    QComboBox *m_order;
    ListView *m_list;
    ListOrHint *m_listOrHint;
    LedgerDetail *m_detail;
    QSplitter *m_splitter;
    Task *m_task = nullptr; // owned by the strip; null while nothing is verified
    QString m_failure; // why the list can't be read
};

} // namespace views
