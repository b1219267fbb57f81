// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/onboarding.h"

#include "models/format.h"
#include "models/shellwords.h"
#include "models/shownanswer.h"
#include "service/core/encoding.h"
#include "service/core/jsonwriter.h"
#include "service/crypto/publickeytext.h"

#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>

using namespace Qt::StringLiterals;

namespace models {

namespace {

constexpr qsizetype MostNamed = 3; // tokens in a sentence

// What the answer to a registration and the look-up of a tenant have in common.
struct TenantRecord
{
    tenancy::TenantSpec spec;
    QString state;
    Timestamp createdAt;
    TokenId createdBy;
};

std::optional<TenantRecord> readRecord(const QByteArray &body)
{
    const QJsonObject record = QJsonDocument::fromJson(body).object();
    const auto created = parseTime(record["created_at"_L1].toString().toLatin1());
    const auto number = [&](QLatin1StringView name) { return record[name].toInteger(-1); };
    if (!created)
        return std::nullopt;
    return TenantRecord{
        .spec = {.id = TenantId(record["tenant_id"_L1].toString().toLatin1()),
            .displayName = record["display_name"_L1].toString(),
            .limits = {number("max_vms"_L1), number("storage_quota_gb"_L1), number("api_rate_limit_rpm"_L1)},
            .labels = {}},
        .state = record["state"_L1].toString(),
        .createdAt = *created,
        .createdBy = TokenId(record["created_by"_L1].toString().toLatin1())};
}

} // namespace

Onboarding::Onboarding(EngineLink &link, const QUrl &server, QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_client(server)
{
    m_pause.setSingleShot(true);
    connect(&m_pause, &QTimer::timeout, this, [this] { std::exchange(m_goOn, {})(); });
}

Onboarding::~Onboarding()
{
    m_tenantToken.fill('\0');
    revokeAdministrator();
}

QString Onboarding::shellPreamble(OnboardingStep step) const
{
    const bool asTenant = step == OnboardingStep::Isolation || step == OnboardingStep::Quota;
    QStringList lines;
    if (step != OnboardingStep::Quota)
        lines.append(u"ADMIN_TOKEN=$(%1)"_s.arg(shellCommand(u"service-vm-tenant admin-token"_s, m_link.paths())));
    if (asTenant && m_tenant)
        lines.append(tr("# TENANT_TOKEN is the root token of %1, saved for instance: TENANT_TOKEN=$(cat %1.token)")
                         .arg(m_tenant->id.toString()));
    if (step == OnboardingStep::IssueToken)
        lines.append(
            tr("# Each run issues another token, with its text in the answer; revoke it when it is not wanted."));
    return lines.join(u'\n');
}

QString Onboarding::readLine() const
{
    return m_tenant ? shellCommand(u"service-fs read --filter tenant-id=%1 --event-type TENANT_CREATED --limit 1"_s.arg(
                                       m_tenant->id.toString()),
               m_link.paths())
                    : QString();
}

bool Onboarding::begin(OnboardingStep step)
{
    if (m_busy)
        return false;
    m_busy = true;
    m_step = step;
    m_records[size_t(step)] = {.state = State::Running};
    Q_EMIT changed(step);
    return true;
}

void Onboarding::pass(const QString &verdict)
{
    StepRecord &record = m_records[size_t(m_step)];
    record.state = State::Passed;
    record.verdict = verdict;
    m_busy = false;
    Q_EMIT changed(m_step);
}

void Onboarding::failStep(const QString &what, const Error &error, const QString &todo)
{
    StepRecord &record = m_records[size_t(m_step)];
    record.state = State::Failed;
    record.what = what;
    record.error = error;
    record.todo = todo;
    m_busy = false;
    Q_EMIT changed(m_step);
}

void Onboarding::stopWaiting()
{
    if (!isWaiting())
        return;
    m_pause.stop();
    m_goOn = {};
    failStep(tr("The check was stopped."),
        {.code = ErrorCode::RateLimited, .detail = tr("It was waiting for the tenant's rate.")},
        tr("Run it again when there is time for it."));
}

void Onboarding::refused(const QString &what, const HttpAnswer &answer)
{
    failStep(what, errorOf(answer));
}

void Onboarding::registerTenant(const tenancy::TenantSpec &spec)
{
    if (!begin(OnboardingStep::Register))
        return;
    json::Writer body;
    body.beginObject()
        .member("tenant_id", spec.id.text())
        .member("display_name", spec.displayName)
        .member("max_vms", spec.limits.maxVms)
        .member("storage_quota_gb", spec.limits.storageQuotaGb)
        .member("api_rate_limit_rpm", spec.limits.apiRateLimitRpm)
        .endObject();
    HttpRequest request{.method = "POST", .target = "/v1/tenants", .body = prettyJson(body.take()).toUtf8()};
    request.idempotencyKey = idempotencyKey(request);
    asAdministrator(tr("Register the tenant"), std::move(request),
        [this, spec](const HttpAnswer &answer) { onRegistered(spec, answer); });
}

void Onboarding::onRegistered(const tenancy::TenantSpec &spec, const HttpAnswer &answer)
{
    const QString what = tr("%1 was not created.").arg(spec.id.toString());
    if (answer.status != 201)
        return refused(what, answer);
    const auto record = readRecord(answer.body);
    if (!record || record->spec.id != spec.id || record->spec.displayName != spec.displayName
        || record->spec.limits != spec.limits)
        return failStep(
            what, {.code = ErrorCode::Corrupt, .detail = tr("The answer is not the record that was asked for.")});
    m_tenant = spec;
    m_createdAt = record->createdAt;
    m_createdBy = record->createdBy;
    m_createdIndex = parseDecimal(answer.header("Ledger-Index"));
    QString verdict = tr("%1 exists since %2").arg(spec.id.toString(), localTime(m_createdAt));
    if (m_createdIndex)
        verdict += tr(" · ledger #%1").arg(*m_createdIndex);
    pass(verdict);
}

void Onboarding::resume(const TenantId &tenant)
{
    if (m_tenant || !begin(OnboardingStep::Register))
        return;
    asAdministrator(tr("The tenant as it is"), {.target = "/v1/tenants/" + tenant.text()},
        [this, tenant](const HttpAnswer &answer) { onFound(tenant, answer); });
}

void Onboarding::onFound(const TenantId &tenant, const HttpAnswer &answer)
{
    const QString what = tr("The onboarding of %1 does not go on.").arg(tenant.toString());
    if (answer.status != 200)
        return refused(what, answer);
    const auto record = readRecord(answer.body);
    if (!record || record->spec.id != tenant)
        return failStep(
            what, {.code = ErrorCode::Corrupt, .detail = tr("The answer is not the record that was asked for.")});
    if (record->state == "deleted"_L1)
        return failStep(what, {.code = ErrorCode::TenantDeleted, .detail = tr("%1 is deleted.").arg(tenant.toString())},
            tr("Register a tenant with another id."));
    if (record->state != "active"_L1)
        return failStep(what,
            {.code = ErrorCode::TenantSuspended, .detail = tr("%1 is %2.").arg(tenant.toString(), record->state)});
    // The tenant counts as known only with its tokens.
    asAdministrator(tr("Its tokens"), {.target = "/v1/tenants/" + tenant.text() + "/tokens?limit=1000"},
        [this, what, record](const HttpAnswer &tokens) {
            if (tokens.status != 200)
                return refused(what, tokens);
            m_tenant = record->spec;
            m_createdAt = record->createdAt;
            m_createdBy = record->createdBy;
            onEarlierTokens(tokens);
        });
}

void Onboarding::onEarlierTokens(const HttpAnswer &answer)
{
    for (const QJsonValue &token : QJsonDocument::fromJson(answer.body).array())
        m_earlierTokens.append(token["token_id"_L1].toString());
    const tenancy::Limits &limits = m_tenant->limits;
    QString verdict = tr("%1 exists since %2: %3, %4 GB, %5 requests a minute.")
                          .arg(m_tenant->id.toString(), localTime(m_createdAt), vmCount(limits.maxVms),
                              count(limits.storageQuotaGb), count(limits.apiRateLimitRpm));
    if (!m_earlierTokens.isEmpty())
        verdict += u' '
            + tr("Tokens of it are active (%1): %2. A text that was not delivered can't be had again: revoke such a "
                 "token on the page Tokens.")
                  .arg(count(m_earlierTokens.size()),
                      QStringList(m_earlierTokens.first(std::min<qsizetype>(m_earlierTokens.size(), MostNamed)))
                          .join(u", "_s));
    pass(verdict);
}

void Onboarding::issueToken(const QString &publicKey, qint64 expiresInSeconds)
{
    if (!m_tenant || !begin(OnboardingStep::IssueToken))
        return;
    const auto key = crypto::parsePublicKeyText(publicKey);
    if (!key)
        return failStep(tr("No token was issued."),
            {.code = ErrorCode::InvalidField, .detail = {}, .fields = {{u"/subject_pubkey"_s, key.error().detail}}});
    const QByteArray canonical = crypto::publicKeyToText(*key);
    json::Writer body;
    body.beginObject()
        .member("subject_pubkey", canonical)
        .member("scope", "service:tenant-admin")
        .member("expires_in_seconds", expiresInSeconds)
        .endObject();
    HttpRequest request{.method = "POST",
        .target = "/v1/tenants/" + m_tenant->id.text() + "/tokens",
        .body = prettyJson(body.take()).toUtf8()};
    request.idempotencyKey = idempotencyKey(request);
    asAdministrator(tr("Issue the root token"), std::move(request),
        [this, canonical](const HttpAnswer &answer) { onIssued(canonical, answer); });
}

void Onboarding::onIssued(const QByteArray &publicKey, const HttpAnswer &answer)
{
    const QString what = tr("No token was issued.");
    if (answer.status != 201)
        return refused(what, answer);
    const QJsonObject body = QJsonDocument::fromJson(answer.body).object();
    const auto text = [&](const char *name) { return body[QLatin1StringView(name)].toString().toUtf8(); };
    const auto expires = parseTime(text("expires_at"));
    const auto scope = tokens::Scope::fromToken(text("scope"));
    const auto key = crypto::parsePublicKeyText(body["subject_pubkey"_L1].toString());
    if (text("tenant_id") != m_tenant->id.text() || text("subject_pubkey") != publicKey || text("token").isEmpty()
        || !key || !expires || !scope || scope->kind() != tokens::Scope::Kind::TenantAdmin)
        return failStep(tr("The token is not the one that was asked for."),
            {.code = ErrorCode::Corrupt, .detail = tr("Tenant, scope or key of the answer differ from the request.")},
            tr("Do not deliver it. Revoke %1.").arg(body["token_id"_L1].toString()));

    engine::IssuedToken issued;
    issued.text = text("token");
    issued.record.id = TokenId(text("token_id"));
    issued.record.tenant = m_tenant->id;
    issued.record.scope = *scope;
    issued.record.subjectKey = *key;
    issued.record.expiresAt = toSeconds(*expires);
    m_token = issued.record;
    m_tenantToken = issued.text;
    pass(tr("Token %1 for %2, good until %3 · ledger #%4")
             .arg(issued.record.id.toString(), m_tenant->id.toString(), localTime(*expires),
                 QString::fromLatin1(answer.header("Ledger-Index"))));
    Q_EMIT tokenIssued(issued);
}

void Onboarding::remove()
{
    stopWaiting();
    if (!m_tenant || m_busy)
        return;
    m_busy = true;
    deleteTenant(false);
}

void Onboarding::deleteTenant(bool again)
{
    mint([this, again](const Result<QByteArray> &token) {
        if (!token) {
            m_busy = false;
            Q_EMIT removalFailed(token.error());
            return;
        }
        const HttpRequest request{
            .method = "DELETE", .target = "/v1/tenants/" + m_tenant->id.text() + "?cascade=true", .token = *token};
        m_client.send(request, this, [this, again](const HttpAnswer &answer) {
            if (answer.status == 401 && !again) {
                revokeAdministrator();
                return deleteTenant(true);
            }
            m_busy = false;
            const Error error =
                answer.status == 0 ? Error{.code = ErrorCode::Unavailable, .detail = answer.failure} : errorOf(answer);
            // Gone already: by another hand, or by a request whose answer was lost.
            if (answer.status == 204 || error.code == ErrorCode::NotFound || error.code == ErrorCode::TenantDeleted)
                Q_EMIT removed();
            else
                Q_EMIT removalFailed(error);
        });
    });
}

} // namespace models
