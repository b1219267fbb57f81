// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Asks whether a token shall die, with what came from it shown first, and has it revoked.
#pragma once

#include "models/tokenmodel.h"

class QWidget;

namespace models {
class EngineLink;
}

namespace views {

// Link and model are borrowed while the dialog, a child of `parent`, is open.
void askToRevoke(models::EngineLink &link, const models::TokenModel &model, const TokenId &id, QWidget *parent);

} // namespace views
