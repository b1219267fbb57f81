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

} // namespace engine
