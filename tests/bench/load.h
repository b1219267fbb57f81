// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Requests from wrk, over keep-alive connections, as fast as the answers come.
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

#include <optional>

namespace bench {

struct LoadSpec
{
    QString url;
    QByteArray method = "GET";
    QByteArray token = {};
    int connections = 1;
    int seconds = 1;
    std::optional<int> core = {};
};

struct Load
{
    double requests = 0;
    double perSecond = 0;
    QString p99; // of the latency, with its unit
};

// Gives up unless every answer is a success.
Load runLoad(const LoadSpec &spec);

} // namespace bench
