// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// SIGTERM and SIGINT as a call on the main thread's event loop.
#pragma once

#include <QtCore/qobject.h>

#include <functional>

namespace app {

// Call before any thread is started: the signals are blocked in all of them and read from a descriptor. `asked` runs at
// every signal; the object owned by `parent` keeps the descriptor.
void onStopSignal(QObject *parent, std::function<void()> asked);

} // namespace app
