// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Reads an entry front to back against its one allowed spelling: stricter than a JSON reader, and a third of its cost,
// which is what verification mostly pays for.

#include "service/core/encoding.h"
#include "service/core/jsonwriter.h"
#include "service/ledger/entry.h"
#include "service/ledger/tiles.h"

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace ledger {

namespace {

class EntryParser
{
public:
    explicit EntryParser(QByteArrayView bytes)
        : m_bytes(bytes)
    {
    }

    Result<EntryFields> entry()
    {
        if (m_bytes.size() > MaxEntrySize)
            return wrong("more than 65,535 bytes");
        if (!m_bytes.isValidUtf8())
            return wrong("bytes that are not UTF-8");
        if (std::ranges::any_of(m_bytes, [](char c) { return uchar(c) < 0x20 || c == 0x7f; }))
            return wrong("control characters");
        EntryFields f;
        const bool read = literal("{\"v\":1,\"index\":") && number(f.index) && literal(",\"time\":") && time(f.time)
            && literal(",\"event_type\":") && string(f.eventType) && isEventType(f.eventType)
            && literal(",\"tenant_id\":") && tenant(f) && literal(",\"actor\":{\"kind\":")
            && word<ActorKind>(f.actor.kind, {"\"admin\"", "\"auditor\"", "\"tenant\"", "\"system\""})
            && literal(",\"token_id\":") && id(f.actor.tokenId) && literal(",\"scope\":") && textOrNull(f.actor.scope)
            && literal(",\"subject\":") && textOrNull(f.actor.subject) && literal("},\"source\":{\"via\":")
            && word<Via>(f.source.via, {"\"http\"", "\"console\"", "\"control\""}) && literal(",\"address\":")
            && textOrNull(f.source.address) && literal(",\"request_id\":") && id(f.source.requestId)
            && literal(",\"user_agent\":") && textOrNull(f.source.userAgent) && literal("},\"outcome\":")
            && word<Outcome>(f.outcome, {"\"ok\"", "\"denied\"", "\"failed\""}) && literal(",\"data\":");
        if (!read)
            return wrong("something other than its form asks for");
        TRY(data(f));
        return f;
    }

private:
    std::unexpected<Error> wrong(const char *what) const
    {
        return fail(ErrorCode::Corrupt, u"The entry has %1 at byte %2."_s.arg(QLatin1StringView(what)).arg(m_at));
    }

    bool literal(QByteArrayView expected)
    {
        if (!m_bytes.sliced(m_at).startsWith(expected))
            return false;
        m_at += expected.size();
        return true;
    }

    template <typename Enum>
    bool word(Enum &meaning, std::initializer_list<QByteArrayView> words)
    {
        int position = 0;
        for (const QByteArrayView candidate : words) {
            if (literal(candidate)) {
                meaning = Enum(position);
                return true;
            }
            ++position;
        }
        return false;
    }

    bool number(std::uint64_t &value)
    {
        qsizetype end = m_at;
        while (end < m_bytes.size() && m_bytes[end] >= '0' && m_bytes[end] <= '9')
            ++end;
        const auto read = parseDecimal(m_bytes.sliced(m_at, end - m_at), INT64_MAX);
        if (!read)
            return false;
        value = *read;
        m_at = end;
        return true;
    }

    bool string(QByteArray &text)
    {
        if (m_at >= m_bytes.size() || m_bytes[m_at] != '"')
            return false;
        qsizetype end = m_at + 1;
        bool escaped = false;
        for (; end < m_bytes.size() && m_bytes[end] != '"'; ++end) {
            if (m_bytes[end] == '\\') {
                escaped = true;
                ++end;
            }
        }
        if (end >= m_bytes.size())
            return false;
        const QByteArrayView quoted = m_bytes.sliced(m_at, end + 1 - m_at);
        if (escaped) {
            const auto value = json::parse(quoted);
            QByteArray again;
            if (!value)
                return false;
            json::appendString(again, *value->string());
            if (again != quoted)
                return false; // another spelling of the same text
            text = *value->string();
        } else {
            text = quoted.sliced(1, quoted.size() - 2).toByteArray();
        }
        m_at = end + 1;
        return true;
    }

    bool textOrNull(QByteArray &text) { return literal("null") || (string(text) && !text.isEmpty()); }

    template <typename Tag>
    bool id(Id<Tag> &value)
    {
        QByteArray text;
        if (!textOrNull(text))
            return false;
        value = Id<Tag>(std::move(text));
        return true;
    }

    bool time(Timestamp &value)
    {
        QByteArray text;
        if (!string(text))
            return false;
        const auto parsed = parseTime(text);
        if (!parsed || formatTime(*parsed) != text)
            return false;
        value = *parsed;
        return true;
    }

    bool tenant(EntryFields &f)
    {
        if (literal("null,\"tenant_seq\":null"))
            return true;
        return id(f.tenant) && isTenantId(f.tenant.text()) && literal(",\"tenant_seq\":")
            && number(f.tenantSeq.emplace());
    }

    Result<void> data(EntryFields &f)
    {
        const QByteArrayView rest = m_bytes.sliced(m_at);
        if (!rest.startsWith('{') || !rest.endsWith("}}"))
            return wrong("no object as its data");
        auto value = json::parse(rest.chopped(1));
        if (!value)
            return wrong("data that is not strict JSON");
        f.data = std::move(*value);
        Subjects subjects = subjectsOf(f.data);
        f.token = std::move(subjects.token);
        f.vm = std::move(subjects.vm);
        f.node = std::move(subjects.node);
        return {};
    }

    QByteArrayView m_bytes;
    qsizetype m_at = 0;
};

} // namespace

Result<EntryFields> parseEntry(QByteArrayView bytes)
{
    return EntryParser(bytes).entry();
}

} // namespace ledger
