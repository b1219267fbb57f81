// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What stands at the bottom of the window: where the server listens, who acts, how the ledger stands; and the alarm
// above the page, which stays while something is wrong. GUI thread.
#pragma once

#include "service/core/clock.h"

#include <QtCore/qobject.h>

#include <functional>
#include <optional>

class QLabel;
class QStatusBar;

namespace models {
class EngineLink;
}

namespace views {

struct ServerFacts
{
    QString url; // "http://127.0.0.1:9221"
    bool firstStart = false;
    std::function<QStringList()> copyTroubles = {}; // of places for copies of the checkpoint; none: no places
};

class StatusLine : public QObject
{
    Q_OBJECT

public:
    // The link is borrowed; the labels are put into `bar`, and `alarm` into the window by the caller.
    StatusLine(models::EngineLink &link, const ServerFacts &facts, QStatusBar *bar, QLabel *alarm);

    void refresh();
    void showVerification(quint64 size, bool ok, const QString &sentence);

private:
    void refreshCopies();

    models::EngineLink &m_link;
    const std::function<QStringList()> m_copyTroubles;
    QLabel *m_alarm;
    QLabel *m_address;
    QLabel *m_who;
    QLabel *m_ledger;
    QLabel *m_copies;
    QString m_verification; // "✔ verified to #48,213" or what failed; empty before the first
    std::optional<Timestamp> m_verifiedAt;
};

} // namespace views
