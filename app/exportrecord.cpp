// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/exportrecord.h"

#include "app/offline.h"
#include "service/core/jsonreader.h"

using namespace Qt::StringLiterals;

namespace app {

namespace {

engine::Command<LeafIndex> commandOf(const engine::ExportRecord &record)
{
    return [record](engine::Work &work) { return engine::recordExport(work, record); };
}

// The query goes as a text, so that the entry has it byte for byte.
QByteArray requestLine(const engine::ExportRecord &record)
{
    json::Writer writer;
    writer.beginObject().member("command", "record-export").member("format", record.format);
    writer.member("query", record.query).member("rows", record.rows).member("report_id", record.reportId).endObject();
    return writer.take();
}

QByteArray textOf(const json::Value &request, const char *name)
{
    const json::Value *value = request.find(name);
    return value && value->string() ? *value->string() : QByteArray();
}

std::optional<qint64> numberOf(const json::Value &request, const char *name)
{
    const json::Value *value = request.find(name);
    return value && value->number() ? value->number()->whole() : std::nullopt;
}

} // namespace

Result<LeafIndex> recordExport(
    const engine::DataPaths &paths, const engine::ExportRecord &record, const QCA::SecureArray &passphrase)
{
    if (engine::isHeld(paths.root)) {
        ASSIGN_OR_RETURN(const json::Value answer, engine::askControl(paths, requestLine(record)));
        const auto index = numberOf(answer, "index");
        if (!index)
            return fail(ErrorCode::Refused, u"The server answered without the entry's index."_s);
        return LeafIndex(*index);
    }
    ASSIGN_OR_RETURN(const auto offline, OfflineEngine::open(paths, passphrase));
    ASSIGN_OR_RETURN(const auto recorded, offline->client().ask<LeafIndex>(engine::systemCaller(), commandOf(record)));
    return recorded.value;
}

void answerExportRecord(engine::EngineClient client, const json::Value &request, engine::ControlServer::Reply reply)
{
    const engine::ExportRecord record{.format = textOf(request, "format"),
        .query = textOf(request, "query"),
        .rows = std::uint64_t(std::max<qint64>(0, numberOf(request, "rows").value_or(0))),
        .reportId = textOf(request, "report_id")};
    client.engine().post<LeafIndex>(engine::systemCaller(), commandOf(record),
        [reply = std::move(reply)](Result<engine::Committed<LeafIndex>> recorded) mutable {
            if (!recorded)
                return reply(std::unexpected(std::move(recorded.error())));
            json::Writer members;
            members.member("index", recorded->value);
            reply(members.take());
        });
}

} // namespace app
