// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Who may be spoken to under which name: the Host and Origin rules that keep web pages of other sites out (DNS
// rebinding, cross-site requests). Pure; I/O thread.
#pragma once

#include "service/core/result.h"
#include "service/http/message.h"

namespace http {

class Gate
{
public:
    // 127.0.0.1, localhost and [::1] are ours, with the port or without. `hosts` adds names, taken as they stand and
    // with the port; `origins` adds whole ones, "https://console.example".
    Gate(quint16 port, const QList<QByteArray> &hosts, const QList<QByteArray> &origins);

    // MisdirectedRequest for a foreign Host field or target; ForeignOrigin for an Origin that is not ours, "null" among
    // them, and for a Sec-Fetch-Site (W3C Fetch Metadata, 2.1) but "none" and "same-origin".
    Result<void> check(const Request &request) const;

private:
    QList<QByteArray> m_hosts;
    QList<QByteArray> m_origins;
};

} // namespace http
