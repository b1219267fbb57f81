// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/statusline.h"

#include "models/enginelink.h"
#include "models/format.h"
#include "views/messages.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtCore/qtimer.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qstatusbar.h>

using namespace Qt::StringLiterals;

namespace views {

static constexpr int LedgerWidth = 520; // pixels

StatusLine::StatusLine(models::EngineLink &link, const ServerFacts &facts, QStatusBar *bar, QLabel *alarm)
    : QObject(bar)
    , m_link(link)
    , m_copyTroubles(facts.copyTroubles)
    , m_alarm(alarm)
    , m_address(new PlainLabel(bar))
    , m_who(new PlainLabel(bar))
    , m_ledger(new PlainLabel(bar))
    , m_copies(new PlainLabel(bar))
{
    m_alarm->setObjectName(u"alarm"_s);
    m_alarm->setProperty("mistake", true);
    m_alarm->setWordWrap(true);
    m_alarm->setContentsMargins(Margin, Gap, Margin, 0);
    m_alarm->hide();
    for (auto [label, name] : {std::pair(m_address, u"addressLabel"_s), {m_who, u"whoLabel"_s},
             {m_ledger, u"ledgerLabel"_s}, {m_copies, u"copiesLabel"_s}}) {
        label->setObjectName(name);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        label->setContentsMargins(Gap, 0, Gap, 0);
        bar->addWidget(label);
    }
    bar->setSizeGripEnabled(false);
    m_copies->hide();
    if (m_copyTroubles) {
        auto *look = new QTimer(this);
        connect(look, &QTimer::timeout, this, &StatusLine::refreshCopies);
        look->start(std::chrono::seconds(1));
    }
    m_address->setText(u"● "_s + QString(facts.url).remove(u"http://"_s));
    m_address->setToolTip(models::toolTipText(tr("The server accepts connections on %1").arg(facts.url)));
}

void StatusLine::refresh()
{
    const auto [size, trouble] =
        m_link.state().read([](const engine::State &state) { return std::pair(state.ledgerSize, state.trouble); });
    const bool stuck = !trouble.why.isEmpty();
    QString text = tr("Ledger: %1 entries").arg(models::count(qint64(size)));
    text += u" · "_s
        + (m_verifiedAt ? m_verification + u" · "_s + models::relativeTime(*m_verifiedAt, m_link.clock().now())
                        : tr("not verified since the start"));
    if (stuck)
        text.prepend(tr("✖ Read-only: %1").arg(trouble.why) + u" · "_s);
    // A sentence about a damaged ledger may be long, and must not make the window wider than the screen.
    m_ledger->setText(m_ledger->fontMetrics().elidedText(text, Qt::ElideRight, LedgerWidth));
    m_ledger->setToolTip(models::toolTipText(text));
    const bool barred = !m_link.mayAct();
    m_alarm->setVisible(stuck || barred);
    m_who->setText(barred ? tr("✖ no administrator") : tr("admin (admin.token)"));
    m_who->setToolTip(tr("What is done here is done with the token %1").arg(m_link.administrator().toString()));
    if (barred)
        m_alarm->setText(
            Message{tr("⚠ Nothing can be changed here: the token in admin.token was revoked or has ended."),
                tr("Its id is %1. Reading goes on.").arg(m_link.administrator().toString()),
                tr("Make a new one with: service-vm-tenant admin-token --rotate. This window then goes on by itself.")}
                .text());
    if (stuck)
        m_alarm->setText(Message{tr("⚠ Nothing can be changed now: the ledger can't be written. Reading goes on."),
            trouble.why, trouble.remedy}
                             .text());
}

// They fail and mend themselves while nothing is committed, so nobody tells of it.
void StatusLine::refreshCopies()
{
    const QStringList troubles = m_copyTroubles();
    m_copies->setVisible(!troubles.isEmpty());
    m_copies->setText(tr("⚠ Checkpoint not copied to %n place(s)", nullptr, int(troubles.size())));
    m_copies->setToolTip(models::toolTipText(troubles.join(u'\n')));
}

void StatusLine::showVerification(quint64 size, bool ok, const QString &sentence)
{
    m_verification =
        ok ? tr("✔ verified to #%1").arg(models::count(qint64(size))) : tr("✖ verification failed: %1").arg(sentence);
    m_verifiedAt = m_link.clock().now();
    refresh();
}

} // namespace views
