// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The one button of a dialog or page that leads on, in the accent's colour.
#pragma once

#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qstyle.h>

namespace views {

inline void makePrimary(QPushButton *button)
{
    button->setProperty("primary", true);
    // A button box has measured it by now, and with that given it the look of any other.
    button->style()->unpolish(button);
    button->style()->polish(button);
}

} // namespace views
