// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Strict JSON (RFC 8259), for everything that comes from outside. Qt's reader takes duplicate names (the last wins)
// and a byte order mark; this one refuses both, and also: invalid UTF-8, lone surrogates, trailing bytes, and more
// nesting than asked for.
#pragma once

#include "service/core/result.h"

#include <QtCore/qbytearray.h>

#include <variant>
#include <vector>

namespace json {

class Value;
struct Member;

using Array = std::vector<Value>;
using Object = std::vector<Member>; // in the order of the text

// Kept as written: "1", "1.0" and "1e0" are three texts, and what counts as whole is the reader's to say.
struct Number
{
    QByteArray text;

    // Plain digits with an optional minus; nothing for fractions, exponents, or past 64 bits.
    std::optional<qint64> whole() const;
};

class Value
{
public:
    using Variant = std::variant<std::nullptr_t, bool, Number, QByteArray, Array, Object>;

    Value() = default;
    explicit Value(Variant variant)
        : m_variant(std::move(variant))
    {
    }

    bool isNull() const { return std::holds_alternative<std::nullptr_t>(m_variant); }
    const bool *boolean() const { return std::get_if<bool>(&m_variant); }
    const Number *number() const { return std::get_if<Number>(&m_variant); }
    const QByteArray *string() const { return std::get_if<QByteArray>(&m_variant); } // UTF-8, unescaped
    const Array *array() const { return std::get_if<Array>(&m_variant); }
    const Object *object() const { return std::get_if<Object>(&m_variant); }

    // The member of an object, or null: also when this is no object.
    const Value *find(QByteArrayView name) const;

private:
    Variant m_variant = nullptr;
};

struct Member
{
    QByteArray name;
    Value value;
};

constexpr int DefaultDepth = 16; // "[" counts one

// MalformedJson names the offset and what is wrong there.
Result<Value> parse(QByteArrayView text, int depth = DefaultDepth);

} // namespace json
