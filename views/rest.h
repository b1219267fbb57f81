// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A control that can't be used while something runs, and has the keyboard again afterwards, unless somebody has gone
// on with it: what is disabled hands it to its neighbour. GUI thread.
#pragma once

#include <QtCore/qpointer.h>
#include <QtWidgets/qwidget.h>

namespace views {

class Rest
{
public:
    // Borrowed; outlives this.
    explicit Rest(QWidget *control)
        : m_control(control)
    {
    }

    void begin()
    {
        m_hadKeyboard = m_control->window()->focusWidget() == m_control;
        m_control->setEnabled(false);
        m_heir = m_control->window()->focusWidget();
    }
    void end()
    {
        m_control->setEnabled(true);
        if (std::exchange(m_hadKeyboard, false) && m_control->window()->focusWidget() == m_heir)
            m_control->setFocus();
    }

private:
    QWidget *m_control;
    QPointer<QWidget> m_heir;
    bool m_hadKeyboard = false;
};

} // namespace views
