// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/pagecache.h"

namespace api {

namespace {

constexpr size_t MostPages = 1024;
constexpr qsizetype MostBytes = 256 * 1024; // of one page worth keeping

} // namespace

const PageCache::Page *PageCache::find(const Key &key, quint64 version) const
{
    const auto found = m_pages.find(key);
    return found != m_pages.end() && found->second.version == version ? &found->second : nullptr;
}

const PageCache::Page &PageCache::put(Key key, Page page)
{
    if (m_pages.size() >= MostPages)
        m_pages.clear();
    if (page.body.size() > MostBytes)
        page.version = 0; // never found again: versions count from 1
    return m_pages.insert_or_assign(std::move(key), std::move(page)).first->second;
}

} // namespace api
