// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Tokens to start from in tests: one of a tenant at depth 1, one of an administrator.
#pragma once

#include "service/tokens/rules.h"

namespace samples {

inline const QByteArray Issuer("http://127.0.0.1:9221");
inline const TokenId ParentId("0199a8c0-0000-7000-8000-000000000001");
inline const TokenId ChildId("0199a8c0-0000-7000-8000-000000000002");
inline const TenantId Acme("acme-corp");
inline constexpr qint64 Noon = 1'795'435'200; // 2026-11-23T12:00:00Z

// The public half of the seed 00 01 … 1f.
inline crypto::PublicKey subjectKey()
{
    return *crypto::publicKeyFromBytes(
        QByteArray::fromHex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"));
}

inline tokens::TokenRecord tenantAdmin()
{
    tokens::TokenRecord record;
    record.id = ParentId;
    record.tenant = Acme;
    record.scope = tokens::Scope(tokens::Scope::Kind::TenantAdmin);
    record.subjectKey = subjectKey();
    record.issuedAt = record.notBefore = Noon;
    record.expiresAt = Noon + 7 * tokens::DefaultLife;
    return record;
}

inline tokens::TokenRecord user()
{
    tokens::TokenRecord record = tenantAdmin();
    record.id = ChildId;
    record.scope = tokens::Scope(tokens::Scope::Kind::User);
    record.parent = ParentId;
    record.depth = 1;
    record.expiresAt = Noon + tokens::DefaultLife;
    return record;
}

inline tokens::TokenRecord administrator()
{
    tokens::TokenRecord record;
    record.id = ParentId;
    record.scope = tokens::Scope(tokens::Scope::Kind::Admin);
    record.issuedAt = record.notBefore = Noon;
    record.expiresAt = Noon + tokens::LongestLife;
    record.name = QStringLiteral("ops");
    return record;
}

} // namespace samples
