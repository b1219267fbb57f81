// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The published log of 300 entries, "entry 0" to "entry 299", in tests/vectors: made by an independent program from the
// C2SP specifications and accepted by an independent verifier.
#pragma once

#include "service/core/encoding.h"
#include "service/ledger/merkle.h"

#include <QtCore/qfile.h>
#include <QtTest/qtest.h>

inline QByteArray vectorFile(const QString &name)
{
    QFile file(QStringLiteral(HOUSE_VECTORS "/") + name);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("There is no vector file %s.", qPrintable(file.fileName()));
    return file.readAll();
}

inline QByteArray vectorEntry(LeafIndex index)
{
    return "entry " + QByteArray::number(index);
}

inline std::vector<ledger::Digest> vectorLeaves(TreeSize size)
{
    std::vector<ledger::Digest> leaves;
    for (LeafIndex i = 0; i < size; ++i)
        leaves.push_back(ledger::leafHash(vectorEntry(i)));
    return leaves;
}

// Complete subtrees straight from the leaves.
inline ledger::HashReader readerOver(const std::vector<ledger::Digest> &leaves)
{
    return [&leaves](int level, std::uint64_t index) -> Result<ledger::Digest> {
        const std::size_t count = std::size_t(1) << level;
        if ((index + 1) * count > leaves.size())
            return fail(ErrorCode::InvalidField, QStringLiteral("beyond the tree"));
        return ledger::rootOf(std::span(leaves).subspan(index * count, count));
    };
}

inline QByteArray base64(const ledger::Digest &digest)
{
    return toBase64(digest.view());
}
