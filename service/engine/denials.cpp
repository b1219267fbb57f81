// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/denials.h"

#include "service/core/jsonwriter.h"

namespace engine {

namespace {

constexpr std::chrono::nanoseconds Minute = std::chrono::minutes(1);

} // namespace

QByteArray denialEntryData(const Denial &denial)
{
    json::Writer writer;
    writer.beginObject().member("code", denial.code);
    if (QByteArrayView(denial.eventType) == "VM_DENIED") {
        writer.member("quota", denial.quota)
            .member("limit", denial.limit)
            .member("used", denial.used)
            .member("requested", denial.requested);
    } else {
        writer.textOrNull("method", denial.method)
            .textOrNull("route", denial.route)
            .textOrNull("actor_tenant", denial.caller.tenant.text());
    }
    writer.member("times", denial.times).endObject();
    return writer.take();
}

DenialRecorder::DenialRecorder(const Clock &clock)
    : m_clock(clock)
{
}

DenialRecorder::Key DenialRecorder::keyOf(const Denial &denial)
{
    return {denial.caller.actor.tokenId, denial.code, denial.tenant};
}

bool DenialRecorder::admit(const Denial &denial)
{
    const std::scoped_lock lock(m_mutex);
    const auto [at, first] = m_windows.try_emplace(keyOf(denial), Window{m_clock.steady(), denial});
    if (first)
        return true;
    at->second.count(denial, Window::Order::Newest);
    return false;
}

void DenialRecorder::Window::count(const Denial &denial, Order order)
{
    Denial told = repeats > 0 && order == Order::Earlier ? last : denial;
    if (repeats > 0 && last.method != denial.method)
        told.method.clear();
    if (repeats > 0 && last.route != denial.route)
        told.route.clear();
    last = std::move(told);
    repeats += denial.times;
}

std::vector<Denial> DenialRecorder::due(bool all)
{
    const std::scoped_lock lock(m_mutex);
    const auto now = m_clock.steady();
    std::vector<Denial> list;
    for (auto at = m_windows.begin(); at != m_windows.end();) {
        Window &window = at->second;
        if (!all && now - window.since < Minute) {
            ++at;
            continue;
        }
        if (window.repeats == 0) {
            at = m_windows.erase(at); // quiet for a minute: the next one counts as first
            continue;
        }
        list.push_back(window.last);
        list.back().times = std::exchange(window.repeats, 0);
        window.since = now;
        ++at;
    }
    return list;
}

void DenialRecorder::giveBack(const Denial &denial)
{
    const std::scoped_lock lock(m_mutex);
    const auto at = m_windows.try_emplace(keyOf(denial), Window{m_clock.steady(), denial}).first;
    at->second.count(denial, Window::Order::Earlier);
}

} // namespace engine
