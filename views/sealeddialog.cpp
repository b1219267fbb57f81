// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/sealeddialog.h"

#include "models/background.h"
#include "service/crypto/secretfile.h"
#include "views/icons.h"
#include "views/makeroom.h"
#include "views/messages.h"
#include "views/notes.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtCore/qdir.h>
#include <QtGui/qclipboard.h>
#include <QtGui/qguiapplication.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qt::StringLiterals;

namespace views {

SealedDialog::SealedDialog(QByteArray sealed, const QString &fingerprint, const QString &fileName, QWidget *parent)
    : QDialog(parent)
    , m_sealed(std::move(sealed))
    , m_fileName(fileName)
    , m_note(new PlainLabel(this))
{
    setObjectName(u"sealedDialog"_s);
    setWindowTitle(tr("Sealed for its holder"));
    setMinimumWidth(560);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(Gap);
    auto *words = new PlainLabel(tr("Only the private key with the fingerprint %1 opens this. It may go over any "
                                    "channel. The holder opens it with:")
                                     .arg(fingerprint),
        this);
    words->setWordWrap(true);
    auto *command = valueLabel(u"openingCommand"_s, this);
    command->setFont(fixedFont());
    command->setText(u"age --decrypt --identity ~/.ssh/id_ed25519 %1"_s.arg(fileName));
    auto *text = new QPlainTextEdit(QString::fromLatin1(m_sealed), this);
    text->setObjectName(u"sealedText"_s);
    text->setAccessibleName(tr("Sealed token"));
    text->setReadOnly(true);
    text->setTabChangesFocus(true);
    text->setFont(fixedFont());
    text->setLineWrapMode(QPlainTextEdit::NoWrap);
    text->setMinimumHeight(200);
    m_note->setObjectName(u"sealedNote"_s);
    m_note->setWordWrap(true);
    auto *row = new QHBoxLayout;
    row->setSpacing(Gap);
    const auto button = [&](const QIcon &picture, const QString &caption, const QString &name) {
        auto *made = new QPushButton(picture, caption, this);
        made->setObjectName(name);
        made->setAutoDefault(false);
        row->addWidget(made);
        return made;
    };
    QPushButton *copying = button(icon(u"copy"_s), tr("&Copy"), u"copySealedButton"_s);
    QPushButton *saving = button(icon(u"save"_s), tr("&Save to a file…"), u"saveSealedButton"_s);
    row->addStretch();
    QPushButton *closing = button({}, tr("Close"), u"closeSealedButton"_s);
    for (QWidget *widget : std::initializer_list<QWidget *>{words, command, text, m_note})
        column->addWidget(widget);
    column->addLayout(row);
    connect(copying, &QPushButton::clicked, this, &SealedDialog::copy);
    connect(saving, &QPushButton::clicked, this, &SealedDialog::save);
    connect(closing, &QPushButton::clicked, this, &QDialog::accept);
    copying->setFocus();
}

void SealedDialog::copy()
{
    QGuiApplication::clipboard()->setText(QString::fromLatin1(m_sealed)); // no secret: it may stay there
    showNote(m_note, tr("Copied."), "good");
    makeRoom(this);
}

void SealedDialog::save()
{
    askSavePath(this, tr("Save the sealed token"), QDir::home().filePath(m_fileName), [this](const QString &path) {
        if (!path.isEmpty())
            saveTo(path);
    });
}

void SealedDialog::saveTo(const QString &path)
{
    // The file dialog has asked whether a file that is there may go.
    models::inBackground<Result<void>>(
        this,
        [path, text = m_sealed] {
            return crypto::writeSecretFile(path, text, crypto::Overwrite::Replace, crypto::Folder::Shared);
        },
        [this, path](const Result<void> &written) {
            if (written)
                showNote(m_note, tr("Saved to %1.").arg(path), "good");
            else
                showNote(m_note, fileMessage(tr("The sealed token was not saved."), written.error()).text(), "mistake");
            makeRoom(this);
        });
}

} // namespace views
