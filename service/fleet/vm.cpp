// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/fleet/vm.h"

namespace fleet {

const char *toText(VmState state)
{
    switch (state) {
    case VmState::Provisioning:
        return "Provisioning";
    case VmState::Running:
        return "Running";
    case VmState::Stopped:
        return "Stopped";
    case VmState::Error:
        return "Error";
    }
    return "";
}

std::optional<VmState> vmStateFromText(QByteArrayView text)
{
    for (const VmState state : {VmState::Provisioning, VmState::Running, VmState::Stopped, VmState::Error}) {
        if (text == toText(state))
            return state;
    }
    return {};
}

} // namespace fleet
