// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A key for a button, which works while the button is on the screen and is told in its tool tip.
#pragma once

#include <QtGui/qkeysequence.h>
#include <QtWidgets/qabstractbutton.h>

namespace views {

inline void giveShortcut(QAbstractButton *button, const QKeySequence &keys)
{
    const QString what = button->toolTip().isEmpty() ? button->text().remove(u'…') : button->toolTip();
    button->setShortcut(keys);
    button->setToolTip(QStringLiteral("%1 (%2)").arg(what, keys.toString(QKeySequence::NativeText)));
}

} // namespace views
