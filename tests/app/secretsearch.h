// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Looks for tokens and keys in bytes, in every form that gives them away.
#pragma once

#include <QtCore/qbytearraylist.h>
#include <QtCore/qfile.h>

#include <algorithm>

struct Secret
{
    QByteArray name;
    QList<QByteArray> forms; // any of them gives it away
};

struct Document
{
    QByteArray name;
    QByteArray bytes;
};

// A row of a table may be spread over two pages, so the halves of the signature count each.
inline Secret tokenSecret(const QByteArray &name, const QByteArray &text)
{
    const QByteArrayList parts = text.split('.');
    const QByteArray signature = parts.value(2);
    return {name,
        {text, parts.value(1), signature.first(43), signature.last(43),
            QByteArray::fromBase64(signature, QByteArray::Base64UrlEncoding)}};
}

// As bytes, as digits, and in base64 wherever in a longer text it begins: there the outermost characters hold bits of
// its neighbours and don't count.
inline Secret seedSecret(const QByteArray &name, const QByteArray &seed)
{
    QList<QByteArray> forms{seed, seed.toHex(), seed.toHex().toUpper()};
    for (const auto alphabet : {QByteArray::Base64Encoding, QByteArray::Base64UrlEncoding}) {
        for (qsizetype shift = 0; shift < 3; ++shift) {
            const qsizetype first = (shift * 8 + 5) / 6, end = (shift + seed.size()) * 8 / 6;
            forms.append((QByteArray(shift, '\0') + seed).toBase64(alphabet).sliced(first, end - first));
        }
    }
    return {name, forms};
}

inline QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// RFC 8410, 7: the seed is the end of the structure.
inline QByteArray seedIn(const QString &path)
{
    const QByteArrayList lines = contentOf(path).trimmed().split('\n');
    return QByteArray::fromBase64(lines.mid(1, lines.size() - 2).join()).last(32);
}

inline QByteArrayList holdings(const QList<Document> &documents, const QList<Secret> &secrets)
{
    QByteArrayList found;
    for (const Document &document : documents) {
        for (const Secret &secret : secrets) {
            if (std::ranges::any_of(
                    secret.forms, [&](const QByteArray &form) { return document.bytes.contains(form); }))
                found.append(document.name + ": " + secret.name);
        }
    }
    std::ranges::sort(found);
    return found;
}
