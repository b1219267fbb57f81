// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/http/gate.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace http {

namespace {

bool isOneOf(const QList<QByteArray> &list, QByteArrayView text)
{
    return std::ranges::any_of(list, [&](const QByteArray &entry) { return equalsIgnoringCase(entry, text); });
}

} // namespace

Gate::Gate(quint16 port, const QList<QByteArray> &hosts, const QList<QByteArray> &origins)
    : m_origins(origins)
{
    const QByteArray suffix = ":"_ba + QByteArray::number(port);
    for (const QByteArray &name : {"127.0.0.1"_ba, "localhost"_ba, "[::1]"_ba}) {
        m_hosts << name + suffix << name;
        m_origins << "http://"_ba + name + suffix;
        // A browser leaves out the default port.
        if (port == 80)
            m_origins << "http://"_ba + name;
    }
    for (const QByteArray &name : hosts)
        m_hosts << name << name + suffix;
}

Result<void> Gate::check(const Request &request) const
{
    if (!isOneOf(m_hosts, request.host))
        return fail(ErrorCode::MisdirectedRequest, u"This server does not answer to that host name."_s);
    for (qsizetype i = 0; i < request.headers.size(); ++i) {
        const Headers::View field = request.headers.at(i);
        // The field again where the target was absolute: neither may be foreign.
        if (equalsIgnoringCase(field.name, "host") && !isOneOf(m_hosts, field.value))
            return fail(ErrorCode::MisdirectedRequest, u"This server does not answer to that host name."_s);
        if (equalsIgnoringCase(field.name, "origin") && !isOneOf(m_origins, field.value))
            return fail(ErrorCode::ForeignOrigin, u"Pages of other origins may not call this server."_s);
        if (equalsIgnoringCase(field.name, "sec-fetch-site") && field.value != "none" && field.value != "same-origin")
            return fail(ErrorCode::ForeignOrigin, u"Pages of other sites may not call this server."_s);
    }
    return {};
}

} // namespace http
