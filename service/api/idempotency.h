// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Idempotency-Key: a write that is repeated with the same key gets the answer it had and changes nothing. What is
// remembered commits with the change, in its transaction, so there is never one without the other; refusals are not
// remembered.
//
// A key belongs to one token and one path. Of an answer that holds tokens' texts the body is kept without them: in the
// place of each stands the token's id between two bytes 01, which JSON never holds. The text is signed again from the
// registered record, which gives the same bytes as long as the key that signed it is the one that signs.
#pragma once

#include "service/api/exchange.h"
#include "service/crypto/digest.h"
#include "service/engine/work.h"

#include <mutex>
#include <set>
#include <tuple>

namespace api {

struct IdempotencyKey
{
    TokenId caller;
    QByteArray path;
    QByteArray key; // 1 to 255 visible ASCII characters
    crypto::Digest request; // of query and body
};

constexpr std::chrono::hours IdempotencyLife(24);

// The keys of writes that take more than one command, while they are under way. Any thread.
class KeysUnderWay
{
public:
    // IdempotencyKeyInUse where another such write holds it.
    Result<void> hold(const IdempotencyKey &key);
    void release(const IdempotencyKey &key);

private:
    using Name = std::tuple<QByteArray, QByteArray, QByteArray>; // token, path, key
    static Name nameOf(const IdempotencyKey &key) { return {key.caller.text(), key.path, key.key}; }

    std::mutex m_mutex;
    std::set<Name> m_held;
};

// Nothing where the request has none, or it does not count: on routes that write nothing, and on dry runs.
Result<std::optional<IdempotencyKey>> idempotencyKey(const Exchange &exchange);

// Both on the engine thread, inside the command.
//
// The remembered answer; IdempotencyKeyReused when the key stands for another request, IdempotencyKeyInUse when it
// stands for a token that can't be signed again.
Result<std::optional<Reply>> recall(engine::Work &work, const IdempotencyKey &key);
Result<void> remember(engine::Work &work, const IdempotencyKey &key, const Reply &reply);

} // namespace api
