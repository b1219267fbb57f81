// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The assistant's way to the server: whose token a request goes with, what is shown of it, and what holds it back.

#include "models/onboarding.h"
#include "models/shownanswer.h"
#include "service/core/uuid.h"

using namespace Qt::StringLiterals;

namespace models {

namespace {

constexpr qint64 AdministratorLife = 300; // seconds
constexpr qint64 RenewWithin = 30; // seconds left
constexpr int MostRetries = 5;

} // namespace

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

void Onboarding::asAdministrator(const QString &title, HttpRequest request, Handler handler, bool again)
{
    mint([this, title, request = std::move(request), handler = std::move(handler), again](
             const Result<QByteArray> &token) mutable {
        if (!token)
            return failStep(tr("No administrator's token could be made for this step."), token.error());
        request.token = *token;
        request.tokenName = "ADMIN_TOKEN";
        ask(title, request, [this, title, request, handler = std::move(handler), again](const HttpAnswer &answer) {
            if (answer.status != 401 || again)
                return handler(answer);
            // Somebody revoked it: once more with another.
            revokeAdministrator();
            asAdministrator(title, request, handler, true);
        });
    });
}

void Onboarding::asTenant(const QString &title, HttpRequest request, Handler handler)
{
    request.token = m_tenantToken;
    request.tokenName = "TENANT_TOKEN";
    ask(title, request, [this, handler = std::move(handler)](const HttpAnswer &answer) {
        if (answer.status != 401)
            return handler(answer);
        failStep(tr("The root token is no longer good."), errorOf(answer),
            tr("It has expired or was revoked: go back to step 2 and issue another one."));
        forgetToken();
    });
}

void Onboarding::forgetToken()
{
    m_tenantToken.fill('\0');
    m_tenantToken.clear();
    m_token.reset();
    // What was proved with it says nothing of another one. The step that has just failed goes on saying why.
    constexpr std::array WithIt{OnboardingStep::IssueToken, OnboardingStep::Isolation, OnboardingStep::Quota};
    for (const OnboardingStep step : WithIt) {
        if (step != m_step)
            m_records[size_t(step)] = {};
    }
    Q_EMIT tokenLost();
    for (const OnboardingStep step : WithIt)
        Q_EMIT changed(step);
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
        const std::chrono::seconds wait(std::max(answer.header("Retry-After").toInt(), 1));
        record.verdict = tr("The tenant's rate is used up; going on in %1 s.").arg(wait.count());
        m_goOn = [this, exchange, request, handler] {
            m_client.send(request, this, [this, exchange, request, handler](const HttpAnswer &next) {
                answered(exchange, request, next, handler);
            });
        };
        m_pause.start(wait);
        Q_EMIT changed(m_step);
        return;
    }
    record.verdict.clear();
    Q_EMIT changed(m_step);
    handler(answer);
}

} // namespace models
