// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/fsprogress.h"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace app {

namespace {

constexpr int BarWidth = 24;

} // namespace

FsProgress::FsProgress(Output output)
    : m_wanted(::isatty(STDERR_FILENO) && (output == Output::Quiet || !::isatty(STDOUT_FILENO)))
{
}

FsProgress::~FsProgress()
{
    end();
}

QByteArray FsProgress::line(std::uint64_t done, std::uint64_t total, std::chrono::duration<double> elapsed)
{
    const double share = total == 0 ? 1.0 : double(std::min(done, total)) / double(total);
    const auto filled = qsizetype(share * BarWidth);
    QByteArray text = '[' + QByteArray(filled, '#') + QByteArray(BarWidth - filled, '.') + "] ";
    text += QByteArray::number(int(share * 100)).rightJustified(3) + " %  " + QByteArray::number(done) + " of "
        + QByteArray::number(total) + " entries";
    if (done == 0 || elapsed.count() <= 0)
        return text;
    const double rate = double(done) / elapsed.count();
    return text + ", " + QByteArray::number(std::uint64_t(rate)) + "/s, "
        + QByteArray::number(std::uint64_t(double(total - std::min(done, total)) / rate + 0.5)) + " s left";
}

void FsProgress::show(std::uint64_t done, std::uint64_t total)
{
    const auto now = Clock::now();
    if (!m_wanted || now < m_next)
        return;
    m_next = now + std::chrono::milliseconds(100);
    m_shown = true;
    std::fprintf(stderr, "\r%s\033[K", line(done, total, now - m_begun).constData());
}

void FsProgress::end()
{
    if (std::exchange(m_shown, false))
        std::fputs("\r\033[K", stderr);
}

} // namespace app
