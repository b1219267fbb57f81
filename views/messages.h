// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Errors in three lines (what happened; why, with the numbers; what to do), every message box and every file picker.
// Tests answer them beforehand instead of clicking.
#pragma once

#include "service/core/error.h"

#include <QtCore/qstring.h>

#include <optional>

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

// Stays until it is closed; never blocks the caller.
void showMessage(QWidget *parent, const QString &title, const Message &message);

// Where to save; empty when the person thought better of it.
QString askSavePath(QWidget *parent, const QString &title, const QString &suggestion);
QString askOpenPath(QWidget *parent, const QString &title);

// Tests: the path that the next picker gives, instead of a dialog.
void setNextPath(const QString &path);

} // namespace views
