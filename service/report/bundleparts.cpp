// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/bundleparts.h"

#include "service/core/encoding.h"
#include "service/core/visibletext.h"

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace report {

namespace {

constexpr quint64 BlockLength = 64 * 1024;
constexpr std::size_t MostCheckpoints = 10'000;
constexpr std::array Needed{"README.txt", "report.pdf", "entries.csv", "entries.jsonl", "vkey", "policy.txt",
    "jwks-history.json", "query.json", ManifestName};

std::unexpected<Error> bad(const QString &what)
{
    return fail(ErrorCode::Corrupt, what);
}

std::optional<std::uint64_t> numberIn(QByteArrayView name, QByteArrayView before, QByteArrayView after)
{
    if (!name.startsWith(before) || !name.endsWith(after) || name.size() <= before.size() + after.size())
        return {};
    return parseDecimal(name.sliced(before.size()).chopped(after.size()), INT64_MAX);
}

} // namespace

std::optional<Part> partNamed(const QByteArray &name)
{
    if (std::ranges::contains(Needed, name) || name == NoteName || name == LogName)
        return Part{};
    if (const auto size = numberIn(name, "checkpoints/", ""))
        return Part{.kind = PartKind::Checkpoint, .number = *size};
    if (const auto index = numberIn(name, "proofs/", ".tlog-proof"))
        return Part{.kind = PartKind::Proof, .number = *index};
    if (const auto index = numberIn(name, "proofs/", ".entry"))
        return Part{.kind = PartKind::Entry, .number = *index};
    if (const auto tile =
            name.startsWith("log/") ? ledger::parseTilePath(QByteArrayView(name).sliced(4)) : std::nullopt)
        return Part{.kind = PartKind::Tile, .number = 0, .tile = *tile};
    return {};
}

Result<BundleParts> sortParts(ZipArchive &zip)
{
    BundleParts parts;
    bool hasTiles = false, hasProofs = false;
    QByteArray last;
    TRY(zip.forEach([&](const ZipArchive::Member &member) -> Result<void> {
        const auto part = partNamed(member.name);
        if (!part)
            return bad(u"%1 is not listed in the manifest, and no file that a bundle holds."_s.arg(
                visibleText(QString::fromUtf8(member.name))));
        if (part->kind == PartKind::Single)
            parts.singles.emplace(member.name, member);
        else if (part->kind == PartKind::Checkpoint)
            parts.checkpoints.emplace(part->number, member);
        else
            (part->kind == PartKind::Tile ? hasTiles : hasProofs) = true;
        if (parts.checkpoints.size() > MostCheckpoints)
            return bad(u"There are more than %1 checkpoints."_s.arg(MostCheckpoints));
        last = member.name;
        return {};
    }));
    for (const char *name : Needed) {
        if (!parts.singles.contains(name))
            return bad(u"%1 is missing."_s.arg(QLatin1StringView(name)));
    }
    parts.isWhole = parts.singles.contains(LogName);
    if (hasTiles && !parts.isWhole)
        return bad(u"%1 is missing."_s.arg(QLatin1StringView(LogName)));
    if (hasProofs && parts.isWhole)
        return bad(u"It has both the tiles of a whole ledger and the proofs of an excerpt."_s);
    if (last != (parts.singles.contains(NoteName) ? NoteName : ManifestName))
        return bad(u"%1 stands behind the manifest, which can't list it."_s.arg(QString::fromUtf8(last)));
    return parts;
}

Result<std::optional<QByteArray>> Lines::next()
{
    for (;;) {
        const qsizetype end = m_block.indexOf('\n', m_at);
        if (end >= 0) {
            QByteArray line = m_block.sliced(m_at, end - m_at);
            m_at = end + 1;
            return std::optional(std::move(line));
        }
        m_block = m_block.sliced(m_at);
        m_at = 0;
        if (m_block.size() > ledger::MaxEntrySize)
            return bad(u"%1 has a line of more than %2 bytes."_s.arg(QString::fromUtf8(m_member.name))
                           .arg(ledger::MaxEntrySize));
        ASSIGN_OR_RETURN(const QByteArray more, m_zip.readAt(m_member, m_read, BlockLength));
        if (more.isEmpty() && m_block.isEmpty())
            return std::optional<QByteArray>();
        if (more.isEmpty())
            return bad(u"The last line of %1 has no end."_s.arg(QString::fromUtf8(m_member.name)));
        m_read += quint64(more.size());
        m_block += more;
    }
}

} // namespace report
