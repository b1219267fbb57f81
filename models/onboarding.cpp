// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/onboarding.h"

#include "models/format.h"
#include "models/shownanswer.h"
#include "service/core/encoding.h"
#include "service/core/jsonwriter.h"
#include "service/core/uuid.h"
#include "service/crypto/publickeytext.h"

#include <QtCore/qjsondocument.h>

using namespace Qt::StringLiterals;

namespace models {

namespace {

constexpr qint64 AdministratorLife = 300; // seconds
constexpr qint64 RenewWithin = 30; // seconds left
constexpr int MostRetries = 5;

} // namespace

Onboarding::Onboarding(EngineLink &link, const QUrl &server, QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_client(server)
{
}

Onboarding::~Onboarding()
{
    m_tenantToken.fill('\0');
    revokeAdministrator();
}

QString Onboarding::readLine(const TenantId &tenant)
{
    return u"service-fs read --filter tenant-id=%1 --event-type TENANT_CREATED --limit 1"_s.arg(tenant.toString());
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

void Onboarding::refused(const QString &what, const HttpAnswer &answer)
{
    failStep(what, errorOf(answer));
}

QByteArray Onboarding::idempotencyKey(const HttpRequest &request)
{
    const QByteArray body = request.target + '\n' + request.body;
    if (m_lastBody.first != body)
        m_lastBody = {body, newUuid(m_link.clock().now())};
    return m_lastBody.second;
}

void Onboarding::mint(std::function<void(const Result<QByteArray> &)> handler)
{
    const qint64 now = toSeconds(m_link.clock().now());
    if (m_administrator && m_administrator->record.expiresAt - now > RenewWithin)
        return handler(m_administrator->text);
    revokeAdministrator();
    m_link.change<engine::IssuedToken>(
        this,
        [](engine::Work &work) {
            return engine::issueAdministrator(work, {.name = u"onboarding"_s, .expiresInSeconds = AdministratorLife});
        },
        [this, handler = std::move(handler)](const Result<engine::Committed<engine::IssuedToken>> &issued) {
            if (!issued)
                return handler(std::unexpected(issued.error()));
            m_administrator = issued->value;
            handler(m_administrator->text);
        });
}

void Onboarding::revokeAdministrator()
{
    if (!m_administrator)
        return;
    // The link is the context: this object may be going.
    m_link.change<engine::Nothing>(
        &m_link,
        [id = m_administrator->record.id](engine::Work &work) -> Result<engine::Nothing> {
            TRY(engine::revokeToken(work, id, u"onboarding ended"_s));
            return engine::Nothing{};
        },
        [](const auto &) {});
    m_administrator->text.fill('\0');
    m_administrator.reset();
}

void Onboarding::asAdministrator(const QString &title, HttpRequest request, Handler handler)
{
    mint([this, title, request = std::move(request), handler = std::move(handler)](
             const Result<QByteArray> &token) mutable {
        if (!token)
            return failStep(tr("No administrator's token could be made for this step."), token.error());
        request.token = *token;
        request.tokenName = "ADMIN_TOKEN";
        ask(title, request, std::move(handler));
    });
}

void Onboarding::asTenant(const QString &title, HttpRequest request, Handler handler)
{
    request.token = m_tenantToken;
    request.tokenName = "TENANT_TOKEN";
    ask(title, request, std::move(handler));
}

void Onboarding::ask(const QString &title, const HttpRequest &request, Handler handler)
{
    m_retries = 0;
    QList<Exchange> &exchanges = m_records[size_t(m_step)].exchanges;
    const qsizetype number = exchanges.size();
    exchanges.append({.title = title, .curl = request.curl(m_client.server()), .answer = {}});
    Q_EMIT changed(m_step);
    m_client.send(request, this, [this, number, request, handler = std::move(handler)](const HttpAnswer &answer) {
        answered(number, request, answer, handler);
    });
}

void Onboarding::answered(
    qsizetype exchange, const HttpRequest &request, const HttpAnswer &answer, const Handler &handler)
{
    StepRecord &record = m_records[size_t(m_step)];
    if (answer.status == 0) {
        if (m_step == OnboardingStep::Register || m_step == OnboardingStep::IssueToken)
            m_lost = m_step;
        record.exchanges[exchange].answer = tr("no answer: %1").arg(answer.failure);
        return failStep(tr("The server did not answer."), {.code = ErrorCode::Unavailable, .detail = answer.failure},
            tr("See whether it still runs, then try again; nothing is made twice."));
    }
    if (m_lost == m_step)
        m_lost.reset();
    record.exchanges[exchange].answer = shownAnswer(answer);
    // A tenant with a small rate is checked at that rate; that it is held back is as it should be.
    if (answer.status == 429 && errorOf(answer).code == ErrorCode::RateLimited && m_retries < MostRetries) {
        ++m_retries;
        const std::chrono::seconds wait(answer.header("Retry-After").toInt());
        record.verdict = tr("The tenant's rate is used up for now; going on in %1 s.").arg(wait.count());
        Q_EMIT changed(m_step);
        QTimer::singleShot(wait, this, [this, exchange, request, handler] {
            m_client.send(request, this, [this, exchange, request, handler](const HttpAnswer &next) {
                answered(exchange, request, next, handler);
            });
        });
        return;
    }
    record.verdict.clear();
    Q_EMIT changed(m_step);
    handler(answer);
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
    HttpRequest request{.method = "POST", .target = "/v1/tenants", .body = body.take()};
    request.idempotencyKey = idempotencyKey(request);
    asAdministrator(tr("Register the tenant"), std::move(request),
        [this, spec](const HttpAnswer &answer) { onRegistered(spec, answer); });
}

void Onboarding::onRegistered(const tenancy::TenantSpec &spec, const HttpAnswer &answer)
{
    const QString what = tr("%1 was not created.").arg(spec.id.toString());
    if (answer.status != 201)
        return refused(what, answer);
    const QJsonObject record = QJsonDocument::fromJson(answer.body).object();
    const auto created = parseTime(record["created_at"_L1].toString().toLatin1());
    if (record["tenant_id"_L1].toString() != spec.id.toString() || !created)
        return failStep(
            what, {.code = ErrorCode::Corrupt, .detail = tr("The answer is not the record that was asked for.")});
    m_tenant = spec;
    m_createdAt = *created;
    m_createdIndex = parseDecimal(answer.header("Ledger-Index"));
    QString verdict = tr("%1 exists since %2").arg(spec.id.toString(), localTime(m_createdAt));
    if (m_createdIndex)
        verdict += tr(" · ledger #%1").arg(*m_createdIndex);
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
    HttpRequest request{
        .method = "POST", .target = "/v1/tenants/" + m_tenant->id.text() + "/tokens", .body = body.take()};
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
    if (!m_tenant || m_busy)
        return;
    m_busy = true;
    mint([this](const Result<QByteArray> &token) {
        if (!token) {
            m_busy = false;
            Q_EMIT removalFailed(token.error());
            return;
        }
        const HttpRequest request{
            .method = "DELETE", .target = "/v1/tenants/" + m_tenant->id.text() + "?cascade=true", .token = *token};
        m_client.send(request, this, [this](const HttpAnswer &answer) {
            m_busy = false;
            if (answer.status == 204)
                Q_EMIT removed();
            else if (answer.status == 0)
                Q_EMIT removalFailed({.code = ErrorCode::Unavailable, .detail = answer.failure});
            else
                Q_EMIT removalFailed(errorOf(answer));
        });
    });
}

} // namespace models
