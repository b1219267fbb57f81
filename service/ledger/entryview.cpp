// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/entryview.h"

#include <algorithm>

namespace ledger {

namespace {

using Kind = EntryView::Member::Kind;

std::optional<int> twoDigits(const char *at)
{
    const auto tens = unsigned(at[0] - '0'), units = unsigned(at[1] - '0');
    if (tens > 9 || units > 9)
        return {};
    return int(tens * 10 + units);
}

} // namespace

std::optional<qint64> TimeReader::read(QByteArrayView text)
{
    if (text.size() != 24 || text[10] != 'T' || text[19] != '.' || text[23] != 'Z')
        return {};
    const auto minute = text.first(qsizetype(m_minute.size()));
    const auto second = twoDigits(text.data() + 17), hundredths = twoDigits(text.data() + 20);
    const auto last = unsigned(text[22] - '0');
    if (second && *second <= 59 && hundredths && last <= 9 && sameBytes(minute, m_minute))
        return m_value + *second * 1000 + *hundredths * 10 + int(last);
    const auto parsed = parseTime(text);
    if (!parsed)
        return {};
    const qint64 value = toMilliseconds(*parsed);
    std::ranges::copy(minute, m_minute.begin());
    m_value = value - value % 60'000 - (value % 60'000 < 0 ? 60'000 : 0);
    return value;
}

const EntryView::Member *EntryView::search(QByteArrayView name) const
{
    // Once round, from where we are.
    for (std::size_t i = 0, at = m_next; i < data.size(); ++i, ++at) {
        if (at >= data.size())
            at = 0;
        if (sameBytes(data[at].name, name)) {
            m_next = at + 1;
            return &data[at];
        }
    }
    return nullptr;
}

QByteArrayView EntryView::text(QByteArrayView name) const
{
    const Member *member = find(name);
    return member && member->kind == Kind::Text ? member->value : QByteArrayView();
}

std::optional<qint64> EntryView::number(QByteArrayView name) const
{
    const Member *member = find(name);
    if (!member || member->kind != Kind::Number || member->value.size() > 18)
        return {};
    const bool negative = member->value.startsWith('-');
    qint64 value = 0;
    for (const char c : member->value.sliced(negative ? 1 : 0)) {
        if (c < '0' || c > '9')
            return {};
        value = value * 10 + (c - '0');
    }
    return negative ? -value : value;
}

bool EntryView::isTrue(QByteArrayView name) const
{
    const Member *member = find(name);
    return member && member->kind == Kind::Flag && member->value == "true";
}

std::optional<qint64> EntryView::moment(QByteArrayView name) const
{
    return m_moments.read(text(name));
}

} // namespace ledger
