// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The state of a token as a pill, in every list of tokens.
#pragma once

#include "models/tokenmodel.h"
#include "views/delegates.h"
#include "views/theme.h"

namespace views {

// Of cells that have TokenModel::StateRole.
inline PillDelegate *tokenStateDelegate(QObject *parent)
{
    return new PillDelegate(
        [](const QModelIndex &index) {
            switch (tokens::TokenState(index.data(models::TokenModel::StateRole).toInt())) {
            case tokens::TokenState::Active:
                return colors().good;
            case tokens::TokenState::Revoked:
                return colors().bad;
            case tokens::TokenState::Expired:
                break;
            }
            return colors().muted;
        },
        parent);
}

inline int tokenStateWidth(const QFontMetrics &metrics)
{
    return PillDelegate::columnWidth(metrics,
        {models::tokenStateText(tokens::TokenState::Active), models::tokenStateText(tokens::TokenState::Revoked),
            models::tokenStateText(tokens::TokenState::Expired)});
}

} // namespace views
