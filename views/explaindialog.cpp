// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/explaindialog.h"

#include "models/format.h"
#include "views/makeroom.h"
#include "views/messages.h"
#include "views/notes.h"
#include "views/primarybutton.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qdialogbuttonbox.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qt::StringLiterals;

namespace views {

ExplainDialog::ExplainDialog(models::EngineLink &link, const tokens::TokenRecord &token, QWidget *parent)
    : QDialog(parent)
    , m_link(link)
    , m_token(token.id)
    , m_known(models::knownRequests(token))
    , m_request(new QComboBox(this))
    , m_method(new QComboBox(this))
    , m_path(new QLineEdit(this))
    , m_verdict(valueLabel(u"explainVerdict"_s, this))
{
    setObjectName(u"explainDialog"_s);
    setWindowTitle(tr("What may this token?"));
    setMinimumWidth(560);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(Gap);
    auto *whose =
        new PlainLabel(u"%1 · %2 · %3"_s.arg(token.tenant.isEmpty() ? tr("Installation") : token.tenant.toString(),
                           QString::fromLatin1(token.scope.text()), models::shortHash(token.id.toString())),
            this);
    whose->setFont(titleFont());
    column->addWidget(whose);
    const auto addLabelled = [&](const QString &text, const QString &name, QWidget *field, QBoxLayout *layout) {
        auto *label = new PlainLabel(text, this);
        label->setBuddy(field);
        field->setObjectName(name);
        field->setAccessibleName(QString(text).remove(u'&'));
        layout->addWidget(label);
        layout->addWidget(field);
    };
    for (const models::KnownRequest &request : m_known)
        m_request->addItem(u"%1 (%2 %3)"_s.arg(request.summary, request.method, request.path));
    m_request->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_request->setMinimumContentsLength(40);
    addLabelled(tr("&Request"), u"requestCombo"_s, m_request, column);
    m_method->addItems({u"GET"_s, u"POST"_s, u"PATCH"_s, u"PUT"_s, u"DELETE"_s});
    auto *row = new QHBoxLayout;
    row->setSpacing(Gap);
    auto *left = new QVBoxLayout, *right = new QVBoxLayout;
    addLabelled(tr("&Method"), u"methodCombo"_s, m_method, left);
    addLabelled(tr("&Path"), u"pathEdit"_s, m_path, right);
    m_path->setFont(fixedFont());
    m_path->setMaxLength(8192);
    row->addLayout(left);
    row->addLayout(right, 1);
    column->addLayout(row);
    m_verdict->setMinimumHeight(3 * fontMetrics().lineSpacing());
    m_verdict->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    column->addWidget(m_verdict);
    auto *note = new PlainLabel(
        tr("Judged as the server would at this moment, but for quota, rate and body. Nothing is recorded."), this);
    note->setProperty("muted", true);
    note->setWordWrap(true);
    column->addWidget(note);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    QPushButton *go = buttons->addButton(tr("Ask"), QDialogButtonBox::ActionRole);
    go->setObjectName(u"askButton"_s);
    makePrimary(go);
    go->setDefault(true);
    column->addWidget(buttons);
    connect(m_request, &QComboBox::currentIndexChanged, this, &ExplainDialog::choose);
    connect(m_method, &QComboBox::currentIndexChanged, this, &ExplainDialog::ask);
    connect(go, &QPushButton::clicked, this, &ExplainDialog::ask);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    choose(0);
}

void ExplainDialog::choose(int request)
{
    if (request < 0 || size_t(request) >= m_known.size())
        return;
    {
        const QSignalBlocker quiet(m_method);
        m_method->setCurrentText(m_known[size_t(request)].method);
    }
    m_path->setText(m_known[size_t(request)].path);
    ask();
}

void ExplainDialog::ask()
{
    const QString path = m_path->text().trimmed();
    if (!path.startsWith(u'/') || path.contains(u'?'))
        return showNote(m_verdict, tr("✖ The path begins with / and has no query, such as /v1/vms."), "mistake");
    const int asked = ++m_asked;
    models::explainToken(m_link, this,
        {.token = m_token, .method = m_method->currentText().toLatin1(), .path = path.toUtf8()},
        [this, asked](const Result<api::Verdict> &verdict) {
            if (asked == m_asked)
                showVerdict(verdict);
        });
}

void ExplainDialog::showVerdict(const Result<api::Verdict> &verdict)
{
    if (!verdict)
        showNote(m_verdict, messageOf(tr("The question was not answered."), verdict.error()).text(), "mistake");
    else if (verdict->allowed)
        showNote(
            m_verdict, tr("✔ It may. Rule: %1.\n%2").arg(QString::fromLatin1(verdict->rule), verdict->detail), "good");
    else
        showNote(m_verdict, tr("✖ It may not. Rule: %1.\n%2").arg(QString::fromLatin1(verdict->rule), verdict->detail),
            "mistake");
    makeRoom(this);
}

} // namespace views
