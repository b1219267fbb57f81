// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The first start on a new data directory: what was made, where the administrator's token lies, and the first step.
#pragma once

#include "service/engine/datadirectory.h"

#include <QtWidgets/qdialog.h>

namespace views {

class WelcomeDialog : public QDialog
{
    Q_OBJECT

public:
    WelcomeDialog(const engine::DataPaths &paths, const QString &url, QWidget *parent);

Q_SIGNALS:
    void onboardingRequested();
};

} // namespace views
