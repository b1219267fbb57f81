// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Draws a window for people to look at, into the folder named by SCREENSHOT_DIR; without it nothing is kept.
#pragma once

#include "views/theme.h"

#include <QtCore/qdir.h>
#include <QtCore/qset.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qwidget.h>

// "NAME-light.png" or "NAME-dark.png"; false where it has drawn hardly more than its ground, or can't be written.
inline bool keepScreenshot(QWidget &widget, const QString &name)
{
    QCoreApplication::sendPostedEvents(); // layouts that are due
    const QImage image = widget.grab().toImage();
    QSet<QRgb> seen;
    for (int y = 0; y < image.height(); y += 3) {
        for (int x = 0; x < image.width(); x += 3)
            seen.insert(image.pixel(x, y));
    }
    const QString folder = qEnvironmentVariable("SCREENSHOT_DIR");
    const bool dark = views::colors().window.lightness() < 128;
    const QString file =
        QDir(folder).filePath(name + (dark ? QStringLiteral("-dark.png") : QStringLiteral("-light.png")));
    return seen.size() > 20 && (folder.isEmpty() || (QDir().mkpath(folder) && image.save(file)));
}
