// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/ledgerdetail.h"

#include "models/enginelink.h"
#include "models/format.h"
#include "service/ledger/reader.h"
#include "views/bytesview.h"
#include "views/icons.h"
#include "views/messages.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtCore/qsettings.h>
#include <QtGui/qaction.h>
#include <QtGui/qclipboard.h>
#include <QtGui/qguiapplication.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qsplitter.h>
#include <QtWidgets/qtreewidget.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

enum FieldRole
{
    FirstRole = Qt::UserRole,
    EndRole,
    CopyRole
};

constexpr const char *SplitterKey = "ledger/detail";

} // namespace

LedgerDetail::LedgerDetail(models::EngineLink &link, QWidget *parent)
    : QStackedWidget(parent)
    , m_link(link)
    , m_hint(new PlainLabel(this))
    , m_title(new PlainLabel(this))
    , m_fields(new QTreeWidget(this))
    , m_bytes(new BytesView(u"ledgerBytes"_s, tr("Bytes of the entry"), this))
    , m_splitter(new QSplitter(this))
    , m_copyField(nullptr)
{
    setObjectName(u"ledgerDetail"_s);
    m_fields->setObjectName(u"ledgerFields"_s);
    m_fields->setAccessibleName(tr("Fields of the entry"));
    m_fields->setHeaderLabels({tr("Field"), tr("Value")});
    m_fields->setColumnWidth(0, 150);
    m_fields->setUniformRowHeights(true);
    m_fields->setTabKeyNavigation(false);
    m_fields->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto *copy = new QAction(icon(u"copy"_s), tr("Copy the value"), m_fields);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    connect(copy, &QAction::triggered, this, &LedgerDetail::copyField);
    m_fields->addAction(copy);
    connect(m_fields, &QTreeWidget::currentItemChanged, this, &LedgerDetail::onFieldChosen);

    auto *card = new QFrame(this);
    card->setProperty("card", true);
    auto *column = new QVBoxLayout(card);
    column->setContentsMargins(Margin, Gap, Margin, Margin);
    column->setSpacing(Gap);
    column->addWidget(buildTitle());
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_fields);
    m_splitter->addWidget(m_bytes);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->restoreState(QSettings().value(QLatin1StringView(SplitterKey)).toByteArray());
    column->addWidget(m_splitter, 1);
    addWidget(buildHint());
    addWidget(card);
    showNone();
}

LedgerDetail::~LedgerDetail()
{
    QSettings().setValue(QLatin1StringView(SplitterKey), m_splitter->saveState());
}

QWidget *LedgerDetail::buildHint()
{
    m_hint->setObjectName(u"ledgerDetailHint"_s);
    m_hint->setProperty("muted", true);
    m_hint->setAlignment(Qt::AlignCenter);
    m_hint->setWordWrap(true);
    return m_hint;
}

QWidget *LedgerDetail::buildTitle()
{
    auto *row = new QWidget(this);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(Gap);
    m_title->setObjectName(u"ledgerDetailTitle"_s);
    m_title->setFont(titleFont());
    layout->addWidget(m_title, 1);
    m_copyField = new QPushButton(icon(u"copy"_s), tr("Copy value"), row);
    m_copyField->setObjectName(u"copyFieldButton"_s);
    m_copyField->setToolTip(tr("Copy the value of the chosen field (Ctrl+C in the list)"));
    connect(m_copyField, &QPushButton::clicked, this, &LedgerDetail::copyField);
    layout->addWidget(m_copyField);
    auto *copyEntry = new QPushButton(icon(u"copy"_s), tr("Copy entry"), row);
    copyEntry->setObjectName(u"copyEntryButton"_s);
    copyEntry->setToolTip(tr("Copy the stored line of JSON"));
    connect(copyEntry, &QPushButton::clicked, this,
        [this] { QGuiApplication::clipboard()->setText(QString::fromUtf8(m_bytes->bytes())); });
    layout->addWidget(copyEntry);
    setTabOrder({m_copyField, copyEntry, m_fields, m_bytes});
    return row;
}

void LedgerDetail::showNone()
{
    ++m_question;
    m_wanted.reset();
    m_hint->setText(tr("Choose an entry to see its fields and bytes."));
    setCurrentIndex(0);
}

void LedgerDetail::showEntry(LeafIndex index)
{
    if (m_wanted == index)
        return; // entries never change
    m_wanted = index;
    const quint64 question = ++m_question;
    m_link.ask<QByteArray>(
        this, [index](store::Database &database) { return ledger::LedgerReader(database).entry(index); },
        [this, question, index](const Result<QByteArray> &bytes) {
            if (question != m_question)
                return;
            if (bytes) {
                showBytes(index, *bytes);
                return;
            }
            m_wanted.reset();
            const QString what = tr("Entry %1 can't be read.").arg(models::count(qint64(index)));
            m_hint->setText(messageOf(what, bytes.error()).text());
            setCurrentIndex(0);
        });
}

void LedgerDetail::showBytes(LeafIndex index, const QByteArray &bytes)
{
    m_bytes->setBytes(bytes);
    m_fields->clear();
    const auto fields = models::entryFields(bytes);
    QString event = tr("not an entry");
    if (fields) {
        const auto found = std::ranges::find(*fields, u"event_type"_s, &models::EntryField::name);
        if (found != fields->end())
            event = models::plainText(found->text);
        addFields(m_fields->invisibleRootItem(), *fields);
        m_fields->expandAll();
    } else {
        new QTreeWidgetItem(m_fields, {tr("no fields"), fields.error().detail});
    }
    m_title->setText(u"#%1 · %2"_s.arg(models::count(qint64(index)), event));
    onFieldChosen();
    setCurrentIndex(1);
}

void LedgerDetail::addFields(QTreeWidgetItem *parent, const std::vector<models::EntryField> &fields)
{
    for (const models::EntryField &field : fields) {
        const QString value = field.children.empty() ? models::plainText(field.text) : QString();
        auto *item = new QTreeWidgetItem(parent, {models::plainText(field.name), value});
        item->setData(0, FirstRole, field.first);
        item->setData(0, EndRole, field.end);
        item->setData(0, CopyRole, field.text);
        item->setToolTip(1, models::toolTipText(models::plainText(field.text).left(2000)));
        item->setFont(1, fixedFont());
        addFields(item, field.children);
    }
}

void LedgerDetail::onFieldChosen()
{
    const QTreeWidgetItem *item = m_fields->currentItem();
    const bool isField = item && item->data(0, EndRole).isValid();
    m_copyField->setEnabled(isField);
    if (isField)
        m_bytes->mark(item->data(0, FirstRole).toLongLong(), item->data(0, EndRole).toLongLong());
    else
        m_bytes->mark(0, 0);
}

void LedgerDetail::copyField()
{
    if (const QTreeWidgetItem *item = m_fields->currentItem())
        QGuiApplication::clipboard()->setText(item->data(0, CopyRole).toString());
}

} // namespace views
