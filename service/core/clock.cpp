// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/clock.h"

namespace {

void putDigits(char *at, unsigned value, int width)
{
    for (int i = width - 1; i >= 0; --i) {
        at[i] = char('0' + value % 10);
        value /= 10;
    }
}

// Exactly `width` digits at `from`, or nothing.
std::optional<int> digits(QByteArrayView text, qsizetype from, qsizetype width)
{
    if (from + width > text.size())
        return {};
    int value = 0;
    for (qsizetype i = from; i < from + width; ++i) {
        if (text[i] < '0' || text[i] > '9')
            return {};
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

} // namespace

Timestamp SystemClock::now() const
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::chrono::nanoseconds SystemClock::steady() const
{
    return std::chrono::steady_clock::now().time_since_epoch();
}

QByteArray formatTime(Timestamp time)
{
    using namespace std::chrono;
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss<milliseconds> clock(time - day);
    QByteArray text("0000-00-00T00:00:00.000Z");
    char *at = text.data();
    putDigits(at, unsigned(int(date.year())), 4);
    putDigits(at + 5, unsigned(date.month()), 2);
    putDigits(at + 8, unsigned(date.day()), 2);
    putDigits(at + 11, unsigned(clock.hours().count()), 2);
    putDigits(at + 14, unsigned(clock.minutes().count()), 2);
    putDigits(at + 17, unsigned(clock.seconds().count()), 2);
    putDigits(at + 20, unsigned(clock.subseconds().count()), 3);
    return text;
}

std::optional<Timestamp> parseTime(QByteArrayView text)
{
    using namespace std::chrono;
    const auto y = digits(text, 0, 4), m = digits(text, 5, 2), d = digits(text, 8, 2);
    if (!y || !m || !d || text[4] != '-' || text[7] != '-')
        return {};
    const auto date = year(*y) / *m / *d;
    if (!date.ok())
        return {};
    const Timestamp midnight = sys_days(date);
    if (text.size() == 10)
        return midnight;

    const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59
        || (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':')
        return {};
    qsizetype at = 19;
    int fraction = 0;
    if (at < text.size() && text[at] == '.') {
        const qsizetype first = ++at;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
            if (at - first < 3)
                fraction = fraction * 10 + (text[at] - '0');
        }
        const qsizetype count = at - first;
        if (count < 1 || count > 9)
            return {};
        for (qsizetype i = count; i < 3; ++i)
            fraction *= 10;
    }
    minutes offset{0};
    const QByteArrayView zone = text.sliced(at);
    if (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':') {
        const auto hh = digits(zone, 1, 2), mm = digits(zone, 4, 2);
        if (!hh || !mm || *hh > 23 || *mm > 59)
            return {};
        offset = minutes((*hh * 60 + *mm) * (zone[0] == '-' ? -1 : 1));
    } else if (zone != "Z" && zone != "z") {
        return {};
    }
    const Timestamp time =
        midnight + hours(*hour) + minutes(*minute) + seconds(*second) + milliseconds(fraction) - offset;
    // An offset can lead out of the years that formatTime can write.
    const year_month_day utc(floor<days>(time));
    if (utc.year() < year(0) || utc.year() > year(9999))
        return {};
    return time;
}
