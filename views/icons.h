// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The house's own icons: SVG of one colour, which is taken from the palette when they are painted, so that a change of
// theme needs no reloading.
#pragma once

#include <QtGui/qicon.h>

namespace views {

// `name` is a file in resources/icons without ".svg".
QIcon icon(const QString &name);
// In a colour of its own, for states.
QIcon icon(const QString &name, const QColor &color);

} // namespace views
