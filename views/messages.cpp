// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/messages.h"

#include "models/format.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfileinfo.h>
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
    case ErrorCode::QuotaExceeded:
    case ErrorCode::OverQuota:
        return tr("Free some of it, or raise the limit.");
    case ErrorCode::RateLimited:
        return tr("Wait a moment and try again.");
    case ErrorCode::InvalidToken:
        return tr("The administrator's token is no longer valid: make a new one with service-vm-tenant admin-token "
                  "--rotate; this window then goes on by itself.");
    case ErrorCode::InsufficientScope:
    case ErrorCode::ScopeExceedsParent:
    case ErrorCode::ExpiryExceedsParent:
    case ErrorCode::DepthExceeded:
        return tr("Ask for less, or have an administrator do it.");
    case ErrorCode::TenantSuspended:
        return tr("Resume the tenant first.");
    case ErrorCode::LedgerUnavailable: // for which there are many reasons
        return tr("The warning at the top of the window says what to do.");
    case ErrorCode::Storage:
        return tr("See whether the data directory is there, can be read and has room.");
    case ErrorCode::Corrupt:
        return tr("Verify the ledger, and restore a backup where it is damaged.");
    case ErrorCode::NotFound:
    case ErrorCode::TenantDeleted:
        return tr("It may be gone meanwhile: refresh the page.");
    case ErrorCode::PreconditionFailed:
    case ErrorCode::Refused:
    case ErrorCode::Usage:
        return {}; // the sentence itself says it
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

Message fileMessage(const QString &what, const Error &error)
{
    Message message = messageOf(what, error);
    if (error.code == ErrorCode::Storage)
        message.todo = tr("Choose a folder that is there, that you may write to and that has room; then try again.");
    return message;
}

static void openBox(QMessageBox::Icon icon, QWidget *parent, const QString &title, const Message &message)
{
    auto *box = new QMessageBox(icon, title, message.what, QMessageBox::Ok, parent);
    box->setObjectName(u"messageBox"_s);
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText(models::htmlText(Message{message.why, message.todo, {}}.text()));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

void showMessage(QWidget *parent, const QString &title, const Message &message)
{
    openBox(QMessageBox::Warning, parent, title, message);
}

void showNotice(QWidget *parent, const QString &title, const Message &message)
{
    openBox(QMessageBox::Information, parent, title, message);
}

std::unique_ptr<QMessageBox> rollbackBox(const Error &error, const QString &dataDirectory)
{
    auto box = std::make_unique<QMessageBox>(
        QMessageBox::Critical, tr("Tenant console"), tr("An older database was put back."), QMessageBox::Close);
    box->setObjectName(u"rollbackBox"_s);
    QString quoted = dataDirectory;
    quoted.replace(u'\'', "'\\''"_L1);
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText(models::htmlText(error.detail + u"\n\n"_s
        + tr("Nothing was changed. To go on from the older database, close this and run once in a terminal:")
        + u"\n\ntenant-console --accept-rollback --data-dir '%1'"_s.arg(quoted)));
    box->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return box;
}

static void askPath(QWidget *owner, const QString &title, QFileDialog::AcceptMode mode, QFileDialog::FileMode what,
    const QString &suggestion, const PathHandler &handler)
{
    if (nextPath)
        return handler(*std::exchange(nextPath, std::nullopt));
    const QFileInfo suggested(suggestion);
    auto *dialog = new QFileDialog(owner, title, suggestion.isEmpty() ? QString() : suggested.path());
    dialog->setObjectName(u"filePicker"_s);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(mode);
    dialog->setFileMode(what);
    if (!suggestion.isEmpty())
        dialog->selectFile(suggested.fileName());
    QObject::connect(dialog, &QDialog::finished, owner, [dialog, handler](int result) {
        handler(result == QDialog::Accepted ? dialog->selectedFiles().value(0) : QString());
    });
    dialog->open();
}

void askSavePath(QWidget *owner, const QString &title, const QString &suggestion, const PathHandler &handler)
{
    askPath(owner, title, QFileDialog::AcceptSave, QFileDialog::AnyFile, suggestion, handler);
}

void askOpenPath(QWidget *owner, const QString &title, const PathHandler &handler)
{
    askPath(owner, title, QFileDialog::AcceptOpen, QFileDialog::ExistingFile, {}, handler);
}

void askFolder(QWidget *owner, const QString &title, const PathHandler &handler)
{
    askPath(owner, title, QFileDialog::AcceptOpen, QFileDialog::Directory, {}, handler);
}

void setNextPath(const QString &path)
{
    nextPath = path;
}

} // namespace views
