// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tokens/refusal.h"

using namespace Qt::StringLiterals;

namespace tokens {

namespace {

QString sentence(Refusal refusal)
{
    switch (refusal) {
    case Refusal::Malformed:
        return u"The text is not a token of this service."_s;
    case Refusal::BadSignature:
        return u"The signature of the token does not verify."_s;
    case Refusal::UnknownKey:
        return u"The token names a key that this service does not have."_s;
    case Refusal::Expired:
        return u"The token has expired."_s;
    case Refusal::NotYetValid:
        return u"The token is not valid yet."_s;
    case Refusal::Revoked:
        return u"The token was revoked or never issued."_s;
    case Refusal::TenantSuspended:
        return u"The tenant of the token is suspended."_s;
    }
    return {};
}

} // namespace

const char *reasonWord(Refusal refusal)
{
    switch (refusal) {
    case Refusal::Malformed:
        return "malformed";
    case Refusal::BadSignature:
        return "bad-signature";
    case Refusal::UnknownKey:
        return "unknown-key";
    case Refusal::Expired:
        return "expired";
    case Refusal::NotYetValid:
        return "not-yet-valid";
    case Refusal::Revoked:
        return "revoked";
    case Refusal::TenantSuspended:
        return "tenant-suspended";
    }
    return "";
}

Error refused(Refusal refusal)
{
    return {.code = ErrorCode::InvalidToken, .detail = sentence(refusal), .reason = reasonWord(refusal)};
}

std::unexpected<Error> malformed(const QString &detail)
{
    Error error = refused(Refusal::Malformed);
    error.detail = detail;
    return std::unexpected(std::move(error));
}

} // namespace tokens
