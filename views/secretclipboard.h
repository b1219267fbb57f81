// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A secret on the clipboard for a while: the clipboard manager is asked not to keep it, and it is taken away again
// after the delay, or when the program ends, but only if the clipboard still holds it. GUI thread.
#pragma once

#include <QtCore/qstring.h>

#include <chrono>

namespace views {

// The one format in which clipboard managers are told that a text is secret (KDE's, which others honour too).
inline constexpr char SecretHintFormat[] = "x-kde-passwordManagerHint";

// A later copy takes the place of an earlier one.
void copySecret(const QString &secret, std::chrono::milliseconds delay);

} // namespace views
