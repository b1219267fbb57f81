// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/idempotency.h"

#include "service/api/routes.h"
#include "service/store/statement.h"
#include "service/tokens/jws.h"
#include "service/tokens/tokenstore.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace api {

namespace {

constexpr qsizetype LongestKey = 255;
constexpr char Mark = '\x01';

QString headerLines(const Reply &reply, const std::optional<LeafIndex> &index)
{
    QByteArray lines;
    for (const http::Header &header : reply.headers)
        lines += header.name + ": " + header.value + '\n';
    if (index)
        lines += "Ledger-Index: " + QByteArray::number(*index) + '\n';
    return QString::fromUtf8(lines);
}

QList<http::Header> readHeaderLines(const QByteArray &lines)
{
    QList<http::Header> headers;
    for (const QByteArray &line : lines.split('\n')) {
        if (const qsizetype colon = line.indexOf(": "); colon > 0)
            headers.append({line.first(colon), line.sliced(colon + 2)});
    }
    return headers;
}

Result<QByteArray> signedAgain(const engine::Work &work, const TokenId &id)
{
    const tokens::TokenRecord *record = work.token(id);
    if (!record || record->keyId != work.signer().keyId)
        return fail(ErrorCode::IdempotencyKeyInUse,
            u"This key issued the token %1, and the key that signed it was rotated since. Ask with a new Idempotency-Key."_s
                .arg(id.toString()));
    return tokens::signToken(tokens::claimsOf(*record, work.signer().issuer), work.signer().key, work.signer().keyId);
}

// The body with the ids of tokens in the place of their texts, and back.
QByteArray withoutTexts(const Reply &reply)
{
    QByteArray body;
    qsizetype done = 0;
    for (const IssuedText &issued : reply.issued) {
        const qsizetype at = reply.body.indexOf(issued.text, done);
        Q_ASSERT(at >= 0);
        body += QByteArrayView(reply.body).sliced(done, at - done);
        body += Mark + issued.token.text() + Mark;
        done = at + issued.text.size();
    }
    return body += QByteArrayView(reply.body).sliced(done);
}

Result<QByteArray> withTexts(const engine::Work &work, const QByteArray &stored)
{
    QByteArray body;
    qsizetype done = 0;
    for (qsizetype at = stored.indexOf(Mark); at >= 0; at = stored.indexOf(Mark, done)) {
        const qsizetype end = stored.indexOf(Mark, at + 1);
        body += QByteArrayView(stored).sliced(done, at - done);
        ASSIGN_OR_RETURN(const QByteArray text, signedAgain(work, TokenId(stored.sliced(at + 1, end - at - 1))));
        body += text;
        done = end + 1;
    }
    return body += QByteArrayView(stored).sliced(done);
}

} // namespace

Result<std::optional<IdempotencyKey>> idempotencyKey(const Exchange &exchange)
{
    const http::Request &request = exchange.request;
    const qsizetype fields = request.headers.count("Idempotency-Key");
    if (fields == 0 || !takesIdempotencyKey(*exchange.route) || exchange.dryRun)
        return std::optional<IdempotencyKey>();
    const QByteArrayView key = request.headers.value("Idempotency-Key");
    const bool visible = std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7f; });
    if (fields > 1 || key.isEmpty() || key.size() > LongestKey || !visible)
        return fail(Error{.code = ErrorCode::InvalidField,
            .detail = u"The header field Idempotency-Key can't be taken."_s,
            .fields = {{u"Idempotency-Key"_s,
                u"must stand once and have 1 to %1 visible ASCII characters"_s.arg(LongestKey)}}});
    return IdempotencyKey{.caller = exchange.caller->actor.tokenId,
        .path = request.path,
        .key = key.toByteArray(),
        // Of a POST without its method, as ever: what was remembered before an upgrade is found after it.
        .request = crypto::sha256(
            {request.method == "POST" ? ""_ba : request.method + '\n', request.query, "\n", request.body})};
}

Result<void> KeysUnderWay::hold(const IdempotencyKey &key)
{
    const std::scoped_lock lock(m_mutex);
    if (!m_held.insert(nameOf(key)).second)
        return fail(ErrorCode::IdempotencyKeyInUse,
            u"A request with this Idempotency-Key is under way. Send it again once that is answered."_s);
    return {};
}

void KeysUnderWay::release(const IdempotencyKey &key)
{
    const std::scoped_lock lock(m_mutex);
    m_held.erase(nameOf(key));
}

Result<std::optional<Reply>> recall(engine::Work &work, const IdempotencyKey &key)
{
    ASSIGN_OR_RETURN(auto find,
        work.database().prepared("SELECT request, created_at, status, headers, body FROM idempotency"
                                 " WHERE token_id = ? AND path = ? AND key = ?"));
    TRY(find.run(key.caller, QString::fromLatin1(key.path), QString::fromLatin1(key.key)));
    if (!find.next()) {
        TRY(find.finish());
        return std::optional<Reply>();
    }
    if (work.now() - fromMilliseconds(find.integer(1)) >= IdempotencyLife)
        return std::optional<Reply>();
    if (find.bytes(0) != key.request.view())
        return fail(ErrorCode::IdempotencyKeyReused,
            u"This Idempotency-Key was used here for another request. Take a new one for each request."_s);
    Reply reply{.status = int(find.integer(2)), .headers = readHeaderLines(find.bytes(3))};
    ASSIGN_OR_RETURN(reply.body, withTexts(work, find.bytes(4)));
    return reply;
}

Result<void> remember(engine::Work &work, const IdempotencyKey &key, const Reply &reply)
{
    // With what is written here anyway, so that no day's keys lie around for longer than another day.
    ASSIGN_OR_RETURN(auto forget, work.database().prepared("DELETE FROM idempotency WHERE created_at <= ?"));
    TRY(forget.run(toMilliseconds(work.now() - IdempotencyLife)));
    ASSIGN_OR_RETURN(auto insert, work.database().prepared("INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
    QByteArray body = withoutTexts(reply);
    if (body.isNull())
        body = ""_ba; // of a column that is never null
    return insert.run(key.caller, QString::fromLatin1(key.path), QString::fromLatin1(key.key),
        key.request.view().toByteArray(), toMilliseconds(work.now()), reply.status,
        headerLines(reply, work.lastIndex()), body);
}

} // namespace api
