// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tenancy/tenantjson.h"

#include "service/core/jsonreader.h"

using namespace Qt::StringLiterals;

namespace tenancy {

namespace {

constexpr qsizetype MostLabels = 32, MostLabelKey = 63, MostLabelValue = 255; // keys and values in bytes

// One label at a time; null removes in a patch and is a mistake elsewhere.
void readLabels(json::ObjectReader &reader, const json::Value &value, Labels &labels, bool patch)
{
    const json::Object *members = value.object();
    if (!members) {
        reader.reject(u"labels"_s, u"must be an object of strings"_s);
        return;
    }
    for (const json::Member &member : *members) {
        const QString name = json::fromString(member.name);
        const QByteArray *text = member.value.string();
        if (member.name.isEmpty() || member.name.size() > MostLabelKey || json::hasControlCharacters(name))
            reader.reject(u"labels"_s, u"label names have 1 to %1 bytes and no control characters"_s.arg(MostLabelKey));
        else if (patch && member.value.isNull())
            labels.remove(name);
        else if (!text || text->size() > MostLabelValue || json::hasControlCharacters(json::fromString(*text)))
            reader.rejectInside(u"labels"_s, name,
                u"must be a string of at most %1 bytes without control characters"_s.arg(MostLabelValue));
        else
            labels.insert(name, QString::fromUtf8(*text));
    }
    if (labels.size() > MostLabels)
        reader.reject(u"labels"_s, u"has %1 labels; at most %2 are kept"_s.arg(labels.size()).arg(MostLabels));
}

// The name, empty for null; nothing where there is none. Whether there is such a plan is the engine's to say.
std::optional<QString> readPlan(json::ObjectReader &reader)
{
    const json::Value *value = reader.optionalValue("plan");
    if (!value)
        return {};
    if (value->isNull())
        return QString();
    if (!value->string() || !isTenantId(*value->string())) {
        reader.reject(u"plan"_s, u"must be the name of a plan, or null"_s);
        return {};
    }
    return QString::fromLatin1(*value->string());
}

} // namespace

QString tenantIdMistake(QStringView text)
{
    if (text.isEmpty())
        return u"is required"_s;
    if (text.size() > 63)
        return u"has %1 characters; at most 63 are allowed"_s.arg(text.size());
    for (const QChar c : text) {
        if (!((c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9') || c == u'-'))
            return u"may hold only a-z, 0-9 and '-'"_s;
    }
    if (!isTenantId(text.toUtf8()))
        return u"must begin with a letter and must not end with '-'"_s;
    return {};
}

Result<TenantSpec> readTenantSpec(const json::Value &body)
{
    json::ObjectReader reader(body);
    TenantSpec spec;
    if (!reader.has("tenant_id")) {
        reader.text("tenant_id", 1, 63); // says that it is required
    } else if (const auto id = reader.optionalText("tenant_id", 0, 1000)) {
        if (const QString mistake = tenantIdMistake(*id); !mistake.isEmpty())
            reader.reject(u"tenant_id"_s, mistake);
        spec.id = TenantId(id->toUtf8());
    }
    spec.displayName = reader.text("display_name", 1, 200);
    spec.plan = readPlan(reader).value_or(QString());
    const auto limit = [&](const char *name, qint64 least, qint64 most) {
        return spec.plan.isEmpty() ? reader.integer(name, least, most)
                                   : reader.optionalInteger(name, least, most).value_or(FromPlan);
    };
    spec.limits.maxVms = limit("max_vms", 0, MostVms);
    spec.limits.storageQuotaGb = limit("storage_quota_gb", 0, MostStorageGb);
    spec.limits.apiRateLimitRpm = limit("api_rate_limit_rpm", 1, MostRpm);
    if (const json::Value *labels = reader.optionalValue("labels"))
        readLabels(reader, *labels, spec.labels, false);
    TRY(reader.finish());
    return spec;
}

Result<TenantPatch> readTenantPatch(const json::Value &body, const Labels &labels)
{
    static constexpr const char *fixed[] = {"tenant_id", "state", "created_at", "created_by", "updated_at",
        "deleted_at", "purged_at", "usage", "over_quota", "warnings"};
    if (const json::Object *members = body.object()) {
        for (const json::Member &member : *members) {
            for (const char *name : fixed) {
                if (member.name == name) {
                    const QString field = QString::fromLatin1(name);
                    return fail(Error{.code = ErrorCode::ImmutableField,
                        .detail = u"%1 can't be changed. Leave it out of the patch."_s.arg(field),
                        .fields = {{u'/' + field, u"can't be changed"_s}}});
                }
            }
        }
    }
    json::ObjectReader reader(body);
    TenantPatch patch;
    patch.displayName = reader.optionalText("display_name", 1, 200);
    patch.maxVms = reader.optionalInteger("max_vms", 0, MostVms);
    patch.storageQuotaGb = reader.optionalInteger("storage_quota_gb", 0, MostStorageGb);
    patch.apiRateLimitRpm = reader.optionalInteger("api_rate_limit_rpm", 1, MostRpm);
    if (const json::Value *value = reader.optionalValue("labels")) {
        patch.labels = value->isNull() ? Labels() : labels;
        if (!value->isNull())
            readLabels(reader, *value, *patch.labels, true);
    }
    patch.plan = readPlan(reader);
    TRY(reader.finish());
    return patch;
}

QByteArray labelsJson(const Labels &labels)
{
    json::Writer writer;
    writer.beginObject();
    for (const auto &[name, text] : labels.asKeyValueRange()) {
        QByteArray quoted;
        json::appendString(quoted, name.toUtf8());
        writer.key(QByteArrayView(quoted).sliced(1, quoted.size() - 2)).value(text);
    }
    writer.endObject();
    return writer.take();
}

Result<Labels> labelsFromJson(QByteArrayView text)
{
    ASSIGN_OR_RETURN(const json::Value value, json::parse(text, 2));
    Labels labels;
    if (!value.object())
        return fail(ErrorCode::Corrupt, u"Stored labels are no object."_s);
    for (const json::Member &member : *value.object()) {
        if (!member.value.string())
            return fail(ErrorCode::Corrupt, u"A stored label is no string."_s);
        labels.insert(QString::fromUtf8(member.name), QString::fromUtf8(*member.value.string()));
    }
    return labels;
}

void writeTenant(json::Writer &writer, const Tenant &tenant)
{
    writer.beginObject()
        .member("tenant_id", tenant.id.text())
        .member("display_name", tenant.displayName)
        .member("max_vms", tenant.limits.maxVms)
        .member("storage_quota_gb", tenant.limits.storageQuotaGb)
        .member("api_rate_limit_rpm", tenant.limits.apiRateLimitRpm)
        .rawMember("labels", labelsJson(tenant.labels))
        .textOrNull("plan", tenant.plan.toUtf8())
        .member("state", toText(tenant.state))
        .member("created_at", formatTime(tenant.createdAt))
        .member("created_by", tenant.createdBy.text())
        .member("updated_at", formatTime(tenant.updatedAt))
        .member("deleted_at", tenant.deletedAt ? std::optional(formatTime(*tenant.deletedAt)) : std::nullopt)
        .member("purged_at", tenant.purgedAt ? std::optional(formatTime(*tenant.purgedAt)) : std::nullopt);
    writer.key("usage")
        .beginObject()
        .member("vms", tenant.usage.vms)
        .member("storage_gb", tenant.usage.storageGb)
        .endObject()
        .member("over_quota", tenant.isOverQuota());
    writeWarnings(writer, tenant);
    writer.endObject();
}

void writeWarnings(json::Writer &writer, const Tenant &tenant)
{
    writer.key("warnings").beginArray();
    for (const QuotaWarning &warning : warningsOf(tenant))
        writer.raw(quotaWarningData(warning));
    writer.endArray();
}

QByteArray quotaWarningData(const QuotaWarning &warning)
{
    json::Writer writer;
    writer.beginObject()
        .member("quota", warning.quota)
        .member("percent", warning.percent)
        .member("limit", warning.limit)
        .member("used", warning.used)
        .endObject();
    return writer.take();
}

QByteArray tenantJson(const Tenant &tenant)
{
    json::Writer writer;
    writeTenant(writer, tenant);
    return writer.take();
}

QByteArray tenantEntryData(const Tenant &tenant)
{
    json::Writer writer;
    writer.beginObject()
        .member("display_name", tenant.displayName)
        .member("max_vms", tenant.limits.maxVms)
        .member("storage_quota_gb", tenant.limits.storageQuotaGb)
        .member("api_rate_limit_rpm", tenant.limits.apiRateLimitRpm)
        .rawMember("labels", labelsJson(tenant.labels))
        .textOrNull("plan", tenant.plan.toUtf8())
        .endObject();
    return writer.take();
}

QByteArray changesEntryData(const Tenant &before, const Tenant &after)
{
    json::Writer writer;
    writer.beginObject().key("changes").beginObject();
    const auto change = [&writer](QByteArrayView name, const auto &old, const auto &now) {
        if (old != now)
            writer.key(name).beginObject().member("old", old).member("new", now).endObject();
    };
    change("display_name", before.displayName, after.displayName);
    change("max_vms", before.limits.maxVms, after.limits.maxVms);
    change("storage_quota_gb", before.limits.storageQuotaGb, after.limits.storageQuotaGb);
    change("api_rate_limit_rpm", before.limits.apiRateLimitRpm, after.limits.apiRateLimitRpm);
    const auto plan = [](const Tenant &tenant) {
        return tenant.plan.isEmpty() ? std::nullopt : std::optional(tenant.plan);
    };
    change("plan", plan(before), plan(after));
    if (before.labels != after.labels)
        writer.key("labels")
            .beginObject()
            .rawMember("old", labelsJson(before.labels))
            .rawMember("new", labelsJson(after.labels))
            .endObject();
    writer.endObject().endObject();
    return writer.take();
}

} // namespace tenancy
