// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The ledger page's way to files: a button with the forms, the picker, the task below the page, and what came of it.
// GUI thread.
#pragma once

#include "models/ledgerexport.h"
#include "views/rest.h"

#include <QtCore/qpointer.h>
#include <QtWidgets/qdialog.h>
#include <QtWidgets/qpushbutton.h>

namespace views {

class Task;
class TaskStrip;

class ExportButton : public QPushButton
{
    Q_OBJECT

public:
    // What is exported is asked for when a form was chosen: the filter and the order as they are shown then. Link and
    // strip are borrowed.
    ExportButton(
        models::EngineLink &link, TaskStrip &tasks, std::function<ledger::EntryFilter()> shown, QWidget *parent);

    bool isRunning() const { return m_export->isRunning(); }
    // The window would close: asks, once at a time, whether the export that runs should be stopped. `mayClose` is
    // called when it was and has ended; not where it is to go on.
    void askToStop(std::function<void()> mayClose);

private:
    void choose(const models::ExportForm &form);
    void tell(const models::ExportOutcome &outcome);
    void onFinished(const models::ExportOutcome &outcome);

    models::EngineLink &m_link;
    TaskStrip &m_tasks;
    std::function<ledger::EntryFilter()> m_shown;
    models::LedgerExport *m_export;
    Rest m_rest{this}; // while one is written
    Task *m_task = nullptr; // owned by the strip; null while nothing is exported
    QPointer<QDialog> m_question; // while it is asked
    std::function<void()> m_mayClose; // once it was stopped for that
};

} // namespace views
