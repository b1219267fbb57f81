// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What was asked and what was answered, side by side: the requests as commands for a shell, the answers with their
// status.
#pragma once

#include "models/onboarding.h"

#include <QtWidgets/qwidget.h>

class QPlainTextEdit;
class QPushButton;

namespace views {

class ExchangePanel : public QWidget
{
    Q_OBJECT

public:
    // The names of its parts begin with `name`.
    ExchangePanel(const QString &name, QWidget *parent);

    // `preamble` says to the shell where the requests' tokens come from.
    void showExchanges(const QString &preamble, const QList<models::Exchange> &exchanges);
    // The same question to the files themselves; shown and copied with the requests. Empty: there is none.
    void setShellLine(const QString &line);

private:
    QPlainTextEdit *addColumn(const QString &title, const QString &name, const QString &hint);

    QPlainTextEdit *m_request, *m_answer;
    QPushButton *m_copyLine;
    QString m_line;
};

} // namespace views
