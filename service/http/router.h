// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The table of methods and path patterns. Built once, then read by any thread.
//
// A pattern is literal segments, "{name}" for exactly one segment, and as its last "{name*}" for one or more:
//
//     router.add("GET", "/v1/tenants/{id}", TenantGet);
//     router.add("GET", "/ledger/tile/{level}/{rest*}", Tile);
//
// Literals win over "{name}", that over "{name*}"; where the winner does not know the method, the others are asked.
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>

#include <vector>

namespace http {

class Router
{
public:
    struct Route
    {
        QByteArray method;
        QByteArray pattern;
        int id;
    };

    struct Param
    {
        QByteArray name;
        QByteArray value; // percent-decoded UTF-8; of "{name*}" segments joined by '/'
    };

    struct Match
    {
        enum class Outcome
        {
            Found,
            NotFound,
            MethodNotAllowed
        };

        Outcome outcome = Outcome::NotFound;
        int route = -1;
        QList<Param> params = {};
        QByteArray allow = {}; // of MethodNotAllowed, the value of the Allow field

        QByteArray param(QByteArrayView name) const; // empty where there is none
    };

    Router();

    // A method and pattern that are there already are a slip of ours, and assert.
    void add(const QByteArray &method, const QByteArray &pattern, int id);

    // `path` as sent, without query. HEAD goes where GET is. What a careful client never sends matches nothing: empty,
    // "." and ".." segments, an encoded slash, control characters, bytes that are no UTF-8.
    Match match(QByteArrayView method, QByteArrayView path) const;

    const QList<Route> &routes() const { return m_routes; } // in the order they were added

private:
    struct Node
    {
        std::vector<std::pair<QByteArray, int>> literals;
        int param = -1; // node of "{name}"
        int tail = -1; // node of "{name*}"
        QList<qsizetype> routes; // those that end here
    };
    struct Search;

    int step(int node, const QByteArray &segment);
    void descend(Search &search, int node, qsizetype depth) const;
    void arrive(Search &search, int node) const;
    QList<Param> paramsOf(const Search &search, qsizetype route) const;

    std::vector<Node> m_nodes;
    QList<Route> m_routes;
    QList<QList<QByteArray>> m_segments; // of the pattern of each route
};

} // namespace http
