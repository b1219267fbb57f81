// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/entry.h"

#include "service/core/jsonwriter.h"

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace ledger {

namespace {

constexpr qsizetype MaxUserAgent = 256;

QByteArrayView kindName(ActorKind kind)
{
    switch (kind) {
    case ActorKind::Admin:
        return "admin";
    case ActorKind::Auditor:
        return "auditor";
    case ActorKind::Tenant:
        return "tenant";
    case ActorKind::System:
        return "system";
    }
    return "system";
}

QByteArrayView viaName(Via via)
{
    switch (via) {
    case Via::Http:
        return "http";
    case Via::Console:
        return "console";
    case Via::Control:
        return "control";
    }
    return "control";
}

// Never longer than the text it stands for times three, and free of bytes that the strict reader would refuse.
QByteArray asUtf8(const QByteArray &text)
{
    return text.isValidUtf8() ? text : QString::fromUtf8(text).toUtf8();
}

QByteArray cutUtf8(QByteArray text, qsizetype most)
{
    if (text.size() <= most)
        return text;
    while (most > 0 && (uchar(text[most]) & 0xc0) == 0x80)
        --most;
    text.truncate(most);
    return text;
}

// Reads the data of most entries: one object of strings without escapes, whole numbers and words. Anything else is left
// to the parser, be it fine or not. To make the parser's values and throw them away took three times as long.
class FlatObject
{
public:
    // UTF-8 that begins with '{' and ends with '}', without control characters.
    explicit FlatObject(QByteArrayView text)
        : m_text(text)
    {
    }

    std::optional<Subjects> subjects()
    {
        Subjects found;
        if (m_text.size() == 2)
            return found;
        do {
            ++m_at; // '{' or ','
            const auto name = string();
            if (!name || !isNew(*name) || !take(':'))
                return {};
            if (peek() != '"') {
                if (!word())
                    return {};
                continue;
            }
            const auto value = string();
            if (!value)
                return {};
            if (*name == "token_id")
                found.token = TokenId(value->toByteArray());
            else if (*name == "vm_id")
                found.vm = VmId(value->toByteArray());
            else if (*name == "node_id")
                found.node = NodeId(value->toByteArray());
        } while (peek() == ',');
        if (m_at + 1 != m_text.size()) // at the last byte, which is '}'
            return {};
        return found;
    }

private:
    char peek() const { return m_text[m_at]; } // never past the end: the last byte is '}', which nothing takes
    bool take(char c)
    {
        if (peek() != c)
            return false;
        ++m_at;
        return true;
    }

    std::optional<QByteArrayView> string()
    {
        if (!take('"'))
            return {};
        const qsizetype end = m_text.indexOf('"', m_at);
        if (end < 0)
            return {};
        const QByteArrayView text = m_text.sliced(m_at, end - m_at);
        m_at = end + 1;
        return text.contains('\\') ? std::nullopt : std::optional(text);
    }

    bool word()
    {
        const qsizetype first = m_at;
        while (peek() != ',' && peek() != '}')
            ++m_at;
        const QByteArrayView text = m_text.sliced(first, m_at - first);
        const bool number = !text.isEmpty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })
            && (text.front() != '0' || text.size() == 1);
        return number || text == "null" || text == "true" || text == "false";
    }

    bool isNew(QByteArrayView name)
    {
        if (m_count == m_names.size() || std::ranges::contains(m_names.begin(), m_names.begin() + m_count, name))
            return false;
        m_names[m_count++] = name;
        return true;
    }

    QByteArrayView m_text;
    qsizetype m_at = 0;
    std::array<QByteArrayView, 16> m_names; // more of them are the parser's
    std::size_t m_count = 0;
};

} // namespace

QByteArrayView outcomeName(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Ok:
        return "ok";
    case Outcome::Denied:
        return "denied";
    case Outcome::Failed:
        return "failed";
    }
    return "failed";
}

Subjects subjectsOf(const json::Value &data)
{
    const auto text = [&](QByteArrayView name) {
        const json::Value *value = data.find(name);
        return value && value->string() ? *value->string() : QByteArray();
    };
    return {TokenId(text("token_id")), VmId(text("vm_id")), NodeId(text("node_id"))};
}

Result<Subjects> subjectsOf(QByteArrayView data)
{
    if (data.isEmpty())
        return Subjects();
    if (!data.startsWith('{') || !data.endsWith('}')
        || std::ranges::any_of(data, [](char c) { return uchar(c) < 0x20 || c == 0x7f; }))
        return fail(ErrorCode::InvalidField, u"its data is not one line holding a JSON object"_s);
    if (data.isValidUtf8()) {
        if (auto subjects = FlatObject(data).subjects())
            return std::move(*subjects);
    }
    ASSIGN_OR_RETURN(const json::Value value, json::parse(data));
    return subjectsOf(value);
}

bool isEventType(QByteArrayView text)
{
    const auto isUpper = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (text.isEmpty() || text.size() > 64 || !isUpper(text.front()))
        return false;
    return std::ranges::all_of(text, [&](char c) { return isUpper(c) || (c >= '0' && c <= '9') || c == '_'; });
}

QByteArray entryBytes(const EntryDraft &draft, LeafIndex index, std::uint64_t tenantSeq)
{
    json::Writer w;
    w.beginObject().member("v", 1).member("index", index).member("time", formatTime(draft.time));
    w.member("event_type", draft.eventType).textOrNull("tenant_id", draft.tenant.text());
    w.member("tenant_seq", draft.tenant.isEmpty() ? std::nullopt : std::optional(tenantSeq));
    w.key("actor").beginObject().member("kind", kindName(draft.actor.kind));
    w.textOrNull("token_id", asUtf8(draft.actor.tokenId.text())).textOrNull("scope", asUtf8(draft.actor.scope));
    w.textOrNull("subject", asUtf8(draft.actor.subject)).endObject();
    w.key("source").beginObject().member("via", viaName(draft.source.via));
    w.textOrNull("address", asUtf8(draft.source.address));
    w.textOrNull("request_id", asUtf8(draft.source.requestId.text()));
    w.textOrNull("user_agent", cutUtf8(asUtf8(draft.source.userAgent), MaxUserAgent)).endObject();
    w.member("outcome", outcomeName(draft.outcome));
    w.rawMember("data", draft.data.isEmpty() ? QByteArrayView("{}") : QByteArrayView(draft.data)).endObject();
    return w.take();
}

} // namespace ledger
