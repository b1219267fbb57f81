// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Before something is done that can't simply be taken back: says what goes and what stays. The irreversible asks for
// the id to be typed.
#pragma once

#include <QtWidgets/qdialog.h>

class QDialogButtonBox;
class QLabel;
class QLineEdit;

namespace views {

struct Question
{
    QString title; // "Delete tenant"
    QString text; // what goes and what stays
    QString verb; // of the button: "Delete tenant"
    QString typed = {}; // must be typed to go on; empty: nothing
    QString reasonLabel = {}; // asks for a reason; empty: does not
};

class ConfirmDialog : public QDialog
{
    Q_OBJECT

public:
    ConfirmDialog(const Question &question, QWidget *parent);

    QString reason() const;
    // A refusal stays in the dialog, so that nothing typed is lost.
    void showMistake(const QString &text);
    void setBusy(bool busy);

Q_SIGNALS:
    // The button; the caller closes the dialog when it is done.
    void confirmed();

private:
    void update();

    QString m_wanted;
    bool m_busy = false;
    QLineEdit *m_typed = nullptr;
    QLabel *m_typedNote = nullptr; // as long as m_typed
    QLineEdit *m_reason = nullptr;
    QLabel *m_mistake;
    QDialogButtonBox *m_buttons;
};

} // namespace views
