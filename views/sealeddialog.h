// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A token that was encrypted for its holder: to be copied or saved and sent over any channel, for nobody else can open
// it. GUI thread; the file is written by a worker.
#pragma once

#include <QtWidgets/qdialog.h>

class QLabel;

namespace views {

class SealedDialog : public QDialog
{
    Q_OBJECT

public:
    // `fingerprint` of the holder's key; `fileName` that is suggested.
    SealedDialog(QByteArray sealed, const QString &fingerprint, const QString &fileName, QWidget *parent);

private:
    void copy();
    void save();
    void saveTo(const QString &path);

    const QByteArray m_sealed;
    const QString m_fileName;
    QLabel *m_note;
};

} // namespace views
