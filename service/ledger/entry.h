// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// An entry: one line of JSON whose stored bytes are what is hashed and served, for ever. Pure functions; any thread.
//
//     {"v":1,"index":41,"time":"2026-11-23T18:17:04.120Z","event_type":"TENANT_CREATED","tenant_id":"acme-corp",
//      "tenant_seq":0,"actor":{"kind":"admin","token_id":"...","scope":"service:admin","subject":null},
//      "source":{"via":"http","address":"127.0.0.1","request_id":"...","user_agent":"curl/8"},"outcome":"ok","data":{}}
//
// without the line breaks and blanks: these members, in this order, at most 65,535 bytes of UTF-8. Member values that
// are absent are null; "tenant_id" and "tenant_seq" are null together. Strings have json::Writer's escapes and no
// others, so that an entry has one spelling.
#pragma once

#include "service/core/clock.h"
#include "service/core/ids.h"
#include "service/core/json.h"

namespace ledger {

enum class ActorKind
{
    Admin,
    Auditor,
    Tenant,
    System
};
enum class Via
{
    Http,
    Console,
    Control
};
enum class Outcome
{
    Ok,
    Denied,
    Failed
};

QByteArrayView outcomeName(Outcome outcome); // "ok"

struct Actor
{
    ActorKind kind = ActorKind::System;
    TokenId tokenId = {};
    QByteArray scope = {};
    QByteArray subject = {};
};

struct Source
{
    Via via = Via::Control;
    QByteArray address = {};
    RequestId requestId = {};
    QByteArray userAgent = {}; // cut to 256 bytes in the entry
};

struct EntryDraft
{
    Timestamp time;
    QByteArray eventType; // A-Z, digits and _; first a letter; at most 64
    TenantId tenant = {}; // empty: an entry of the installation
    Actor actor = {};
    Source source = {};
    Outcome outcome = Outcome::Ok;
    QByteArray data = {}; // the text of a JSON object, as json::Writer makes it; empty stands for {}
    // What was acted on. Each, if given, must be what `data` says under token_id, vm_id, node_id, for that is what the
    // search columns are derived from, also where these are left empty.
    TokenId token = {};
    VmId vm = {};
    NodeId node = {};
};

// An entry as its bytes tell it.
struct EntryFields
{
    LeafIndex index = 0;
    Timestamp time;
    QByteArray eventType;
    TenantId tenant;
    std::optional<std::uint64_t> tenantSeq; // there if and only if `tenant` is
    Actor actor;
    Source source;
    Outcome outcome = Outcome::Ok;
    json::Value data; // an object
    TokenId token;
    VmId vm;
    NodeId node;
};

// The ids that `data` names, where they are strings.
struct Subjects
{
    TokenId token;
    VmId vm;
    NodeId node;
};
Subjects subjectsOf(const json::Value &data);

// The same from the text of an object, which is read as strictly as json::parse reads it, whose errors pass through;
// InvalidField for what is no object, or not written on one line.
Result<Subjects> subjectsOf(QByteArrayView data);

bool isEventType(QByteArrayView text);

// Text that is not UTF-8 is mended (U+FFFD), never refused: it may come from a stranger's header. `tenantSeq` is
// ignored without a tenant. Not checked here: the length, and that `data` is an object; Ledger::append does.
QByteArray entryBytes(const EntryDraft &draft, LeafIndex index, std::uint64_t tenantSeq);

// Corrupt, with the byte, for anything that entryBytes would not have written.
Result<EntryFields> parseEntry(QByteArrayView bytes);

} // namespace ledger
