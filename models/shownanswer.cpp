// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/shownanswer.h"

#include "models/format.h"

#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>

using namespace Qt::StringLiterals;

namespace models {

namespace {

constexpr qsizetype MostShown = 8000; // characters of an answer
constexpr qsizetype MostIndented = 64 * 1024; // bytes; indenting more would hold the window up

} // namespace

Error errorOf(const HttpAnswer &answer)
{
    const QJsonObject problem = QJsonDocument::fromJson(answer.body).object();
    const QByteArray name = problem["code"_L1].toString().toLatin1();
    Error error;
    for (int code = 0; code < ErrorCodeCount; ++code) {
        if (name == errorName(ErrorCode(code)))
            error.code = ErrorCode(code);
    }
    error.detail = problem["detail"_L1].toString(
        TenantClient::tr("The server answered %1.")
            .arg(QString::number(answer.status) + u' ' + QString::fromLatin1(answer.reason)));
    for (const QJsonValue &field : problem["errors"_L1].toArray())
        error.fields.append({field["pointer"_L1].toString(), field["detail"_L1].toString()});
    return error;
}

QString shownAnswer(const HttpAnswer &answer)
{
    QString text = QString::number(answer.status) + u' ' + QString::fromLatin1(answer.reason);
    for (const QByteArrayView name : {"Location", "Ledger-Index", "Retry-After"}) {
        if (const QByteArray value = answer.header(name); !value.isNull())
            text += u'\n' + QString::fromLatin1(name) + ": "_L1 + QString::fromLatin1(value);
    }
    if (answer.body.size() > MostIndented)
        return text + "\n\n"_L1 + QString::fromUtf8(answer.body.first(MostShown)) + u"\n… "_s
            + TenantClient::tr("(%1 bytes in all)").arg(count(answer.body.size()));
    QString shown = prettyJson(answer.body);
    // The text of a token is delivered elsewhere, and once.
    const QString token = QJsonDocument::fromJson(answer.body)["token"_L1].toString();
    if (!token.isEmpty())
        shown.replace(token, TenantClient::tr("(shown once, above)"));
    if (shown.size() > MostShown)
        shown =
            shown.first(MostShown) + u"\n… "_s + TenantClient::tr("(%1 bytes in all)").arg(count(answer.body.size()));
    return shown.isEmpty() ? text : text + "\n\n"_L1 + shown;
}

} // namespace models
