// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A program under measurement, as /proc sees it. One thread; ended with its owner.
#pragma once

#include <QtCore/qprocess.h>

#include <optional>

namespace bench {

class Program
{
public:
    // Without a core it runs where the system likes.
    Program(const QString &program, const QStringList &arguments, std::optional<int> core = {});
    ~Program(); // SIGTERM, then waits
    Program(const Program &) = delete;
    Program &operator=(const Program &) = delete;

    // The next line on its standard output; nothing when it ends or stays silent for ten seconds.
    std::optional<QByteArray> line();
    // Waits for its end; all of its standard output, or nothing when it failed.
    std::optional<QByteArray> output();

    double cpuSeconds() const; // user and system, of all its threads, those that ended too
    double residentMegabytes() const;

private:
    void tellErrors(); // what it said on standard error, once it has failed

    QProcess m_process;
};

// Stops the measuring: nothing that failed may look like a figure.
// What a program took from its start to its end, which must be a good one.
struct Used
{
    double seconds = 1e9;
    double megabytes = 0; // resident, at most
};
Used runToEnd(const QString &program, const QStringList &arguments);

[[noreturn]] void giveUp(const QString &why);

} // namespace bench
