// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// One input with its label, hint, mistake and accessible text, which belong together.
#pragma once

#include <QtWidgets/qwidget.h>

#include <functional>
#include <optional>

class QLabel;
class QLineEdit;

namespace views {

class FormField : public QWidget
{
    Q_OBJECT

public:
    // Gives what is wrong with the text, or nothing.
    using Check = std::function<QString(const QString &)>;

    FormField(const QString &label, const QString &name, const QString &hint, QWidget *parent);

    QLineEdit *edit() const { return m_edit; }
    QString text() const;
    void setText(const QString &text);
    void setCheck(Check check) { m_check = std::move(check); }

    // Runs the check; an empty field that was never typed in is wrong without saying so.
    bool isValid();
    // From elsewhere, until the text changes: a refusal of the server.
    void showMistake(const QString &mistake);

    // A check for whole numbers.
    static Check wholeNumber(qint64 least, qint64 most);
    qint64 number() const; // of a valid field

Q_SIGNALS:
    void changed();

private:
    void showState(const QString &mistake);

    QLineEdit *m_edit;
    QLabel *m_note;
    QString m_hint;
    QString m_refusal; // of the server, of the text as it is
    Check m_check;
    bool m_touched = false;
};

} // namespace views
