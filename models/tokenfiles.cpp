// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/tokenfiles.h"

#include "models/format.h"
#include "service/core/jsonwriter.h"
#include "service/crypto/publickeytext.h"
#include "service/crypto/secretfile.h"
#include "service/tokens/tokenstore.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdir.h>

using namespace Qt::StringLiterals;

namespace models {

namespace {

constexpr qsizetype MarkLength = 12; // of the thumbprint: 72 bits of it tell any keys apart

QString fileName(const tokens::TokenRecord &token)
{
    // Scopes have a colon, which some file systems don't take.
    const QString scope = QString::fromLatin1(token.scope.text()).section(u':', -1);
    const QString mark =
        token.subjectKey ? QString::fromLatin1(crypto::keyThumbprint(*token.subjectKey)) : token.id.toString();
    return u"%1-%2-%3.token"_s.arg(token.tenant.toString(), scope, mark.first(MarkLength));
}

// An earlier attempt that came to its end halfway has saved it.
bool holds(const QString &path, const QByteArray &line)
{
    auto found = crypto::readSecretFile(path, line.size());
    const bool same = found && *found == line;
    if (found)
        found->fill('\0');
    return same;
}

} // namespace

Result<void> saveTokensApart(const QString &folder, const std::vector<engine::IssuedToken> &tokens)
{
    qint64 saved = 0;
    for (const engine::IssuedToken &token : tokens) {
        const QString path = QDir(folder).filePath(fileName(token.record));
        QByteArray line = token.text + '\n';
        auto written = crypto::writeSecretFile(path, line, crypto::Overwrite::Never, crypto::Folder::Shared);
        const bool isThere = written || holds(path, line);
        line.fill('\0');
        if (!isThere) {
            written.error().detail += u' '
                + QCoreApplication::translate("models::TokenFiles", "%1 of %2 files were saved.")
                      .arg(count(saved), count(qint64(tokens.size())));
            return written;
        }
        ++saved;
    }
    return {};
}

Result<void> saveTokensTogether(const QString &path, const std::vector<engine::IssuedToken> &tokens)
{
    QByteArray lines;
    for (const engine::IssuedToken &token : tokens) {
        json::Writer writer;
        tokens::writeToken(writer, token.record, token.text);
        lines += writer.take() + '\n';
    }
    auto written = crypto::writeSecretFile(path, lines, crypto::Overwrite::Replace, crypto::Folder::Shared);
    lines.fill('\0');
    return written;
}

} // namespace models
