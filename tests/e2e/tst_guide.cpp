// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// End to end on what gets installed: the guide's commands as printed (guide/step*.sh; only what stands in angle
// brackets is filled in) against the installed server, found on the PATH, with the data directory where it is by
// default.
#include <QtCore/qdir.h>
#include <QtCore/qelapsedtimer.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qprocess.h>
#include <QtCore/qtemporarydir.h>
#include <QtNetwork/qtcpserver.h>
#include <QtTest/qtest.h>

#include <memory>

using namespace Qt::StringLiterals;

namespace {

constexpr int Patience = 60'000; // ms; for one command, on a busy machine
constexpr quint16 GuidePort = 9221;

// The public key of RFC 8032, 7.1, TEST 1: whose administrator it is does not matter here.
constexpr auto TenantKey = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="_L1;

bool isGuidePortFree()
{
    QTcpServer probe;
    return probe.listen(QHostAddress::LocalHost, GuidePort);
}

struct Outcome
{
    int status = -1; // -1: killed, or never came to an end
    QByteArray output = {};
    QByteArray errors = {};
};

} // namespace

class TestGuide : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void holdsAsPrinted();
    void complainsInOneLine_data();
    void complainsInOneLine();
    void keepsEverythingAcrossAStop();
    void keepsWhatItAcknowledgedAcrossAKill();

private:
    void startServer();
    int stopServer();
    void onboard(); // steps 1 and 2; fills the two tokens in
    Outcome run(const QString &program, const QStringList &arguments);
    Outcome step(int number);
    QByteArray get(const QString &path, const QString &token);
    int destroy(const QString &vm); // HTTP status
    QByteArray refusal(const QStringList &more = {}); // of service-fs verify; empty: verified

    QTemporaryDir m_prefix;
    std::unique_ptr<QTemporaryDir> m_home; // a new one per test
    QProcessEnvironment m_environment;
    std::unique_ptr<QProcess> m_server;
    QString m_address; // "http://127.0.0.1:9221"
    QString m_adminToken;
    QString m_tenantToken;
};

void TestGuide::initTestCase()
{
    QVERIFY(m_prefix.isValid());
    m_environment = QProcessEnvironment::systemEnvironment();
    const auto installed = run(
        QStringLiteral(HOUSE_CMAKE), {u"--install"_s, QStringLiteral(HOUSE_BUILD_DIR), u"--prefix"_s, m_prefix.path()});
    QVERIFY2(installed.status == 0, installed.errors.constData());
    // Of this process too: it is where QProcess looks programs up.
    qputenv("PATH", QFile::encodeName(m_prefix.filePath(u"bin"_s)) + ':' + qgetenv("PATH"));
    m_environment.insert(u"PATH"_s, qEnvironmentVariable("PATH"));
    for (const char *name : {"TENANT_CONSOLE_DATA_DIR", "XDG_DATA_HOME", "http_proxy", "HTTP_PROXY", "ALL_PROXY"})
        m_environment.remove(QString::fromLatin1(name));
}

void TestGuide::init()
{
    m_home = std::make_unique<QTemporaryDir>();
    m_environment.insert(u"HOME"_s, m_home->path());
    startServer();
}

void TestGuide::cleanup()
{
    if (m_server && m_server->state() != QProcess::NotRunning) {
        m_server->kill();
        m_server->waitForFinished(Patience);
    }
    m_server.reset();
    m_adminToken.clear();
    m_tenantToken.clear();
}

// Waits for the ready line: nothing else may come on stdout.
void TestGuide::startServer()
{
    QStringList arguments;
    if (!isGuidePortFree()) {
        qInfo("127.0.0.1:9221 is taken: on a free port, which replaces the one in the guide's commands");
        arguments = {u"--port"_s, u"0"_s};
    }
    m_server = std::make_unique<QProcess>();
    m_server->setProcessEnvironment(m_environment);
    m_server->start(m_prefix.filePath(u"bin/service-vm-tenant"_s), arguments);
    QElapsedTimer since;
    since.start();
    QByteArray line;
    while (!line.contains('\n') && since.elapsed() < Patience && m_server->state() != QProcess::NotRunning) {
        m_server->waitForReadyRead(Patience);
        line += m_server->readAllStandardOutput();
    }
    QVERIFY2(line.startsWith("listening on http://127.0.0.1:"), (line + m_server->readAllStandardError()).constData());
    QCOMPARE(line.indexOf('\n'), line.size() - 1);
    m_address = QString::fromLatin1(line.trimmed().sliced(QByteArrayView("listening on ").size()));
    if (arguments.isEmpty())
        QCOMPARE(m_address, "http://127.0.0.1:9221"_L1);
}

// Its exit status after SIGTERM; -1 when it was killed by it or does not end.
int TestGuide::stopServer()
{
    m_server->terminate();
    if (!m_server->waitForFinished(Patience) || m_server->exitStatus() != QProcess::NormalExit)
        return -1;
    return m_server->exitCode();
}

Outcome TestGuide::run(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.setProcessEnvironment(m_environment);
    process.start(program, arguments);
    process.closeWriteChannel();
    if (!process.waitForFinished(Patience) || process.exitStatus() != QProcess::NormalExit)
        return {.errors = process.errorString().toLocal8Bit()};
    return {.status = process.exitCode(),
        .output = process.readAllStandardOutput(),
        .errors = process.readAllStandardError()};
}

Outcome TestGuide::step(int number)
{
    QFile file(QStringLiteral(HOUSE_GUIDE_DIR) + u"/step%1.sh"_s.arg(number));
    if (!file.open(QIODevice::ReadOnly))
        return {.errors = file.fileName().toLocal8Bit()};
    QString command = QString::fromUtf8(file.readAll());
    command.replace("<admin-token>"_L1, m_adminToken);
    command.replace("<tenant-admin-pubkey>"_L1, TenantKey);
    command.replace("<tenant-admin-token>"_L1, m_tenantToken);
    command.replace("http://127.0.0.1:9221"_L1, m_address);
    return run(u"sh"_s, {u"-c"_s, command});
}

QByteArray TestGuide::get(const QString &path, const QString &token)
{
    return run(u"curl"_s, {u"-sf"_s, u"-H"_s, u"Authorization: Bearer "_s + token, m_address + path}).output;
}

int TestGuide::destroy(const QString &vm)
{
    return run(u"curl"_s,
        {u"-s"_s, u"-o"_s, u"/dev/null"_s, u"-w"_s, u"%{http_code}"_s, u"-X"_s, u"DELETE"_s, u"-H"_s,
            u"Authorization: Bearer "_s + m_tenantToken, m_address + u"/v1/vms/"_s + vm})
        .output.toInt();
}

QByteArray TestGuide::refusal(const QStringList &more)
{
    const auto verified = run(u"service-fs"_s, QStringList{u"verify"_s, u"--full"_s} + more);
    return verified.status == 0 && verified.output.startsWith("verified: ")
        ? QByteArray()
        : "refused: " + verified.output + verified.errors;
}

void TestGuide::onboard()
{
    const auto asked = run(u"service-vm-tenant"_s, {u"admin-token"_s});
    QCOMPARE(asked.status, 0);
    m_adminToken = QString::fromLatin1(asked.output.trimmed());

    const auto registered = step(1);
    QCOMPARE(registered.status, 0);
    const QJsonObject tenant = QJsonDocument::fromJson(registered.output).object();
    QVERIFY2(tenant["tenant_id"_L1] == "acme-corp"_L1, registered.output.constData());
    QCOMPARE(tenant["display_name"_L1].toString(), "Acme Corporation"_L1);
    QCOMPARE(tenant["max_vms"_L1].toInt(), 10);
    QCOMPARE(tenant["storage_quota_gb"_L1].toInt(), 100);
    QCOMPARE(tenant["api_rate_limit_rpm"_L1].toInt(), 600);
    QVERIFY(QDateTime::fromString(tenant["created_at"_L1].toString(), Qt::ISODateWithMs).isValid());

    const auto issued = step(2);
    QCOMPARE(issued.status, 0);
    const QJsonObject token = QJsonDocument::fromJson(issued.output).object();
    QVERIFY2(token["scope"_L1] == "service:tenant-admin"_L1, issued.output.constData());
    QCOMPARE(token["tenant_id"_L1].toString(), "acme-corp"_L1);
    QCOMPARE(token["subject_pubkey"_L1].toString(), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"_L1);
    const auto time = [&](QLatin1StringView name) {
        return QDateTime::fromString(token[name].toString(), Qt::ISODateWithMs);
    };
    QCOMPARE(time("issued_at"_L1).secsTo(time("expires_at"_L1)), 86400);
    m_tenantToken = token["token"_L1].toString();
    QVERIFY(!m_tenantToken.isEmpty());
}

void TestGuide::holdsAsPrinted()
{
    onboard();
    if (QTest::currentTestFailed())
        return;

    // Another tenant's VM is what step 3 must not show.
    const QString admin = u"Authorization: Bearer "_s + m_adminToken, json = u"Content-Type: application/json"_s;
    for (const auto &[path, body] : {std::pair(u"/v1/tenants"_s,
                                         u"{\"tenant_id\":\"other\",\"display_name\":\"Other\",\"max_vms\":1,"
                                         "\"storage_quota_gb\":10,\"api_rate_limit_rpm\":60}"_s),
             {u"/v1/vms"_s, u"{\"tenant_id\":\"other\",\"name\":\"theirs\"}"_s}}) {
        const auto made = run(u"curl"_s, {u"-sf"_s, u"-H"_s, admin, u"-H"_s, json, u"-d"_s, body, m_address + path});
        QVERIFY2(made.status == 0, made.errors.constData());
    }
    const auto isolated = step(3);
    QCOMPARE(isolated.status, 0);
    QCOMPARE(isolated.output.trimmed(), "[]");
    QCOMPARE(QJsonDocument::fromJson(get(u"/v1/vms"_s, m_adminToken)).array().size(), 1);

    for (int i = 1; i <= 10; ++i) {
        const auto vm = step(4);
        QVERIFY2(vm.output.startsWith("HTTP/1.1 201 "), vm.output.constData());
    }
    const auto eleventh = step(4);
    QVERIFY2(eleventh.output.startsWith("HTTP/1.1 429 Too Many Requests\r\n"), eleventh.output.constData());
    const auto body = eleventh.output.indexOf("\r\n\r\n");
    QVERIFY(!eleventh.output.first(body).contains("Retry-After"));
    const QJsonObject problem = QJsonDocument::fromJson(eleventh.output.sliced(body)).object();
    QCOMPARE(problem["code"_L1].toString(), "quota-exceeded"_L1);
    QCOMPARE(problem["quota"_L1].toString(), "max_vms"_L1);
    QCOMPARE(problem["limit"_L1].toInt(), 10);
    QCOMPARE(problem["used"_L1].toInt(), 10);

    const QJsonArray own = QJsonDocument::fromJson(step(3).output).array();
    QCOMPARE(own.size(), 10);
    for (const QJsonValue &vm : own)
        QCOMPARE(vm["tenant_id"_L1].toString(), "acme-corp"_L1);

    const auto read = step(5);
    QCOMPARE(read.status, 0);
    QCOMPARE(read.output.count('\n'), 1);
    const QJsonObject entry = QJsonDocument::fromJson(read.output).object();
    QCOMPARE(entry["event_type"_L1].toString(), "TENANT_CREATED"_L1);
    QCOMPARE(entry["tenant_id"_L1].toString(), "acme-corp"_L1);
    QCOMPARE(entry["data"_L1]["max_vms"_L1].toInt(), 10);
    const QJsonObject record = QJsonDocument::fromJson(get(u"/v1/tenants/acme-corp"_s, m_adminToken)).object();
    QCOMPARE(entry["time"_L1], record["created_at"_L1]);
    QCOMPARE(entry["actor"_L1]["token_id"_L1], record["created_by"_L1]);

    QCOMPARE(refusal(), QByteArray());
    QCOMPARE(stopServer(), 0);
}

void TestGuide::complainsInOneLine_data()
{
    QTest::addColumn<QStringList>("command");
    QTest::addColumn<int>("status");
    QTest::newRow("a second server on the directory") << QStringList{u"service-vm-tenant"_s, u"--port"_s, u"0"_s} << 1;
    QTest::newRow("a port that is taken")
        << QStringList{u"service-vm-tenant"_s, u"--data-dir"_s, u"HOME/other"_s, u"--port"_s, u"PORT"_s} << 1;
    QTest::newRow("an option nobody knows") << QStringList{u"service-vm-tenant"_s, u"--nonsense"_s} << 2;
    QTest::newRow("a filter key nobody knows")
        << QStringList{u"service-fs"_s, u"read"_s, u"--filter"_s, u"colour=red"_s} << 2;
}

// In an environment without a UTF-8 locale too.
void TestGuide::complainsInOneLine()
{
    QFETCH(QStringList, command);
    QFETCH(const int, status);
    command.replaceInStrings(u"HOME"_s, m_home->path());
    command.replaceInStrings(u"PORT"_s, m_address.section(u':', -1));
    const auto refused = run(u"env"_s, QStringList{u"LC_ALL=C"_s} + command);
    QCOMPARE(refused.status, status);
    QCOMPARE(refused.output, QByteArray());
    QVERIFY2(refused.errors.startsWith(command.first().toLatin1() + ": "), refused.errors.constData());
    QCOMPARE(refused.errors.indexOf('\n'), refused.errors.size() - 1);
}

void TestGuide::keepsEverythingAcrossAStop()
{
    onboard();
    if (QTest::currentTestFailed())
        return;
    QVERIFY(step(4).output.startsWith("HTTP/1.1 201 "));
    const QByteArray vms = step(3).output, tenant = get(u"/v1/tenants/acme-corp"_s, m_adminToken);
    const QByteArray entries = run(u"service-fs"_s, {u"read"_s}).output;
    const QString checkpoint = m_home->filePath(u"checkpoint"_s);
    QFile kept(checkpoint);
    QVERIFY(kept.open(QIODevice::WriteOnly));
    kept.write(run(u"service-fs"_s, {u"checkpoint"_s}).output);
    kept.close();
    QVERIFY(vms.contains("vm_id") && tenant.contains("acme-corp") && kept.size() > 0);
    QCOMPARE(stopServer(), 0);
    QVERIFY(m_server->readAllStandardOutput().isEmpty());

    startServer();
    if (QTest::currentTestFailed())
        return;
    QCOMPARE(step(3).output, vms);
    QCOMPARE(get(u"/v1/tenants/acme-corp"_s, m_adminToken), tenant);
    QVERIFY(run(u"service-fs"_s, {u"read"_s}).output.startsWith(entries));
    QCOMPARE(refusal({u"--checkpoint"_s, checkpoint}), QByteArray());
    QCOMPARE(stopServer(), 0);
}

void TestGuide::keepsWhatItAcknowledgedAcrossAKill()
{
    onboard();
    if (QTest::currentTestFailed())
        return;
    QVERIFY(step(4).output.startsWith("HTTP/1.1 201 "));
    QVERIFY(step(4).output.startsWith("HTTP/1.1 201 "));
    const QJsonArray vms = QJsonDocument::fromJson(step(3).output).array();
    QCOMPARE(vms.size(), 2);
    QCOMPARE(destroy(vms[0]["vm_id"_L1].toString()), 204);
    m_server->kill();
    QVERIFY(m_server->waitForFinished(Patience));

    startServer();
    if (QTest::currentTestFailed())
        return;
    QCOMPARE(QJsonDocument::fromJson(step(3).output).array(), QJsonArray{vms[1]});
    QCOMPARE(run(u"service-fs"_s, {u"read"_s, u"--event-type"_s, u"VM_DESTROYED"_s}).output.count('\n'), 1);
    QCOMPARE(refusal(), QByteArray());
    QCOMPARE(stopServer(), 0);
}

QTEST_GUILESS_MAIN(TestGuide)
#include "tst_guide.moc"
