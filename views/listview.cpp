// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/listview.h"

#include "models/format.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtCore/qsettings.h>
#include <QtGui/qevent.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qtooltip.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace views {

namespace {

constexpr QLatin1StringView WidthsKey = "lists/widths/"_L1, OrderKey = "lists/order/"_L1;
constexpr int LargestWidth = 1000; // that is remembered

} // namespace

ListView::ListView(const QString &name, const QString &accessibleName, QWidget *parent)
    : QTableView(parent)
{
    setObjectName(name);
    setAccessibleName(accessibleName);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setShowGrid(false);
    setWordWrap(false);
    setSortingEnabled(false);
    setTabKeyNavigation(false); // Tab leaves the list
    setVerticalScrollMode(ScrollPerPixel);
    setFrameShape(QFrame::StyledPanel);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(RowHeight);
    horizontalHeader()->setFixedHeight(HeaderHeight);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
}

ListView::~ListView()
{
    QSettings settings;
    QStringList dragged;
    for (size_t i = 0; i < m_columns.size(); ++i)
        dragged.append(QString::number(m_columns[i].width == m_usualWidths[i] ? 0 : m_columns[i].width));
    settings.setValue(WidthsKey + objectName(), dragged);
    if (isSortingEnabled())
        settings.setValue(OrderKey + objectName(),
            QStringList{QString::number(horizontalHeader()->sortIndicatorSection()),
                QString::number(horizontalHeader()->sortIndicatorOrder())});
}

void ListView::setColumns(std::initializer_list<Column> columns)
{
    QHeaderView *header = horizontalHeader();
    m_columns = columns;
    header->setStretchLastSection(false);
    for (int i = 0; i < int(m_columns.size()); ++i) {
        Column &column = m_columns[size_t(i)];
        header->setSectionResizeMode(i, column.takesRest ? QHeaderView::Stretch : QHeaderView::Interactive);
        if (column.width > 0)
            column.width = std::max(column.width, header->sectionSizeHint(i));
        m_usualWidths.push_back(column.width);
    }
    restore();
    fit();
    connect(header, &QHeaderView::sectionResized, this, [this](int section, int, int size) {
        if (m_isFitting || size == 0 || m_columns[size_t(section)].takesRest)
            return;
        m_columns[size_t(section)].width = size;
        fit();
    });
}

void ListView::setModel(QAbstractItemModel *model)
{
    // Before the view's own, which chooses the neighbour.
    connect(model, &QAbstractItemModel::rowsAboutToBeRemoved, this, [this](const QModelIndex &, int first, int last) {
        if (currentIndex().row() >= first && currentIndex().row() <= last)
            setCurrentIndex({});
    });
    QTableView::setModel(model);
}

QModelIndex ListView::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers)
{
    const int rows = model() ? model()->rowCount() : 0;
    if (rows > 0 && (action == MoveHome || action == MoveEnd))
        return model()->index(action == MoveHome ? 0 : rows - 1, std::max(0, currentIndex().column()));
    return QTableView::moveCursor(action, modifiers);
}

void ListView::restore()
{
    const QSettings settings;
    const QStringList widths = settings.value(WidthsKey + objectName()).toStringList();
    for (size_t i = 0; i < m_columns.size() && size_t(widths.size()) == m_columns.size(); ++i) {
        if (const int width = widths[qsizetype(i)].toInt(); width > 0 && m_columns[i].width > 0)
            m_columns[i].width = std::clamp(width, horizontalHeader()->minimumSectionSize(), LargestWidth);
    }
    const QStringList order = settings.value(OrderKey + objectName()).toStringList();
    if (isSortingEnabled() && order.size() == 2 && order[0].toInt() < int(m_columns.size()))
        sortByColumn(order[0].toInt(), order[1].toInt() == 0 ? Qt::AscendingOrder : Qt::DescendingOrder);
}

int ListView::widthFor(const QString &text) const
{
    return fontMetrics().horizontalAdvance(text) + 2 * Gap;
}

void ListView::fit()
{
    if (m_isFitting || m_columns.empty())
        return;
    m_isFitting = true;
    int needed = 0;
    std::vector<size_t> leaving; // the first to go at the end
    for (size_t i = 0; i < m_columns.size(); ++i) {
        needed += m_columns[i].width;
        if (m_columns[i].goes > 0)
            leaving.push_back(i);
    }
    std::ranges::sort(leaving, {}, [this](size_t i) { return m_columns[i].goes; });
    std::vector<bool> gone(m_columns.size());
    for (; needed > viewport()->width() && !leaving.empty(); leaving.pop_back()) {
        gone[leaving.back()] = true;
        needed -= m_columns[leaving.back()].width;
    }
    for (size_t i = 0; i < m_columns.size(); ++i) {
        const int column = int(i);
        const bool hidden = gone[i] || m_columns[i].width == 0;
        if (isColumnHidden(column) != hidden)
            setColumnHidden(column, hidden);
        if (!hidden && !m_columns[i].takesRest && columnWidth(column) != m_columns[i].width)
            setColumnWidth(column, m_columns[i].width);
    }
    m_isFitting = false;
}

void ListView::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    fit();
}

bool ListView::viewportEvent(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto *help = static_cast<QHelpEvent *>(event);
        if (const QString text = toolTipOf(indexAt(help->pos())); !text.isEmpty()) {
            QToolTip::showText(help->globalPos(), models::toolTipText(text), viewport());
            return true;
        }
    }
    return QTableView::viewportEvent(event);
}

QString ListView::toolTipOf(const QModelIndex &index) const
{
    QStringList lines;
    for (int column = 0; index.isValid() && column < int(m_columns.size()); ++column) {
        if (m_columns[size_t(column)].width > 0 && isColumnHidden(column))
            lines.append(u"%1: %2"_s.arg(model()->headerData(column, Qt::Horizontal).toString(),
                index.siblingAtColumn(column).data().toString()));
    }
    if (lines.isEmpty())
        return {}; // the model's own
    const QString own = index.data(Qt::ToolTipRole).toString();
    const bool asItIs = own.isEmpty() || own.startsWith(u'<'); // markup, which can't be continued
    lines.prepend(asItIs ? index.data().toString() : own);
    return lines.join(u'\n');
}

ListOrHint::ListOrHint(QWidget *list, QWidget *parent)
    : QStackedWidget(parent)
    , m_title(new PlainLabel(this))
    , m_sentence(new PlainLabel(this))
    , m_action(new QPushButton(this))
{
    setObjectName(list->objectName() + "OrHint"_L1);
    auto *hint = new QFrame(this);
    hint->setProperty("card", true);
    auto *column = new QVBoxLayout(hint);
    column->addStretch();
    m_title->setObjectName(u"hintTitle"_s);
    m_title->setFont(titleFont());
    m_title->setAlignment(Qt::AlignHCenter);
    m_sentence->setObjectName(u"hintSentence"_s);
    m_sentence->setProperty("muted", true);
    m_sentence->setAlignment(Qt::AlignHCenter);
    m_sentence->setWordWrap(true);
    m_action->setObjectName(u"hintAction"_s);
    m_action->hide(); // until it is called something
    m_action->setProperty("primary", true);
    connect(m_action, &QPushButton::clicked, this, &ListOrHint::actionRequested);
    column->addWidget(m_title);
    column->addWidget(m_sentence);
    column->addSpacing(Gap);
    column->addWidget(m_action, 0, Qt::AlignHCenter);
    column->addStretch();
    addWidget(list);
    addWidget(hint);
}

void ListOrHint::showList()
{
    setCurrentIndex(0);
}

void ListOrHint::showHint(const QString &title, const QString &sentence, const QString &action)
{
    m_title->setText(title);
    m_sentence->setText(sentence);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    setCurrentIndex(1);
}

} // namespace views
