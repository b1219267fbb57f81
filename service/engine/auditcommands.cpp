// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/auditcommands.h"

#include "service/core/encoding.h"
#include "service/core/jsonwriter.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

constexpr qsizetype LongestFormat = 16;

} // namespace

Result<void> checkExportQuery(const QByteArray &query)
{
    if (query.size() <= LongestExportQuery)
        return {};
    return fail(ErrorCode::InvalidField,
        u"The export can't be recorded: its query has %1 bytes, an entry takes %2. Ask for fewer values at once."_s
            .arg(query.size())
            .arg(LongestExportQuery));
}

Result<LeafIndex> recordExport(Work &work, const ExportRecord &record)
{
    TRY(checkExportQuery(record.query));
    const auto query = json::parse(record.query);
    const auto id = fromHex(record.reportId);
    const bool isWord = !record.format.isEmpty() && record.format.size() <= LongestFormat
        && std::ranges::all_of(record.format, [](char c) { return c >= 'a' && c <= 'z'; });
    if (!query || !query->object() || !id || id->size() != 32 || !isWord)
        return fail(ErrorCode::InvalidField, u"The export was not recorded: that is no record of one."_s);
    json::Writer data;
    data.beginObject().member("format", record.format).rawMember("query", record.query);
    data.member("rows", record.rows).member("report_id", record.reportId).endObject();
    return work.append("AUDIT_EXPORTED", {}, data.take());
}

Result<LeafIndex> recordBackup(Work &work, const BackupRecord &record)
{
    const auto sum = fromHex(record.sha256), root = fromBase64(record.root);
    if (!sum || sum->size() != 32 || !root || root->size() != 32 || record.bytes <= 0 || record.entries == 0)
        return fail(ErrorCode::InvalidField, u"The backup was not recorded: that is no record of one."_s);
    json::Writer data;
    data.beginObject().member("with_keys", record.withKeys).member("tree_size", record.entries);
    data.member("root", record.root).member("bytes", record.bytes).member("sha256", record.sha256).endObject();
    return work.append("BACKUP_CREATED", {}, data.take());
}

} // namespace engine
