// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Colours of the two themes, the palette made of them, and the few rules of style that a palette can't say.
#pragma once

#include <QtGui/qcolor.h>
#include <QtGui/qpalette.h>

class QApplication;

namespace views {

struct Colors
{
    QColor window, base, text, muted, line, accent, good, warn, bad, pill;
};

const Colors &lightColors();
const Colors &darkColors();

// Those of the theme in use.
const Colors &colors();

QPalette paletteOf(const Colors &colors);

// Fusion with our palette; follows the system's choice of light and dark from now on. GUI thread, once.
void applyTheme(QApplication &application);
// For tests and screenshots: this theme whatever the system says.
void applyTheme(QApplication &application, Qt::ColorScheme scheme);

// Lengths in device-independent pixels.
constexpr int Gap = 8, Margin = 16, RowHeight = 28, HeaderHeight = 30, NavigationWidth = 208, DetailWidth = 340,
              Radius = 6;

QFont titleFont();
QFont numberFont(); // the one number of a card
QFont fixedFont(); // ids, keys, hashes, bytes, curl

} // namespace views
