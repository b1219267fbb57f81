// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A virtual machine in the registry: what a tenant asked for and where it stands. Plain values.
#pragma once

#include "service/core/clock.h"
#include "service/core/ids.h"
#include "service/core/result.h"

#include <optional>

namespace fleet {

enum class VmState
{
    Provisioning,
    Running,
    Stopped,
    Error
};

const char *toText(VmState state); // "Provisioning"
std::optional<VmState> vmStateFromText(QByteArrayView text);

constexpr qint64 MostVmsPerRequest = 1000;

// What a caller asks for. The tenant is the caller's own, or an administrator's choice.
struct VmSpec
{
    TenantId tenant; // as the body names it; empty when it does not
    QString name;
    QString vmType;
    qint64 ramMb = 1024;
    qint64 vcpuCount = 1;
    qint64 diskGb = 10;
    bool preferKvm = false;
    NodeId preferredNode;
    std::optional<qint64> count; // an array is answered where it was given; judged after the quota
};

struct Vm
{
    VmId id;
    TenantId tenant;
    QString name;
    QString vmType;
    qint64 ramMb = 0;
    qint64 vcpuCount = 0;
    qint64 diskGb = 0;
    bool preferKvm = false;
    VmState state = VmState::Provisioning;
    NodeId node; // empty: waits for one
    Timestamp createdAt;
    std::optional<Timestamp> startedAt;
};

} // namespace fleet
