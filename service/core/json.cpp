// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/json.h"

#include <QtCore/qset.h>

namespace json {

namespace {

class Parser
{
public:
    Parser(QByteArrayView text, int depth)
        : m_text(text)
        , m_depthLeft(depth)
    {
    }

    Result<Value> document()
    {
        if (m_text.startsWith("\xef\xbb\xbf"))
            return wrong("a byte order mark");
        if (!m_text.isValidUtf8())
            return wrong("bytes that are not UTF-8");
        blanks();
        ASSIGN_OR_RETURN(Value value, this->value());
        blanks();
        if (m_at != m_text.size())
            return wrong("something behind the end of the value");
        return value;
    }

private:
    std::unexpected<Error> wrong(const char *what) const
    {
        return fail(ErrorCode::MalformedJson,
            QStringLiteral("The JSON text has %1 at byte %2.").arg(QLatin1StringView(what)).arg(m_at));
    }

    bool atEnd() const { return m_at >= m_text.size(); }
    char peek() const { return atEnd() ? '\0' : m_text[m_at]; }
    bool take(char c)
    {
        if (atEnd() || m_text[m_at] != c)
            return false;
        ++m_at;
        return true;
    }

    void blanks()
    {
        while (!atEnd() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r'))
            ++m_at;
    }

    Result<Value> value()
    {
        if (atEnd())
            return wrong("its end where a value should be");
        switch (peek()) {
        case '{':
            return nested(&Parser::object);
        case '[':
            return nested(&Parser::array);
        case '"': {
            ASSIGN_OR_RETURN(QByteArray text, string());
            return Value(std::move(text));
        }
        case 't':
            return word("true", Value(true));
        case 'f':
            return word("false", Value(false));
        case 'n':
            return word("null", Value(nullptr));
        default:
            return number();
        }
    }

    Result<Value> word(QByteArrayView expected, Value meaning)
    {
        if (!m_text.sliced(m_at).startsWith(expected))
            return wrong("an unknown word");
        m_at += expected.size();
        return meaning;
    }

    Result<Value> nested(Result<Value> (Parser::*read)())
    {
        if (m_depthLeft == 0)
            return wrong("too many levels");
        --m_depthLeft;
        auto result = (this->*read)();
        ++m_depthLeft;
        return result;
    }

    // A few names are quicker compared than hashed; the set keeps an object with thousands of them from costing their
    // square.
    static bool isRepeated(const Object &members, QSet<QByteArray> &names, const QByteArray &name)
    {
        constexpr std::size_t few = 16;
        if (members.size() < few)
            return std::ranges::contains(members, name, &Member::name);
        if (names.isEmpty()) {
            for (const Member &member : members)
                names.insert(member.name);
        }
        const auto before = names.size();
        names.insert(name);
        return names.size() == before;
    }

    Result<Value> object()
    {
        ++m_at;
        Object members;
        QSet<QByteArray> names;
        blanks();
        if (take('}'))
            return Value(std::move(members));
        while (true) {
            blanks();
            if (peek() != '"')
                return wrong("no name where one should be");
            ASSIGN_OR_RETURN(QByteArray name, string());
            if (isRepeated(members, names, name))
                return wrong("the same name twice in one object");
            blanks();
            if (!take(':'))
                return wrong("no colon behind a name");
            blanks();
            ASSIGN_OR_RETURN(Value member, value());
            members.push_back({std::move(name), std::move(member)});
            blanks();
            if (take('}'))
                return Value(std::move(members));
            if (!take(','))
                return wrong("neither comma nor end of the object");
        }
    }

    Result<Value> array()
    {
        ++m_at;
        Array items;
        blanks();
        if (take(']'))
            return Value(std::move(items));
        while (true) {
            blanks();
            ASSIGN_OR_RETURN(Value item, value());
            items.push_back(std::move(item));
            blanks();
            if (take(']'))
                return Value(std::move(items));
            if (!take(','))
                return wrong("neither comma nor end of the array");
        }
    }

    bool digits()
    {
        const auto first = m_at;
        while (peek() >= '0' && peek() <= '9')
            ++m_at;
        return m_at > first;
    }

    Result<Value> number()
    {
        const auto first = m_at;
        take('-');
        if (!take('0') && !digits())
            return wrong("something that is no value");
        if (take('.') && !digits())
            return wrong("a fraction without digits");
        if (take('e') || take('E')) {
            if (!take('+'))
                take('-');
            if (!digits())
                return wrong("an exponent without digits");
        }
        return Value(Number{m_text.sliced(first, m_at - first).toByteArray()});
    }

    std::optional<char16_t> hexUnit()
    {
        if (m_at + 4 > m_text.size())
            return {};
        unsigned unit = 0;
        for (int i = 0; i < 4; ++i) {
            const char c = m_text[m_at + i];
            unit <<= 4;
            if (c >= '0' && c <= '9')
                unit |= unsigned(c - '0');
            else if (c >= 'a' && c <= 'f')
                unit |= unsigned(c - 'a' + 10);
            else if (c >= 'A' && c <= 'F')
                unit |= unsigned(c - 'A' + 10);
            else
                return {};
        }
        m_at += 4;
        return char16_t(unit);
    }

    Result<QByteArray> string()
    {
        ++m_at;
        QByteArray text;
        while (true) {
            const auto first = m_at;
            while (!atEnd() && peek() != '"' && peek() != '\\' && uchar(peek()) >= 0x20)
                ++m_at;
            const QByteArrayView plain = m_text.sliced(first, m_at - first);
            if (text.isEmpty())
                text = plain.toByteArray();
            else
                text.append(plain);
            if (atEnd())
                return wrong("a string without end");
            if (take('"'))
                return text;
            if (!take('\\'))
                return wrong("a control character in a string");
            TRY(escape(text));
        }
    }

    Result<void> escape(QByteArray &text)
    {
        static constexpr QByteArrayView letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
        const char c = peek();
        if (const auto known = letters.indexOf(c); known >= 0 && !atEnd()) {
            ++m_at;
            text.append(meanings[known]);
            return {};
        }
        if (!take('u'))
            return wrong("an unknown escape");
        const auto unit = hexUnit();
        if (!unit)
            return wrong("an escape without four hexadecimal digits");
        char32_t point = *unit;
        if (QChar::isHighSurrogate(point)) {
            std::optional<char16_t> second;
            if (!take('\\') || !take('u') || !(second = hexUnit()) || !QChar::isLowSurrogate(*second))
                return wrong("half of a surrogate pair");
            point = QChar::surrogateToUcs4(*unit, *second);
        } else if (QChar::isLowSurrogate(point)) {
            return wrong("half of a surrogate pair");
        }
        appendUtf8(text, point);
        return {};
    }

    // By hand (RFC 3629, 3): QString takes U+FEFF at the start of a text for a byte order mark and drops it.
    static void appendUtf8(QByteArray &text, char32_t point)
    {
        const auto tail = [point](int shift) { return char(0x80 | (point >> shift & 0x3f)); };
        if (point < 0x80)
            text.append(char(point));
        else if (point < 0x800)
            text.append(char(0xc0 | point >> 6)).append(tail(0));
        else if (point < 0x10000)
            text.append(char(0xe0 | point >> 12)).append(tail(6)).append(tail(0));
        else
            text.append(char(0xf0 | point >> 18)).append(tail(12)).append(tail(6)).append(tail(0));
    }

    QByteArrayView m_text;
    qsizetype m_at = 0;
    int m_depthLeft;
};

} // namespace

std::optional<qint64> Number::whole() const
{
    const QByteArrayView digits = text.startsWith('-') ? QByteArrayView(text).sliced(1) : QByteArrayView(text);
    for (const char c : digits) {
        if (c < '0' || c > '9')
            return {};
    }
    bool ok = false;
    const qint64 value = text.toLongLong(&ok);
    return ok ? std::optional(value) : std::nullopt;
}

const Value *Value::find(QByteArrayView name) const
{
    if (const Object *members = object()) {
        for (const Member &member : *members) {
            if (member.name == name)
                return &member.value;
        }
    }
    return nullptr;
}

Result<Value> parse(QByteArrayView text, int depth)
{
    return Parser(text, depth).document();
}

} // namespace json
