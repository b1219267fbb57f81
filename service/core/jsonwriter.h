// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Writes compact JSON front to back into one buffer: entries and answers, where building a document first costs more
// than the hash of it.
//
//     Writer w;
//     w.beginObject().member("v", 1).member("name", name).endObject();
//     w.take();
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

#include <concepts>
#include <cstdint>
#include <optional>

namespace json {

class Writer
{
public:
    Writer();

    Writer &beginObject();
    Writer &endObject();
    Writer &beginArray();
    Writer &endArray();
    Writer &key(QByteArrayView name); // our own names only: nothing in them needs an escape

    Writer &value(QByteArrayView utf8);
    Writer &value(const QByteArray &utf8) { return value(QByteArrayView(utf8)); }
    Writer &value(const char *utf8) { return value(QByteArrayView(utf8)); }
    Writer &value(const QString &text);
    Writer &value(std::nullptr_t);
    template <std::integral T>
    Writer &value(T number)
    {
        if constexpr (std::same_as<T, bool>)
            return raw(number ? "true" : "false");
        else if constexpr (std::signed_integral<T>)
            return raw(QByteArray::number(qlonglong(number)));
        else
            return raw(QByteArray::number(qulonglong(number)));
    }
    template <typename T>
    Writer &value(const std::optional<T> &maybe)
    {
        return maybe ? value(*maybe) : value(nullptr);
    }
    // Text that is JSON already.
    Writer &raw(QByteArrayView json);

    template <typename T>
    Writer &member(QByteArrayView name, const T &content)
    {
        return key(name).value(content);
    }
    Writer &rawMember(QByteArrayView name, QByteArrayView json) { return key(name).raw(json); }
    // null for an empty text.
    Writer &textOrNull(QByteArrayView name, QByteArrayView utf8);

    const QByteArray &bytes() const { return m_out; }
    QByteArray take() { return std::move(m_out); }

private:
    void separate();
    char *grow(qsizetype size); // where to put that many more bytes

    QByteArray m_out;
};

// The text with JSON's quotes and escapes. Control characters, U+007F among them, become \u00XX.
void appendString(QByteArray &out, QByteArrayView utf8);

} // namespace json
