// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/messages.h"

#include <QtCore/qcoreapplication.h>
#include <QtWidgets/qfiledialog.h>
#include <QtWidgets/qmessagebox.h>

#include <utility>

using namespace Qt::StringLiterals;

namespace views {

namespace {

std::optional<QString> nextPath; // GUI thread only

QString tr(const char *text)
{
    return QCoreApplication::translate("messages", text);
}

// What a person does about it; the code is the only thing that this looks at.
QString advice(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidField:
    case ErrorCode::MalformedJson:
    case ErrorCode::MalformedRequest:
    case ErrorCode::ImmutableField:
        return tr("Correct the field and try again.");
    case ErrorCode::TenantExists:
        return tr("Choose another id.");
    case ErrorCode::TenantNotEmpty:
        return tr("Destroy the VMs first, or delete them together with the tenant.");
    case ErrorCode::PreconditionFailed:
        return tr("Look at the record as it is now and repeat the change.");
    case ErrorCode::QuotaExceeded:
    case ErrorCode::OverQuota:
        return tr("Free some of it, or raise the limit.");
    case ErrorCode::RateLimited:
        return tr("Wait a moment and try again.");
    case ErrorCode::InvalidToken:
        return tr("The administrator's token is no longer valid: restart the console.");
    case ErrorCode::InsufficientScope:
    case ErrorCode::ScopeExceedsParent:
    case ErrorCode::ExpiryExceedsParent:
    case ErrorCode::DepthExceeded:
        return tr("Ask for less, or have an administrator do it.");
    case ErrorCode::TenantSuspended:
        return tr("Resume the tenant first.");
    case ErrorCode::LedgerUnavailable:
    case ErrorCode::Storage:
        return tr("Make room on the disk; the console goes on by itself.");
    case ErrorCode::Corrupt:
        return tr("Verify the ledger, and restore a backup where it is damaged.");
    case ErrorCode::NotFound:
    case ErrorCode::TenantDeleted:
        return tr("It may be gone meanwhile: refresh the page.");
    default:
        return tr("Try again later.");
    }
}

} // namespace

QString Message::text() const
{
    QStringList lines{what};
    for (const QString &line : {why, todo}) {
        if (!line.isEmpty())
            lines.append(line);
    }
    return lines.join(u'\n');
}

Message messageOf(const QString &what, const Error &error)
{
    QString why = error.detail;
    if (!error.fields.isEmpty()) {
        QStringList parts;
        for (const FieldError &field : error.fields)
            parts.append(field.pointer.mid(1) + u' ' + field.detail);
        why = parts.join(u"; "_s);
    }
    // Details of the engine may end with the same advice.
    const QString todo = advice(error.code);
    if (why.endsWith(todo))
        why = why.chopped(todo.size()).trimmed();
    return {what, why, todo};
}

void showMessage(QWidget *parent, const QString &title, const Message &message)
{
    auto *box = new QMessageBox(QMessageBox::Warning, title, message.what, QMessageBox::Ok, parent);
    box->setObjectName(u"messageBox"_s);
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText((message.why + u'\n' + message.todo).toHtmlEscaped().replace(u'\n', "<br>"_L1));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

QString askSavePath(QWidget *parent, const QString &title, const QString &suggestion)
{
    if (nextPath)
        return *std::exchange(nextPath, std::nullopt);
    return QFileDialog::getSaveFileName(parent, title, suggestion);
}

QString askOpenPath(QWidget *parent, const QString &title)
{
    if (nextPath)
        return *std::exchange(nextPath, std::nullopt);
    return QFileDialog::getOpenFileName(parent, title);
}

void setNextPath(const QString &path)
{
    nextPath = path;
}

} // namespace views
