// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What the last verification found. Stays: a good result until it is closed, a bad one until a later one is good.
#pragma once

#include "models/verification.h"

#include <QtWidgets/qframe.h>

class QLabel;
class QPushButton;
class QToolButton;

namespace views {

class VerifyCard : public QFrame
{
    Q_OBJECT

public:
    explicit VerifyCard(QWidget *parent);

    // One that was not cancelled; `time` is when it ended.
    void show(const models::VerifyOutcome &outcome, Timestamp time);

    bool isGood() const { return m_good; }
    // What was found, in one sentence.
    QString sentence() const;

Q_SIGNALS:
    void entryRequested(LeafIndex index);

protected:
    void changeEvent(QEvent *event) override;

private:
    void showGood(const ledger::VerifyReport &report, const models::VerifyOutcome &outcome, Timestamp time);
    void showBad(const ledger::VerifyReport &report);
    void paintIcon();

    QLabel *m_icon;
    QLabel *m_title;
    QLabel *m_detail;
    QPushButton *m_showEntry;
    QPushButton *m_copy;
    QToolButton *m_close;
    bool m_good = false;
    std::optional<LeafIndex> m_firstBad;
};

} // namespace views
