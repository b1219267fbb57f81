// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A data directory on a disk that a test spoils while a real server works on it, and that can lose its power: the
// server is started with diskshim.cpp preloaded. The test's thread.
#pragma once

#include "tests/faults/disk.h"

#include <QtCore/qbytearraylist.h>
#include <QtCore/qprocess.h>
#include <QtCore/qtemporarydir.h>

// What becomes of the writes that no sync had put on the disk when the power went.
enum class Unsynced
{
    Lost,
    Torn // each sector of 512 bytes is there or not, as chance has it
};

class FaultyDisk
{
public:
    FaultyDisk(); // an installation that was served and stopped once
    ~FaultyDisk();
    FaultyDisk(const FaultyDisk &) = delete;
    FaultyDisk &operator=(const FaultyDisk &) = delete;

    QString data() const { return m_folder.filePath(QStringLiteral("data")); }
    // For a server on it. What lies there is taken to be on the disk, so nothing may run on it now.
    QProcessEnvironment powered();

    // From the call after next `pass` on, `times` of them; negative: until it is mended.
    void spoil(faults::Fault fault, std::uint32_t files, int times = -1, int pass = 0);
    void mend();
    unsigned struck() const { return m_control->struck; }

    // With the server killed: the three files become what a power cut would have left of them.
    void cutPower(Unsynced unsynced);

    // What happened, a line each, oldest first (diskshim.cpp has their form).
    QByteArrayList events() const;

private:
    QString shadow() const { return m_folder.filePath(QStringLiteral("shadow")); }

    QTemporaryDir m_folder;
    faults::Control *m_control = nullptr;
};

// The first answer in `events` before which its change had not been synced: "" where all had. `answers` counts the VMs
// that answers told of.
QByteArray firstUnsyncedAnswer(const QByteArrayList &events, int &answers);
