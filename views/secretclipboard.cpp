// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/secretclipboard.h"

#include "service/crypto/digest.h"

#include <QtCore/qmimedata.h>
#include <QtCore/qtimer.h>
#include <QtGui/qclipboard.h>
#include <QtGui/qguiapplication.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

// Knows the secret by its hash, so that waiting keeps no second copy of it.
void clearIfHeld(const crypto::Digest &secret)
{
    QClipboard *clipboard = QGuiApplication::clipboard();
    if (crypto::sha256(clipboard->text().toUtf8()) == secret)
        clipboard->clear();
}

} // namespace

void copySecret(const QString &secret, std::chrono::milliseconds delay)
{
    QClipboard *clipboard = QGuiApplication::clipboard();
    static const QString name = u"secretClipboardTimer"_s;
    delete clipboard->findChild<QTimer *>(name);

    auto *data = new QMimeData;
    data->setText(secret);
    data->setData(QLatin1StringView(SecretHintFormat), "secret"_ba);
    clipboard->setMimeData(data);

    // Outlives the dialog that copied; the clipboard is there as long as the program.
    auto *timer = new QTimer(clipboard);
    timer->setObjectName(name);
    timer->setSingleShot(true);
    const auto clear = [digest = crypto::sha256(secret.toUtf8())] { clearIfHeld(digest); };
    QObject::connect(timer, &QTimer::timeout, timer, [timer, clear] {
        clear();
        timer->deleteLater();
    });
    QObject::connect(qGuiApp, &QCoreApplication::aboutToQuit, timer, clear);
    timer->start(delay);
}

} // namespace views
