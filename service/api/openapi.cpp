// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/openapi.h"

#include "service/api/problem.h"
#include "service/api/routes.h"
#include "service/report/format.h"

#include <QtCore/qfile.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qregularexpression.h>

#include <map>

using namespace Qt::StringLiterals;

static void initializeOpenApi()
{
    Q_INIT_RESOURCE(openapi);
}

namespace api {

namespace {

QJsonObject schemaReference(const char *name)
{
    return {{u"$ref"_s, u"#/components/schemas/"_s + QLatin1StringView(name)}};
}

QJsonObject content(const QString &mediaType, const char *schema)
{
    return {{mediaType, QJsonObject{{u"schema"_s, schemaReference(schema)}}}};
}

// A file in one of several forms, or what it would be.
QJsonObject exportContent()
{
    QJsonObject all = content(u"application/json"_s, "ExportPlan");
    for (const report::Format format : report::Formats) {
        const QString type = QString::fromLatin1(report::mediaType(format));
        all[type] = content(type, "Bytes")[type];
    }
    return all;
}

QString mediaType(const char *schema)
{
    const QByteArrayView name(schema);
    if (name == "Text")
        return u"text/plain; charset=utf-8"_s;
    if (name == "Bytes")
        return u"application/octet-stream"_s;
    return name == "JwkSet" ? u"application/jwk-set+json"_s : u"application/json"_s;
}

QJsonObject parameter(const QString &name, const QString &in, const QJsonObject &schema)
{
    return {{u"name"_s, name}, {u"in"_s, in}, {u"required"_s, in == "path"_L1}, {u"schema"_s, schema}};
}

QJsonArray parametersOf(const Route &route)
{
    QJsonArray list;
    static const QRegularExpression braces(u"\\{([a-z_]+)\\*?\\}"_s);
    auto matches = braces.globalMatch(QString::fromLatin1(route.pattern));
    while (matches.hasNext())
        list.append(parameter(matches.next().captured(1), u"path"_s, {{u"type"_s, u"string"_s}}));
    for (const QueryName &name : route.query) {
        QJsonObject schema{{u"type"_s, u"string"_s}};
        if (name.name == "limit")
            schema = {{u"type"_s, u"integer"_s}, {u"minimum"_s, 1}, {u"maximum"_s, 1000}, {u"default"_s, 100}};
        else if (name.repeats)
            schema = {{u"type"_s, u"array"_s}, {u"items"_s, schema}};
        QJsonObject made = parameter(QString::fromLatin1(name.name), u"query"_s, schema);
        if (name.repeats) {
            made[u"description"_s] =
                u"Repeated: entries with any one of these values (OR). Different filters must all hold (AND). A name "
                "with hyphens and the same name with underscores are one filter."_s;
        }
        list.append(made);
    }
    if (route.writes)
        list.append(parameter(u"dry_run"_s, u"query"_s, {{u"type"_s, u"boolean"_s}, {u"default"_s, false}}));
    if (takesIdempotencyKey(route))
        list.append(parameter(u"Idempotency-Key"_s, u"header"_s,
            {{u"type"_s, u"string"_s}, {u"minLength"_s, 1}, {u"maxLength"_s, 255}, {u"pattern"_s, u"^[!-~]+$"_s}}));
    if (std::ranges::contains(route.errors, ErrorCode::PreconditionFailed))
        list.append(parameter(u"If-Match"_s, u"header"_s, {{u"type"_s, u"string"_s}}));
    return list;
}

QJsonObject responsesOf(const Route &route)
{
    std::map<int, QStringList> codes; // several problems may share a status
    for (const ErrorCode code : errorsOf(route))
        codes[problemKind(code).status].append(QString::fromLatin1(errorName(code)));
    QJsonObject responses;
    for (const auto &[status, names] : codes) {
        responses[QString::number(status)] = QJsonObject{
            {u"description"_s, names.join(u", "_s)}, {u"content"_s, content(u"application/problem+json"_s, "Problem")}};
    }
    QJsonObject success{{u"description"_s, QString::fromLatin1(route.summary)}};
    const bool isExport = QByteArrayView(route.answerSchema) == "ExportFile";
    const QJsonObject body = isExport ? exportContent()
        : route.answerSchema          ? content(mediaType(route.answerSchema), route.answerSchema)
                                      : QJsonObject();
    if (!body.isEmpty() && route.status != 204)
        success[u"content"_s] = body;
    responses[QString::number(route.status)] = success;
    if (route.writes && route.status != 200) {
        QJsonObject rehearsal{{u"description"_s, u"dry_run=true: what would be; nothing was changed"_s}};
        if (!body.isEmpty())
            rehearsal[u"content"_s] = body;
        responses[u"200"_s] = rehearsal;
    }
    return responses;
}

QJsonObject bodyContent(const Route &route)
{
    QJsonObject all = content(u"application/json"_s, route.bodySchema);
    if (QByteArrayView(route.bodySchema) == "TenantImport") {
        for (const QString &type : {u"text/csv"_s, u"application/x-ndjson"_s})
            all[type] = content(type, "Text")[type];
    }
    return all;
}

QJsonObject operation(const Route &route)
{
    QJsonObject operation{{u"summary"_s, QString::fromLatin1(route.summary)}, {u"responses"_s, responsesOf(route)}};
    if (const QJsonArray parameters = parametersOf(route); !parameters.isEmpty())
        operation[u"parameters"_s] = parameters;
    if (route.body != BodyKind::None && route.bodySchema)
        operation[u"requestBody"_s] =
            QJsonObject{{u"required"_s, route.body == BodyKind::Required}, {u"content"_s, bodyContent(route)}};
    operation[u"security"_s] = route.permission ? QJsonArray{QJsonObject{{u"token"_s, QJsonArray()}}} : QJsonArray();
    return operation;
}

} // namespace

QByteArray openApiDocument()
{
    initializeOpenApi();
    QFile file(u":/openapi/base.json"_s);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("the OpenAPI part is missing from this program");
    QJsonObject document = QJsonDocument::fromJson(file.readAll()).object();
    QJsonObject info = document[u"info"_s].toObject();
    info[u"version"_s] = QStringLiteral(HOUSE_VERSION);
    document[u"info"_s] = info;
    QJsonObject paths;
    for (const Route &route : routes()) {
        const QString path = QString::fromLatin1(route.pattern).replace("*}"_L1, "}"_L1);
        QJsonObject item = paths[path].toObject();
        item[QString::fromLatin1(route.method).toLower()] = operation(route);
        paths[path] = item;
    }
    document[u"paths"_s] = paths;
    return QJsonDocument(document).toJson(QJsonDocument::Compact);
}

} // namespace api
