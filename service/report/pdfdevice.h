// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What QPdfWriter writes to: passes the file on to a Sink, with the two dates in it set to a given time. Qt knows no
// way to set them, and they alone would make two reports of one thing differ. Qt writes the offset of its local zone
// behind a date, in more or fewer bytes; the table of positions at the file's end is mended by what that changes.
#pragma once

#include "service/core/clock.h"
#include "service/report/output.h"

#include <QtCore/qiodevice.h>

namespace report {

class PdfDevice final : public QIODevice
{
public:
    PdfDevice(Sink &sink, Timestamp time);

    bool isSequential() const override { return true; }

    // After QPdfWriter is through: writes what is left. The first error of the sink, or Storage where the file is not
    // built as Qt 6 builds it.
    Result<void> finish();

protected:
    qint64 readData(char *, qint64) override { return -1; }
    qint64 writeData(const char *data, qint64 size) override;

private:
    struct Cut
    {
        qint64 at; // in what Qt wrote: positions from here on move
        qint64 shorter; // by so much
    };
    void passHead();
    Result<QByteArray> mendedTail() const;
    qint64 moved(qint64 position) const;

    Sink &m_sink;
    const QByteArray m_date; // "D:20261123181704Z"
    Result<void> m_outcome;
    QByteArray m_held; // the head until its dates are there; the tail from its table on
    std::vector<Cut> m_cuts;
    bool m_inHead = true, m_inTail = false;
};

} // namespace report
