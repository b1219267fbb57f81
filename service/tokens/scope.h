// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What a token may do: one value out of a small order. Any thread.
//
//     service:tenant-admin ⊃ INPUT ⊃ USER ⊃ READ
//     service:tenant-admin ⊃ every service:<name>
//
// service:admin and service:auditor stand outside it: no token contains or passes them on.
#pragma once

#include "service/core/result.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qflags.h>
#include <QtCore/qstringview.h>

#include <optional>

namespace tokens {

// What a route asks for. On rows of a tenant the caller must moreover be of that tenant, or have AllTenants.
enum class Permission : quint32
{
    AllTenants = 1 << 0, // sees every tenant's rows; without it only its own
    ReadTenants = 1 << 1,
    ManageTenants = 1 << 2, // create, change, suspend, delete, import
    ReadTokens = 1 << 3, // records and explanations, never texts
    ManageTokens = 1 << 4, // issue, revoke, change tiers
    ReadVms = 1 << 5,
    WriteVms = 1 << 6,
    ReadNodes = 1 << 7, // nodes, fleet, placement
    ManageNodes = 1 << 8, // remove, drain
    Heartbeat = 1 << 9,
    ReadStatus = 1 << 10, // of the caller's tenant
    ReadLedger = 1 << 11, // entries and proofs
    ReadLedgerBundles = 1 << 12, // entries of everybody, as tiles
    ReadPlans = 1 << 13,
    ManagePlans = 1 << 14,
    ManageKeys = 1 << 15,
    RunChecks = 1 << 16
};
Q_DECLARE_FLAGS(Permissions, Permission)
Q_DECLARE_OPERATORS_FOR_FLAGS(Permissions)

class Scope
{
public:
    enum class Kind
    {
        None, // of a record that was never filled: may nothing
        Admin,
        Auditor,
        TenantAdmin,
        Input,
        User,
        Read,
        Service // service:<name>, any other name
    };

    Scope() = default;
    explicit Scope(Kind kind); // not for Service

    // As a caller writes it: tiers in upper or lower case. InvalidField names the values there are.
    static Result<Scope> fromRequest(QStringView text);
    // As tokens and rows carry it: in the one spelling of text().
    static std::optional<Scope> fromToken(QByteArrayView text);

    Kind kind() const { return m_kind; }
    const QByteArray &text() const { return m_text; }
    bool isTier() const; // in the chain from service:tenant-admin down to READ
    bool isAdministrator() const { return m_kind == Kind::Admin || m_kind == Kind::Auditor; }

    Permissions permissions() const;
    bool may(Permission permission) const { return permissions().testFlag(permission); }

    friend bool operator==(const Scope &, const Scope &) = default;

private:
    Scope(Kind kind, QByteArray text);

    Kind m_kind = Kind::None;
    QByteArray m_text;
};

// Whether a token of `parent` may issue one of `child`, as far as the order says; not whether it may issue at all.
bool contains(const Scope &parent, const Scope &child);

} // namespace tokens
