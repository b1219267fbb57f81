// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The server as the programs build it, in this process: a data directory of its own, engine, api and door on a free
// port, with a clock turned by hand. Questions go over a real socket, and every answer is held against what
// /openapi.json says of its route: a status, a media type or a member that stands not there fails the test that asked.
#pragma once

#include "service/api/api.h"
#include "service/crypto/runtime.h"
#include "service/http/iothread.h"
#include "tests/support/httpprobe.h"
#include "tests/support/jsonschema.h"
#include "tests/support/testclock.h"

#include <QtCore/qjsonarray.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

class ApiHouse
{
public:
    using Answer = HttpProbe::Answer;

    struct Token
    {
        QByteArray text;
        QByteArray id;
    };

    struct Limits
    {
        qint64 vms = 10;
        qint64 storageGb = 1000;
        qint64 rpm = 100'000;
    };

    ApiHouse();
    ~ApiHouse();

    // One request on a connection of its own; a body goes out as application/json unless `fields` name a Content-Type.
    // HEAD is answered without body. `fields` are whole lines.
    Answer ask(const QByteArray &method, const QByteArray &target, const QByteArray &token = {},
        const QByteArray &body = {}, const QByteArray &fields = {});
    // The bytes of such a request.
    static QByteArray request(const QByteArray &method, const QByteArray &target, const QByteArray &token = {},
        const QByteArray &body = {}, const QByteArray &fields = {});

    void addTenant(const QByteArray &id, const Limits &limits);
    void addTenant(const QByteArray &id) { addTenant(id, Limits()); }
    // By the administrator, or by the token given. `rest` is more members: ",\"expires_in_seconds\":60".
    Token issue(
        const QByteArray &tenant, const QByteArray &scope, const QByteArray &rest = {}, const QByteArray &by = {});
    QByteArray addVm(const QByteArray &token); // its id

    const QByteArray &admin() const { return m_admin.text; }
    const QByteArray &adminId() const { return m_admin.id; }
    const QByteArray &auditor() const { return m_auditor.text; }
    TreeSize entries() const;
    QJsonObject lastEntry();
    QByteArray storedUse(const QByteArray &tokenId); // the last use as the database has it; empty: none
    QString directory() const { return m_folder.path() + QStringLiteral("/data"); }
    quint16 port() const { return m_port; }
    const QJsonObject &document() const { return m_document; }
    engine::Engine &engine() { return *m_engine; }
    // In the place of service-fs, before the first export.
    void exportWith(const QString &program);
    // Cuts all connections and ends the I/O thread; what is asked from then on has no answer.
    void stopDoor();

    TestClock clock;

private:
    void judge(const QByteArray &method, const QByteArray &target, const Answer &answer) const;
    QString mistakeOf(const QByteArray &method, const QByteArray &path, const Answer &answer) const;

    QTemporaryDir m_folder;
    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<engine::DataDirectory> m_directory;
    std::unique_ptr<engine::Engine> m_engine;
    tenancy::RateLimiter m_rates{clock};
    std::unique_ptr<api::Api> m_api;
    std::unique_ptr<http::IoThread> m_door;
    http::Router m_router;
    QJsonObject m_document;
    quint16 m_port = 0;
    Token m_admin, m_auditor;
};

// The Ed25519 public key of the seed 00 01 … 1f, as bodies give it.
inline constexpr char SubjectKey[] = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";

QJsonObject objectOf(const HttpProbe::Answer &answer);
QJsonArray arrayOf(const HttpProbe::Answer &answer);
QString codeOf(const HttpProbe::Answer &answer); // of a problem
// "409 tenant-exists"; "201" where it is no problem.
QByteArray outcomeOf(const HttpProbe::Answer &answer);
// The path and query of Link rel="next"; empty where there is none.
QByteArray nextOf(const HttpProbe::Answer &answer);
// Members in order, joined with blanks.
QString namesOf(const QJsonObject &object);
// The body without what differs from answer to answer: the request's id.
QJsonObject withoutRequestId(const HttpProbe::Answer &answer);

// QTRY_VERIFY, whose macro does not pass -Wconversion.
inline bool eventually(const auto &condition)
{
    return QTest::qWaitFor(condition, 5000);
}

// What the contract says of a code; 0 where it does not name it.
int contractStatus(const QByteArray &code);
