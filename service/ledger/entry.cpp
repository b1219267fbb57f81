// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/entry.h"

#include "service/core/jsonwriter.h"

#include <algorithm>

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
