// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/bundlelog.h"

#include "service/ledger/tilestore.h"

#include <QtCore/qendian.h>

using namespace Qt::StringLiterals;

namespace report {

void LogCheck::completed(int level, const ledger::Digest &hash)
{
    auto &tile = m_partials[size_t(level)];
    tile.push_back(hash);
    if (tile.size() < size_t(ledger::TileWidth))
        return;
    m_tiles[size_t(level)].push_back(crypto::sha256(ledger::toBytes(tile)));
    tile.clear();
}

Result<void> LogCheck::checkAgainstOlder()
{
    for (; m_nextOlder < m_claim.older.size(); ++m_nextOlder) {
        const auto &[name, opened] = m_claim.older[m_nextOlder];
        const ledger::Checkpoint &checkpoint = opened.checkpoint;
        if (checkpoint.size != m_frontier.size())
            return {};
        if (checkpoint.root != m_frontier.root())
            return m_claim.found(BundleDamage::Forked,
                u"%1 of %2 entries has another root: the history before it was changed."_s.arg(name).arg(
                    checkpoint.size));
    }
    return {};
}

Result<void> LogCheck::addEntries(const ZipArchive::Member &member, QByteArrayView content)
{
    while (!content.isEmpty()) {
        const auto length = content.size() < 2 ? qsizetype(-1) : qsizetype(qFromBigEndian<quint16>(content.data()));
        if (length < 0 || content.size() < 2 + length)
            return m_claim.found(
                BundleDamage::EntryChanged, u"%1 is no bundle of entries."_s.arg(QString::fromUtf8(member.name)));
        const QByteArrayView entry = content.sliced(2, length);
        const ledger::Digest leaf = ledger::leafHash(entry);
        if (entry.contains(QByteArrayView("KEY_ROTATED"))) {
            const auto fields = ledger::parseEntry(entry.toByteArray());
            if (!fields || fields->index != m_frontier.size())
                return m_claim.found(BundleDamage::EntryChanged,
                    u"Entry %1 is not as entries are."_s.arg(m_frontier.size()), m_frontier.size());
            TRY(m_claim.noteKeyChange(*fields));
        }
        content = content.sliced(2 + length);
        m_frontier.append(leaf, [this](int level, const ledger::Digest &hash) {
            if (level % ledger::TileHeight == 0)
                completed(level / ledger::TileHeight, hash);
        });
        completed(0, leaf);
        TRY(checkAgainstOlder());
    }
    return {};
}

// Of the tile that must come next, level by level; 0 behind the last one.
int LogCheck::nextWidth()
{
    while (m_level < ledger::TileLevels - 1 && ledger::tileWidthAt(m_level, m_nextTile, m_claim.report.size) == 0) {
        ++m_level;
        m_nextTile = 0;
    }
    return ledger::tileWidthAt(m_level, m_nextTile, m_claim.report.size);
}

// They follow one another as writeBundle() puts them: the entries, then level by level.
Result<void> LogCheck::add(const ZipArchive::Member &member, const ledger::TileId &tile, const QByteArray &content)
{
    const auto outOfPlace = [&] {
        return m_claim.found(
            BundleDamage::TileChanged, u"%1 is not the tile that follows."_s.arg(QString::fromUtf8(member.name)));
    };
    if (tile.level == ledger::TileId::Entries) {
        const int width = ledger::tileWidthAt(0, m_nextBundle, m_claim.report.size);
        if (tile != ledger::TileId{ledger::TileId::Entries, m_nextBundle, width})
            return outOfPlace();
        ++m_nextBundle;
        TRY(addEntries(member, content));
        if (m_frontier.size() != std::min(m_nextBundle * ledger::TileWidth, m_claim.report.size))
            return m_claim.found(BundleDamage::EntryChanged,
                u"%1 holds another number of entries."_s.arg(QString::fromUtf8(member.name)));
        return {};
    }
    if (m_nextBundle * ledger::TileWidth < m_claim.report.size)
        return outOfPlace();
    if (m_frontier.root() != m_claim.report.root)
        return m_claim.found(BundleDamage::EntryChanged,
            u"The %1 entries do not make the root that is signed."_s.arg(m_claim.report.size));
    const int width = nextWidth();
    if (tile != ledger::TileId{m_level, m_nextTile, width})
        return outOfPlace();
    const auto &full = m_tiles[size_t(m_level)];
    const bool isRight = m_nextTile < full.size() ? crypto::sha256(content) == full[m_nextTile]
                                                  : content == ledger::toBytes(m_partials[size_t(m_level)]);
    if (!isRight)
        return m_claim.found(BundleDamage::TileChanged,
            u"%1 is not the tile that the entries make."_s.arg(QString::fromUtf8(member.name)));
    if (m_level == 0)
        m_leafTiles.push_back(member);
    ++m_nextTile;
    return {};
}

Result<void> LogCheck::finish(Lines &rows)
{
    const std::uint64_t bundles = (m_claim.report.size + ledger::TileWidth - 1) / ledger::TileWidth;
    if (m_nextBundle != bundles || nextWidth() != 0)
        return m_claim.found(BundleDamage::FilesDiffer, u"Tiles of the log are missing."_s);
    if (m_frontier.root() != m_claim.report.root)
        return m_claim.found(BundleDamage::EntryChanged, u"The entries do not make the root that is signed."_s);
    return checkRows(rows);
}

// The lines of a whole ledger against its tiles, which are right by now; newest first where the query says so.
Result<void> LogCheck::checkRows(Lines &rows)
{
    QByteArray hashes;
    std::optional<std::uint64_t> at;
    for (quint64 i = 0; i < m_claim.report.size; ++i) {
        const LeafIndex index = m_claim.filter.reverse ? m_claim.report.size - 1 - i : i;
        const std::uint64_t n = index / ledger::TileWidth;
        if (at != n) {
            ASSIGN_OR_RETURN(hashes, m_claim.zip.readAt(m_leafTiles[n], 0, ledger::FullTileSize));
            at = n;
        }
        ASSIGN_OR_RETURN(const auto line, rows.next());
        if (!line
            || ledger::leafHash(*line).view()
                != QByteArrayView(hashes).sliced(
                    qsizetype(index % ledger::TileWidth) * ledger::HashSize, ledger::HashSize))
            return m_claim.found(BundleDamage::EntryChanged,
                u"entries.jsonl has another line where entry %1 stands."_s.arg(index), index);
    }
    ASSIGN_OR_RETURN(const auto more, rows.next());
    if (more || m_claim.report.rows != m_claim.report.size)
        return m_claim.found(BundleDamage::EntryChanged, u"entries.jsonl has another number of entries."_s);
    return {};
}

} // namespace report
