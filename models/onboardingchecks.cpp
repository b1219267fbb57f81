// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Steps 3 to 5: what the server must answer when it keeps tenants apart, holds quotas and writes its ledger.

#include "models/background.h"
#include "models/format.h"
#include "models/ledgerproof.h"
#include "models/onboarding.h"
#include "service/core/uuid.h"

#include <QtCore/qfile.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qregularexpression.h>

using namespace Qt::StringLiterals;

namespace models {

namespace {

constexpr qint64 LargestVkey = 4096;

QJsonObject objectOf(const HttpAnswer &answer)
{
    return QJsonDocument::fromJson(answer.body).object();
}

QString codeOf(const HttpAnswer &answer)
{
    return objectOf(answer)["code"_L1].toString();
}

// What two refusals have to have in common: everything but the id of the request.
std::pair<int, QJsonObject> comparable(const HttpAnswer &answer)
{
    QJsonObject body = objectOf(answer);
    body.remove("request_id"_L1);
    return {answer.status, body};
}

// Path and query of Link rel="next", or empty.
QByteArray nextOf(const HttpAnswer &answer)
{
    static const QRegularExpression link(u"<([^>]*)>; *rel=\"next\""_s);
    const auto match = link.match(QString::fromLatin1(answer.header("Link")));
    if (!match.hasMatch())
        return {};
    const QUrl url(match.captured(1));
    return url.path(QUrl::FullyEncoded).toLatin1() + '?' + url.query(QUrl::FullyEncoded).toLatin1();
}

Error defect(const QString &detail)
{
    return {.code = ErrorCode::Corrupt, .detail = detail};
}

QString doNotHandOver()
{
    return Onboarding::tr("Do not hand the token over: this is a defect of the server.");
}

QString unlessTheTenantActed()
{
    return Onboarding::tr("Unless the tenant changed its VMs just then, this is a defect of the server: do not hand "
                          "the token over.");
}

QString shownValue(const QJsonValue &value)
{
    return value.isUndefined()
        ? Onboarding::tr("missing")
        : QString::fromUtf8(QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact).sliced(1).chopped(1));
}

} // namespace

void Onboarding::verifyIsolation()
{
    if (m_tenantToken.isEmpty() || !begin(OnboardingStep::Isolation))
        return;
    m_notes.clear();
    m_defects.clear();
    if (m_control.isEmpty())
        return makeControl();
    asAdministrator(tr("The control of the run before goes"), {.method = "DELETE", .target = "/v1/vms/" + m_control},
        [this](const HttpAnswer &answer) {
            if (answer.status != 204 && answer.status != 404)
                return refused(tr("Isolation was not verified: the control VM of the run before stays."), answer);
            m_control.clear();
            makeControl();
        });
}

void Onboarding::makeControl()
{
    // No disk and little memory: it stays for a second and should fit wherever anything fits.
    HttpRequest request{.method = "POST",
        .target = "/v1/vms",
        .body = prettyJson(R"({"name":"onboarding-control","ram_mb":1,"disk_gb":0})").toUtf8()};
    // Each run wants a VM of its own, and a repeat after a lost answer the same one.
    if (m_controlKey.isEmpty())
        m_controlKey = newUuid(m_link.clock().now());
    request.idempotencyKey = m_controlKey;
    request.keptAs = "CONTROL";
    asTenant(tr("A VM of its own, as control"), std::move(request), [this](const HttpAnswer &answer) {
        m_controlKey.clear();
        const QString code = codeOf(answer);
        if (answer.status == 201)
            m_control = objectOf(answer)["vm_id"_L1].toString().toLatin1();
        else if (code == "quota-exceeded"_L1)
            m_notes =
                tr("No VM could be registered as control, for the quota has no room; the list was checked as it is.");
        else if (code == "no-capacity"_L1)
            m_notes = tr("No VM could be registered as control, for no node has room; the list was checked as it is.");
        else
            return refused(tr("Isolation was not verified: the control VM was refused."), answer);
        listOwn();
    });
}

void Onboarding::listOwn()
{
    asTenant(tr("What the tenant sees"), {.target = "/v1/vms?limit=1000"}, [this](const HttpAnswer &answer) {
        const QJsonDocument list = QJsonDocument::fromJson(answer.body);
        if (answer.status != 200 || !list.isArray())
            m_defects.append(tr("The tenant's token can't list its VMs: the server answered %1.").arg(answer.status));
        bool controlSeen = false;
        m_ownVms = list.array().size();
        for (const QJsonValue &vm : list.array()) {
            const QString tenant = vm["tenant_id"_L1].toString();
            if (tenant != m_tenant->id.toString())
                m_defects.append(tr("The list holds %1, a VM of %2.").arg(vm["vm_id"_L1].toString(), tenant));
            controlSeen = controlSeen || vm["vm_id"_L1].toString().toLatin1() == m_control;
        }
        const bool whole = nextOf(answer).isEmpty();
        if (!whole)
            m_notes += tr(" Only the first %1 were looked at.").arg(vmCount(m_ownVms));
        if (!m_control.isEmpty() && !controlSeen && whole)
            m_defects.append(tr("The list lacks the tenant's own VM %1.").arg(QString::fromLatin1(m_control)));
        findForeign("/v1/vms?limit=100");
    });
}

void Onboarding::findForeign(const QByteArray &target)
{
    asAdministrator(tr("A VM of another tenant"), {.target = target}, [this](const HttpAnswer &answer) {
        if (answer.status != 200)
            m_notes += tr(" VMs of other tenants could not be looked for (%1).").arg(answer.status);
        for (const QJsonValue &vm : QJsonDocument::fromJson(answer.body).array()) {
            const QString tenant = vm["tenant_id"_L1].toString();
            if (tenant != m_tenant->id.toString())
                return probe(vm["vm_id"_L1].toString().toLatin1(), tenant);
        }
        if (const QByteArray next = nextOf(answer); !next.isEmpty())
            return findForeign(next);
        probe({}, {});
    });
}

void Onboarding::probe(const QByteArray &foreign, const QString &foreignTenant)
{
    const QByteArray madeUp = newUuid(m_link.clock().now());
    asTenant(tr("An id that never existed"), {.target = "/v1/vms/" + madeUp},
        [this, foreign, foreignTenant](const HttpAnswer &absent) {
            if (absent.status != 404)
                m_defects.append(tr("An id that never existed answers %1, not 404.").arg(absent.status));
            if (foreign.isEmpty())
                return destroyControl(
                    tr("No other tenant has a VM, so a made-up id was asked for: it answers %1.").arg(absent.status));
            asTenant(tr("The VM of %1").arg(foreignTenant), {.target = "/v1/vms/" + foreign},
                [this, foreignTenant, absent](const HttpAnswer &hidden) {
                    if (hidden.status != 404)
                        m_defects.append(tr("A VM of %1 answers %2, not 404.").arg(foreignTenant).arg(hidden.status));
                    else if (comparable(hidden) != comparable(absent))
                        m_defects.append(
                            tr("A VM of %1 answers otherwise than an id that never existed.").arg(foreignTenant));
                    destroyControl(tr("A VM of %1 answers %2, exactly as an id that never existed.")
                                       .arg(foreignTenant)
                                       .arg(hidden.status));
                });
        });
}

void Onboarding::destroyControl(const QString &sentence)
{
    const auto judge = [this, sentence](bool control) {
        if (!m_defects.isEmpty())
            return failStep(
                tr("%1 is not isolated.").arg(m_tenant->id.toString()), defect(m_defects.join(u' ')), doNotHandOver());
        const QString own = control
            ? tr("%1 sees its own VMs only (%2, the control among them; it is destroyed again).")
                  .arg(m_tenant->id.toString(), count(m_ownVms))
            : tr("%1 sees its own VMs only (%2).").arg(m_tenant->id.toString(), count(m_ownVms));
        pass(QString(own + u' ' + sentence + u' ' + m_notes.trimmed()).trimmed());
    };
    if (m_control.isEmpty())
        return judge(false);
    asTenant(tr("Destroy the control"),
        {.method = "DELETE", .target = "/v1/vms/" + m_control, .shellTarget = "/v1/vms/$CONTROL"},
        [this, judge](const HttpAnswer &answer) {
            if (answer.status == 204)
                m_control.clear();
            else
                m_defects.append(tr("The control VM %1 could not be destroyed: %2.")
                                     .arg(QString::fromLatin1(m_control))
                                     .arg(answer.status));
            judge(true);
        });
}

void Onboarding::verifyQuota()
{
    if (m_tenantToken.isEmpty() || !begin(OnboardingStep::Quota))
        return;
    asTenant(tr("What is left"), {.target = "/v1/status"}, [this](const HttpAnswer &answer) {
        if (answer.status != 200)
            return refused(tr("The quota was not verified."), answer);
        const QJsonObject status = objectOf(answer);
        askTooMuch({.used = status["usage"_L1]["vms"_L1].toInteger(-1),
            .limit = status["limits"_L1]["max_vms"_L1].toInteger(-1),
            .remaining = status["remaining"_L1]["vms"_L1].toInteger(-1)});
    });
}

void Onboarding::askTooMuch(const Room &room)
{
    if (room.used < 0 || room.limit < 0 || room.remaining < 0)
        return failStep(notEnforced(), defect(tr("The status names no usage and no limit.")), doNotHandOver());
    // All or none: none of them may be made, however many would still fit.
    HttpRequest request{
        .method = "POST", .target = "/v1/vms", .body = "{\"count\": " + QByteArray::number(room.remaining + 1) + '}'};
    asTenant(
        tr("One VM too many"), std::move(request), [this, room](const HttpAnswer &answer) { onTooMuch(room, answer); });
}

void Onboarding::onTooMuch(const Room &room, const HttpAnswer &answer)
{
    const qint64 wanted = room.remaining + 1;
    if (answer.status == 201)
        return failStep(notEnforced(),
            defect(tr("%1 VMs were asked for where %2 of %3 were free, and the server made them.")
                       .arg(count(wanted), count(room.remaining), count(room.limit))),
            tr("Do not hand the token over: this is a defect of the server. The VMs exist now; they go when the tenant "
               "is removed."));
    const QJsonObject problem = objectOf(answer);
    if (answer.status != 429 || problem["code"_L1].toString() != "quota-exceeded"_L1
        || problem["quota"_L1].toString() != "max_vms"_L1)
        return refused(tr("The quota was not verified: the answer is not the refusal of max_vms."), answer);

    // What a client must be able to read off the refusal.
    const std::pair<QLatin1StringView, QJsonValue> members[] = {{"tenant_id"_L1, m_tenant->id.toString()},
        {"limit"_L1, room.limit}, {"used"_L1, room.used}, {"requested"_L1, wanted}, {"remaining"_L1, room.remaining},
        {"retryable"_L1, false}};
    QStringList wrong;
    for (const auto &[name, expected] : members) {
        if (problem[name] != expected)
            wrong.append(tr("%1 is %2, not %3").arg(name, shownValue(problem[name]), shownValue(expected)));
    }
    if (!wrong.isEmpty())
        return failStep(tr("The quota was not verified: the refusal says something wrong."),
            defect(tr("Of its members %1.").arg(wrong.join(u", "_s))), unlessTheTenantActed());
    if (!answer.header("Retry-After").isNull())
        return failStep(
            notEnforced(), defect(tr("The refusal invites to try again, which can't help.")), doNotHandOver());
    checkNothingMade(room);
}

void Onboarding::checkNothingMade(const Room &room)
{
    asTenant(tr("What is left after it"), {.target = "/v1/status"}, [this, room](const HttpAnswer &answer) {
        if (answer.status != 200)
            return refused(tr("The quota was not verified."), answer);
        const qint64 now = objectOf(answer)["usage"_L1]["vms"_L1].toInteger(-1);
        if (now != room.used)
            return failStep(notEnforced(),
                defect(tr("Before the refused request %1 VMs were registered, after it %2.")
                           .arg(count(room.used), count(now))),
                unlessTheTenantActed());
        pass(tr("429 quota-exceeded: %1 asked for, %2 of %3 free. Nothing was made.")
                 .arg(count(room.remaining + 1), count(room.remaining), count(room.limit)));
    });
}

QString Onboarding::notEnforced() const
{
    return tr("The quota of %1 is not enforced.").arg(m_tenant->id.toString());
}

void Onboarding::confirmLedger()
{
    if (!m_tenant || !begin(OnboardingStep::Ledger))
        return;
    const QByteArray target =
        "/v1/ledger/entries?tenant_id=" + m_tenant->id.text() + "&event_type=TENANT_CREATED&limit=1";
    asAdministrator(tr("The entry"), {.target = target}, [this](const HttpAnswer &answer) {
        const QString what = tr("The ledger entry was not confirmed.");
        if (answer.status != 200)
            return refused(what, answer);
        const QJsonArray list = QJsonDocument::fromJson(answer.body).array();
        if (list.size() != 1)
            return failStep(what,
                defect(tr("The ledger holds no entry TENANT_CREATED of %1.").arg(m_tenant->id.toString())),
                doNotHandOver());
        // With one element, what stands between the brackets are the stored bytes, which are what is hashed.
        const QByteArray entry = answer.body.sliced(1, answer.body.size() - 2);
        const QByteArray index = QByteArray::number(list.first()["index"_L1].toInteger());
        asAdministrator(tr("Its inclusion proof"), {.target = "/v1/ledger/entries/" + index + "/proof"},
            [this, what, entry](const HttpAnswer &proof) {
                if (proof.status != 200)
                    return refused(what, proof);
                verifyProof(entry, proof.body);
            });
    });
}

void Onboarding::verifyProof(const QByteArray &entry, const QByteArray &proof)
{
    inBackground<Result<ProvenEntry>>(
        this,
        [entry, proof, path = m_link.paths().ledgerVkey()]() -> Result<ProvenEntry> {
            QFile file(path);
            if (!file.open(QIODevice::ReadOnly))
                return fail(ErrorCode::Storage, u"%1: %2"_s.arg(path, file.errorString()));
            return verifyEntryProof(entry, proof, file.read(LargestVkey));
        },
        [this](const Result<ProvenEntry> &proven) {
            const QString what = tr("The ledger entry was not confirmed.");
            if (!proven)
                return failStep(what, proven.error(), tr("Verify the ledger before anything else."));
            const ledger::EntryFields &fields = proven->fields;
            if (fields.tenant != m_tenant->id || fields.eventType != "TENANT_CREATED" || fields.time != m_createdAt
                || fields.actor.tokenId != m_createdBy || (m_createdIndex && fields.index != *m_createdIndex))
                return failStep(
                    what, defect(tr("The entry is not the one of this tenant's creation.")), doNotHandOver());
            pass(tr(
                "%1 was created at %2 under the administrator's token %3 · ledger #%4 · proof verified in the signed "
                "tree of %5 entries")
                     .arg(m_tenant->id.toString(), localTime(fields.time), fields.actor.tokenId.toString(),
                         count(qint64(fields.index)), count(qint64(proven->treeSize))));
        });
}

} // namespace models
