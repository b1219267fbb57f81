// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/problem.h"

#include "service/tokens/proof.h"

#include <QtCore/qjsondocument.h>

using namespace Qt::StringLiterals;

namespace api {

namespace {

QByteArray challenge(const QByteArray &reason)
{
    // RFC 9449, 7.1: what the proof must be made with.
    if (reason == tokens::InvalidProof)
        return "DPoP error=\"invalid_dpop_proof\", algs=\"EdDSA\""_ba;
    if (reason == tokens::ProofNeeded)
        return "DPoP error=\"invalid_token\", error_description=\"use a proof\", algs=\"EdDSA\""_ba;
    // RFC 6750, 3.1: without any token there is no error to name.
    return reason.isEmpty() ? "Bearer realm=\"service-vm-tenant\""_ba
                            : "Bearer realm=\"service-vm-tenant\", error=\"invalid_token\""_ba;
}

void writeFieldErrors(json::Writer &writer, const Error &error)
{
    if (error.fields.isEmpty())
        return;
    writer.key("errors").beginArray();
    for (const FieldError &field : error.fields)
        writer.beginObject().member("pointer", field.pointer).member("detail", field.detail).endObject();
    writer.endArray();
}

} // namespace

ProblemKind problemKind(ErrorCode code)
{
    switch (code) {
    case ErrorCode::MalformedRequest:
        return {400, "The request is malformed"};
    case ErrorCode::MalformedJson:
        return {400, "The body is not the JSON it should be"};
    case ErrorCode::InvalidField:
        return {422, "A field can't be taken"};
    case ErrorCode::ImmutableField:
        return {422, "A field can't be changed"};
    case ErrorCode::UnsupportedMediaType:
        return {415, "The body must be application/json"};
    case ErrorCode::TooLarge:
        return {413, "The request is too large"};
    case ErrorCode::NotFound:
        return {404, "Not found"};
    case ErrorCode::MethodNotAllowed:
        return {405, "Not with this method"};
    case ErrorCode::ExpectationFailed:
        return {417, "The expectation can't be met"};
    case ErrorCode::RequestTimeout:
        return {408, "The request took too long"};
    case ErrorCode::TargetTooLong:
        return {414, "The target is too long"};
    case ErrorCode::HeaderTooLarge:
        return {431, "The header is too large"};
    case ErrorCode::MisdirectedRequest:
        return {421, "Not a host of this server"};
    case ErrorCode::NotImplemented:
        return {501, "Not supported"};
    case ErrorCode::HttpVersion:
        return {505, "Not this version of HTTP"};
    case ErrorCode::InvalidToken:
        return {401, "A valid token is needed"};
    case ErrorCode::InsufficientScope:
        return {403, "The token's scope does not allow this"};
    case ErrorCode::ScopeExceedsParent:
        return {403, "The scope exceeds that of the issuing token"};
    case ErrorCode::ExpiryExceedsParent:
        return {422, "The token would outlive the issuing one"};
    case ErrorCode::DepthExceeded:
        return {403, "The token is too far from its root"};
    case ErrorCode::ForeignOrigin:
        return {403, "Not from another site"};
    case ErrorCode::TenantSuspended:
        return {403, "The tenant is suspended"};
    case ErrorCode::TenantExists:
        return {409, "The tenant id is taken"};
    case ErrorCode::TenantNotEmpty:
        return {409, "The tenant still has VMs"};
    case ErrorCode::TenantNotDeleted:
        return {409, "The tenant is not deleted"};
    case ErrorCode::TenantDeleted:
        return {409, "The tenant is deleted"};
    case ErrorCode::NodeExists:
        return {409, "The node id is taken"};
    case ErrorCode::NodeNotEmpty:
        return {409, "The node still has VMs"};
    case ErrorCode::IdempotencyKeyInUse:
        return {409, "A request with this key is under way"};
    case ErrorCode::IdempotencyKeyReused:
        return {422, "The key was used for another request"};
    case ErrorCode::OverQuota:
        return {409, "The limits are below what is used"};
    case ErrorCode::PreconditionFailed:
        return {412, "The record was changed meanwhile"};
    case ErrorCode::QuotaExceeded:
        return {429, "The quota is exceeded"};
    case ErrorCode::RateLimited:
        return {429, "Too many requests"};
    case ErrorCode::NoCapacity:
        return {503, "No node has room"};
    case ErrorCode::LedgerUnavailable:
        return {503, "The ledger can't be written"};
    case ErrorCode::Unavailable:
        return {503, "Not available now"};
    case ErrorCode::Storage:
    case ErrorCode::Corrupt:
    case ErrorCode::Refused:
    case ErrorCode::Usage:
        break;
    }
    return {500, "The server failed"};
}

void writeRefusal(json::Writer &writer, const Error &error)
{
    writer.member("code", errorName(error.code)).member("detail", error.detail);
    writeFieldErrors(writer, error);
}

http::Response problem(const Error &error, const RequestId &requestId)
{
    const ProblemKind kind = problemKind(error.code);
    const bool ours = kind.status == 500; // what went wrong inside is for the log, not for a stranger
    const QByteArray name = ours ? "internal"_ba : QByteArray(errorName(error.code));
    json::Writer writer;
    writer.beginObject()
        .member("type", QByteArray("urn:service-vm-tenant:problem:" + name))
        .member("title", kind.title)
        .member("status", kind.status)
        .member("detail",
            ours ? QStringLiteral("The request was not carried out. The server's log says why.") : error.detail)
        .member("code", name)
        .textOrNull("request_id", requestId.text());
    writeFieldErrors(writer, error);
    if (!error.members.isEmpty()) {
        const QByteArray members = QJsonDocument(error.members).toJson(QJsonDocument::Compact);
        writer.raw(QByteArrayView(members).sliced(1, members.size() - 2));
    }
    if (error.code == ErrorCode::RateLimited)
        writer.member("retryable", true);
    writer.endObject();

    http::Response response;
    response.status = kind.status;
    response.contentType = "application/problem+json"_ba;
    response.body = writer.take();
    response.headers.append({"Cache-Control"_ba, "no-store"_ba});
    if (error.code == ErrorCode::InvalidToken) {
        response.headers.append({"WWW-Authenticate"_ba, challenge(error.reason)});
    } else if (error.code == ErrorCode::InsufficientScope) {
        response.headers.append(
            {"WWW-Authenticate"_ba, "Bearer realm=\"service-vm-tenant\", error=\"insufficient_scope\""_ba});
    } else if (error.code == ErrorCode::RateLimited) {
        response.headers.append({"Retry-After"_ba, QByteArray::number(error.retryAfterSeconds)});
    }
    return response;
}

} // namespace api
