// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// SIGTERM and SIGINT as a call on the main thread's event loop.
#pragma once

#include <QtCore/qobject.h>

#include <functional>

namespace app {

// First in main(), before the application object: a window system's plugin starts threads, and a signal that only one
// of them does not block ends the process.
void blockStopSignals();

// First in main() of a program that stops as such signals have it by themselves: the server, which starts service-fs,
// hands down that they are blocked.
void unblockStopSignals();

// Then, with an application object: `asked` runs at every signal. The object owned by `parent` keeps the descriptor.
void onStopSignal(QObject *parent, std::function<void()> asked);

} // namespace app
