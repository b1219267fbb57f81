// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Ids that can't be taken for one another. Each holds its UTF-8 text; an empty one means "none".
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qhashfunctions.h>
#include <QtCore/qstring.h>

#include <compare>
#include <cstdint>

template <typename Tag>
class Id
{
public:
    Id() = default;
    explicit Id(QByteArray text)
        : m_text(std::move(text))
    {
    }

    const QByteArray &text() const { return m_text; }
    QString toString() const { return QString::fromUtf8(m_text); }
    bool isEmpty() const { return m_text.isEmpty(); }

    friend bool operator==(const Id &a, const Id &b) { return a.m_text == b.m_text; }
    friend std::strong_ordering operator<=>(const Id &a, const Id &b) { return a.m_text.compare(b.m_text) <=> 0; }
    friend size_t qHash(const Id &id, size_t seed = 0) noexcept { return ::qHash(id.m_text, seed); }

private:
    QByteArray m_text;
};

using TenantId = Id<struct TenantTag>; // DNS label, see isTenantId
using TokenId = Id<struct TokenTag>; // UUIDv7
using VmId = Id<struct VmTag>; // UUIDv7
using NodeId = Id<struct NodeTag>;
using KeyId = Id<struct KeyTag>; // RFC 7638 thumbprint of a token key
using RequestId = Id<struct RequestTag>; // 1 to 128 of A-Za-z0-9._-

using LeafIndex = std::uint64_t; // of an entry, from 0
using TreeSize = std::uint64_t; // how many entries a tree covers

// 1 to 63 of a-z 0-9 -, first a letter, last not '-'.
bool isTenantId(QByteArrayView text);

// 1 to 128 of A-Za-z0-9._-
bool isRequestId(QByteArrayView text);

// A lower-case UUID of version 7, as newUuid makes them.
bool isUuid7(QByteArrayView text);

struct IdHash
{
    template <typename Tag>
    size_t operator()(const Id<Tag> &id) const noexcept
    {
        return qHash(id);
    }
};
