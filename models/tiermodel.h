// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A list of tiers with what became of each row, or would. Holds no token text. GUI thread.
#pragma once

#include "models/tierlist.h"

#include <QtCore/qabstractitemmodel.h>

namespace models {

class TierModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column
    {
        NumberColumn,
        KeyColumn,
        ScopeColumn,
        VerdictColumn,
        ColumnCount
    };
    enum class Verdict
    {
        Changed,
        Unchanged,
        Refused
    };
    Q_ENUM(Verdict)
    static constexpr int VerdictRole = Qt::UserRole; // Verdict as int

    struct Sums
    {
        qint64 changed = 0, unchanged = 0, refused = 0, revoked = 0; // rows, and tokens
    };

    using QAbstractTableModel::QAbstractTableModel;

    // One outcome a line. `done`: it has happened, and was no rehearsal.
    void show(const std::vector<TierLine> &lines, const std::vector<engine::TierOutcome> &outcomes, bool done);
    void clear();
    Sums sums() const;

    int rowCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : int(m_rows.size()); }
    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : ColumnCount; }
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row
    {
        std::array<QString, ColumnCount> cells;
        QString key; // whole
        Verdict verdict = Verdict::Refused;
        qint64 revoked = 0;
    };

    std::vector<Row> m_rows;
};

} // namespace models
