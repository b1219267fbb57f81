// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The members of an entry as a tree, each with the bytes it stands in. Pure; any thread.
#pragma once

#include "service/core/result.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

#include <vector>

namespace models {

struct EntryField
{
    QString name; // in an array "[0]", …
    QString text; // as a person copies it: strings without quotes, what is nested as its JSON
    qsizetype first = 0, end = 0; // the value's bytes; `end` is exclusive
    std::vector<EntryField> children = {};
};

// MalformedJson where the bytes are no JSON: they then have no fields.
Result<std::vector<EntryField>> entryFields(const QByteArray &bytes);

} // namespace models
