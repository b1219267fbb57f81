// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/entryfields.h"

#include "service/core/json.h"

using namespace Qt::StringLiterals;

namespace models {

namespace {

QString stringValue(QByteArrayView quoted)
{
    const auto value = json::parse(quoted);
    return value && value->string() ? QString::fromUtf8(*value->string()) : QString::fromUtf8(quoted);
}

// Walks text that json::parse has found good, and so needs no errors of its own.
class Walk
{
public:
    explicit Walk(QByteArrayView text)
        : m_text(text)
    {
    }

    EntryField value(const QString &name)
    {
        skipBlanks();
        EntryField field{.name = name, .text = {}, .first = m_at};
        if (m_text[m_at] == '{')
            members(field);
        else if (m_text[m_at] == '[')
            elements(field);
        else
            scalar();
        field.end = m_at;
        const QByteArrayView bytes = m_text.sliced(field.first, field.end - field.first);
        field.text = bytes.startsWith('"') ? stringValue(bytes) : QString::fromUtf8(bytes);
        return field;
    }

private:
    void members(EntryField &object)
    {
        while (begins('}')) {
            const qsizetype first = m_at;
            scalar();
            const QString name = stringValue(m_text.sliced(first, m_at - first));
            skipBlanks();
            ++m_at; // the colon
            object.children.push_back(value(name));
            skipBlanks();
        }
        ++m_at;
    }

    void elements(EntryField &array)
    {
        while (begins(']')) {
            array.children.push_back(value(u"[%1]"_s.arg(array.children.size())));
            skipBlanks();
        }
        ++m_at;
    }

    // Past the opening bracket or the comma; false at the closing one.
    bool begins(char closing)
    {
        if (m_text[m_at] == closing)
            return false;
        ++m_at;
        skipBlanks();
        return m_text[m_at] != closing;
    }

    void scalar()
    {
        if (m_text[m_at] == '"') {
            for (++m_at; m_text[m_at] != '"'; ++m_at)
                m_at += m_text[m_at] == '\\' ? 1 : 0;
            ++m_at;
            return;
        }
        while (m_at < m_text.size() && !QByteArrayView(",]} \t\r\n").contains(m_text[m_at]))
            ++m_at;
    }

    void skipBlanks()
    {
        while (m_at < m_text.size() && QByteArrayView(" \t\r\n").contains(m_text[m_at]))
            ++m_at;
    }

    QByteArrayView m_text;
    qsizetype m_at = 0;
};

} // namespace

Result<std::vector<EntryField>> entryFields(const QByteArray &bytes)
{
    TRY(json::parse(bytes));
    return Walk(bytes).value({}).children;
}

} // namespace models
