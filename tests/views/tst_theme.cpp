// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/views/stallwatch.h"
#include "views/icons.h"
#include "views/theme.h"

#include <QtCore/qdir.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qapplication.h>

#include <cmath>

using namespace Qt::StringLiterals;
using views::Colors;

namespace {

// WCAG 2.2, relative luminance and contrast ratio.
double luminance(const QColor &color)
{
    const auto channel = [](double value) {
        return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * channel(color.redF()) + 0.7152 * channel(color.greenF()) + 0.0722 * channel(color.blueF());
}

double contrast(const QColor &a, const QColor &b)
{
    const double high = std::max(luminance(a), luminance(b)), low = std::min(luminance(a), luminance(b));
    return (high + 0.05) / (low + 0.05);
}

} // namespace

class TestTheme : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textIsReadable_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::addColumn<QColor>("ink");
        QTest::addColumn<QColor>("ground");
        for (const bool dark : {false, true}) {
            const Colors &c = dark ? views::darkColors() : views::lightColors();
            const QByteArray theme = dark ? "dark: " : "light: ";
            for (const auto &[name, ink] : {std::pair("text", c.text), {"muted text", c.muted}, {"accent", c.accent},
                     {"good", c.good}, {"warn", c.warn}, {"bad", c.bad}}) {
                QTest::newRow((theme + name + " on the window").constData()) << dark << ink << c.window;
                QTest::newRow((theme + name + " on the base").constData()) << dark << ink << c.base;
            }
            QTest::newRow((theme + "text on a pill").constData()) << dark << c.text << c.pill;
            const QPalette palette = views::paletteOf(c);
            QTest::newRow((theme + "selected text").constData())
                << dark << palette.color(QPalette::HighlightedText) << palette.color(QPalette::Highlight);
            QTest::newRow((theme + "text of a button").constData())
                << dark << palette.color(QPalette::ButtonText) << palette.color(QPalette::Button);
        }
    }

    void textIsReadable()
    {
        QFETCH(QColor, ink);
        QFETCH(QColor, ground);
        const double ratio = contrast(ink, ground);
        QVERIFY2(ratio >= 4.5, qPrintable(u"%1 on %2 has %3"_s.arg(ink.name(), ground.name()).arg(ratio)));
    }

    void everyIconPaints_data()
    {
        QTest::addColumn<QString>("name");
        views::icon(u"add"_s); // makes the resources known
        const QStringList files = QDir(u":/icons"_s).entryList();
        QVERIFY(files.size() > 15);
        for (const QString &file : files)
            QTest::newRow(qPrintable(file)) << QString(file).remove(u".svg"_s);
    }

    void everyIconPaints()
    {
        QFETCH(QString, name);
        const QImage image = views::icon(name).pixmap(20, 20).toImage();
        bool painted = false;
        for (int y = 0; y < image.height() && !painted; ++y) {
            for (int x = 0; x < image.width() && !painted; ++x)
                painted = image.pixelColor(x, y).alpha() > 128;
        }
        QVERIFY(painted);
    }

    void iconsFollowThePalette()
    {
        const QIcon icon = views::icon(u"add"_s);
        const auto ink = [&] { return icon.pixmap(20, 20).toImage().pixelColor(10, 10).name(); };
        views::applyTheme(*qApp, Qt::ColorScheme::Light);
        const QString light = ink();
        views::applyTheme(*qApp, Qt::ColorScheme::Dark);
        QVERIFY(ink() != light);
    }
};

WATCHED_TEST_MAIN(TestTheme)
#include "tst_theme.moc"
