// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/exportbutton.h"

#include "models/format.h"
#include "views/buttonshortcut.h"
#include "views/confirmdialog.h"
#include "views/icons.h"
#include "views/messages.h"
#include "views/taskstrip.h"

#include <QtCore/qdir.h>
#include <QtWidgets/qmenu.h>

using namespace Qt::StringLiterals;

namespace views {

ExportButton::ExportButton(
    models::EngineLink &link, TaskStrip &tasks, std::function<ledger::EntryFilter()> shown, QWidget *parent)
    : QPushButton(tr("Export"), parent)
    , m_link(link)
    , m_tasks(tasks)
    , m_shown(std::move(shown))
    , m_export(new models::LedgerExport(link, this))
{
    setObjectName(u"exportButton"_s);
    setToolTip(tr("Write the entries shown to a file, each checked against the signed checkpoint"));
    giveShortcut(this, QKeySequence(u"Ctrl+E"_s));
    auto *forms = new QMenu(this);
    forms->setObjectName(u"exportMenu"_s);
    forms->setAccessibleName(tr("Export as"));
    for (const models::ExportForm &form : models::exportForms()) {
        QAction *action = forms->addAction(views::icon(u"save"_s), form.label, this, [this, form] { choose(form); });
        action->setObjectName(QString::fromLatin1(form.name) + u"ExportAction"_s);
    }
    setMenu(forms);
    connect(m_export, &models::LedgerExport::advanced, this, [this](quint64 done, quint64 total) {
        if (m_task)
            m_task->setProgress(done, total);
    });
    connect(m_export, &models::LedgerExport::finished, this, &ExportButton::onFinished);
}

void ExportButton::choose(const models::ExportForm &form)
{
    if (m_export->isRunning())
        return;
    const QString day = models::utcTime(m_link.clock().now()).first(10);
    askSavePath(this, tr("Export the ledger"), QDir::home().filePath(u"ledger-%1.%2"_s.arg(day, form.extension)),
        [this, name = form.name](const QString &path) {
            if (path.isEmpty() || m_export->isRunning())
                return;
            m_rest.begin();
            m_task = m_tasks.begin(tr("Exporting ledger"), [this] { m_export->cancel(); });
            m_export->start(m_shown(), name, path);
        });
}

void ExportButton::askToStop(std::function<void()> mayClose)
{
    if (m_question) {
        m_question->raise();
        m_question->activateWindow();
        return;
    }
    auto *question = new ConfirmDialog({.title = tr("Export"),
                                           .text = tr("An export is being written. Closing the window stops it, and "
                                                      "nothing of its file is left."),
                                           .verb = tr("Stop and close")},
        window());
    m_question = question;
    question->setAttribute(Qt::WA_DeleteOnClose);
    connect(question, &ConfirmDialog::confirmed, this, [this, question, mayClose = std::move(mayClose)] {
        question->setBusy(true);
        m_mayClose = mayClose;
        m_export->cancel();
    });
    question->open();
}

void ExportButton::onFinished(const models::ExportOutcome &outcome)
{
    m_rest.end();
    if (m_task)
        m_task->finish();
    m_task = nullptr;
    if (m_question)
        m_question->close();
    // One that was through all the same is said, and the window stays for it.
    if (outcome.isCanceled && m_mayClose)
        return std::exchange(m_mayClose, nullptr)();
    m_mayClose = nullptr;
    if (!outcome.isCanceled)
        tell(outcome);
}

void ExportButton::tell(const models::ExportOutcome &outcome)
{
    if (!outcome.file) {
        Message message = fileMessage(tr("The ledger was not exported."), outcome.file.error());
        // What to do about the place or the font stands in the reason.
        if (outcome.file.error().code == ErrorCode::Storage || outcome.file.error().code == ErrorCode::Refused)
            message.todo = tr("Then export again.");
        showMessage(this, tr("Export"), message);
        return;
    }
    const models::ExportedFile &file = *outcome.file;
    const QString what = tr("%1 entries were written to %2.").arg(models::count(qint64(file.rows)), file.path);
    QString id = tr("Report %1.").arg(file.reportId);
    if (!file.unsignedWhy.isEmpty())
        id += u'\n'
            + tr("⚠ The bundle is whole, but its list of files is not signed: %1 Where a signed one is needed, "
                 "make it with service-fs export.")
                  .arg(file.unsignedWhy);
    if (outcome.entry)
        showNotice(this, tr("Export"),
            {what, id, tr("The export itself is entry %1 of the ledger.").arg(models::count(qint64(*outcome.entry)))});
    else
        showMessage(this, tr("Export"),
            {what, id,
                tr("The file is whole, but the ledger has no entry about it: %1").arg(outcome.entry.error().detail)});
}

} // namespace views
