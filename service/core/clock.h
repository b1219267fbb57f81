// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The only source of time. Tests turn theirs by hand.
#pragma once

#include <QtCore/qbytearray.h>

#include <chrono>
#include <optional>

// Wall-clock time, UTC, whole milliseconds: what entries, tokens and answers carry.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

class Clock
{
public:
    virtual ~Clock() = default;

    // Any thread.
    virtual Timestamp now() const = 0;
    // For deadlines and rates: never goes backwards, unrelated to now().
    virtual std::chrono::nanoseconds steady() const = 0;
};

class SystemClock final : public Clock
{
public:
    Timestamp now() const override;
    std::chrono::nanoseconds steady() const override;
};

// "2026-11-23T18:17:04.120Z": RFC 3339, UTC, milliseconds; 24 bytes for the years 0000 to 9999.
QByteArray formatTime(Timestamp time);

// What formatTime writes, and what people type: with or without fraction (1 to 9 digits, cut to milliseconds),
// offset "Z" or "+hh:mm"; a bare date is its midnight UTC. Nothing else.
std::optional<Timestamp> parseTime(QByteArrayView text);

inline qint64 toMilliseconds(Timestamp time)
{
    return time.time_since_epoch().count();
}

inline Timestamp fromMilliseconds(qint64 milliseconds)
{
    return Timestamp(std::chrono::milliseconds(milliseconds));
}

inline qint64 toSeconds(Timestamp time)
{
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

inline Timestamp fromSeconds(qint64 seconds)
{
    return Timestamp(std::chrono::seconds(seconds));
}
