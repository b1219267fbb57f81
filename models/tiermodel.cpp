// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/tiermodel.h"

#include "models/format.h"
#include "models/tokenmodel.h"
#include "service/crypto/publickeytext.h"

using namespace Qt::StringLiterals;

namespace models {

namespace {

QString wordsOf(const Error &refusal)
{
    QStringList parts;
    for (const FieldError &field : refusal.fields)
        parts.append(
            field.pointer.isEmpty() ? field.detail : QString(field.pointer).remove(u'/') + u' ' + field.detail);
    return parts.isEmpty() ? refusal.detail : parts.join(u"; "_s);
}

QString wordsOf(const engine::TierOutcome &outcome, bool done)
{
    if (outcome.refusal)
        return TierModel::tr("✖ refused: %1").arg(wordsOf(*outcome.refusal));
    if (!outcome.changed())
        return TierModel::tr("unchanged: it has this tier");
    QStringList parts;
    if (outcome.issued)
        parts.append(done ? TierModel::tr("✔ new token issued") : TierModel::tr("✔ a new token"));
    if (!outcome.revoked.empty())
        parts.append((done ? TierModel::tr("%1 revoked") : TierModel::tr("%1 would be revoked"))
                         .arg(tokenCount(qint64(outcome.revoked.size()))));
    return parts.join(u", "_s);
}

} // namespace

void TierModel::show(const std::vector<TierLine> &lines, const std::vector<engine::TierOutcome> &outcomes, bool done)
{
    beginResetModel();
    m_rows.clear();
    for (size_t i = 0; i < lines.size() && i < outcomes.size(); ++i) {
        const TierLine &line = lines[i];
        const engine::TierOutcome &outcome = outcomes[i];
        Row row;
        row.key = line.row ? QString::fromLatin1(crypto::keyThumbprint(line.row->subjectKey)) : line.key;
        row.cells = {count(line.number), shortHash(row.key),
            line.row ? QString::fromLatin1(line.row->scope.text()) : line.scope, wordsOf(outcome, done)};
        row.verdict = outcome.refusal ? Verdict::Refused : outcome.changed() ? Verdict::Changed : Verdict::Unchanged;
        row.revoked = qint64(outcome.revoked.size());
        m_rows.push_back(std::move(row));
    }
    endResetModel();
}

void TierModel::clear()
{
    beginResetModel();
    m_rows.clear();
    endResetModel();
}

auto TierModel::sums() const -> Sums
{
    Sums sums;
    for (const Row &row : m_rows) {
        sums.changed += row.verdict == Verdict::Changed;
        sums.unchanged += row.verdict == Verdict::Unchanged;
        sums.refused += row.verdict == Verdict::Refused;
        sums.revoked += row.revoked;
    }
    return sums;
}

QVariant TierModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[size_t(index.row())];
    const QString &cell = row.cells[size_t(index.column())];
    switch (role) {
    case Qt::DisplayRole:
        return cell;
    case Qt::AccessibleTextRole:
        return headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString() + u' ' + cell;
    case Qt::ToolTipRole:
        return toolTipText(index.column() == KeyColumn ? row.key : cell);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            (index.column() == NumberColumn ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case VerdictRole:
        return int(row.verdict);
    default:
        return {};
    }
}

QVariant TierModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return QAbstractTableModel::headerData(section, orientation, role);
    switch (section) {
    case NumberColumn:
        return tr("Row");
    case KeyColumn:
        return tr("Holder's key");
    case ScopeColumn:
        return tr("Scope");
    case VerdictColumn:
        return tr("Verdict");
    default:
        return {};
    }
}

} // namespace models
