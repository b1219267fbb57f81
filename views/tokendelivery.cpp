// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/tokendelivery.h"

#include "views/makeroom.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qpushbutton.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace views {

TokenDelivery::TokenDelivery(engine::IssuedToken issued, QWidget *parent, DeliveryTimes times)
    : QDialog(parent)
    , m_card(new TokenCard(std::move(issued), this, times))
    , m_question(new PlainLabel(this))
    , m_close(new QPushButton(tr("Close"), this))
{
    setObjectName(u"tokenDelivery"_s);
    setWindowTitle(tr("Deliver the token"));
    setMinimumWidth(560);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(Gap);
    auto *title = new PlainLabel(tr("Give this token to its holder"), this);
    title->setFont(titleFont());
    column->addWidget(title);
    column->addWidget(m_card);
    m_question->setObjectName(u"closeQuestion"_s);
    m_question->setProperty("mistake", true);
    m_question->setWordWrap(true);
    m_question->setText(
        tr("⚠ Not delivered yet. Once this is closed nobody can have the token again; it would have to be "
           "revoked and another one issued."));
    m_question->hide();
    column->addWidget(m_question);
    m_close->setObjectName(u"closeButton"_s);
    m_close->setAutoDefault(false);
    auto *row = new QHBoxLayout;
    row->addStretch();
    row->addWidget(m_close);
    column->addLayout(row);
    connect(m_close, &QPushButton::clicked, this, &TokenDelivery::reject);
    connect(m_card, &TokenCard::delivered, this, &QDialog::accept);
}

void TokenDelivery::reject()
{
    if (m_card->isDelivered() || m_asked)
        return QDialog::reject();
    m_asked = true;
    m_question->show();
    makeRoom(this);
    m_close->setText(tr("Close without delivering"));
    m_close->setFocus();
}

} // namespace views
