// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// As much of JSON Schema 2020-12 as the OpenAPI document uses; any other keyword is a mistake of its own, so that no
// part of a schema goes unchecked in silence.
#pragma once

#include <QtCore/qjsonobject.h>
#include <QtCore/qstring.h>

class JsonSchema
{
public:
    // `document` is what "#/…" references point into.
    explicit JsonSchema(QJsonObject document);

    // The first thing wrong with the value and where; empty where nothing is.
    QString mistake(const QJsonValue &value, const QJsonObject &schema) const;

    // What a reference points at; an empty object where it points nowhere.
    QJsonObject resolve(const QString &reference) const;

private:
    QString check(const QJsonValue &value, const QJsonObject &schema, const QString &at) const;
    QString checkObject(const QJsonObject &value, const QJsonObject &schema, const QString &at) const;

    QJsonObject m_document;
};
