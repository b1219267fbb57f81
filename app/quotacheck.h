// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// `service-vm-tenant quota-verify`: recounts what every tenant uses, beside a running server through its control
// socket, else under the lock. Both ends of it. Main thread.
#pragma once

#include "service/engine/controlsocket.h"
#include "service/engine/quotacommands.h"

#include <QtCrypto>

namespace app {

struct QuotaCheck
{
    bool exact = false;
    QStringList lines; // what to print: the sum in one sentence, or first that and then a tenant that differs each
};

Result<QuotaCheck> checkQuotas(const engine::DataPaths &paths, const QCA::SecureArray &passphrase);

// The server's end. The reply comes from another thread.
void answerQuotaCheck(engine::QueryThread &queries, engine::Engine &engine, engine::ControlServer::Reply reply);

} // namespace app
