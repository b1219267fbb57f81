// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/support/jsonschema.h"

#include <QtCore/qjsonarray.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qset.h>

using namespace Qt::StringLiterals;

namespace {

const QSet<QString> &known()
{
    static const QSet<QString> names{u"type"_s, u"properties"_s, u"required"_s, u"additionalProperties"_s, u"items"_s,
        u"enum"_s, u"const"_s, u"pattern"_s, u"minLength"_s, u"maxLength"_s, u"minimum"_s, u"maximum"_s,
        u"maxProperties"_s, u"minItems"_s, u"maxItems"_s, u"format"_s, u"default"_s, u"description"_s,
        u"contentEncoding"_s, u"contentMediaType"_s};
    return names;
}

bool isOfType(const QJsonValue &value, const QString &type)
{
    if (type == "object"_L1)
        return value.isObject();
    if (type == "array"_L1)
        return value.isArray();
    if (type == "string"_L1)
        return value.isString();
    if (type == "boolean"_L1)
        return value.isBool();
    if (type == "null"_L1)
        return value.isNull();
    if (type == "integer"_L1)
        return value.isDouble() && value.toInteger(1) == value.toInteger(2);
    return type == "number"_L1 && value.isDouble();
}

bool isOfTypes(const QJsonValue &value, const QJsonValue &types)
{
    if (types.isString())
        return isOfType(value, types.toString());
    for (const QJsonValue &type : types.toArray()) {
        if (isOfType(value, type.toString()))
            return true;
    }
    return types.isUndefined();
}

bool hasForm(const QString &text, const QString &format)
{
    // The contract's times are one form of RFC 3339 only.
    static const QRegularExpression time(uR"(^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$)"_s);
    return format != "date-time"_L1 || time.match(text).hasMatch();
}

} // namespace

JsonSchema::JsonSchema(QJsonObject document)
    : m_document(std::move(document))
{
}

QJsonObject JsonSchema::resolve(const QString &reference) const
{
    if (!reference.startsWith("#/"_L1))
        return {};
    QJsonValue found = m_document;
    for (const QString &step : reference.sliced(2).split(u'/'))
        found = found.toObject()[step];
    return found.toObject();
}

QString JsonSchema::mistake(const QJsonValue &value, const QJsonObject &schema) const
{
    return check(value, schema, u"$"_s);
}

QString JsonSchema::check(const QJsonValue &value, const QJsonObject &schema, const QString &at) const
{
    if (schema.isEmpty())
        return at + u" has no schema"_s;
    if (schema.contains("$ref"_L1))
        return check(value, resolve(schema["$ref"_L1].toString()), at);
    if (const QJsonArray choices = schema["oneOf"_L1].toArray(); !choices.isEmpty()) {
        int fitting = 0;
        for (const QJsonValue &choice : choices)
            fitting += check(value, choice.toObject(), at).isEmpty() ? 1 : 0;
        return fitting == 1 ? QString() : u"%1 fits %2 of its choices"_s.arg(at).arg(fitting);
    }
    for (const QString &keyword : schema.keys()) {
        if (!known().contains(keyword))
            return u"%1: the schema uses %2, which nobody checks"_s.arg(at, keyword);
    }
    if (!isOfTypes(value, schema["type"_L1]))
        return at + u" is of another type"_s;
    if (schema.contains("const"_L1) && value != schema["const"_L1])
        return at + u" is not the one value it may have"_s;
    if (schema.contains("enum"_L1) && !value.isNull() && !schema["enum"_L1].toArray().contains(value))
        return u"%1 is %2"_s.arg(at, value.toString());
    if (value.isString()) {
        const QString text = value.toString();
        const QRegularExpression pattern(schema["pattern"_L1].toString());
        if (!pattern.match(text).hasMatch() || !hasForm(text, schema["format"_L1].toString())
            || text.size() < schema["minLength"_L1].toInt(0) || text.size() > schema["maxLength"_L1].toInt(INT_MAX))
            return u"%1 is \"%2\""_s.arg(at, text);
    }
    if (value.isDouble()
        && (value.toDouble() < schema["minimum"_L1].toDouble(-1e300)
            || value.toDouble() > schema["maximum"_L1].toDouble(1e300)))
        return u"%1 is %2"_s.arg(at).arg(value.toDouble());
    if (value.isArray() && schema.contains("items"_L1)) {
        const QJsonArray items = value.toArray();
        if (items.size() < schema["minItems"_L1].toInt(0) || items.size() > schema["maxItems"_L1].toInt(INT_MAX))
            return u"%1 has %2 items"_s.arg(at).arg(items.size());
        for (qsizetype i = 0; i < items.size(); ++i) {
            if (const QString wrong = check(items[i], schema["items"_L1].toObject(), u"%1[%2]"_s.arg(at).arg(i));
                !wrong.isEmpty())
                return wrong;
        }
    }
    return value.isObject() ? checkObject(value.toObject(), schema, at) : QString();
}

QString JsonSchema::checkObject(const QJsonObject &value, const QJsonObject &schema, const QString &at) const
{
    for (const QJsonValue &name : schema["required"_L1].toArray()) {
        if (!value.contains(name.toString()))
            return u"%1 has no %2"_s.arg(at, name.toString());
    }
    if (value.size() > schema["maxProperties"_L1].toInt(INT_MAX))
        return at + u" has too many members"_s;
    const QJsonObject properties = schema["properties"_L1].toObject();
    const QJsonValue others = schema["additionalProperties"_L1];
    for (auto member = value.begin(); member != value.end(); ++member) {
        const QString inside = at + u'.' + member.key();
        QString wrong;
        if (properties.contains(member.key()))
            wrong = check(member.value(), properties[member.key()].toObject(), inside);
        else if (others.isObject())
            wrong = check(member.value(), others.toObject(), inside);
        else if (others.isBool() && !others.toBool())
            wrong = inside + u" is not foreseen"_s;
        if (!wrong.isEmpty())
            return wrong;
    }
    return {};
}
