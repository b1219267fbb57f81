// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The plain form of an entry, read as spans.

#include "service/ledger/entryview.h"

#include "service/ledger/tiles.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace ledger {

namespace {

using Kind = EntryView::Member::Kind;

// Sixteen bytes at a time, as every machine we build for can.
using Chunk [[gnu::vector_size(16)]] = signed char;

Chunk oddities(Chunk bytes)
{
    // Below the blank, as signed numbers, are the control characters and all that is not ASCII.
    return (bytes < ' ') | (bytes == 0x7f) | (bytes == '\\');
}

bool hasOddities(QByteArrayView bytes)
{
    Chunk found{};
    const char *at = bytes.begin();
    for (; bytes.end() - at >= qsizetype(sizeof(Chunk)); at += sizeof(Chunk)) {
        Chunk chunk;
        std::memcpy(&chunk, at, sizeof chunk);
        found |= oddities(chunk);
    }
    std::array<char, sizeof(Chunk)> rest;
    rest.fill(' ');
    std::copy(at, bytes.end(), rest.begin());
    Chunk chunk;
    std::memcpy(&chunk, rest.data(), sizeof chunk);
    found |= oddities(chunk);
    std::array<std::uint64_t, 2> halves;
    std::memcpy(halves.data(), &found, sizeof found);
    return (halves[0] | halves[1]) != 0;
}

// No escapes, no control characters, UTF-8.
bool isPlain(QByteArrayView bytes)
{
    if (!hasOddities(bytes))
        return true;
    return bytes.isValidUtf8()
        && std::ranges::none_of(bytes, [](char c) { return uchar(c) < 0x20 || c == 0x7f || c == '\\'; });
}

// Where the next '"' is, or the end.
const char *findQuote(const char *at, const char *end)
{
    if constexpr (std::endian::native == std::endian::little) {
        constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
        for (; end - at >= 8; at += 8) {
            std::uint64_t word;
            std::memcpy(&word, at, sizeof word);
            word ^= ones * '"';
            // The lowest mark is exact: a borrow only ever spoils those above it.
            if (const std::uint64_t marks = (word - ones) & ~word & highs)
                return at + std::countr_zero(marks) / 8;
        }
    }
    return std::find(at, end, '"');
}

bool repeatsName(std::span<const EntryView::Member> before, QByteArrayView name)
{
    return std::ranges::any_of(before, [&](const EntryView::Member &member) { return sameBytes(member.name, name); });
}

} // namespace

template <std::size_t Size>
inline bool EntryScanner::literal(const char (&expected)[Size])
{
    if (std::size_t(m_end - m_at) < Size - 1 || std::memcmp(m_at, expected, Size - 1) != 0)
        return false;
    m_at += Size - 1;
    return true;
}

inline bool EntryScanner::number(std::uint64_t &value)
{
    const char *first = m_at;
    value = 0;
    while (m_at < m_end && *m_at >= '0' && *m_at <= '9')
        value = value * 10 + std::uint64_t(*m_at++ - '0');
    const auto digits = m_at - first;
    return digits > 0 && digits <= 18 && (digits == 1 || *first != '0');
}

inline bool EntryScanner::string(QByteArrayView &text)
{
    if (m_at >= m_end || *m_at != '"')
        return false;
    const char *first = m_at + 1, *quote = findQuote(first, m_end);
    if (quote == m_end)
        return false;
    text = {first, quote};
    m_at = quote + 1;
    return true;
}

inline bool EntryScanner::textOrNull(QByteArrayView &text)
{
    text = {};
    return literal("null") || (string(text) && !text.isEmpty());
}

bool EntryScanner::time()
{
    QByteArrayView text;
    if (!string(text))
        return false;
    const auto value = m_time.read(text);
    m_view.time = value.value_or(0);
    return value.has_value();
}

inline bool EntryScanner::repeats(const Stretch &stretch)
{
    if (stretch.size == 0 || std::size_t(m_end - m_at) < stretch.size
        || std::memcmp(m_at, stretch.bytes.data(), stretch.size) != 0)
        return false;
    m_at += stretch.size;
    return true;
}

// From `first` to where we are; one that is too long is looked at each time.
void EntryScanner::keep(Stretch &stretch, const char *first) const
{
    const auto size = std::size_t(m_at - first);
    stretch.size = size <= stretch.bytes.size() ? size : 0;
    std::copy_n(first, stretch.size, stretch.bytes.begin());
}

inline bool EntryScanner::who()
{
    const char *first = m_at;
    if (!repeats(m_who))
        return whoAnew();
    m_view.actor = {first + m_who.valueAt, qsizetype(m_who.valueSize)};
    return true;
}

bool EntryScanner::whoAnew()
{
    const char *first = m_at;
    QByteArrayView ignored;
    const bool right = literal(",\"actor\":{\"kind\":")
        && (literal("\"admin\"") || literal("\"tenant\"") || literal("\"system\"") || literal("\"auditor\""))
        && literal(",\"token_id\":") && textOrNull(m_view.actor) && literal(",\"scope\":") && textOrNull(ignored)
        && literal(",\"subject\":") && textOrNull(ignored) && literal("},\"source\":{\"via\":")
        && (literal("\"http\"") || literal("\"console\"") || literal("\"control\"")) && literal(",\"address\":")
        && textOrNull(ignored) && literal(",\"request_id\":");
    if (!right)
        return false;
    m_who.valueAt = m_view.actor.isEmpty() ? 0 : std::size_t(m_view.actor.data() - first);
    m_who.valueSize = std::size_t(m_view.actor.size());
    keep(m_who, first);
    return true;
}

inline bool EntryScanner::outcome()
{
    if (!repeats(m_outcome))
        return outcomeAnew();
    m_view.outcome = m_outcome.outcome;
    return true;
}

bool EntryScanner::outcomeAnew()
{
    const char *first = m_at;
    QByteArrayView ignored;
    if (!literal(",\"user_agent\":") || !textOrNull(ignored) || !literal("},\"outcome\":"))
        return false;
    if (literal("\"ok\""))
        m_view.outcome = Outcome::Ok;
    else if (literal("\"denied\""))
        m_view.outcome = Outcome::Denied;
    else if (literal("\"failed\""))
        m_view.outcome = Outcome::Failed;
    else
        return false;
    if (!literal(",\"data\":{"))
        return false;
    m_outcome.outcome = m_view.outcome;
    keep(m_outcome, first);
    return true;
}

bool EntryScanner::envelope(QByteArrayView bytes)
{
    m_at = bytes.begin();
    m_end = bytes.end();
    m_view.tenant = {};
    m_view.tenantSeq = 0;
    if (!literal("{\"v\":1,\"index\":") || !number(m_view.index) || !literal(",\"time\":") || !time()
        || !literal(",\"event_type\":") || !string(m_view.eventType))
        return false;
    // The last type and tenant met need no second look; before the first of them both are empty, which nothing may be.
    if (m_view.eventType.isEmpty())
        return false;
    if (!sameBytes(m_view.eventType, m_eventType)) {
        if (!isEventType(m_view.eventType))
            return false;
        m_eventType = m_view.eventType.toByteArray();
    }
    if (!literal(",\"tenant_id\":null,\"tenant_seq\":null")) {
        if (!literal(",\"tenant_id\":") || !string(m_view.tenant) || !literal(",\"tenant_seq\":")
            || !number(m_view.tenantSeq) || m_view.tenant.isEmpty())
            return false;
        if (!sameBytes(m_view.tenant, m_tenant)) {
            if (!isTenantId(m_view.tenant))
                return false;
            m_tenant = m_view.tenant.toByteArray();
        }
    }
    Shape &shape = m_shapes[std::size_t(m_view.eventType.size()) % m_shapes.size()];
    return who() && textOrNull(m_view.requestId) && outcome() && object(shape) && literal("}") && m_at == m_end;
}

// The name that stands in this place of the shape: then it is none of those before it, as long as these stood there
// too.
inline bool EntryScanner::name(EntryView::Member &member, const Shape &shape, std::size_t number)
{
    if (number >= shape.count)
        return false;
    const std::size_t first = shape.ends[number], size = shape.ends[number + 1] - first;
    if (std::size_t(m_end - m_at) < size
        || !sameBytes({m_at, qsizetype(size)}, {shape.bytes.data() + first, qsizetype(size)}))
        return false;
    member.name = {m_at + 1, qsizetype(size) - 3};
    m_at += size;
    return true;
}

void EntryScanner::keep(Shape &shape, std::size_t count) const
{
    shape.count = 0;
    shape.wanted = findWanted(std::span(m_few).first(count)); // of all of them, though some may not be kept
    for (std::size_t i = 0; i < count; ++i) {
        const QByteArrayView text(m_few[i].name.data() - 1, m_few[i].name.size() + 3);
        const std::size_t first = shape.ends[i];
        if (first + std::size_t(text.size()) > shape.bytes.size())
            return;
        std::ranges::copy(text, shape.bytes.begin() + qptrdiff(first));
        shape.ends[i + 1] = std::uint16_t(first + std::size_t(text.size()));
        shape.count = i + 1;
    }
}

std::array<std::uint16_t, 3> EntryScanner::findWanted(std::span<const EntryView::Member> data)
{
    const auto at = [&](QByteArrayView name) {
        return std::uint16_t(std::ranges::find(data, name, &EntryView::Member::name) - data.begin());
    };
    return {at("token_id"), at("vm_id"), at("node_id")};
}

void EntryScanner::noteWanted(const std::array<std::uint16_t, 3> &wanted)
{
    const auto text = [&](std::size_t number) {
        const bool is = number < m_view.data.size() && m_view.data[number].kind == Kind::Text;
        return is ? m_view.data[number].value : QByteArrayView();
    };
    m_view.tokenId = text(wanted[0]);
    m_view.vmId = text(wanted[1]);
    m_view.nodeId = text(wanted[2]);
    m_view.m_next = 0;
}

// Behind its "{", to behind its "}".
bool EntryScanner::object(Shape &shape)
{
    std::size_t count = 0;
    bool isKnown = true; // each name so far is the shape's
    m_view.data = {};
    if (literal("}")) {
        noteWanted({});
        return true;
    }
    do {
        if (count == MostMembers)
            return false;
        EntryView::Member &member = m_few[count];
        isKnown = isKnown && name(member, shape, count);
        if (!isKnown
            && (!string(member.name) || !literal(":") || repeatsName(std::span(m_few).first(count), member.name)))
            return false;
        if (!value(member))
            return false;
        ++count;
    } while (literal(","));
    m_view.data = std::span(m_few).first(count);
    if (!literal("}"))
        return false;
    if (!isKnown)
        keep(shape, count);
    noteWanted(shape.wanted); // also where data end before the shape does: the names that are there stand in its order
    return true;
}

bool EntryScanner::value(EntryView::Member &member)
{
    if (m_at >= m_end)
        return false;
    const char *first = m_at;
    switch (*m_at) {
    case '"':
        member.kind = Kind::Text;
        return string(member.value);
    case 'n':
        member.kind = Kind::Null;
        member.value = {};
        return literal("null");
    case 't':
    case 'f':
        member.kind = Kind::Flag;
        if (!literal("true") && !literal("false"))
            return false;
        break;
    default:
        member.kind = Kind::Number;
        if (*m_at == '-')
            ++m_at;
        // Fractions, exponents, objects and arrays are for parseEntry.
        if (std::uint64_t digits; !number(digits))
            return false;
    }
    member.value = {first, m_at};
    return true;
}

const EntryView *EntryScanner::scan(QByteArrayView bytes)
{
    if (bytes.size() > MaxEntrySize || !isPlain(bytes) || !envelope(bytes))
        return nullptr;
    return &m_view;
}

const EntryView *EntryScanner::view(const EntryFields &fields)
{
    m_view.index = fields.index;
    m_view.time = toMilliseconds(fields.time);
    m_view.eventType = fields.eventType;
    m_view.tenant = fields.tenant.text();
    m_view.tenantSeq = fields.tenantSeq.value_or(0);
    m_view.actor = fields.actor.tokenId.text();
    m_view.requestId = fields.source.requestId.text();
    m_view.outcome = fields.outcome;
    m_many.clear();
    for (const json::Member &member : *fields.data.object()) {
        const json::Value &from = member.value;
        EntryView::Member to{.name = member.name, .value = {}, .kind = Kind::Nested};
        if (from.string())
            to = {member.name, *from.string(), Kind::Text};
        else if (from.number())
            to = {member.name, from.number()->text, Kind::Number};
        else if (from.boolean())
            to = {member.name, *from.boolean() ? QByteArrayView("true") : QByteArrayView("false"), Kind::Flag};
        else if (from.isNull())
            to.kind = Kind::Null;
        m_many.push_back(to);
    }
    m_view.data = m_many;
    noteWanted(findWanted(m_view.data));
    return &m_view;
}

} // namespace ledger
