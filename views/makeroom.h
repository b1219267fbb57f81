// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A dialog keeps its height when a wrapped line appears in it, and cuts it off: this lets it grow, and never shrinks
// it.
#pragma once

#include <QtWidgets/qlayout.h>
#include <QtWidgets/qwidget.h>

#include <algorithm>

namespace views {

inline void makeRoom(QWidget *dialog)
{
    if (!dialog->isVisible()) // it takes its size when it is shown
        return;
    QLayout *layout = dialog->layout();
    layout->activate();
    const int wanted =
        layout->hasHeightForWidth() ? layout->totalHeightForWidth(dialog->width()) : layout->totalSizeHint().height();
    dialog->resize(dialog->width(), std::max(dialog->height(), wanted));
}

} // namespace views
