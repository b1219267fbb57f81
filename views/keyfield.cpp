// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/keyfield.h"

#include "models/background.h"
#include "service/crypto/publickeytext.h"
#include "views/icons.h"
#include "views/messages.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtCore/qfileinfo.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qstyle.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

constexpr qint64 LargestKeyFile = 16 * 1024;

Result<QString> readKeyFile(const QString &path)
{
    if (!QFileInfo(path).isFile()) // a pipe would never end
        return fail(ErrorCode::Storage, KeyField::tr("it is no regular file"));
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::Storage, file.errorString());
    const QByteArray bytes = file.read(LargestKeyFile + 1);
    if (bytes.size() > LargestKeyFile)
        return fail(ErrorCode::TooLarge, KeyField::tr("it is too large for a public key"));
    const QString text = QString::fromUtf8(bytes).trimmed();
    // A private key must not even appear in the field.
    ASSIGN_OR_RETURN([[maybe_unused]] const crypto::PublicKey key, crypto::parsePublicKeyText(text));
    return text;
}

} // namespace

KeyField::KeyField(QWidget *parent)
    : QWidget(parent)
    , m_edit(new QPlainTextEdit(this))
    , m_note(new PlainLabel(this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    auto *label = new PlainLabel(tr("Holder's public &key"), this);
    label->setBuddy(m_edit);
    m_edit->setObjectName(u"keyEdit"_s);
    m_edit->setAccessibleName(tr("Holder's public key"));
    m_edit->setTabChangesFocus(true);
    m_edit->setFont(fixedFont());
    m_edit->setPlaceholderText(tr("ssh-ed25519 AAAA…, base64, hex, or a PEM public key"));
    m_edit->setFixedHeight(72);
    auto *file = new QPushButton(icon(u"key"_s), tr("From a &file…"), this);
    file->setObjectName(u"keyFileButton"_s);
    file->setAutoDefault(false);
    m_note->setObjectName(u"keyNote"_s);
    m_note->setWordWrap(true);
    auto *row = new QHBoxLayout;
    row->setSpacing(Gap);
    row->addWidget(m_edit, 1);
    row->addWidget(file, 0, Qt::AlignTop);
    column->addWidget(label);
    column->addLayout(row);
    column->addWidget(m_note);
    setFocusProxy(m_edit);
    connect(file, &QPushButton::clicked, this, &KeyField::load);
    connect(m_edit, &QPlainTextEdit::textChanged, this, [this] {
        check();
        Q_EMIT changed();
    });
    check();
}

QString KeyField::text() const
{
    return m_edit->toPlainText().trimmed();
}

std::optional<crypto::PublicKey> KeyField::key() const
{
    const auto parsed = crypto::parsePublicKeyText(text());
    return parsed ? std::optional(*parsed) : std::nullopt;
}

void KeyField::check()
{
    const auto parsed = crypto::parsePublicKeyText(text());
    if (parsed)
        showNote(tr("✔ Ed25519 key with the fingerprint %1").arg(QString::fromLatin1(crypto::keyThumbprint(*parsed))),
            "good");
    else if (text().isEmpty())
        showNote(
            tr("The tenant's administrator makes it with ssh-keygen -t ed25519 and sends the .pub file."), "muted");
    else
        showMistake(parsed.error().detail);
}

void KeyField::showMistake(const QString &mistake)
{
    showNote(u"✖ "_s + mistake, "mistake");
}

void KeyField::showNote(const QString &text, const char *kind)
{
    m_note->setText(text);
    m_edit->setAccessibleDescription(text);
    for (const char *each : {"muted", "good", "mistake"})
        m_note->setProperty(each, qstrcmp(each, kind) == 0);
    m_note->style()->unpolish(m_note);
    m_note->style()->polish(m_note);
}

void KeyField::load()
{
    askOpenPath(this, tr("Public key"), [this](const QString &path) {
        if (!path.isEmpty())
            loadFrom(path);
    });
}

void KeyField::loadFrom(const QString &path)
{
    models::inBackground<Result<QString>>(
        this, [path] { return readKeyFile(path); },
        [this, path](const Result<QString> &text) {
            if (text)
                return m_edit->setPlainText(*text);
            QStringList sentences{tr("%1: %2").arg(path, text.error().detail)};
            if (!m_edit->toPlainText().isEmpty())
                sentences.append(tr("The field keeps what it held."));
            showMistake(sentences.join(sentences.first().endsWith(u'.') ? u" "_s : u". "_s));
        });
}

} // namespace views
