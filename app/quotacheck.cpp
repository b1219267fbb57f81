// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/quotacheck.h"

#include "app/offline.h"

#include <future>

using namespace Qt::StringLiterals;

namespace app {

namespace {

constexpr int LongestRecount = 120'000; // milliseconds

qint64 numberOf(const json::Value *object, const char *name)
{
    const json::Value *value = object ? object->find(name) : nullptr;
    return value && value->number() ? value->number()->whole().value_or(0) : 0;
}

QString usageText(const json::Value *usage)
{
    return u"%1 VMs and %2 GB"_s.arg(numberOf(usage, "vms")).arg(numberOf(usage, "storage_gb"));
}

// Of the entry's data, which both ends have.
QuotaCheck checkOf(const json::Value &report)
{
    const qint64 differing = numberOf(&report, "differing"), tenants = numberOf(&report, "tenants");
    QuotaCheck check{.exact = differing == 0, .lines = {}};
    if (check.exact) {
        check.lines.append(
            u"verified: %1 tenants, %2 VMs; usage is what a recount says"_s.arg(tenants).arg(numberOf(&report, "vms")));
        return check;
    }
    check.lines.append(u"refused: %1 of %2 tenants differ from a recount"_s.arg(differing).arg(tenants));
    const json::Value *first = report.find("first");
    for (const json::Value &drift : first && first->array() ? *first->array() : json::Array()) {
        const json::Value *id = drift.find("tenant_id");
        check.lines.append(
            u"%1: stored %2, counted %3"_s.arg(id && id->string() ? QString::fromUtf8(*id->string()) : QString(),
                usageText(drift.find("stored")), usageText(drift.find("counted"))));
    }
    return check;
}

} // namespace

Result<QuotaCheck> checkQuotas(const engine::DataPaths &paths, const QCA::SecureArray &passphrase)
{
    if (engine::isHeld(paths.root)) {
        ASSIGN_OR_RETURN(
            const json::Value answer, engine::askControl(paths, R"({"command":"quota-verify"})"_ba, LongestRecount));
        const json::Value *report = answer.find("report");
        if (!report)
            return fail(ErrorCode::Refused, u"The server answered without a report."_s);
        return checkOf(*report);
    }
    ASSIGN_OR_RETURN(const auto offline, OfflineEngine::open(paths, passphrase));
    engine::QueryThread queries(paths.database());
    std::promise<Result<engine::QuotaReport>> made;
    engine::verifyQuotas(queries, offline->client().engine(), engine::systemCaller(),
        [&made](Result<engine::QuotaReport> report) { made.set_value(std::move(report)); });
    ASSIGN_OR_RETURN(const engine::QuotaReport report, made.get_future().get());
    ASSIGN_OR_RETURN(const json::Value data, json::parse(engine::quotaReportData(report)));
    return checkOf(data);
}

void answerQuotaCheck(engine::QueryThread &queries, engine::Engine &engine, engine::ControlServer::Reply reply)
{
    engine::verifyQuotas(queries, engine, engine::systemCaller(),
        [reply = std::move(reply)](Result<engine::QuotaReport> report) mutable {
            if (!report)
                return reply(std::unexpected(std::move(report.error())));
            json::Writer members;
            members.rawMember("report", engine::quotaReportData(*report));
            reply(members.take());
        });
}

} // namespace app
