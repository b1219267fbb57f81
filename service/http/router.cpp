// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/http/router.h"

#include "service/http/percent.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace http {

struct Router::Search
{
    QByteArrayView method;
    QList<QByteArray> segments;
    qsizetype found = -1; // index in m_routes
    QList<QByteArray> allowed = {};
};

namespace {

bool isParam(QByteArrayView segment)
{
    return segment.startsWith('{') && segment.endsWith('}');
}

bool isTail(QByteArrayView segment)
{
    return isParam(segment) && segment.endsWith("*}");
}

// The decoded segments, or nothing for a path that no route may match.
std::optional<QList<QByteArray>> segmentsOf(QByteArrayView path)
{
    if (!path.startsWith('/'))
        return {};
    QList<QByteArray> segments;
    while (!path.isEmpty()) {
        const qsizetype end = path.indexOf('/', 1);
        const QByteArrayView raw = end < 0 ? path.sliced(1) : path.sliced(1, end - 1);
        path = end < 0 ? QByteArrayView() : path.sliced(end);
        auto segment = percentDecode(raw);
        if (!segment || segment->isEmpty() || *segment == "." || *segment == ".."
            || std::ranges::any_of(*segment, [](char c) { return c == '/' || uchar(c) < 0x20 || c == 0x7f; }))
            return {};
        segments.append(std::move(*segment));
    }
    return segments;
}

} // namespace

QByteArray Router::Match::param(QByteArrayView name) const
{
    const auto it = std::ranges::find(params, name, &Param::name);
    return it == params.cend() ? QByteArray() : it->value;
}

Router::Router()
    : m_nodes(1)
{
}

int Router::step(int node, const QByteArray &segment)
{
    const int fresh = int(m_nodes.size());
    Node &from = m_nodes[size_t(node)];
    int next = fresh;
    if (isTail(segment)) {
        if (from.tail < 0)
            from.tail = fresh;
        next = from.tail;
    } else if (isParam(segment)) {
        if (from.param < 0)
            from.param = fresh;
        next = from.param;
    } else {
        const auto it = std::ranges::find(from.literals, segment, &std::pair<QByteArray, int>::first);
        if (it == from.literals.end())
            from.literals.emplace_back(segment, fresh);
        else
            next = it->second;
    }
    if (next == fresh)
        m_nodes.emplace_back();
    return next;
}

void Router::add(const QByteArray &method, const QByteArray &pattern, int id)
{
    Q_ASSERT(pattern.startsWith('/'));
    const QList<QByteArray> segments = pattern.sliced(1).split('/');
    int node = 0;
    for (qsizetype i = 0; i < segments.size(); ++i) {
        Q_ASSERT(!isTail(segments[i]) || i + 1 == segments.size());
        node = step(node, segments[i]);
    }
    QList<qsizetype> &ending = m_nodes[size_t(node)].routes;
    Q_ASSERT(std::ranges::none_of(ending, [&](qsizetype route) { return m_routes[route].method == method; }));
    ending.append(m_routes.size());
    m_routes.append({method, pattern, id});
    m_segments.append(segments);
}

void Router::arrive(Search &search, int node) const
{
    for (const qsizetype index : m_nodes[size_t(node)].routes) {
        const QByteArray &method = m_routes[index].method;
        if (search.found < 0 && (method == search.method || (method == "GET" && search.method == "HEAD")))
            search.found = index;
        if (!search.allowed.contains(method))
            search.allowed.append(method);
    }
}

void Router::descend(Search &search, int node, qsizetype depth) const
{
    if (depth == search.segments.size()) {
        arrive(search, node);
        return;
    }
    const Node &from = m_nodes[size_t(node)];
    const auto literal = std::ranges::find(from.literals, search.segments[depth], &std::pair<QByteArray, int>::first);
    if (literal != from.literals.end())
        descend(search, literal->second, depth + 1);
    if (search.found < 0 && from.param >= 0)
        descend(search, from.param, depth + 1);
    if (search.found < 0 && from.tail >= 0)
        arrive(search, from.tail);
}

QList<Router::Param> Router::paramsOf(const Search &search, qsizetype route) const
{
    QList<Param> params;
    qsizetype depth = 0;
    for (const QByteArray &segment : m_segments[route]) {
        if (isTail(segment))
            params.append({segment.sliced(1, segment.size() - 3), search.segments.sliced(depth).join('/')});
        else if (isParam(segment))
            params.append({segment.sliced(1, segment.size() - 2), search.segments[depth]});
        ++depth;
    }
    return params;
}

Router::Match Router::match(QByteArrayView method, QByteArrayView path) const
{
    auto segments = segmentsOf(path);
    if (!segments)
        return {};
    Search search{.method = method, .segments = std::move(*segments)};
    descend(search, 0, 0);
    if (search.found >= 0) {
        const Route &route = m_routes[search.found];
        return {.outcome = Match::Outcome::Found, .route = route.id, .params = paramsOf(search, search.found)};
    }
    if (search.allowed.isEmpty())
        return {};
    if (const qsizetype get = search.allowed.indexOf("GET"); get >= 0 && !search.allowed.contains("HEAD"))
        search.allowed.insert(get + 1, "HEAD"_ba);
    return {.outcome = Match::Outcome::MethodNotAllowed, .allow = search.allowed.join(", ")};
}

} // namespace http
