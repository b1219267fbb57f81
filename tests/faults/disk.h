// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What a test and the library preloaded into the server (diskshim.cpp) share: a page of memory by which the test spoils
// the disk while the server runs. No Qt, for the library has none.
#pragma once

#include <atomic>
#include <cstdint>

namespace faults {

// The three files on which it depends that nothing acknowledged is lost.
enum File : std::uint32_t
{
    Database = 1,
    Log = 2,
    Mark = 4,
    Everything = 7
};

enum class Fault : std::uint32_t
{
    None,
    NoSpace, // a write is refused with ENOSPC
    BadWrite, // a write is refused with EIO
    ShortWrite, // half of a write is taken, the next is refused with ENOSPC
    BadSync, // a sync fails with EIO, and what was to be synced never reaches the disk, as Linux has it
    LyingSync // a sync says that all is well and does nothing
};

struct Control
{
    std::atomic<Fault> fault = Fault::None;
    std::atomic<std::uint32_t> files = 0; // of File, that it strikes
    std::atomic<std::int32_t> pass = 0; // so many calls are let through first
    std::atomic<std::int32_t> left = 0; // so many are struck; negative: all
    std::atomic<std::uint32_t> struck = 0; // so many were
};

// Names of environment variables: the data directory; a file of sizeof(Control) bytes; a directory that holds what is
// really on the disk; a file that takes a line for each event, in their order.
inline constexpr const char *DirectoryVariable = "HOUSE_DISK_DIRECTORY";
inline constexpr const char *ControlVariable = "HOUSE_DISK_CONTROL";
inline constexpr const char *ShadowVariable = "HOUSE_DISK_SHADOW";
inline constexpr const char *EventsVariable = "HOUSE_DISK_EVENTS";

} // namespace faults
