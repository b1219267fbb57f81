// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/jsonreader.h"

#include <QtCore/qstringconverter.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace json {

namespace {

// RFC 6901, 3.
QString escapePointer(QString name)
{
    return name.replace(u'~', "~0"_L1).replace(u'/', "~1"_L1);
}

} // namespace

bool hasControlCharacters(QStringView text)
{
    return std::ranges::any_of(text, [](QChar c) {
        const char16_t u = c.unicode();
        return c.category() == QChar::Other_Control || u == 0x061c || u == 0x200e || u == 0x200f
            || (u >= 0x202a && u <= 0x202e) || (u >= 0x2066 && u <= 0x2069) || u == 0xfeff;
    });
}

QString fromString(QByteArrayView utf8)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::ConvertInitialBom);
    return decoder(utf8);
}

ObjectReader::ObjectReader(const Value &value, QString pointer)
    : m_value(value)
    , m_pointer(std::move(pointer))
{
}

bool ObjectReader::has(const char *name) const
{
    return m_value.find(name) != nullptr;
}

void ObjectReader::reject(const QString &name, const QString &detail)
{
    m_mistakes.append({name.isEmpty() ? m_pointer : m_pointer + u'/' + escapePointer(name), detail});
}

void ObjectReader::rejectInside(const QString &name, const QString &inner, const QString &detail)
{
    m_mistakes.append({m_pointer + u'/' + escapePointer(name) + u'/' + escapePointer(inner), detail});
}

const Value *ObjectReader::take(const char *name, bool required)
{
    m_known.insert(QByteArray(name));
    const Value *value = m_value.find(name);
    if (!value && required && m_value.object())
        reject(QString::fromLatin1(name), u"is required"_s);
    return value;
}

std::optional<QString> ObjectReader::asText(const char *name, const Value &value, qsizetype least, qsizetype most)
{
    const QByteArray *utf8 = value.string();
    if (!utf8) {
        reject(QString::fromLatin1(name), u"must be a string"_s);
        return {};
    }
    const QString text = fromString(*utf8);
    const auto length = text.size() - std::ranges::count_if(text, [](QChar c) { return c.isLowSurrogate(); });
    if (length < least || length > most) {
        reject(QString::fromLatin1(name), u"must have %1 to %2 characters, has %3"_s.arg(least).arg(most).arg(length));
        return {};
    }
    if (hasControlCharacters(text)) {
        reject(QString::fromLatin1(name), u"must not contain control or bidirectional-control characters"_s);
        return {};
    }
    return text;
}

std::optional<qint64> ObjectReader::asInteger(const char *name, const Value &value, qint64 least, qint64 most)
{
    const Number *number = value.number();
    if (!number) {
        reject(QString::fromLatin1(name), u"must be a number"_s);
        return {};
    }
    const auto whole = number->whole();
    if (!whole || *whole < least || *whole > most) {
        reject(QString::fromLatin1(name), u"must be a whole number from %1 to %2"_s.arg(least).arg(most));
        return {};
    }
    return whole;
}

QString ObjectReader::text(const char *name, qsizetype least, qsizetype most)
{
    const Value *value = take(name, true);
    return value ? asText(name, *value, least, most).value_or(QString()) : QString();
}

qint64 ObjectReader::integer(const char *name, qint64 least, qint64 most)
{
    const Value *value = take(name, true);
    return value ? asInteger(name, *value, least, most).value_or(0) : 0;
}

std::optional<QString> ObjectReader::optionalText(const char *name, qsizetype least, qsizetype most)
{
    const Value *value = take(name, false);
    return value ? asText(name, *value, least, most) : std::nullopt;
}

std::optional<qint64> ObjectReader::optionalInteger(const char *name, qint64 least, qint64 most)
{
    const Value *value = take(name, false);
    return value ? asInteger(name, *value, least, most) : std::nullopt;
}

std::optional<bool> ObjectReader::optionalBoolean(const char *name)
{
    const Value *value = take(name, false);
    if (!value)
        return {};
    if (const bool *boolean = value->boolean())
        return *boolean;
    reject(QString::fromLatin1(name), u"must be true or false"_s);
    return {};
}

const Value *ObjectReader::optionalValue(const char *name)
{
    return take(name, false);
}

Result<void> ObjectReader::finish()
{
    if (const Object *members = m_value.object()) {
        for (const Member &member : *members) {
            if (!m_known.contains(member.name))
                reject(fromString(member.name), u"is not a known member"_s);
        }
    } else {
        reject({}, u"must be an object"_s);
    }
    if (m_mistakes.isEmpty())
        return {};
    return fail(Error{.code = ErrorCode::InvalidField,
        .detail = m_mistakes.size() == 1 ? u"One field can't be taken."_s
                                         : u"%1 fields can't be taken."_s.arg(m_mistakes.size()),
        .fields = m_mistakes});
}

} // namespace json
