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

} // namespace

SeenProofs::Verdict SeenProofs::add(const crypto::PublicKey &key, const QByteArray &id, Timestamp now)
{
    if (now - m_since >= Span) {
        m_before = now - m_since < 2 * Span ? std::move(m_current) : Generation();
        m_current = {};
        m_since = now;
    }
    const crypto::Digest proof = crypto::sha256({key.view(), id});
    if (m_current.proofs.contains(proof) || m_before.proofs.contains(proof))
        return Verdict::Seen;
    qsizetype &ofKey = m_current.ofKey[crypto::sha256(key.view())];
    if (ofKey >= MostOfKey || qsizetype(m_current.proofs.size()) >= MostInAll)
        return Verdict::Full;
    m_current.proofs.insert(proof);
    ++ofKey;
    return Verdict::New;
}

PossessionCheck::PossessionCheck(const Clock &clock)
    : m_clock(clock)
    , m_startedAt(toSeconds(clock.now()))
{
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

Result<void> PossessionCheck::check(
    const http::Request &request, const crypto::Digest &tokenHash, const crypto::PublicKey &key)
{
    if (request.headers.count("DPoP") != 1)
        return tokens::invalidProof(u"There must be one such field."_s);
    ASSIGN_OR_RETURN(const tokens::Proof proof, tokens::parseProof(request.headers.value("DPoP")));
    m_latest = std::max(m_latest, m_clock.now());
    const qint64 now = toSeconds(m_latest);
    // The signature last: it is what costs.
    if (proof.key != key)
        return tokens::invalidProof(u"Its key is not the one that the token was issued to."_s);
    if (proof.tokenHash != toBase64Url(tokenHash.view()))
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
    if (proof.issuedAt <= m_startedAt)
        return tokens::invalidProof(
            u"It is from before the server started, which can't know whether it was used. Make another."_s);
    if (!tokens::verifyProof(proof))
        return tokens::invalidProof(u"Its signature does not verify."_s);
    switch (m_seen.add(key, proof.id, m_latest)) {
    case SeenProofs::Verdict::New:
        return {};
    case SeenProofs::Verdict::Seen:
        return tokens::invalidProof(u"Its jti was used before; each request needs a proof of its own."_s);
    case SeenProofs::Verdict::Full:
        break;
    }
    return fail(Error{.code = ErrorCode::RateLimited,
        .detail = u"This key has proven %1 requests within %2 s, which is as many as are remembered. Wait %3 s."_s
                      .arg(SeenProofs::MostOfKey)
                      .arg(SeenProofs::Span.count())
                      .arg(FullRetrySeconds),
        .retryAfterSeconds = FullRetrySeconds});
}

} // namespace api
