// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/exchangepanel.h"

#include "views/icons.h"
#include "views/jsonhighlighter.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtGui/qclipboard.h>
#include <QtGui/qguiapplication.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qt::StringLiterals;

namespace views {

ExchangePanel::ExchangePanel(const QString &name, QWidget *parent)
    : QWidget(parent)
    , m_copyLine(new QPushButton(icon(u"copy"_s), tr("Copy the service-fs line"), this))
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(Margin);
    m_request = addColumn(tr("Request"), name + "Request"_L1, tr("The request appears here as a curl command."));
    m_answer = addColumn(tr("Answer"), name + "Answer"_L1, tr("The server's answer appears here."));
    m_request->setToolTip(
        tr("ADMIN_TOKEN and TENANT_TOKEN are variables of your shell: no token is shown or copied here"));
    m_copyLine->setObjectName(name + "CopyLine"_L1);
    m_copyLine->setAutoDefault(false);
    m_copyLine->hide();
    connect(m_copyLine, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_line); });
}

QPlainTextEdit *ExchangePanel::addColumn(const QString &title, const QString &name, const QString &hint)
{
    auto *column = new QVBoxLayout;
    column->setSpacing(4);
    auto *text = new QPlainTextEdit(this);
    text->setObjectName(name);
    text->setReadOnly(true);
    text->setTabChangesFocus(true);
    text->setFont(fixedFont());
    text->setLineWrapMode(QPlainTextEdit::NoWrap);
    text->setPlaceholderText(hint);
    text->setMinimumHeight(120);
    text->setAccessibleName(title);
    new JsonHighlighter(text->document());
    auto *label = new PlainLabel(title, this);
    label->setBuddy(text);
    auto *copy = new QPushButton(icon(u"copy"_s), tr("Copy"), this);
    copy->setObjectName(name + "Copy"_L1);
    copy->setAccessibleName(tr("Copy: %1").arg(title));
    copy->setAutoDefault(false);
    copy->setEnabled(false);
    connect(copy, &QPushButton::clicked, text, [text] { QGuiApplication::clipboard()->setText(text->toPlainText()); });
    connect(text, &QPlainTextEdit::textChanged, copy, [text, copy] { copy->setEnabled(!text->document()->isEmpty()); });
    auto *head = new QHBoxLayout;
    head->addWidget(label);
    head->addStretch();
    if (!layout()->isEmpty())
        head->addSpacing(0);
    else
        head->addWidget(m_copyLine);
    head->addWidget(copy);
    column->addLayout(head);
    column->addWidget(text, 1);
    static_cast<QHBoxLayout *>(layout())->addLayout(column, 1);
    return text;
}

void ExchangePanel::setShellLine(const QString &line)
{
    m_line = line;
    m_copyLine->setVisible(!line.isEmpty());
}

void ExchangePanel::showExchanges(const QString &preamble, const QList<models::Exchange> &exchanges)
{
    QStringList requests, answers;
    if (!exchanges.isEmpty() && !preamble.isEmpty())
        requests.append(preamble);
    int number = 0;
    for (const models::Exchange &exchange : exchanges) {
        const QString head = u"# %1. %2\n"_s.arg(++number).arg(exchange.title);
        requests.append(head + exchange.curl);
        answers.append(head + (exchange.answer.isEmpty() ? tr("waiting for the answer …") : exchange.answer));
    }
    if (!m_line.isEmpty())
        requests.append(tr("# The entry, read from the files themselves") + u'\n' + m_line);
    m_request->setPlainText(requests.join("\n\n"_L1));
    m_answer->setPlainText(answers.join("\n\n"_L1));
}

} // namespace views
