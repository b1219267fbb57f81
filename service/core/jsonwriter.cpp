// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/jsonwriter.h"

#include <algorithm>

namespace json {

void appendString(QByteArray &out, QByteArrayView utf8)
{
    static constexpr char hex[] = "0123456789abcdef";
    const auto special = [](char c) { return uchar(c) < 0x20 || c == '"' || c == '\\' || c == 0x7f; };
    if (std::ranges::none_of(utf8, special)) { // nearly always: one growth, one copy
        const qsizetype before = out.size();
        out.resize(before + utf8.size() + 2);
        char *at = out.data() + before;
        *at++ = '"';
        at = std::ranges::copy(utf8, at).out;
        *at = '"';
        return;
    }
    out.append('"');
    qsizetype plain = 0; // first byte not yet copied
    for (qsizetype i = 0; i < utf8.size(); ++i) {
        const auto c = uchar(utf8[i]);
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        out.append(utf8.sliced(plain, i - plain));
        plain = i + 1;
        switch (c) {
        case '"':
            out.append("\\\"");
            break;
        case '\\':
            out.append("\\\\");
            break;
        case '\n':
            out.append("\\n");
            break;
        case '\r':
            out.append("\\r");
            break;
        case '\t':
            out.append("\\t");
            break;
        default:
            out.append("\\u00").append(hex[c >> 4]).append(hex[c & 0xf]);
        }
    }
    out.append(utf8.sliced(plain)).append('"');
}

Writer::Writer()
{
    m_out.reserve(512); // an entry, or an answer with one record
}

char *Writer::grow(qsizetype size)
{
    const qsizetype before = m_out.size();
    m_out.resize(before + size);
    return m_out.data() + before;
}

void Writer::separate()
{
    if (m_out.isEmpty())
        return;
    const char last = m_out.back();
    if (last != '{' && last != '[' && last != ':')
        m_out.append(',');
}

Writer &Writer::beginObject()
{
    separate();
    m_out.append('{');
    return *this;
}

Writer &Writer::endObject()
{
    m_out.append('}');
    return *this;
}

Writer &Writer::beginArray()
{
    separate();
    m_out.append('[');
    return *this;
}

Writer &Writer::endArray()
{
    m_out.append(']');
    return *this;
}

Writer &Writer::key(QByteArrayView name)
{
    separate();
    char *at = grow(name.size() + 3);
    *at++ = '"';
    at = std::ranges::copy(name, at).out;
    *at++ = '"';
    *at = ':';
    return *this;
}

Writer &Writer::value(QByteArrayView utf8)
{
    separate();
    appendString(m_out, utf8);
    return *this;
}

Writer &Writer::value(const QString &text)
{
    return value(QByteArrayView(text.toUtf8()));
}

Writer &Writer::value(std::nullptr_t)
{
    return raw("null");
}

Writer &Writer::raw(QByteArrayView json)
{
    separate();
    std::ranges::copy(json, grow(json.size()));
    return *this;
}

Writer &Writer::textOrNull(QByteArrayView name, QByteArrayView utf8)
{
    key(name);
    return utf8.isEmpty() ? value(nullptr) : value(utf8);
}

} // namespace json
