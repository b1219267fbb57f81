// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/verifycard.h"

#include "models/format.h"
#include "service/core/encoding.h"
#include "views/icons.h"
#include "views/messages.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtCore/qcoreevent.h>
#include <QtGui/qclipboard.h>
#include <QtGui/qguiapplication.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qstyle.h>
#include <QtWidgets/qtoolbutton.h>

using namespace Qt::StringLiterals;

namespace views {

VerifyCard::VerifyCard(QWidget *parent)
    : QFrame(parent)
    , m_icon(new PlainLabel(this))
    , m_title(new PlainLabel(this))
    , m_detail(new PlainLabel(this))
    , m_showEntry(new QPushButton(icon(u"ledger"_s), tr("Show the entry"), this))
    , m_copy(new QPushButton(icon(u"copy"_s), tr("Copy"), this))
    , m_close(new QToolButton(this))
{
    setObjectName(u"verifyCard"_s);
    setProperty("card", true);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(Margin, Gap, Gap, Gap);
    row->setSpacing(Margin);
    auto *words = new QVBoxLayout;
    words->setSpacing(4);
    m_title->setObjectName(u"verifyTitle"_s);
    m_title->setFont(titleFont());
    m_detail->setObjectName(u"verifyDetail"_s);
    for (QLabel *label : {m_title, m_detail}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        words->addWidget(label);
    }
    m_showEntry->setObjectName(u"showBadEntryButton"_s);
    connect(m_showEntry, &QPushButton::clicked, this, [this] {
        if (m_firstBad)
            Q_EMIT entryRequested(*m_firstBad);
    });
    m_copy->setObjectName(u"copyVerificationButton"_s);
    m_copy->setAccessibleName(tr("Copy the result of the verification"));
    connect(m_copy, &QPushButton::clicked, this,
        [this] { QGuiApplication::clipboard()->setText(m_title->text() + u'\n' + m_detail->text()); });
    m_close->setObjectName(u"closeVerificationButton"_s);
    m_close->setIcon(icon(u"close"_s));
    m_close->setAutoRaise(true);
    m_close->setToolTip(tr("Close"));
    m_close->setAccessibleName(tr("Close the result of the verification"));
    connect(m_close, &QToolButton::clicked, this, &QWidget::hide);

    row->addWidget(m_icon, 0, Qt::AlignTop);
    row->addLayout(words, 1);
    row->addWidget(m_showEntry, 0, Qt::AlignTop);
    row->addWidget(m_copy, 0, Qt::AlignTop);
    row->addWidget(m_close, 0, Qt::AlignTop);
    hide();
}

QString VerifyCard::sentence() const
{
    return m_good ? m_title->text() : m_detail->text().section(u'\n', 0, 0);
}

void VerifyCard::show(const models::VerifyOutcome &outcome, Timestamp time)
{
    m_good = outcome.report && outcome.report->ok;
    m_firstBad = outcome.report ? outcome.report->firstBad : std::nullopt;
    if (m_good) {
        showGood(*outcome.report, outcome, time);
    } else if (outcome.report) {
        showBad(*outcome.report);
    } else {
        const Message message = messageOf(tr("The ledger could not be verified."), outcome.report.error());
        m_title->setText(message.what);
        m_detail->setText(message.why + u'\n' + tr("Nothing is known about its entries: see to it and verify again."));
    }
    m_showEntry->setVisible(m_firstBad.has_value());
    m_close->setVisible(m_good);
    m_title->setProperty("mistake", !m_good);
    m_title->setProperty("good", m_good);
    m_title->style()->unpolish(m_title);
    m_title->style()->polish(m_title);
    paintIcon();
    setAccessibleName(m_title->text() + u' ' + m_detail->text());
    QFrame::show();
}

void VerifyCard::showGood(const ledger::VerifyReport &report, const models::VerifyOutcome &outcome, Timestamp time)
{
    m_title->setText(tr("Verified: %1 entries").arg(models::count(qint64(report.size))));
    const QString took = outcome.took < std::chrono::seconds(1)
        ? tr("%1 ms").arg(outcome.took.count())
        : tr("%1 s").arg(QLocale().toString(double(outcome.took.count()) / 1000, 'f', 1));
    m_detail->setText(
        tr("Every leaf, tile and root was computed again, the signed checkpoint and the high-water mark agree, "
           "and the replayed entries give the tables as they are.")
        + u'\n'
        + tr("%1 · took %2 · key %3 · origin %4")
              .arg(models::localTime(time), took, QString::fromLatin1(report.keyId), models::plainText(report.origin))
        + u'\n' + tr("Root %1").arg(QString::fromLatin1(toBase64(report.root.view()))));
}

void VerifyCard::showBad(const ledger::VerifyReport &report)
{
    m_title->setText(tr("Verification failed: this ledger can't be trusted as it is"));
    const QString kind = QString::fromLatin1(ledger::damageName(report.kind));
    const QString found = models::plainText(report.damage);
    QString text = u"%1: %2"_s.arg(kind, found);
    if (report.firstBad) {
        const QString first = models::count(qint64(*report.firstBad));
        text = report.lastBad ? tr("First bad entry between %1 and %2 (%3): %4")
                                    .arg(first, models::count(qint64(*report.lastBad)), kind, found)
                              : tr("First bad entry %1 (%2): %3").arg(first, kind, found);
    }
    QStringList lines{text};
    lines.append(
        tr("Stop the server, keep a copy of the data directory as it is, and compare it with a checkpoint kept "
           "elsewhere; then restore a backup from before the damage."));
    m_detail->setText(lines.join(u'\n'));
}

void VerifyCard::paintIcon()
{
    m_icon->setPixmap(icon(m_good ? u"ok"_s : u"bad"_s, m_good ? colors().good : colors().bad)
                          .pixmap(QSize(24, 24), devicePixelRatioF()));
}

void VerifyCard::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        paintIcon();
}

} // namespace views
