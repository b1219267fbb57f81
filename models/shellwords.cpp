// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/shellwords.h"

#include <QtCore/qregularexpression.h>

using namespace Qt::StringLiterals;

namespace models {

QString shellQuoted(const QString &text)
{
    return u'\'' + QString(text).replace(u'\'', "'\\''"_L1) + u'\'';
}

QString shellCommand(const QString &command, const engine::DataPaths &paths)
{
    if (paths.root == engine::defaultDataDirectory())
        return command;
    static const QRegularExpression plain(u"^[A-Za-z0-9_./-]+$"_s);
    return command + " --data-dir "_L1 + (plain.match(paths.root).hasMatch() ? paths.root : shellQuoted(paths.root));
}

} // namespace models
