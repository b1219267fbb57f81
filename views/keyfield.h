// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The input for a holder's public key: pasted, or from a file; in every form that crypto::parsePublicKeyText takes.
// Says what is wrong while it is typed, and whose key it is once it is one.
#pragma once

#include "service/crypto/ed25519.h"

#include <QtWidgets/qwidget.h>

#include <optional>

class QLabel;
class QPlainTextEdit;

namespace views {

class KeyField : public QWidget
{
    Q_OBJECT

public:
    explicit KeyField(QWidget *parent);

    QString text() const;
    std::optional<crypto::PublicKey> key() const;
    // From elsewhere, until the text changes: a refusal of the server.
    void showMistake(const QString &mistake);

Q_SIGNALS:
    void changed();

private:
    void load();
    void loadFrom(const QString &path);
    void check();
    void showNote(const QString &text, const char *kind);

    QPlainTextEdit *m_edit;
    QLabel *m_note;
};

} // namespace views
