// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// How far a long command of service-fs is, in one line on stderr: a bar, entries a second, the time left. On a terminal
// only, and only from half a second on. One thread at a time.
#pragma once

#include <QtCore/qbytearray.h>

#include <chrono>
#include <cstdint>

namespace app {

class FsProgress
{
public:
    enum class Output
    {
        Quiet, // stdout gets its lines at the end
        Running // stdout gets lines meanwhile: then nothing is shown where that is a terminal too
    };
    explicit FsProgress(Output output);
    ~FsProgress(); // ends it
    FsProgress(const FsProgress &) = delete;
    FsProgress &operator=(const FsProgress &) = delete;

    void show(std::uint64_t done, std::uint64_t total);
    void end(); // takes the line away

    // The line without anything that moves the cursor.
    static QByteArray line(std::uint64_t done, std::uint64_t total, std::chrono::duration<double> elapsed);

private:
    using Clock = std::chrono::steady_clock;

    bool m_wanted;
    bool m_shown = false;
    Clock::time_point m_begun = Clock::now();
    Clock::time_point m_next = m_begun + std::chrono::milliseconds(500);
};

} // namespace app
