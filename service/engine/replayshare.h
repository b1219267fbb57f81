// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What one reading thread has replayed of the entries whose order does not matter. On that thread; read by Replay when
// all is done.
#pragma once

#include "service/engine/replay.h"

#include <unordered_map>

namespace engine {

class Replay::Share : public ledger::EntryFollower::Part
{
public:
    struct Usage
    {
        qint64 vms = 0;
        qint64 storageGb = 0;
        LeafIndex firstIndex = 0;
    };
    struct ViewHash
    {
        using is_transparent = void;
        size_t operator()(QByteArrayView text) const { return qHashBits(text.data(), size_t(text.size())); }
    };
    using UsageMap = std::unordered_map<QByteArray, Usage, ViewHash, std::equal_to<>>; // by tenant

    explicit Share(const RowKey &key)
        : m_key(key)
    {
    }

    std::optional<QString> take(const ledger::EntryView &entry) override;
    bool hasOrder(const ledger::EntryView &entry) override;

    const RowSums &sums(RowTable table) const { return m_sums[std::size_t(table)]; }
    std::uint64_t begun(RowTable table) const { return m_begun[std::size_t(table)]; } // rows
    const UsageMap &usage() const { return m_usage; }

private:
    void charge(const ledger::EntryView &entry, const RowStep &step);

    const RowKey m_key;
    std::array<RowSums, RowTables.size()> m_sums;
    std::array<std::uint64_t, RowTables.size()> m_begun{};
    UsageMap m_usage;
};

} // namespace engine
