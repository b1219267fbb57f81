// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/tokencard.h"

#include "models/background.h"
#include "models/format.h"
#include "models/sealing.h"
#include "service/crypto/publickeytext.h"
#include "service/crypto/secretfile.h"
#include "views/countdownring.h"
#include "views/icons.h"
#include "views/makeroom.h"
#include "views/messages.h"
#include "views/notes.h"
#include "views/sealeddialog.h"
#include "views/secretclipboard.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtCore/qdir.h>
#include <QtGui/qevent.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qcheckbox.h>
#include <QtWidgets/qformlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qt::StringLiterals;

namespace views {

static QString firstWords()
{
    return TokenCard::tr("The token is shown here only and kept nowhere.");
}

TokenCard::TokenCard(engine::IssuedToken issued, QWidget *parent, DeliveryTimes times)
    : QFrame(parent)
    , m_issued(std::move(issued))
    , m_times(times)
    , m_box(new QLineEdit(this))
    , m_ring(new CountdownRing(times.shown, this))
    , m_reveal(new QPushButton(icon(u"key"_s), tr("&Reveal (hold)"), this))
    , m_copy(new QPushButton(icon(u"copy"_s), tr("&Copy"), this))
    , m_save(new QPushButton(icon(u"save"_s), tr("&Save to a file…"), this))
    , m_seal(new QPushButton(icon(u"seal"_s), tr("Sea&l for holder…"), this))
    , m_again(new QPushButton(tr("Show &again"), this))
    , m_note(new PlainLabel(this))
    , m_tick(new QCheckBox(tr("I have &delivered it"), this))
{
    setObjectName(u"tokenCard"_s);
    setProperty("card", true);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(Gap);
    column->addWidget(buildToken());
    column->addWidget(buildButtons());
    m_note->setObjectName(u"tokenNote"_s);
    m_note->setWordWrap(true);
    column->addWidget(m_note);
    column->addWidget(buildFacts());
    m_tick->setObjectName(u"deliveredCheckBox"_s);
    column->addWidget(m_tick);
    connect(m_tick, &QCheckBox::toggled, this, &TokenCard::deliver);
    connect(m_ring, &CountdownRing::ranOut, this, &TokenCard::hideToken);
    say(firstWords(), "muted");
    update();
    lookForAge();
}

TokenCard::~TokenCard()
{
    m_issued.text.fill('\0');
}

QWidget *TokenCard::buildToken()
{
    auto *row = new QWidget(this);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(Gap);
    m_box->setObjectName(u"tokenBox"_s);
    m_box->setAccessibleName(tr("Token"));
    m_box->setReadOnly(true);
    m_box->setFont(fixedFont());
    // The box holds the text only while it is revealed, so that nothing can be selected out of the mask.
    m_box->setFocusPolicy(Qt::NoFocus);
    m_box->setContextMenuPolicy(Qt::NoContextMenu);
    layout->addWidget(m_box, 1);
    layout->addWidget(m_ring);
    return row;
}

QWidget *TokenCard::buildButtons()
{
    auto *row = new QWidget(this);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(Gap);
    m_reveal->setObjectName(u"revealButton"_s);
    m_copy->setObjectName(u"copyTokenButton"_s);
    m_save->setObjectName(u"saveTokenButton"_s);
    m_seal->setObjectName(u"sealTokenButton"_s);
    m_again->setObjectName(u"showAgainButton"_s);
    m_reveal->setToolTip(tr("The token is readable while this is held down"));
    m_copy->setToolTip(tr("The clipboard is cleared after %1 s").arg(models::count(m_times.clipboard.count() / 1000)));
    m_save->setToolTip(tr("A file that only you can read (0600)"));
    for (QPushButton *button : {m_reveal, m_copy, m_save, m_seal, m_again}) {
        button->setAutoDefault(false);
        layout->addWidget(button);
    }
    layout->addStretch();
    connect(m_reveal, &QPushButton::pressed, this, [this] { reveal(true); });
    connect(m_reveal, &QPushButton::released, this, [this] { reveal(false); });
    connect(m_copy, &QPushButton::clicked, this, &TokenCard::copy);
    connect(m_save, &QPushButton::clicked, this, &TokenCard::save);
    connect(m_seal, &QPushButton::clicked, this, &TokenCard::seal);
    connect(m_again, &QPushButton::clicked, this, &TokenCard::showAgain);
    return row;
}

QWidget *TokenCard::buildFacts()
{
    auto *facts = new QWidget(this);
    facts->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    auto *form = new QFormLayout(facts);
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(Margin);
    form->setVerticalSpacing(4);
    form->setLabelAlignment(Qt::AlignLeft);
    const auto add = [&](const QString &label, const QString &name, const QString &text, const QString &tip,
                         bool fixed) {
        auto *value = new PlainLabel(text, facts);
        value->setObjectName(name);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        value->setToolTip(tip);
        if (fixed)
            value->setFont(fixedFont());
        auto *caption = new PlainLabel(label, facts);
        caption->setProperty("muted", true);
        form->addRow(caption, value);
    };
    const tokens::TokenRecord &record = m_issued.record;
    const Timestamp expires = fromSeconds(record.expiresAt);
    add(tr("Scope"), u"tokenScope"_s, QString::fromLatin1(record.scope.text()), {}, false);
    add(tr("Tenant"), u"tokenTenant"_s, record.tenant.isEmpty() ? tr("none") : record.tenant.toString(), {}, false);
    if (record.subjectKey)
        add(tr("Key fingerprint"), u"tokenFingerprint"_s,
            QString::fromLatin1(crypto::keyThumbprint(*record.subjectKey)),
            tr("RFC 7638 thumbprint (SHA-256) of the holder's key"), true);
    add(tr("Expires"), u"tokenExpires"_s, models::localTime(expires), models::utcTime(expires), false);
    add(tr("Token id"), u"tokenId"_s, record.id.toString(), {}, true);
    return facts;
}

void TokenCard::update()
{
    const bool hidden = m_ring->isOver();
    const bool usable = !hidden && !m_delivered;
    m_reveal->setEnabled(usable);
    m_copy->setEnabled(usable);
    m_save->setEnabled(usable); // while it saves, too: the keyboard would land on the tick else
    m_seal->setEnabled(usable && !m_age.isEmpty());
    m_again->setVisible(hidden && !m_delivered);
    m_ring->setVisible(usable);
    if (!m_reveal->isDown() || !usable)
        m_box->setText(m_delivered ? QString() : QString(48, u'•'));
}

void TokenCard::takeFocus()
{
    m_reveal->setFocus();
}

void TokenCard::reveal(bool shown)
{
    if (shown && m_reveal->isEnabled()) {
        m_ring->restart();
        m_box->setText(QString::fromLatin1(m_issued.text));
        m_box->setCursorPosition(0);
    } else {
        update();
    }
}

void TokenCard::copy()
{
    m_ring->restart();
    copySecret(QString::fromLatin1(m_issued.text), m_times.clipboard);
    say(tr("Copied. The clipboard is cleared in %1 s.").arg(models::count(m_times.clipboard.count() / 1000)), "good");
}

void TokenCard::save()
{
    if (m_saving)
        return;
    m_ring->pause();
    const QString suggestion = QDir::home().filePath(
        (m_issued.record.tenant.isEmpty() ? u"administrator"_s : m_issued.record.tenant.toString()) + ".token"_L1);
    askSavePath(this, tr("Save the token"), suggestion, [this](const QString &path) {
        m_ring->restart();
        if (!path.isEmpty())
            saveTo(path);
    });
}

void TokenCard::saveTo(const QString &path)
{
    m_saving = true;
    update();
    // The file dialog has asked whether a file that is there may go.
    models::inBackground<Result<void>>(
        this,
        [path, text = m_issued.text + '\n'] {
            return crypto::writeSecretFile(path, text, crypto::Overwrite::Replace, crypto::Folder::Shared);
        },
        [this, path](const Result<void> &written) {
            m_saving = false;
            if (written)
                say(tr("Saved to %1, readable by you only.").arg(path), "good");
            else
                say(fileMessage(tr("The token was not saved."), written.error()).text(), "mistake");
            update();
        });
}

// Greyed with the reason until it is found.
void TokenCard::lookForAge()
{
    const auto tell = [this](const QString &sentence) {
        m_seal->setToolTip(sentence);
        m_seal->setAccessibleDescription(sentence);
    };
    if (!m_issued.record.subjectKey)
        return tell(tr("An administrator's token has no holder's key that it could be sealed for"));
    tell(tr("Looking for the program age…"));
    models::inBackground<QString>(this, models::ageProgram, [this, tell](const QString &program) {
        m_age = program;
        tell(program.isEmpty()
                ? tr("Sealing needs the program age, which is not on the PATH. Install it with: sudo apt install age")
                : tr("Encrypts the token with age, so that only the holder's private key opens it"));
        // Without a pointer nobody reads the reason on the button itself.
        if (program.isEmpty() && m_note->text() == firstWords())
            say(firstWords() + u' ' + tr("Sealing it needs the program age, which is not installed here."), "muted");
        update();
    });
}

void TokenCard::seal()
{
    if (m_sealing)
        return;
    m_sealing = true;
    m_ring->pause();
    say(tr("Sealing with %1…").arg(m_age), "muted");
    models::inBackground<Result<QByteArray>>(
        this,
        [holder = *m_issued.record.subjectKey, text = m_issued.text + '\n', program = m_age]() mutable {
            auto sealed = models::sealFor(holder, text, program);
            text.fill('\0');
            return sealed;
        },
        [this](const Result<QByteArray> &sealed) { showSealed(sealed); });
}

void TokenCard::showSealed(const Result<QByteArray> &sealed)
{
    m_sealing = false;
    if (m_delivered)
        return;
    m_ring->restart();
    if (!sealed)
        return say(messageOf(tr("The token was not sealed."), sealed.error()).text(), "mistake");
    say(tr("Sealed. Only the holder's private key opens it."), "good");
    auto *dialog = new SealedDialog(*sealed, QString::fromLatin1(crypto::keyThumbprint(*m_issued.record.subjectKey)),
        m_issued.record.tenant.toString() + ".token.age"_L1, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void TokenCard::hideToken()
{
    say(tr("Hidden, for nothing was done for a while. It is still here until this is closed."), "muted");
    update();
    if (!m_delivered)
        m_again->setFocus();
}

void TokenCard::showAgain()
{
    m_ring->restart();
    say({}, "muted");
    update();
    m_reveal->setFocus();
}

void TokenCard::deliver()
{
    m_delivered = true;
    m_tick->setEnabled(false);
    m_issued.text.fill('\0');
    m_issued.text.clear();
    m_ring->pause();
    say(tr("Delivered. The token can't be shown again."), "muted");
    update();
    Q_EMIT delivered();
}

void TokenCard::say(const QString &text, const char *kind)
{
    showNote(m_note, text, kind);
    if (window()->layout())
        makeRoom(window());
}

void TokenCard::changeEvent(QEvent *event)
{
    // A window that loses its focus while the button is held gets no release.
    if (event->type() == QEvent::ActivationChange && !isActiveWindow())
        update();
    QFrame::changeEvent(event);
}

} // namespace views
