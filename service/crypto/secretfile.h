// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Files that only their owner may read: keys, tokens. Any thread; two writers of one path must be kept apart by the
// lock of the data directory.
#pragma once

#include "service/core/result.h"

#include <QtCore/qbytearray.h>

namespace crypto {

enum class Overwrite
{
    Never, // Refused where the path is taken
    Replace
};

// Whose the folder is that the path lies in.
enum class Folder
{
    Ours, // `path`.new beside it is what a power cut left, and cleared away
    Shared // somebody's, whose other files are left alone
};

// Mode 0600. After success the bytes survive a power cut; before it the path has what it had, whole. In between they
// stand beside it: in `path`.new, which the next call clears away; in a shared folder in a hidden file of a random
// name. Links are never followed. Storage gives the system's reason.
Result<void> writeSecretFile(
    const QString &path, QByteArrayView bytes, Overwrite overwrite, Folder folder = Folder::Ours);

// Refused: a link, no regular file, open to group or others, longer than `most`.
Result<QByteArray> readSecretFile(const QString &path, qsizetype most);

} // namespace crypto
