// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// One entry of the navigation: a list on the left, its detail on the right. A page gets an EngineLink and asks it; it
// never builds SQL or rules, and it never waits.
#pragma once

#include "models/enginelink.h"

#include <QtWidgets/qwidget.h>

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
    // The page came into view, or something changed while it is there, be it only the time.
    virtual void activate() { }
    // Ctrl+F
    virtual void focusFilter() { }

protected:
    // activate() is called with every change from now on, while the page is shown: nobody waits for hidden ones.
    void followWhileShown(models::EngineLink &link)
    {
        // Queued: an event of its own, so that those who follow don't add up to a stall.
        connect(
            &link, &models::EngineLink::changed, this,
            [this] {
                if (isVisible())
                    activate();
            },
            Qt::QueuedConnection);
    }
    void showEvent(QShowEvent *event) override
    {
        QWidget::showEvent(event);
        activate();
    }
};

} // namespace views
