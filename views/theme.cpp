// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/theme.h"

#include <QtGui/qfontdatabase.h>
#include <QtGui/qstylehints.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qstylefactory.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

const Colors *current = nullptr; // set on the GUI thread only

QString styleSheet(const Colors &c)
{
    // A button must stand out from a card, on which a line is all but unseen.
    const QColor edge = c.window.lightness() < 128 ? c.line.lighter(150) : c.line.darker(118);
    return u"QListWidget#navigation { background: %1; border: none; border-right: 1px solid %2; outline: none; }"
           "QListWidget#navigation::item { height: 36px; padding-left: 12px; border-left: 3px solid transparent; }"
           "QListWidget#navigation::item:selected { background: %3; color: %4; border-left: 3px solid %5; }"
           "QFrame[card=\"true\"] { background: %6; border: 1px solid %2; border-radius: 6px; }"
           "QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }"
           "QLabel[muted=\"true\"] { color: %7; }"
           "QLabel[mistake=\"true\"] { color: %8; }"
           "QLabel[good=\"true\"] { color: %9; }"
           "QHeaderView { background: %1; border: none; }"
           "QHeaderView::section { background: %1; color: %7; border: none; border-bottom: 1px solid %2;"
           " padding: 0 6px; }"
           "QPushButton { background: %6; border: 1px solid %11; border-radius: 6px; padding: 4px 10px; }"
           "QPushButton:hover { background: %3; }"
           "QPushButton:pressed, QPushButton:checked { background: %2; }"
           "QPushButton:disabled { background: %1; color: %7; border-color: %2; }"
           "QPushButton:focus { border: 2px solid %5; padding: 3px 9px; }"
           "QToolButton[chip=\"true\"] { background: %3; color: %4; border: 1px solid %2; border-radius: 6px;"
           " padding: 3px 10px; }"
           "QToolButton[chip=\"true\"]:checked { border: 1px solid %5; color: %5; background: %6; }"
           "QToolButton[chip=\"true\"]:focus, QPushButton[primary=\"true\"]:focus { border: 2px solid %4; }"
           "QPushButton[primary=\"true\"] { background: %5; color: %10; border: 1px solid %5; border-radius: 6px;"
           " padding: 4px 12px; }"
           "QPushButton[primary=\"true\"]:hover { background: %12; border-color: %12; }"
           "QPushButton[primary=\"true\"]:disabled { background: %3; color: %7; border-color: %2; }"_s
               .arg(c.window.name(), c.line.name(), c.pill.name(), c.text.name(), c.accent.name(), c.base.name(),
                   c.muted.name(), c.bad.name(), c.good.name())
               .arg(paletteOf(c).color(QPalette::HighlightedText).name(), edge.name(), c.accent.darker(112).name());
}

} // namespace

const Colors &lightColors()
{
    static const Colors light{
        0xF6F7F9, 0xFFFFFF, 0x1C2430, 0x5B6675, 0xD9DEE5, 0x1A5FCC, 0x15693C, 0x855900, 0xB8332A, 0xE8ECF1};
    return light;
}

const Colors &darkColors()
{
    static const Colors dark{
        0x1B1E24, 0x22262E, 0xE6E9EE, 0x9AA5B4, 0x343A45, 0x5B9DFF, 0x4CC38A, 0xE2B340, 0xFF7B72, 0x2E3440};
    return dark;
}

const Colors &colors()
{
    return current ? *current : lightColors();
}

QPalette paletteOf(const Colors &c)
{
    QPalette palette;
    const bool dark = c.window.lightness() < 128;
    const QColor onAccent = dark ? c.window : c.base;
    palette.setColor(QPalette::Window, c.window);
    palette.setColor(QPalette::WindowText, c.text);
    palette.setColor(QPalette::Base, c.base);
    palette.setColor(QPalette::AlternateBase, c.window);
    palette.setColor(QPalette::Text, c.text);
    palette.setColor(QPalette::PlaceholderText, c.muted);
    palette.setColor(QPalette::Button, c.pill);
    palette.setColor(QPalette::ButtonText, c.text);
    palette.setColor(QPalette::ToolTipBase, c.base);
    palette.setColor(QPalette::ToolTipText, c.text);
    palette.setColor(QPalette::Highlight, c.accent);
    palette.setColor(QPalette::HighlightedText, onAccent);
    palette.setColor(QPalette::Accent, c.accent);
    palette.setColor(QPalette::Link, c.accent);
    palette.setColor(QPalette::LinkVisited, c.accent);
    palette.setColor(QPalette::BrightText, c.bad);
    palette.setColor(QPalette::Light, dark ? c.line.lighter(120) : c.base);
    palette.setColor(QPalette::Midlight, c.line);
    palette.setColor(QPalette::Mid, c.line);
    palette.setColor(QPalette::Dark, c.muted);
    palette.setColor(QPalette::Shadow, dark ? QColor(0, 0, 0) : c.muted);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, c.muted);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, c.line);
    palette.setColor(QPalette::Disabled, QPalette::HighlightedText, c.muted);
    return palette;
}

void applyTheme(QApplication &application, Qt::ColorScheme scheme)
{
    current = scheme == Qt::ColorScheme::Dark ? &darkColors() : &lightColors();
    application.setPalette(paletteOf(*current));
    // Fusion draws the outline of a field darker than the window: on a dark one nobody would see it.
    QPalette fields = paletteOf(*current);
    if (scheme == Qt::ColorScheme::Dark)
        fields.setColor(QPalette::Window, current->muted);
    for (const char *field : {"QCheckBox", "QLineEdit", "QPlainTextEdit", "QComboBox", "QProgressBar"})
        QApplication::setPalette(fields, field);
    application.setStyleSheet(styleSheet(*current));
}

void applyTheme(QApplication &application)
{
    QApplication::setStyle(QStyleFactory::create(u"Fusion"_s));
    QStyleHints *hints = QGuiApplication::styleHints();
    applyTheme(application, hints->colorScheme());
    QObject::connect(hints, &QStyleHints::colorSchemeChanged, &application,
        [&application](Qt::ColorScheme scheme) { applyTheme(application, scheme); });
}

QFont titleFont()
{
    QFont font;
    font.setPointSize(13);
    font.setWeight(QFont::DemiBold);
    return font;
}

QFont numberFont()
{
    QFont font;
    font.setPointSize(20);
    return font;
}

QFont fixedFont()
{
    return QFontDatabase::systemFont(QFontDatabase::FixedFont);
}

} // namespace views
