// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The high-water mark: the last signed checkpoint, kept outside the database, so that an older copy of the database put
// back in its place is noticed. It is written before each answer, so it never is behind what anybody was told, but for
// what the last second of a machine that lost power had not yet put on disk, and for the one batch at which writing it
// fails: that is durable and so is answered, and nothing more is written before the mark is caught up. A mark that lags
// is safe, one that is ahead of the database means a rollback.
//
// The file has two slots of 4096 bytes, at 0 and at 4096, written in turn and in place:
//
//     0     8   "TCHWMARK"
//     8     8   sequence number, big-endian; the slot is this modulo 2, the higher one counts
//     16    4   length n of the checkpoint, big-endian, 1 to 4044
//     20    n   the signed note (checkpoint.h)
//     20+n  32  SHA-256 of the bytes 0 to 20+n
//
// What follows in the slot means nothing. A write that is cut short spoils its own slot and leaves the other, one mark
// older. A checkpoint with one signature (some 200 bytes) lies within one 512-byte sector.
#pragma once

#include "service/ledger/checkpoint.h"

#include <memory>

namespace ledger {

// Owned by the engine, used on its thread; read() is for anyone, also beside a running writer.
class HighWater
{
public:
    // A new file, mode 0600, with its first mark, on disk when this returns. Refused where there is one.
    static Result<std::unique_ptr<HighWater>> create(const QString &path, const QByteArray &signedCheckpoint);

    // An existing file; Corrupt when neither slot is whole.
    static Result<std::unique_ptr<HighWater>> open(const QString &path);
    ~HighWater();
    HighWater(const HighWater &) = delete;
    HighWater &operator=(const HighWater &) = delete;

    // The newest mark as it stands there. NotFound without a file; Corrupt when it is empty or both slots are torn.
    static Result<QByteArray> readNote(const QString &path);

    // The same, verified. Corrupt also when it is not signed by a known key of its log.
    static Result<SignedCheckpoint> read(const QString &path, std::span<const VerifierKey> known);

    // Hands it to the system, which keeps it whatever becomes of this process. A write of some 300 bytes, not synced;
    // none where it is the newest already.
    Result<void> update(const QByteArray &signedCheckpoint);

    // Once a second and at stop: after it, a power cut does not take the mark back. After an error the next update()
    // writes again, whatever it is given.
    Result<void> sync();

private:
    HighWater(int file, QString path);

    int m_file;
    QString m_path;
    std::uint64_t m_sequence = 0; // of the last slot written
    QByteArray m_newest; // what stands in it
};

} // namespace ledger
