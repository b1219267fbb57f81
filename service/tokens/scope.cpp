// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tokens/scope.h"

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace tokens {

namespace {

using Kind = Scope::Kind;

constexpr std::pair<Kind, QByteArrayView> Fixed[] = {
    {Kind::Admin, "service:admin"},
    {Kind::Auditor, "service:auditor"},
    {Kind::TenantAdmin, "service:tenant-admin"},
    {Kind::Input, "INPUT"},
    {Kind::User, "USER"},
    {Kind::Read, "READ"},
};

constexpr QByteArrayView ServicePrefix("service:");
constexpr QByteArrayView NodeAgent("service:vm-host");

// [a-z0-9][a-z0-9._-]{0,62}
bool isServiceName(QByteArrayView name)
{
    const auto isPlain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !name.isEmpty() && name.size() <= 63 && isPlain(name.front())
        && std::ranges::all_of(name, [&](char c) { return isPlain(c) || c == '.' || c == '_' || c == '-'; });
}

// Place in the chain of tiers; 0 for what stands beside it.
int tier(Kind kind)
{
    switch (kind) {
    case Kind::TenantAdmin:
        return 4;
    case Kind::Input:
        return 3;
    case Kind::User:
        return 2;
    case Kind::Read:
        return 1;
    case Kind::None:
    case Kind::Admin:
    case Kind::Auditor:
    case Kind::Service:
        break;
    }
    return 0;
}

} // namespace

Scope::Scope(Kind kind)
{
    for (const auto &[fixed, text] : Fixed) {
        if (fixed == kind)
            *this = Scope(kind, text.toByteArray());
    }
    Q_ASSERT(m_kind == kind);
}

Scope::Scope(Kind kind, QByteArray text)
    : m_kind(kind)
    , m_text(std::move(text))
{
}

bool Scope::isTier() const
{
    return tier(m_kind) > 0;
}

std::optional<Scope> Scope::fromToken(QByteArrayView text)
{
    for (const auto &[kind, fixed] : Fixed) {
        if (text == fixed)
            return Scope(kind, text.toByteArray());
    }
    if (text.startsWith(ServicePrefix) && isServiceName(text.sliced(ServicePrefix.size())))
        return Scope(Kind::Service, text.toByteArray());
    return {};
}

Result<Scope> Scope::fromRequest(QStringView text)
{
    for (const Kind kind : {Kind::Read, Kind::User, Kind::Input}) {
        const Scope scope(kind);
        if (text == QLatin1StringView(scope.text().toLower()))
            return scope;
    }
    if (const auto scope = fromToken(text.toUtf8()))
        return *scope;
    return fail(ErrorCode::InvalidField,
        u"must be READ, USER, INPUT, service:tenant-admin or service:<name>, the name 1 to 63 of a-z 0-9 . _ - and "
        "first a letter or digit"_s);
}

Permissions Scope::permissions() const
{
    using enum Permission;
    static constexpr Permissions read = ReadTenants | ReadVms | ReadNodes | ReadStatus;
    static constexpr Permissions user = read | ReadLedger;
    static constexpr Permissions input = user | WriteVms;
    static constexpr Permissions auditor =
        AllTenants | ReadTenants | ReadTokens | ReadVms | ReadNodes | ReadLedger | ReadLedgerBundles | ReadPlans;
    switch (m_kind) {
    case Kind::None:
        return {};
    case Kind::Read:
        return read;
    case Kind::User:
        return user;
    case Kind::Input:
        return input;
    case Kind::TenantAdmin:
        return input | ReadTokens | ManageTokens | ManageNodes | Heartbeat;
    case Kind::Service:
        return m_text == NodeAgent ? ReadStatus | Heartbeat : ReadStatus;
    case Kind::Auditor:
        return auditor;
    case Kind::Admin:
        return auditor | ManageTenants | ManageTokens | WriteVms | ManageNodes | Heartbeat | ManagePlans | ManageKeys
            | RunChecks;
    }
    return {};
}

bool contains(const Scope &parent, const Scope &child)
{
    if (parent.isAdministrator() || child.isAdministrator())
        return false;
    if (child.kind() == Scope::Kind::Service)
        return parent.kind() == Scope::Kind::TenantAdmin || parent == child;
    return tier(child.kind()) > 0 && tier(parent.kind()) >= tier(child.kind());
}

} // namespace tokens
