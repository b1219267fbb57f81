// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/admincommand.h"

#include "app/offline.h"
#include "service/core/jsonreader.h"
#include "service/crypto/secretfile.h"
#include "service/engine/tokencommands.h"
#include "service/tokens/jws.h"

#include <QtCore/qdir.h>

using namespace Qt::StringLiterals;

namespace app {

namespace {

QByteArray requestLine(const AdminCommand &command)
{
    json::Writer writer;
    writer.beginObject().member("command", "admin-token");
    if (command.rotate)
        writer.member("rotate", true);
    else
        writer.member("role", command.role).member("name", command.name);
    if (command.expiresIn)
        writer.member("expires_in_seconds", *command.expiresIn);
    writer.endObject();
    return writer.take();
}

Result<AdminCommand> readRequest(const json::Value &request)
{
    json::ObjectReader reader(request);
    AdminCommand command;
    reader.optionalText("command", 1, 100);
    command.rotate = reader.optionalBoolean("rotate").value_or(false);
    command.role = reader.optionalText("role", 1, 20).value_or(QString());
    command.name = reader.optionalText("name", 0, 1000).value_or(QString());
    command.expiresIn = reader.optionalInteger("expires_in_seconds", INT32_MIN, INT32_MAX);
    TRY(reader.finish());
    return command;
}

engine::Command<engine::IssuedToken> commandOf(const AdminCommand &command, const QString &path)
{
    if (command.rotate)
        return [path](engine::Work &work) { return engine::replaceAdminToken(work, path, true); };
    tokens::AdministratorRequest request{.name = command.name,
        .kind = command.role == "auditor"_L1 ? tokens::Scope::Kind::Auditor : tokens::Scope::Kind::Admin};
    request.expiresInSeconds = command.expiresIn.value_or(request.expiresInSeconds);
    return [request](engine::Work &work) { return engine::issueAdministrator(work, request); };
}

// The sentence of the first field, since a command line has no pointers.
Error plain(Error error)
{
    if (!error.fields.isEmpty())
        error.detail = error.fields.first().pointer.mid(1) + u' ' + error.fields.first().detail + u'.';
    return error;
}

} // namespace

Result<QByteArray> runAdminCommand(
    const QString &dataDirectory, const AdminCommand &command, const QCA::SecureArray &passphrase)
{
    const engine::DataPaths paths{QDir::cleanPath(QDir(dataDirectory).absolutePath())};
    TRY(engine::checkDataDirectory(paths));
    if (!command.rotate && command.role.isEmpty()) {
        const auto text = crypto::readSecretFile(paths.adminToken(), tokens::MostTokenBytes + 1);
        if (!text || !tokens::parseToken(text->trimmed()))
            return fail(ErrorCode::Refused,
                u"%1 %2. Make a new one: service-vm-tenant admin-token --rotate"_s.arg(paths.adminToken(),
                    text ? u"holds no token"_s : u"can't be read ("_s + text.error().detail + u')'));
        return text->trimmed();
    }
    if (engine::isHeld(paths.root)) {
        ASSIGN_OR_RETURN(const json::Value answer, engine::askControl(paths, requestLine(command)));
        const json::Value *token = answer.find("token");
        if (!token || !token->string())
            return fail(ErrorCode::Refused, u"The server answered without a token."_s);
        return *token->string();
    }
    ASSIGN_OR_RETURN(const auto offline, OfflineEngine::open(paths, passphrase));
    auto issued =
        offline->client().ask<engine::IssuedToken>(engine::systemCaller(), commandOf(command, paths.adminToken()));
    if (!issued)
        return fail(plain(std::move(issued.error())));
    return issued->value.text;
}

void answerAdminCommand(engine::EngineClient client, const engine::DataPaths &paths, const json::Value &request,
    engine::ControlServer::Reply reply)
{
    const auto command = readRequest(request);
    if (!command)
        return reply(std::unexpected(plain(command.error())));
    client.engine().post<engine::IssuedToken>(engine::systemCaller(), commandOf(*command, paths.adminToken()),
        [reply = std::move(reply)](Result<engine::Committed<engine::IssuedToken>> issued) mutable {
            if (!issued)
                return reply(std::unexpected(plain(std::move(issued.error()))));
            json::Writer members;
            members.member("token", issued->value.text);
            reply(members.take());
        });
}

} // namespace app
