// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// One entry of the navigation: a list on the left, its detail on the right. A page gets an EngineLink and asks it; it
// never builds SQL or rules, and it never waits.
#pragma once

#include <QtWidgets/qwidget.h>

namespace models {
class EngineLink;
}

namespace views {

class TaskStrip;

// What every page may use; borrowed from the main window, which outlives its pages.
struct PageContext
{
    models::EngineLink &link;
    TaskStrip &tasks;
};

class Page : public QWidget
{
    Q_OBJECT

public:
    explicit Page(QWidget *parent = nullptr)
        : QWidget(parent)
    {
    }

    virtual QString title() const = 0; // "Tenants"
    virtual QString iconName() const = 0; // in resources/icons
    // The page came into view: the first time, and each time again.
    virtual void activate() { }
    // Ctrl+F
    virtual void focusFilter() { }
};

} // namespace views
