// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Errors in three lines (what happened; why, with the numbers; what to do), every message box and every file picker.
// Tests answer them beforehand instead of clicking.
#pragma once

#include "service/core/error.h"

#include <QtCore/qstring.h>

#include <functional>
#include <memory>
#include <optional>

class QMessageBox;
class QWidget;

namespace views {

struct Message
{
    QString what; // "acme-corp was not created."
    QString why;
    QString todo;

    QString text() const; // the three lines
};

// The error as a person reads it; `what` is what did not happen.
Message messageOf(const QString &what, const Error &error);
// Of a file that the person chose the place of: what the codes advise otherwise is about the installation's own disk.
Message fileMessage(const QString &what, const Error &error);

// Stays until it is closed; never blocks the caller.
void showMessage(QWidget *parent, const QString &title, const Message &message);
// The same for what went well and is worth a look.
void showNotice(QWidget *parent, const QString &title, const Message &message);

// A start that was refused because an older database was put back: what is wrong and the ways out. It can only be
// closed: what can't be taken back is typed on a command line, not clicked.
std::unique_ptr<QMessageBox> rollbackBox(const Error &error, const QString &dataDirectory);

// Where to save, or what to open; empty when the person thought better of it. They wait in no loop of their own: when
// the owner goes while the dialog is open, that goes with it, and the handler is not called.
using PathHandler = std::function<void(const QString &path)>;
void askSavePath(QWidget *owner, const QString &title, const QString &suggestion, const PathHandler &handler);
void askOpenPath(QWidget *owner, const QString &title, const PathHandler &handler);
void askFolder(QWidget *owner, const QString &title, const PathHandler &handler);

// Tests: the path that the next picker gives at once, instead of a dialog.
void setNextPath(const QString &path);

} // namespace views
