// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Whose root token it is and how long it is good.
#pragma once

#include "service/core/error.h"

#include <QtWidgets/qwidget.h>

namespace views {

class FormField;
class KeyField;

class RootForm : public QWidget
{
    Q_OBJECT

public:
    explicit RootForm(QWidget *parent);

    bool isValid() const;
    QString publicKey() const;
    qint64 expiresInSeconds() const; // of a valid form
    void showRefusal(const Error &error);

Q_SIGNALS:
    void changed();

private:
    KeyField *m_key;
    FormField *m_hours;
};

} // namespace views
