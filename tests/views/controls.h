// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Finding controls by their names; and whether a window can be used by its keyboard alone, and by those who can't see
// it.
#pragma once

#include <QtGui/qaccessible.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qabstractbutton.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qbuttongroup.h>
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

inline QString nameForTests(const QWidget *widget)
{
    return QString::fromLatin1(widget->metaObject()->className()) + u' ' + widget->objectName();
}

// What Tab should come to: what is there, takes the focus itself, and of a group of choices the chosen one (the arrow
// keys go to the others).
inline QList<QWidget *> tabStops(const QWidget *root)
{
    QList<QWidget *> stops;
    for (QWidget *widget : root->findChildren<QWidget *>()) {
        const auto *button = qobject_cast<const QAbstractButton *>(widget);
        const QButtonGroup *group = button ? button->group() : nullptr;
        const bool chosen = !group || !group->exclusive() || button == group->checkedButton();
        if (widget->isVisible() && widget->isEnabled() && widget->window() == root->window() && !widget->focusProxy()
            && (widget->focusPolicy() & Qt::TabFocus) == Qt::TabFocus && chosen)
            stops.append(widget);
    }
    return stops;
}

// Every control that takes the focus must say what it is to those who can't see it.
inline QStringList namelessControls(const QWidget *root)
{
    QStringList list;
    for (QWidget *widget : tabStops(root)) {
        QAccessibleInterface *told = QAccessible::queryAccessibleInterface(widget);
        if (!told || told->text(QAccessible::Name).isEmpty() || told->role() == QAccessible::NoRole)
            list.append(nameForTests(widget));
    }
    return list;
}

// Presses Tab all the way round: every stop must be come to, from left to right and from the top down, and the first
// one again at the end. Gives what is wrong.
inline QStringList tabMistakes(QWidget *root)
{
    QWidget *window = root->window();
    window->activateWindow();
    // The platform may know it as active before the application does, which then still gives the keyboard to another.
    if (!QTest::qWaitForWindowActive(window)
        || !QTest::qWaitFor([window] { return QApplication::activeWindow() == window; }))
        return {QStringLiteral("the window does not become active")};
    const QList<QWidget *> stops = tabStops(root);
    if (stops.isEmpty())
        return {};
    stops.first()->setFocus(Qt::TabFocusReason);
    QList<QWidget *> visited;
    QWidget *at = QApplication::focusWidget();
    while (at && !visited.contains(at)) {
        visited.append(at);
        QTest::keyClick(at, Qt::Key_Tab);
        at = QApplication::focusWidget();
    }
    QStringList mistakes;
    if (at != visited.first())
        mistakes.append(QStringLiteral("Tab comes back to %1, not to %2")
                            .arg(at ? nameForTests(at) : QString(), nameForTests(visited.first())));
    for (const QWidget *stop : stops) {
        if (!visited.contains(stop))
            mistakes.append(QStringLiteral("Tab never comes to ") + nameForTests(stop));
    }
    const auto place = [window](
                           const QWidget *widget) { return QRect(widget->mapTo(window, QPoint()), widget->size()); };
    // Where it began does not matter: it begins at the one that is first in reading.
    const auto first = std::ranges::min_element(visited, {}, [&](const QWidget *widget) {
        const QRect rect = place(widget);
        return std::pair(rect.left() / 200, rect.top());
    });
    std::ranges::rotate(visited, first);
    for (qsizetype i = 1; i < visited.size(); ++i) {
        const QRect before = place(visited[i - 1]), after = place(visited[i]);
        const bool backUp = after.bottom() <= before.top() && after.left() <= before.right();
        const bool backLeft =
            after.right() <= before.left() && after.bottom() > before.top() && after.top() < before.bottom();
        if (backUp || backLeft)
            mistakes.append(QStringLiteral("Tab goes back from %1 to %2")
                                .arg(nameForTests(visited[i - 1]), nameForTests(visited[i])));
    }
    return mistakes;
}
