// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Pages of VMs as they were last written out, so that a tenant that asks again costs no SQL and no JSON. A page is good
// while its tenant's VMs have the version that was read before the database was. One per I/O thread.
#pragma once

#include "service/api/exchange.h"
#include "service/core/ids.h"

#include <map>

namespace api {

class PageCache
{
public:
    struct Key
    {
        TenantId tenant; // empty: all of them
        VmId after;
        qint64 limit;
        auto operator<=>(const Key &) const = default;
    };
    struct Page
    {
        quint64 version = 0;
        QByteArray body;
        VmId next; // the last one's id where more follow, else empty
    };

    const Page *find(const Key &key, quint64 version) const;
    const Page &put(Key key, Page page);

private:
    std::map<Key, Page> m_pages;
};

} // namespace api
