// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/tokenbody.h"

#include "service/crypto/publickeytext.h"

using namespace Qt::StringLiterals;

namespace api {

namespace {

// The members that every order for a token has.
struct TokenSpec
{
    crypto::PublicKey subjectKey;
    tokens::Scope scope;
    std::optional<qint64> expiresInSeconds;
    std::optional<bool> proofOfPossession;
};

TokenSpec readSpec(json::ObjectReader &reader, const json::Value &body)
{
    TokenSpec spec;
    // PEM has line breaks, which plain text fields refuse.
    if (const json::Value *value = reader.optionalValue("subject_pubkey"); !value && body.object()) {
        reader.reject(u"subject_pubkey"_s, u"is required"_s);
    } else if (value) {
        const QByteArray *text = value->string();
        auto key = text ? crypto::parsePublicKeyText(QString::fromUtf8(*text))
                        : fail(ErrorCode::InvalidField, u"must be a string"_s);
        if (key)
            spec.subjectKey = *key;
        else
            reader.reject(u"subject_pubkey"_s, key.error().detail);
    }
    const QString scope = reader.text("scope", 1, 100);
    if (!scope.isEmpty()) {
        if (auto parsed = tokens::Scope::fromRequest(scope))
            spec.scope = *parsed;
        else
            reader.reject(u"scope"_s, parsed.error().detail);
    }
    spec.expiresInSeconds = reader.optionalInteger("expires_in_seconds", tokens::ShortestLife, tokens::LongestLife);
    spec.proofOfPossession = reader.optionalBoolean("proof_of_possession");
    return spec;
}

Result<engine::TierRow> readTierRow(const json::Value &row, qsizetype number)
{
    json::ObjectReader reader(row, u'/' + QString::number(number));
    const TokenSpec spec = readSpec(reader, row);
    TRY(reader.finish());
    return engine::TierRow{.subjectKey = spec.subjectKey,
        .scope = spec.scope,
        .expiresInSeconds = spec.expiresInSeconds,
        .proofOfPossession = spec.proofOfPossession};
}

} // namespace

Result<TokenBody> readTokenBody(const json::Value &body, bool withTenant)
{
    json::ObjectReader reader(body);
    TokenBody read;
    if (withTenant) {
        const QString id = reader.text("tenant_id", 1, 63);
        if (!id.isEmpty() && !isTenantId(id.toUtf8()))
            reader.reject(u"tenant_id"_s, u"is no tenant id"_s);
        read.tenant = TenantId(id.toUtf8());
    }
    const TokenSpec spec = readSpec(reader, body);
    TRY(reader.finish());
    read.request = {.subjectKey = spec.subjectKey,
        .scope = spec.scope,
        .expiresInSeconds = spec.expiresInSeconds,
        .proofOfPossession = spec.proofOfPossession.value_or(false)};
    return read;
}

Result<engine::TokenRotation> readTokenRotation(const json::Value &body)
{
    engine::TokenRotation rotation;
    if (body.isNull())
        return rotation;
    json::ObjectReader reader(body);
    rotation.overlapSeconds =
        reader.optionalInteger("overlap_seconds", 0, tokens::LongestOverlap).value_or(rotation.overlapSeconds);
    rotation.expiresInSeconds = reader.optionalInteger("expires_in_seconds", tokens::ShortestLife, tokens::LongestLife);
    TRY(reader.finish());
    return rotation;
}

Result<std::vector<Result<engine::TierRow>>> readTierRows(const json::Value &body)
{
    const json::Array *list = body.array();
    if (!list || list->empty() || qsizetype(list->size()) > engine::MostTierRows)
        return fail(Error{.code = ErrorCode::InvalidField,
            .detail = u"The body can't be taken."_s,
            .fields = {{QString(), u"must be a list of 1 to %1 rows"_s.arg(engine::MostTierRows)}}});
    std::vector<Result<engine::TierRow>> rows;
    rows.reserve(list->size());
    for (const json::Value &row : *list)
        rows.push_back(readTierRow(row, qsizetype(rows.size())));
    return rows;
}

} // namespace api
