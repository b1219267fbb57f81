// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The page of the tokens on a fresh installation with one tenant, "acme", for its tests.
#pragma once

#include "tests/views/viewhouse.h"
#include "views/tokenspage.h"

#include <QtCore/qsettings.h>
#include <QtWidgets/qtableview.h>
#include <QtWidgets/qtreeview.h>

class TokensHouse
{
protected:
    void open()
    {
        m_house = std::make_unique<ViewHouse>();
        m_house->registerTenant("acme");
        m_page = std::make_unique<views::TokensPage>(views::PageContext{*m_house->link, m_house->tasks}, nullptr);
        m_page->resize(1200, 700);
        m_page->show();
        if (!QTest::qWaitForWindowActive(m_page.get())) // or it takes the keyboard from a dialog later
            qFatal("the page does not become active");
    }
    void close()
    {
        m_page.reset();
        m_house.reset();
        QSettings().clear();
    }

    std::pair<tokens::TokenRecord, tokens::TokenRecord> family()
    {
        const auto root = m_house->issue("acme", "service:tenant-admin");
        return {root, m_house->engine.submitToken(EngineHouse::holder(root), "acme", "READ").result()->value.record};
    }
    void press(const char *name) { child<QAbstractButton>(m_page.get(), name)->click(); }
    QTreeView *tree() const { return child<QTreeView>(m_page.get(), "tokenTree"); }
    QModelIndex indexOf(const TokenId &id) const
    {
        return static_cast<const models::TokenTree *>(tree()->model())->indexOf(id);
    }
    QStringList shownScopes() const
    {
        QStringList scopes;
        const bool asTree = tree()->isVisible();
        const QAbstractItemModel *model = asTree ? tree()->model() : list()->model();
        for (int row = 0; row < model->rowCount(); ++row) {
            const QString text =
                model->index(row, asTree ? int(models::TokenTree::FamilyColumn) : int(models::TokenModel::ScopeColumn))
                    .data()
                    .toString();
            if (!text.contains(QLatin1StringView("service:admin")))
                scopes.append(text.section(QLatin1Char(' '), -1));
        }
        scopes.sort();
        return scopes;
    }

    QTableView *list() const { return child<QTableView>(m_page.get(), "tokenList"); }
    void choose(const QString &scope)
    {
        const auto *model = list()->model();
        for (int row = 0; row < model->rowCount(); ++row) {
            if (model->index(row, models::TokenModel::ScopeColumn).data().toString() == scope)
                list()->selectRow(row);
        }
    }

    std::unique_ptr<ViewHouse> m_house;
    std::unique_ptr<views::TokensPage> m_page;
};
