// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/foundation.h"

#include "service/core/jsonwriter.h"
#include "service/core/uuid.h"
#include "service/crypto/keyfile.h"
#include "service/crypto/publickeytext.h"
#include "service/crypto/secretfile.h"
#include "service/engine/stateload.h"
#include "service/engine/tokencommands.h"
#include "service/ledger/highwater.h"
#include "service/store/schema.h"
#include "service/store/statement.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>

#include <sys/stat.h>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

Result<void> makeFolder(const QString &path)
{
    if (::mkdir(QFile::encodeName(path).constData(), 0700) != 0)
        return fail(ErrorCode::Storage, u"%1 can't be made."_s.arg(path));
    return {};
}

Result<void> putMeta(store::Database &database, const QString &key, const QByteArray &value)
{
    ASSIGN_OR_RETURN(auto insert, database.prepared("INSERT INTO meta VALUES (?, ?)"));
    return insert.run(key, QString::fromLatin1(value));
}

QByteArray openedEntryData(const QByteArray &installation, const ledger::Ledger &ledger, const TokenSigner &signer)
{
    json::Writer writer;
    writer.beginObject()
        .member("installation_id", installation)
        .member("origin", ledger.origin())
        .member("ledger_vkey", ledger.verifierKey().text())
        .key("token_key")
        .beginObject()
        .member("kid", signer.keyId.text())
        .member("public_key", crypto::publicKeyToText(signer.key.publicKey()))
        .endObject()
        .endObject();
    return writer.take();
}

// The log goes with the last connection, if SQLite could write all of it back: else it stays beside the database, which
// is worth nothing without it, and SQLite does not say so when it closes.
Result<void> closeWhole(std::unique_ptr<store::Database> database)
{
    const QString path = database->path();
    {
        ASSIGN_OR_RETURN(auto writeBack, database->statement(u"PRAGMA wal_checkpoint(TRUNCATE)"_s));
        TRY(writeBack.run());
        const bool busy = !writeBack.next() || writeBack.integer(0) != 0;
        TRY(writeBack.finish());
        if (busy)
            return fail(ErrorCode::Storage, u"The log of %1 can't be written back."_s.arg(path));
    }
    database.reset();
    for (const QLatin1StringView suffix : {"-wal"_L1, "-shm"_L1, "-journal"_L1}) {
        if (QFile::exists(path + suffix))
            return fail(ErrorCode::Storage, u"%1 could not be closed: %1%2 is left."_s.arg(path, suffix));
    }
    return {};
}

// What of the database stands in files of its own too.
struct Made
{
    QByteArray verifierKey;
    QByteArray adminToken;
    QByteArray checkpoint; // signed
};

Result<Made> buildDatabase(const DataPaths &paths, const Clock &clock, const QByteArray &issuer,
    const crypto::SigningKey &tokenKey, const crypto::SigningKey &ledgerKey)
{
    ASSIGN_OR_RETURN(auto database, store::Database::open(paths.database(), store::Database::Mode::Create));
    if (!QFile::setPermissions(paths.database(), QFile::ReadOwner | QFile::WriteOwner))
        return fail(ErrorCode::Storage, u"%1 can't be closed to others."_s.arg(paths.database()));
    TRY(store::migrate(*database));
    ASSIGN_OR_RETURN(auto transaction, store::Transaction::begin(*database));

    const Timestamp now = clock.now();
    const QByteArray installation = newUuid(now);
    const QByteArray origin = "service-vm-tenant/" + installation;
    const TokenSigner signer{
        .key = tokenKey, .keyId = KeyId(crypto::keyThumbprint(tokenKey.publicKey())), .issuer = issuer};
    TRY(putMeta(*database, u"installation_id"_s, installation));
    TRY(putMeta(*database, u"origin"_s, origin));
    {
        ASSIGN_OR_RETURN(auto insert, database->prepared("INSERT INTO signing_key VALUES (?, ?, ?, NULL)"));
        TRY(insert.run(
            signer.keyId, QString::fromLatin1(crypto::publicKeyToText(tokenKey.publicKey())), toMilliseconds(now)));
    }

    ASSIGN_OR_RETURN(auto ledger, ledger::Ledger::create(*database, ledgerKey, origin));
    const Caller caller = systemCaller();
    const State nothing;
    const Changes noChanges;
    Work work(caller, now, nothing, noChanges, *database, *ledger, signer);
    ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex opened,
        work.append("LEDGER_OPENED", {}, openedEntryData(installation, *ledger, signer)));
    ASSIGN_OR_RETURN(const IssuedToken admin, issueAdministrator(work, {.name = u"admin.token"_s}));
    ASSIGN_OR_RETURN([[maybe_unused]] const ledger::Checkpoint sealed, ledger->seal());
    TRY(transaction.commit());
    ledger->committed();
    Made made{.verifierKey = ledger->verifierKey().text(),
        .adminToken = admin.text,
        .checkpoint = ledger->signedCheckpoint()};
    ledger.reset();
    TRY(closeWhole(std::move(database)));
    return made;
}

} // namespace

Result<void> buildInstallation(
    const DataPaths &paths, const Clock &clock, const QByteArray &issuer, const QCA::SecureArray &passphrase)
{
    TRY(makeFolder(paths.keys()));
    TRY(makeFolder(paths.auditExports()));
    const auto tokenKey = crypto::SigningKey::generate(), ledgerKey = crypto::SigningKey::generate();
    TRY(crypto::writeKeyFile(paths.tokenKey(), tokenKey, passphrase));
    TRY(crypto::writeKeyFile(paths.ledgerKey(), ledgerKey, passphrase));
    ASSIGN_OR_RETURN(const Made made, buildDatabase(paths, clock, issuer, tokenKey, ledgerKey));
    TRY(crypto::writeSecretFile(paths.ledgerVkey(), made.verifierKey + '\n', crypto::Overwrite::Never));
    TRY(crypto::writeSecretFile(paths.adminToken(), made.adminToken + '\n', crypto::Overwrite::Never));
    ASSIGN_OR_RETURN([[maybe_unused]] const auto mark, ledger::HighWater::create(paths.highWater(), made.checkpoint));
    return {};
}

} // namespace engine
