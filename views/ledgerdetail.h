// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The chosen entry: its fields as a tree on the left, its stored bytes on the right with those of the chosen field
// marked. Every field can be copied.
#pragma once

#include "models/entryfields.h"
#include "service/core/ids.h"

#include <QtWidgets/qstackedwidget.h>

class QLabel;
class QPushButton;
class QSplitter;
class QTreeWidget;
class QTreeWidgetItem;

namespace models {
class EngineLink;
}

namespace views {

class BytesView;

class LedgerDetail : public QStackedWidget
{
    Q_OBJECT

public:
    LedgerDetail(models::EngineLink &link, QWidget *parent);
    ~LedgerDetail() override;

    // Reads the entry; what was shown stays until it is there.
    void showEntry(LeafIndex index);
    void showNone();

private:
    QWidget *buildHint();
    QWidget *buildTitle();
    void showBytes(LeafIndex index, const QByteArray &bytes);
    void addFields(QTreeWidgetItem *parent, const std::vector<models::EntryField> &fields);
    void onFieldChosen();
    void copyField();

    models::EngineLink &m_link;
    QLabel *m_hint;
    QLabel *m_title;
    QTreeWidget *m_fields;
    BytesView *m_bytes;
    QSplitter *m_splitter;
    QPushButton *m_copyField;
    std::optional<LeafIndex> m_wanted;
    quint64 m_question = 0; // tells late answers from the one that was asked last
};

} // namespace views
