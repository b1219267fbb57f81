// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/welcomedialog.h"

#include "models/shellwords.h"
#include "views/icons.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtGui/qclipboard.h>
#include <QtGui/qguiapplication.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

// A value with its label and a button that copies it.
void addCopied(QVBoxLayout *column, QWidget *parent, const QString &label, const QString &name, const QString &value)
{
    auto *field = new QLineEdit(value, parent);
    field->setObjectName(name + "Edit"_L1);
    field->setReadOnly(true);
    field->setFont(fixedFont());
    field->setCursorPosition(0);
    auto *buddy = new PlainLabel(label, parent);
    buddy->setBuddy(field);
    field->setAccessibleName(QString(label).remove(u'&'));
    auto *copy = new QPushButton(icon(u"copy"_s), WelcomeDialog::tr("Copy"), parent);
    copy->setObjectName(name + "CopyButton"_L1);
    copy->setAccessibleName(WelcomeDialog::tr("Copy: %1").arg(QString(label).remove(u'&')));
    copy->setAutoDefault(false);
    QObject::connect(copy, &QPushButton::clicked, copy, [value] { QGuiApplication::clipboard()->setText(value); });
    auto *row = new QHBoxLayout;
    row->setSpacing(Gap);
    row->addWidget(field, 1);
    row->addWidget(copy);
    column->addSpacing(Gap);
    column->addWidget(buddy);
    column->addLayout(row);
}

} // namespace

WelcomeDialog::WelcomeDialog(const engine::DataPaths &paths, const QString &url, QWidget *parent)
    : QDialog(parent)
{
    setObjectName(u"welcomeDialog"_s);
    setWindowTitle(tr("Welcome"));
    setMinimumWidth(600);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(4);
    auto *title = new PlainLabel(tr("A new installation is ready"), this);
    title->setObjectName(u"welcomeTitle"_s);
    title->setFont(titleFont());
    column->addWidget(title);
    auto *text =
        new PlainLabel(tr("Keys, database and ledger were made in the data directory; only you can read them. The "
                          "server accepts connections while this window is open."),
            this);
    text->setWordWrap(true);
    column->addWidget(text);
    addCopied(column, this, tr("&Data directory"), u"dataDirectory"_s, paths.root);
    addCopied(column, this, tr("Administrator's &token lies in"), u"adminToken"_s, paths.adminToken());
    addCopied(column, this, tr("&Server"), u"server"_s, url);
    auto *note = new PlainLabel(tr("Whoever can read the token can do everything. In a shell, this prints it: %1")
                                    .arg(models::shellCommand(u"service-vm-tenant admin-token"_s, paths)),
        this);
    note->setObjectName(u"tokenHint"_s);
    note->setProperty("muted", true);
    note->setWordWrap(true);
    note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(note);

    auto *later = new QPushButton(tr("&Later"), this);
    later->setObjectName(u"laterButton"_s);
    later->setAutoDefault(false);
    auto *onboard = new QPushButton(tr("&Onboard a tenant"), this);
    onboard->setObjectName(u"onboardButton"_s);
    onboard->setDefault(true);
    onboard->setProperty("primary", true);
    auto *row = new QHBoxLayout;
    row->setSpacing(Gap);
    row->addStretch();
    row->addWidget(later);
    row->addWidget(onboard);
    column->addSpacing(Margin);
    column->addLayout(row);
    onboard->setFocus();
    connect(later, &QPushButton::clicked, this, &QDialog::reject);
    connect(onboard, &QPushButton::clicked, this, [this] {
        accept();
        Q_EMIT onboardingRequested();
    });
}

} // namespace views
