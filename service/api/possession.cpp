// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/possession.h"

#include "service/core/encoding.h"

using namespace Qt::StringLiterals;

namespace api {

namespace {

constexpr int FullRetrySeconds = 30;

// RFC 3986, 6.2.3: the scheme's own port may be left out.
QByteArrayView withoutDefaultPort(QByteArrayView authority)
{
    constexpr QByteArrayView port = ":80";
    return authority.endsWith(port) ? authority.chopped(port.size()) : authority;
}

// Its id is a UUIDv7, which begins with the milliseconds.
Timestamp issuedAt(const TokenId &token)
{
    const QByteArray hex = token.text().first(8) + token.text().sliced(9, 4);
    return fromMilliseconds(hex.toLongLong(nullptr, 16));
}

std::unexpected<Error> usedBefore()
{
    return tokens::invalidProof(u"Its jti was used before; each request needs a proof of its own."_s);
}

std::unexpected<Error> tooMany(const QString &what)
{
    return fail(Error{.code = ErrorCode::RateLimited,
        .detail = u"%1 within %2 s, which is as many as are remembered. Wait %3 s."_s.arg(what)
                      .arg(SeenProofs::Span.count())
                      .arg(FullRetrySeconds),
        .retryAfterSeconds = FullRetrySeconds});
}

} // namespace

void SeenProofs::turn(Timestamp now)
{
    if (now - m_since < Span)
        return;
    m_before = now - m_since < 2 * Span ? std::move(m_current) : Generation();
    m_current = {};
    m_since = now;
}

bool SeenProofs::contains(const crypto::Digest &proof, Timestamp now)
{
    turn(now);
    return m_current.proofs.contains(proof) || m_before.proofs.contains(proof);
}

SeenProofs::Verdict SeenProofs::add(const TenantId &tenant, const crypto::Digest &proof, Timestamp now)
{
    if (contains(proof, now))
        return Verdict::Seen;
    if (qsizetype(m_current.proofs.size()) >= MostInAll)
        return Verdict::Full;
    qsizetype &ofTenant = m_current.ofTenant[tenant];
    if (ofTenant >= MostOfTenant)
        return Verdict::TenantFull;
    m_current.proofs.insert(proof);
    ++ofTenant;
    return Verdict::New;
}

PossessionCheck::PossessionCheck(const Clock &clock, Timestamp ledgerTime)
    : m_clock(clock)
    , m_startedAt(toSeconds(clock.now()))
    , m_newTokensAfter(std::max(clock.now(), ledgerTime))
{
}

Timestamp PossessionCheck::now()
{
    return m_latest = std::max(m_latest, m_clock.now());
}

bool namesRequest(QByteArrayView htu, const http::Request &request)
{
    constexpr QByteArrayView scheme = "http://";
    if (htu.size() < scheme.size() || !http::equalsIgnoringCase(htu.first(scheme.size()), scheme))
        return false;
    const QByteArrayView rest = htu.sliced(scheme.size());
    const qsizetype slash = rest.indexOf('/');
    const QByteArrayView authority = slash < 0 ? rest : rest.first(slash);
    const QByteArrayView path = slash < 0 ? QByteArrayView("/") : rest.sliced(slash);
    return path == request.path
        && http::equalsIgnoringCase(withoutDefaultPort(authority), withoutDefaultPort(request.host));
}

Result<crypto::Digest> PossessionCheck::check(const http::Request &request, const Bound &bound)
{
    if (request.headers.count("DPoP") != 1)
        return tokens::invalidProof(u"There must be one such field."_s);
    ASSIGN_OR_RETURN(const tokens::Proof proof, tokens::parseProof(request.headers.value("DPoP")));
    const Timestamp moment = this->now();
    const qint64 now = toSeconds(moment);
    // The signature last: it is what costs.
    if (proof.key != bound.key)
        return tokens::invalidProof(u"Its key is not the one that the token was issued to."_s);
    if (proof.tokenHash != toBase64Url(bound.hash.view()))
        return tokens::invalidProof(u"Its ath is not the SHA-256 of this token in base64url."_s);
    if (proof.method != (request.head ? QByteArray("HEAD") : request.method))
        return tokens::invalidProof(u"Its htm is not the method of this request."_s);
    if (!namesRequest(proof.uri, request))
        return tokens::invalidProof(u"Its htu is not the URL of this request without query: http://%1%2."_s.arg(
            QString::fromUtf8(request.host), QString::fromUtf8(request.path)));
    if (proof.issuedAt < now - tokens::ProofWindow || proof.issuedAt > now + tokens::ProofWindow)
        return tokens::invalidProof(u"Its iat is %1; here it is %2, and they may be %3 s apart."_s.arg(proof.issuedAt)
                                        .arg(now)
                                        .arg(tokens::ProofWindow));
    const qint64 unknownUntil = m_startedAt + tokens::ProofWindow;
    if (proof.issuedAt <= unknownUntil && issuedAt(bound.token) <= m_newTokensAfter)
        return tokens::invalidProof(
            u"The server has started %1 s ago and can't know whether it was used before. Make another in %2 s."_s
                .arg(now - m_startedAt)
                .arg(unknownUntil + 1 - std::min(now, unknownUntil)));
    if (!tokens::verifyProof(proof))
        return tokens::invalidProof(u"Its signature does not verify."_s);
    const crypto::Digest used = crypto::sha256({bound.key.view(), proof.id});
    if (m_seen.contains(used, moment))
        return usedBefore();
    return used;
}

Result<void> PossessionCheck::use(const TenantId &tenant, const crypto::Digest &proof)
{
    switch (m_seen.add(tenant, proof, now())) {
    case SeenProofs::Verdict::New:
        return {};
    case SeenProofs::Verdict::Seen:
        return usedBefore();
    case SeenProofs::Verdict::TenantFull:
        return tooMany(
            u"The tokens of %1 have proven %2 requests"_s.arg(tenant.toString()).arg(SeenProofs::MostOfTenant));
    case SeenProofs::Verdict::Full:
        break;
    }
    return tooMany(u"The tokens of all tenants have proven %1 requests"_s.arg(SeenProofs::MostInAll));
}

} // namespace api
