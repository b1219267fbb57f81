// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-vm-tenant admin-token: beside a running server through its control socket, else under the directory's lock.
#pragma once

#include "app/application.h"

namespace app {

struct AdminCommand
{
    bool rotate = false; // replace and revoke the one in admin.token
    QString role; // else "admin" or "auditor"; empty: print the one in admin.token
    QString name;
    std::optional<qint64> expiresIn; // seconds
};

// The token's text.
Result<QByteArray> runAdminCommand(
    const QString &dataDirectory, const AdminCommand &command, const QCA::SecureArray &passphrase);

// The server's side of it.
void answerAdminCommand(engine::EngineClient client, const engine::DataPaths &paths, const json::Value &request,
    engine::ControlServer::Reply reply);

} // namespace app
