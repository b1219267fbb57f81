// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A tenant: who it is, what it may use, what it uses. Plain values that cross threads and rooms.
#pragma once

#include "service/core/clock.h"
#include "service/core/ids.h"
#include "service/core/result.h"

#include <QtCore/qmap.h>

#include <vector>

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

// Of a member of TenantSpec::limits: what the plan says.
inline constexpr qint64 FromPlan = -1;

// What an administrator asks for.
struct TenantSpec
{
    TenantId id;
    QString displayName;
    Limits limits;
    Labels labels;
    QString plan = {}; // empty: none, and then all limits are given
};

// What an administrator changes; what is absent stays.
struct TenantPatch
{
    std::optional<QString> displayName;
    std::optional<qint64> maxVms;
    std::optional<qint64> storageQuotaGb;
    std::optional<qint64> apiRateLimitRpm;
    std::optional<Labels> labels;
    std::optional<QString> plan = {}; // empty: none any more; the limits stay
};

// The percentage of each quota that was last warned of: 0, 80 or 95.
struct WarnedLevels
{
    int vms = 0;
    int storage = 0;

    friend bool operator==(const WarnedLevels &, const WarnedLevels &) = default;
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
    std::optional<Timestamp> deletedAt = {}; // while it is deleted
    TenantState deletedFrom = TenantState::Active; // what an undeletion gives back; Active or Suspended
    std::optional<Timestamp> purgedAt = {}; // of a deleted one that does not come back
    WarnedLevels warned = {}; // in memory only: at a start it follows from the usage

    bool isOverQuota() const { return usage.vms > limits.maxVms || usage.storageGb > limits.storageQuotaGb; }
};

// Whether `vms` more with `storageGb` in all fit; never in a tenant that is over quota. QuotaExceeded carries the
// numbers as the contract names them; max_vms is judged first.
Result<void> admit(const Tenant &tenant, qint64 vms, qint64 storageGb);

// A quota of which 80 or 95 percent are used, or more.
struct QuotaWarning
{
    const char *quota; // "max_vms"
    int percent; // 80 or 95
    qint64 limit;
    qint64 used;
};

// As it stands now: at most one for each quota.
std::vector<QuotaWarning> warningsOf(const Tenant &tenant);

// What is warned of from now on. A level rises at once, and falls only when usage is five points below it, so that
// usage that swings about it is warned of once.
WarnedLevels settledLevels(const Tenant &tenant);
// The warnings that the rise from `tenant.warned` to settledLevels() stands for.
std::vector<QuotaWarning> newWarnings(const Tenant &tenant);

// The record with the patch applied; version and updatedAt are the engine's. `plan` is the one that the patch names:
// its limits come first, those of the patch override them.
Tenant patched(Tenant tenant, const TenantPatch &patch, const Limits *plan = nullptr);

} // namespace tenancy
