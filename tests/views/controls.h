// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Finding controls by their names, and those that have none for people who can't see them.
#pragma once

#include <QtWidgets/qabstractbutton.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qlineedit.h>

// The one child of that type and name; fails loudly where it is not there.
template <typename Widget>
Widget *child(const QObject *parent, const QByteArray &name)
{
    auto *found = parent->findChild<Widget *>(QString::fromLatin1(name));
    if (!found)
        qFatal("there is no %s", name.constData());
    return found;
}

// Every control that takes the focus must say what it is to those who can't see it.
inline QStringList namelessControls(const QWidget *root)
{
    QStringList list;
    for (const QWidget *widget : root->findChildren<QWidget *>()) {
        const bool control = qobject_cast<const QAbstractButton *>(widget) || qobject_cast<const QLineEdit *>(widget)
            || qobject_cast<const QComboBox *>(widget);
        if (!control || widget->objectName().startsWith(QLatin1StringView("qt_"))
            || widget->focusPolicy() == Qt::NoFocus || widget->isHidden())
            continue;
        const auto *button = qobject_cast<const QAbstractButton *>(widget);
        const bool named = !widget->accessibleName().isEmpty() || (button && !button->text().isEmpty());
        if (!named)
            list.append(QString::fromLatin1(widget->metaObject()->className()) + u' ' + widget->objectName());
    }
    return list;
}
