// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// One command on its way through the engine: what runs in the transaction, and who waits for the outcome.
#pragma once

#include "service/engine/work.h"

#include <memory>

namespace engine {

// A value that is durable, and the last entry its change made (none when it made none).
template <typename Value>
struct Committed
{
    Value value;
    std::optional<LeafIndex> index;
};

class Job
{
public:
    enum class Kind
    {
        Change,
        DryRun, // the same checks by the same code; rolled back, no entry
        Record // of a refusal: its caller may be revoked or suspended by now
    };

    Job(Caller who, Kind what)
        : caller(std::move(who))
        , kind(what)
    {
    }
    virtual ~Job() = default;

    virtual Result<void> run(Work &work) = 0;
    // Once, on the engine thread: after the commit, or with what went wrong.
    virtual void finish(Result<std::optional<LeafIndex>> outcome) = 0;

    const Caller caller;
    const Kind kind;
};

// Runs once, or once more after the transaction was taken back as a whole: so what it captured it leaves as it was, and
// what it does beside its Work bears a repetition.
template <typename Value>
using Command = std::move_only_function<Result<Value>(Work &) const>;

template <typename Value>
using Answer = std::move_only_function<void(Result<Committed<Value>>)>;

struct Nothing
{
};

template <typename Value>
class TypedJob final : public Job
{
public:
    TypedJob(Caller who, Kind what, Command<Value> command, Answer<Value> answer)
        : Job(std::move(who), what)
        , m_command(std::move(command))
        , m_answer(std::move(answer))
    {
    }

    Result<void> run(Work &work) override
    {
        auto result = m_command(work);
        if (!result)
            return std::unexpected(std::move(result.error()));
        m_value = std::move(*result);
        return {};
    }

    void finish(Result<std::optional<LeafIndex>> outcome) override
    {
        if (!m_answer)
            return;
        if (outcome)
            m_answer(Committed<Value>{std::move(*m_value), *outcome});
        else
            m_answer(std::unexpected(std::move(outcome.error())));
    }

private:
    Command<Value> m_command;
    Answer<Value> m_answer;
    std::optional<Value> m_value;
};

} // namespace engine
