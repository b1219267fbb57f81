// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The list of pages on the left: icon, word, and a badge that counts what needs a person there. Collapses to the icons,
// and stays so until it is opened again.
#pragma once

#include <QtWidgets/qlistwidget.h>

namespace views {

class Navigation : public QListWidget
{
    Q_OBJECT

public:
    explicit Navigation(QWidget *parent);

    void addPage(const QString &iconName, const QString &title);
    // `sentence` says what the number counts; 0 shows no badge.
    void setBadge(int row, int count, const QString &sentence);

    bool isCollapsed() const { return m_collapsed; }
    void setCollapsed(bool collapsed);

private:
    void describe(int row);

    bool m_collapsed = false;
};

} // namespace views
