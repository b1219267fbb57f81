// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The end of an onboarding: what was made, what was proved, and what to give to whom. Holds no secret; can be copied
// and saved as PDF.
#pragma once

#include "models/onboarding.h"

#include <QtWidgets/qwidget.h>

class QLabel;
class QTextBrowser;

namespace views {

class HandoverPage : public QWidget
{
    Q_OBJECT

public:
    explicit HandoverPage(QWidget *parent);

    // Of an onboarding whose five steps have passed.
    void showSummary(const models::Onboarding &onboarding, const QUrl &server, bool delivered);

private:
    void savePdf();
    void savePdfTo(const QString &path);

    QTextBrowser *m_text;
    QLabel *m_note;
    QString m_tenant;
};

} // namespace views
