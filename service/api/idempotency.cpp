// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/idempotency.h"

#include "service/store/statement.h"
#include "service/tokens/jws.h"
#include "service/tokens/tokenstore.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace api {

namespace {

constexpr qsizetype LongestKey = 255;

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

Result<QByteArray> issuedBody(const engine::Work &work, const TokenId &id)
{
    const tokens::TokenRecord *record = work.token(id);
    if (!record || record->keyId != work.signer().keyId)
        return fail(ErrorCode::IdempotencyKeyInUse,
            u"This key issued the token %1, and the key that signed it was rotated since. Ask with a new Idempotency-Key."_s
                .arg(id.toString()));
    json::Writer writer;
    tokens::writeToken(writer, *record,
        tokens::signToken(tokens::claimsOf(*record, work.signer().issuer), work.signer().key, work.signer().keyId));
    return writer.take();
}

} // namespace

Result<std::optional<IdempotencyKey>> idempotencyKey(const Exchange &exchange)
{
    const http::Request &request = exchange.request;
    const qsizetype fields = request.headers.count("Idempotency-Key");
    if (fields == 0 || request.method != "POST" || exchange.dryRun)
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
        .request = crypto::sha256({request.query, "\n", request.body})};
}

Result<std::optional<Reply>> recall(engine::Work &work, const IdempotencyKey &key)
{
    ASSIGN_OR_RETURN(auto find,
        work.database().prepared("SELECT request, created_at, status, headers, body, issued_token_id FROM idempotency"
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
    Reply reply{.status = int(find.integer(2)), .body = find.bytes(4), .headers = readHeaderLines(find.bytes(3))};
    if (!find.isNull(5)) {
        ASSIGN_OR_RETURN(reply.body, issuedBody(work, TokenId(find.bytes(5))));
    }
    return reply;
}

Result<void> remember(engine::Work &work, const IdempotencyKey &key, const Reply &reply)
{
    // With what is written here anyway, so that no day's keys lie around for longer than another day.
    ASSIGN_OR_RETURN(auto forget, work.database().prepared("DELETE FROM idempotency WHERE created_at <= ?"));
    TRY(forget.run(toMilliseconds(work.now() - IdempotencyLife)));
    ASSIGN_OR_RETURN(
        auto insert, work.database().prepared("INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    const QByteArray body = reply.issued.isEmpty() ? reply.body : ""_ba;
    return insert.run(key.caller, QString::fromLatin1(key.path), QString::fromLatin1(key.key),
        key.request.view().toByteArray(), toMilliseconds(work.now()), reply.status,
        headerLines(reply, work.lastIndex()), body, reply.issued);
}

} // namespace api
