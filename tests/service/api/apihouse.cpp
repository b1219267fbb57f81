// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/service/api/apihouse.h"

#include "service/api/openapi.h"
#include "service/engine/engineclient.h"
#include "service/engine/foundation.h"
#include "service/engine/tokencommands.h"
#include "service/tokens/tokenstore.h"

#include <QtCore/qfile.h>
#include <QtCore/qjsondocument.h>
#include <QtTest/qtest.h>

#include <sys/stat.h>

using namespace Qt::StringLiterals;

namespace {

const QByteArray Issuer("http://127.0.0.1:9221");

template <typename Value>
Value orDie(Result<Value> result)
{
    if (!result)
        qFatal("the house can't be built: %s", qPrintable(result.error().detail));
    if constexpr (!std::is_void_v<Value>)
        return std::move(*result);
}

} // namespace

ApiHouse::ApiHouse()
{
    m_runtime = orDie(crypto::Runtime::start());
    ::umask(077);
    m_directory = orDie(engine::DataDirectory::lock(directory(),
        [this](const engine::DataPaths &paths) { return engine::buildInstallation(paths, clock, Issuer, {}); }));
    m_engine =
        orDie(engine::Engine::start({.directory = *m_directory, .clock = clock, .issuer = Issuer, .passphrase = {}}));
    m_api = std::make_unique<api::Api>(*m_engine, m_rates);
    m_api->exports().setProgram(QStringLiteral(HOUSE_PROGRAMS "/service-fs"));
    http::Options options;
    options.limits.bodyLimit = api::bodyLimit;
    m_door = std::make_unique<http::IoThread>(*m_api, clock, std::move(options));
    m_api->setServer(&m_door->server());
    QObject::connect(
        &m_door->server(), &http::Server::stopped, &m_door->server(), [this] { m_api->closeReader(); },
        Qt::DirectConnection);
    m_port = orDie(m_door->start(QHostAddress::LocalHost, 0));

    m_document = QJsonDocument::fromJson(api::openApiDocument()).object();
    const auto &table = api::routes();
    for (size_t i = 0; i < table.size(); ++i)
        m_router.add(table[i].method, table[i].pattern, int(i));

    const auto issueFor = [this](const QString &name, tokens::Scope::Kind kind) {
        const auto issued = orDie(engine::EngineClient(*m_engine).ask<engine::IssuedToken>(
            engine::systemCaller(), [name, kind](engine::Work &work) {
                return engine::issueAdministrator(work, {.name = name, .kind = kind});
            }));
        return Token{.text = issued.value.text, .id = issued.value.record.id.text()};
    };
    m_admin = issueFor(u"ops"_s, tokens::Scope::Kind::Admin);
    m_auditor = issueFor(u"revision"_s, tokens::Scope::Kind::Auditor);
}

ApiHouse::~ApiHouse()
{
    m_door->stop(std::chrono::seconds(1));
    m_engine.reset();
    m_door.reset();
    m_api.reset();
    m_directory.reset();
}

void ApiHouse::exportWith(const QString &program)
{
    QMetaObject::invokeMethod(
        &m_door->server(), [&] { m_api->exports().setProgram(program); }, Qt::BlockingQueuedConnection);
}

void ApiHouse::stopDoor()
{
    m_door->stop(std::chrono::milliseconds(0));
}

QByteArray ApiHouse::request(const QByteArray &method, const QByteArray &target, const QByteArray &token,
    const QByteArray &body, const QByteArray &fields)
{
    QByteArray text = method + ' ' + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + fields;
    if (!token.isEmpty())
        text += "Authorization: Bearer " + token + "\r\n";
    if (!body.isEmpty()) {
        if (!fields.toLower().contains("content-type:"))
            text += "Content-Type: application/json\r\n";
        text += "Content-Length: " + QByteArray::number(body.size()) + "\r\n";
    }
    return text + "\r\n" + body;
}

ApiHouse::Answer ApiHouse::ask(const QByteArray &method, const QByteArray &target, const QByteArray &token,
    const QByteArray &body, const QByteArray &fields)
{
    HttpProbe probe(m_port);
    const auto answer = probe.ask(request(method, target, token, body, fields),
        method == "HEAD" ? HttpProbe::Body::Omitted : HttpProbe::Body::Sent);
    judge(method, target, answer);
    return answer;
}

void ApiHouse::judge(const QByteArray &method, const QByteArray &target, const Answer &answer) const
{
    const qsizetype mark = target.indexOf('?');
    const QString mistake = mistakeOf(method, mark < 0 ? target : target.first(mark), answer);
    if (mistake.isEmpty())
        return;
    const QByteArray message = method + ' ' + target + ": " + mistake.toUtf8() + "\n" + answer.body.left(500);
    QTest::qFail(message.constData(), __FILE__, __LINE__);
}

QString ApiHouse::mistakeOf(const QByteArray &method, const QByteArray &path, const Answer &answer) const
{
    const QByteArray requestId = answer.header("X-Request-Id");
    if (!isRequestId(requestId) || answer.header("X-Content-Type-Options") != "nosniff")
        return u"a field that every answer has is missing"_s;
    const bool problem = answer.status >= 400;
    const QByteArray type = answer.header("Content-Type");
    if (problem && type != "application/problem+json")
        return u"a refusal is no problem+json"_s;
    if (problem && method != "HEAD") {
        const QJsonObject body = objectOf(answer);
        if (body["status"_L1].toInt() != answer.status || body["request_id"_L1].toString().toLatin1() != requestId
            || contractStatus(body["code"_L1].toString().toLatin1()) != answer.status)
            return u"the problem says something else than the answer"_s;
    }
    const auto match = m_router.match(method, path);
    if (match.outcome != http::Router::Match::Outcome::Found)
        return {};
    const api::Route &route = api::routes()[size_t(match.route)];
    const QJsonObject item =
        m_document["paths"_L1].toObject()[QString::fromLatin1(route.pattern).replace("*}"_L1, "}"_L1)].toObject();
    const QJsonObject responses =
        item[QString::fromLatin1(route.method).toLower()].toObject()["responses"_L1].toObject();
    const QString status = QString::number(answer.status);
    if (!responses.contains(status))
        return u"/openapi.json does not know the status %1 here"_s.arg(status);
    const QJsonObject content = responses[status].toObject()["content"_L1].toObject();
    if (content.isEmpty())
        return answer.body.isEmpty() && type.isNull() ? QString() : u"there is a body where none is foreseen"_s;
    if (!content.contains(QString::fromLatin1(type)))
        return u"the body is %1, foreseen is %2"_s.arg(QString::fromLatin1(type), content.keys().join(u' '));
    if (method == "HEAD" || !type.endsWith("json"))
        return {};
    QJsonParseError error;
    const QJsonDocument body = QJsonDocument::fromJson(answer.body, &error);
    if (error.error != QJsonParseError::NoError)
        return u"the body is no JSON"_s;
    return JsonSchema(m_document)
        .mistake(body.isArray() ? QJsonValue(body.array()) : QJsonValue(body.object()),
            content[QString::fromLatin1(type)].toObject()["schema"_L1].toObject());
}

void ApiHouse::addTenant(const QByteArray &id, const Limits &limits)
{
    const auto answer = ask("POST"_ba, "/v1/tenants"_ba, admin(),
        "{\"tenant_id\":\"" + id + "\",\"display_name\":\"The " + id + "\",\"max_vms\":"
            + QByteArray::number(limits.vms) + ",\"storage_quota_gb\":" + QByteArray::number(limits.storageGb)
            + ",\"api_rate_limit_rpm\":" + QByteArray::number(limits.rpm) + '}');
    QCOMPARE(answer.status, 201);
}

ApiHouse::Token ApiHouse::issue(
    const QByteArray &tenant, const QByteArray &scope, const QByteArray &rest, const QByteArray &by)
{
    const auto answer = ask("POST"_ba, "/v1/tenants/" + tenant + "/tokens", by.isEmpty() ? admin() : by,
        "{\"subject_pubkey\":\"" + QByteArray(SubjectKey) + "\",\"scope\":\"" + scope + '"' + rest + '}');
    if (answer.status != 201)
        QTest::qFail(QByteArray("no token: " + answer.body).constData(), __FILE__, __LINE__);
    const QJsonObject issued = objectOf(answer);
    return {.text = issued["token"_L1].toString().toLatin1(), .id = issued["token_id"_L1].toString().toLatin1()};
}

QByteArray ApiHouse::addVm(const QByteArray &token)
{
    const auto answer = ask("POST"_ba, "/v1/vms"_ba, token);
    if (answer.status != 201)
        QTest::qFail(QByteArray("no VM: " + answer.body).constData(), __FILE__, __LINE__);
    return objectOf(answer)["vm_id"_L1].toString().toLatin1();
}

TreeSize ApiHouse::entries() const
{
    return m_engine->state().read([](const engine::State &state) { return state.ledgerSize; });
}

QJsonObject ApiHouse::lastEntry()
{
    return objectOf(ask("GET"_ba, "/v1/ledger/entries/" + QByteArray::number(entries() - 1), admin()));
}

QByteArray ApiHouse::storedUse(const QByteArray &tokenId)
{
    auto database = orDie(store::Database::open(m_directory->paths().database(), store::Database::Mode::ReadOnly));
    const auto found = orDie(tokens::findToken(*database, TokenId(tokenId)));
    return found && found->lastUsedAt ? formatTime(*found->lastUsedAt) : QByteArray();
}

QJsonObject objectOf(const HttpProbe::Answer &answer)
{
    return QJsonDocument::fromJson(answer.body).object();
}

QJsonArray arrayOf(const HttpProbe::Answer &answer)
{
    return QJsonDocument::fromJson(answer.body).array();
}

QString codeOf(const HttpProbe::Answer &answer)
{
    return objectOf(answer)["code"_L1].toString();
}

QByteArray outcomeOf(const HttpProbe::Answer &answer)
{
    const QString code = answer.status >= 400 ? u' ' + codeOf(answer) : QString();
    return QByteArray::number(answer.status) + code.toLatin1();
}

QByteArray nextOf(const HttpProbe::Answer &answer)
{
    const QByteArray link = answer.header("Link");
    const qsizetype end = link.indexOf(">; rel=\"next\"");
    return link.startsWith('<') && end > 0 ? link.sliced(1, end - 1) : QByteArray();
}

QString namesOf(const QJsonObject &object)
{
    return object.keys().join(u' ');
}

QJsonObject withoutRequestId(const HttpProbe::Answer &answer)
{
    QJsonObject body = objectOf(answer);
    body.remove("request_id"_L1);
    return body;
}

int contractStatus(const QByteArray &code)
{
    static const QHash<QByteArray, int> codes{{"malformed-json", 400}, {"invalid-token", 401},
        {"insufficient-scope", 403}, {"scope-exceeds-parent", 403}, {"foreign-origin", 403}, {"depth-exceeded", 403},
        {"tenant-suspended", 403}, {"not-found", 404}, {"method-not-allowed", 405}, {"tenant-exists", 409},
        {"tenant-not-empty", 409}, {"tenant-not-deleted", 409}, {"tenant-deleted", 409}, {"node-exists", 409},
        {"node-not-empty", 409}, {"idempotency-key-in-use", 409}, {"over-quota", 409}, {"precondition-failed", 412},
        {"too-large", 413}, {"unsupported-media-type", 415}, {"invalid-field", 422}, {"immutable-field", 422},
        {"expiry-exceeds-parent", 422}, {"idempotency-key-reused", 422}, {"quota-exceeded", 429}, {"rate-limited", 429},
        {"ledger-unavailable", 503}, {"no-capacity", 503}};
    return codes.value(code);
}
