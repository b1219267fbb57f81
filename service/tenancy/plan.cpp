// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tenancy/plan.h"

#include "service/core/jsonreader.h"
#include "service/tenancy/tenantjson.h"

#include <array>

namespace tenancy {

namespace {

constexpr std::array Members{&Limits::maxVms, &Limits::storageQuotaGb, &Limits::apiRateLimitRpm};

void writeLimits(json::Writer &writer, const Limits &limits)
{
    writer.member("max_vms", limits.maxVms)
        .member("storage_quota_gb", limits.storageQuotaGb)
        .member("api_rate_limit_rpm", limits.apiRateLimitRpm);
}

void writeLimitsOrNull(json::Writer &writer, QByteArrayView name, const Limits *limits)
{
    writer.key(name);
    if (!limits) {
        writer.value(nullptr);
        return;
    }
    writer.beginObject();
    writeLimits(writer, *limits);
    writer.endObject();
}

} // namespace

Limits chosen(Limits own, const Limits &plan)
{
    for (const auto member : Members) {
        if (own.*member == FromPlan)
            own.*member = plan.*member;
    }
    return own;
}

Limits following(Limits own, const Limits &old, const Limits &now)
{
    for (const auto member : Members) {
        if (own.*member == old.*member)
            own.*member = now.*member;
    }
    return own;
}

Result<Limits> readPlanLimits(const json::Value &body)
{
    json::ObjectReader reader(body);
    Limits limits;
    limits.maxVms = reader.integer("max_vms", 0, MostVms);
    limits.storageQuotaGb = reader.integer("storage_quota_gb", 0, MostStorageGb);
    limits.apiRateLimitRpm = reader.integer("api_rate_limit_rpm", 1, MostRpm);
    TRY(reader.finish());
    return limits;
}

void writePlan(json::Writer &writer, const Plan &plan, qint64 followers, qint64 differing)
{
    writer.member("name", plan.name);
    writeLimits(writer, plan.limits);
    writer.member("created_at", formatTime(plan.createdAt))
        .member("updated_at", formatTime(plan.updatedAt))
        .member("followers", followers)
        .member("differing", differing);
}

QByteArray planEntryData(const QString &name, const Limits *before, const Limits *after)
{
    json::Writer writer;
    writer.beginObject().member("name", name);
    writeLimitsOrNull(writer, "old", before);
    writeLimitsOrNull(writer, "new", after);
    writer.endObject();
    return writer.take();
}

} // namespace tenancy
