// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A line below a field or a row of buttons that says how it stands, in the colour of its kind.
#pragma once

#include <QtWidgets/qlabel.h>
#include <QtWidgets/qstyle.h>

namespace views {

// `kind`: "muted", "good" or "mistake", as the stylesheet knows them.
inline void showNote(QLabel *note, const QString &text, const char *kind)
{
    note->setText(text);
    for (const char *each : {"muted", "good", "mistake"})
        note->setProperty(each, qstrcmp(each, kind) == 0);
    note->style()->unpolish(note);
    note->style()->polish(note);
}

} // namespace views
