// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// An engine on a fresh installation with the window's link to it, and what tests of pages need to find and press
// things.
#pragma once

#include "models/enginelink.h"
#include "tests/service/engine/enginehouse.h"
#include "tests/views/controls.h"
#include "views/taskstrip.h"
#include "views/theme.h"

#include <QtCore/qstandardpaths.h>
#include <QtWidgets/qabstractbutton.h>
#include <QtWidgets/qabstractspinbox.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qlineedit.h>

class ViewHouse
{
public:
    ViewHouse()
    {
        QStandardPaths::setTestModeEnabled(true);
        if (auto started = engine.start(); !started)
            qFatal("%s", qPrintable(started.error().detail));
        const TokenId administrator = *::engine::adminTokenId(engine.paths().adminToken());
        link = std::make_unique<models::EngineLink>(engine.engine(), administrator);
    }
    ~ViewHouse()
    {
        link.reset();
        engine.stop();
    }

    void registerTenant(const char *id, qint64 maxVms = 10)
    {
        if (auto done = engine.registerTenant(tenantSpec(id, maxVms)); !done)
            qFatal("%s", qPrintable(done.error().detail));
    }

    tokens::TokenRecord issue(const char *tenant, const char *scope)
    {
        auto issued = engine.submitToken(engine.admin(), tenant, scope).result();
        if (!issued)
            qFatal("%s", qPrintable(issued.error().detail));
        return issued->value.record;
    }

    std::unique_ptr<crypto::Runtime> crypto = std::move(*crypto::Runtime::start());
    EngineHouse engine;
    std::unique_ptr<models::EngineLink> link;
    views::TaskStrip tasks;
};
