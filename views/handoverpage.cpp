// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/handoverpage.h"

#include "models/background.h"
#include "models/format.h"
#include "service/crypto/publickeytext.h"
#include "views/icons.h"
#include "views/messages.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtCore/qdir.h>
#include <QtCore/qsavefile.h>
#include <QtGui/qclipboard.h>
#include <QtGui/qguiapplication.h>
#include <QtGui/qpdfwriter.h>
#include <QtGui/qtextdocument.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qtextbrowser.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

constexpr qreal PageMargin = 20; // millimetres

QString row(const QString &label, const QString &value, bool fixed = false)
{
    const QString shown = models::plainText(value).toHtmlEscaped();
    return u"<tr><td style='padding-right:16px'>%1</td><td>%2</td></tr>"_s.arg(
        label.toHtmlEscaped(), fixed ? "<code>"_L1 + shown + "</code>"_L1 : shown);
}

QString section(const QString &title, const QString &rows)
{
    return u"<h3>%1</h3><table cellspacing='0' cellpadding='3'>%2</table>"_s.arg(title.toHtmlEscaped(), rows);
}

Result<void> writePdf(const QString &path, const QString &html, const QString &title)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return fail(ErrorCode::Storage, file.errorString());
    {
        QPdfWriter pdf(&file);
        pdf.setTitle(title);
        pdf.setPageSize(QPageSize(QPageSize::A4));
        pdf.setPageMargins(QMarginsF(PageMargin, PageMargin, PageMargin, PageMargin), QPageLayout::Millimeter);
        QTextDocument document;
        document.setHtml(html);
        document.print(&pdf);
    }
    if (!file.commit())
        return fail(ErrorCode::Storage, file.errorString());
    return {};
}

} // namespace

HandoverPage::HandoverPage(QWidget *parent)
    : QWidget(parent)
    , m_text(new QTextBrowser(this))
    , m_note(new PlainLabel(this))
{
    setObjectName(u"handoverStep"_s);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(Gap);
    auto *title = new PlainLabel(tr("Hand-over"), this);
    title->setFont(titleFont());
    column->addWidget(title);
    m_text->setObjectName(u"handoverText"_s);
    m_text->setAccessibleName(tr("Hand-over summary"));
    m_text->setOpenLinks(false);
    m_text->setTabChangesFocus(true);
    m_text->document()->setDocumentMargin(Margin);
    column->addWidget(m_text, 1);
    m_note->setObjectName(u"handoverNote"_s);
    m_note->setWordWrap(true);
    column->addWidget(m_note);
    auto *copy = new QPushButton(icon(u"copy"_s), tr("&Copy"), this);
    copy->setObjectName(u"handoverCopyButton"_s);
    auto *save = new QPushButton(icon(u"save"_s), tr("Save as &PDF…"), this);
    save->setObjectName(u"handoverPdfButton"_s);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(Gap);
    for (QPushButton *button : {copy, save}) {
        button->setAutoDefault(false);
        buttons->addWidget(button);
    }
    buttons->addStretch();
    column->addLayout(buttons);
    connect(
        copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_text->toPlainText()); });
    connect(save, &QPushButton::clicked, this, &HandoverPage::savePdf);
}

void HandoverPage::showSummary(const models::Onboarding &onboarding, const QUrl &server, bool delivered)
{
    using models::OnboardingStep;
    const tenancy::TenantSpec &tenant = *onboarding.tenant();
    const tokens::TokenRecord &token = *onboarding.token();
    m_tenant = tenant.id.toString();
    const QString ledger = onboarding.createdIndex() ? tr(", ledger #%1").arg(*onboarding.createdIndex()) : QString();
    QString html = u"<h2>%1</h2>"_s.arg(tr("Tenant %1").arg(m_tenant).toHtmlEscaped());
    html += section(tr("What was made"),
        row(tr("Tenant"), m_tenant, true) + row(tr("Display name"), tenant.displayName)
            + row(tr("Created"), models::localTime(onboarding.createdAt()) + ledger)
            + row(tr("Quota"),
                tr("%1, %2 GB, %3 requests a minute")
                    .arg(models::vmCount(tenant.limits.maxVms), models::count(tenant.limits.storageQuotaGb),
                        models::count(tenant.limits.apiRateLimitRpm)))
            + row(tr("Root token"), token.id.toString(), true)
            + row(tr("Scope"), QString::fromLatin1(token.scope.text()))
            + row(tr("Expires"),
                models::localTime(fromSeconds(token.expiresAt)) + " ("_L1
                    + models::utcTime(fromSeconds(token.expiresAt)) + u')')
            + row(tr("Holder's key"), QString::fromLatin1(crypto::keyThumbprint(*token.subjectKey)), true));
    html += section(tr("What was proved"),
        row(tr("Isolation"), onboarding.record(OnboardingStep::Isolation).verdict)
            + row(tr("Quota"), onboarding.record(OnboardingStep::Quota).verdict)
            + row(tr("Ledger"), onboarding.record(OnboardingStep::Ledger).verdict));
    html += section(tr("What to give to whom"),
        row(tr("Tenant's administrator"),
            delivered ? tr("the root token: delivered") : tr("the root token: not delivered yet, go back to step 2"))
            + row(QString(), tr("the server's address: %1").arg(server.toString()))
            + row(tr("Auditor"), tr("the command: %1").arg(onboarding.readLine())));
    m_text->setHtml(html);
}

void HandoverPage::savePdf()
{
    askSavePath(this, tr("Save the hand-over"), QDir::home().filePath(m_tenant + "-handover.pdf"_L1),
        [this](const QString &path) {
            if (!path.isEmpty())
                savePdfTo(path);
        });
}

void HandoverPage::savePdfTo(const QString &path)
{
    m_note->setText(tr("Saving …"));
    models::inBackground<Result<void>>(
        this,
        [path, html = m_text->toHtml(), title = tr("Tenant %1").arg(m_tenant)] { return writePdf(path, html, title); },
        [this, path](const Result<void> &written) {
            m_note->setText(written
                    ? tr("✔ Saved to %1.").arg(path)
                    : u"✖ "_s + fileMessage(tr("The hand-over was not saved."), written.error()).text());
        });
}

} // namespace views
