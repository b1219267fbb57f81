// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Row names out of texts with control characters and foreign letters in them.
#pragma once

#include <QtCore/qbytearray.h>

inline QByteArray printable(QByteArrayView text)
{
    QByteArray name;
    for (const char c : text) {
        if (c >= 0x20 && c < 0x7f)
            name.append(c);
        else
            name.append("\\x").append(QByteArray(1, c).toHex());
    }
    return name;
}
