// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A tenant: who it is, what it may use, what it uses. Plain values that cross threads and rooms.
#pragma once

#include "service/core/clock.h"
#include "service/core/ids.h"
#include "service/core/result.h"

#include <QtCore/qmap.h>

enum class TenantState
{
    Active,
    Suspended, // reads and writes of its tokens are refused; nothing is lost
    Deleted // its tokens are dead, its id is never given again
};

const char *toText(TenantState state); // "active"
std::optional<TenantState> tenantStateFromText(QByteArrayView text);

namespace tenancy {

struct Limits
{
    qint64 maxVms = 0;
    qint64 storageQuotaGb = 0;
    qint64 apiRateLimitRpm = 1; // requests a minute

    friend bool operator==(const Limits &, const Limits &) = default;
};

struct Usage
{
    qint64 vms = 0;
    qint64 storageGb = 0;

    friend bool operator==(const Usage &, const Usage &) = default;
};

using Labels = QMap<QString, QString>;

// What an administrator asks for.
struct TenantSpec
{
    TenantId id;
    QString displayName;
    Limits limits;
    Labels labels;
};

// What an administrator changes; what is absent stays.
struct TenantPatch
{
    std::optional<QString> displayName;
    std::optional<qint64> maxVms;
    std::optional<qint64> storageQuotaGb;
    std::optional<qint64> apiRateLimitRpm;
    std::optional<Labels> labels;
};

struct Tenant
{
    TenantId id;
    QString displayName;
    Limits limits;
    Labels labels;
    QString plan; // empty: none
    TenantState state = TenantState::Active;
    Timestamp createdAt;
    TokenId createdBy;
    Timestamp updatedAt;
    qint64 version = 1; // counts the changes of the record, not its usage
    Usage usage;

    bool isOverQuota() const { return usage.vms > limits.maxVms || usage.storageGb > limits.storageQuotaGb; }
};

// Whether `vms` more with `storageGb` in all fit; never in a tenant that is over quota. QuotaExceeded carries the
// numbers as the contract names them; max_vms is judged first.
Result<void> admit(const Tenant &tenant, qint64 vms, qint64 storageGb);

// The record with the patch applied; version and updatedAt are the engine's.
Tenant patched(Tenant tenant, const TenantPatch &patch);

} // namespace tenancy
