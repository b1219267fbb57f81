// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The frame: navigation on the left, one page in the middle, what runs below it, and a status line that says where the
// server listens, who acts, and how the ledger stands. Knows pages, not what they are about.
#pragma once

#include "views/page.h"
#include "views/statusline.h"

#include <QtWidgets/qmainwindow.h>

#include <vector>

class QLabel;
class QStackedWidget;
class QTimer;

namespace models {
struct Attention;
}

namespace views {

class LedgerPage;
class Navigation;
class OnboardingWizard;
class TenantsPage;
class TokensPage;

class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    // The link is borrowed and outlives the window.
    MainWindow(models::EngineLink &link, ServerFacts facts, QWidget *parent = nullptr);
    ~MainWindow() override;

    void showPage(int index);
    int pageCount() const { return int(m_pages.size()); }
    void openOnboarding();
    // Restored, raised and given the focus: when a second console is started.
    void bringUp();

Q_SIGNALS:
    // Once: the first page stands on the screen with what it shows, and the window takes its first event.
    void becameUsable();

protected:
    void paintEvent(QPaintEvent *event) override;
    void closeEvent(QCloseEvent *event) override;

private:
    void addPage(Page *page);
    void buildActions();
    void placeOnScreen();
    void onChanged();
    void countBadges();
    void showBadges(const models::Attention &needed);
    QWidget *buildHead();
    void showWelcome();
    void onVerified(quint64 size, bool ok, const QString &sentence);

    models::EngineLink &m_link;
    const ServerFacts m_facts;
    TaskStrip *m_tasks;
    Navigation *m_navigation;
    QStackedWidget *m_stack;
    QLabel *m_title;
    StatusLine *m_status;
    QTimer *m_badgeRest; // between two counts of what needs a person
    bool m_badgesOld = false; // something changed since the last count
    TenantsPage *m_tenants;
    TokensPage *m_tokens;
    LedgerPage *m_ledgerPage;
    bool m_painted = false;
    std::vector<Page *> m_pages; // owned by the stack
    OnboardingWizard *m_onboarding = nullptr; // owned by the window; null while none is open
};

} // namespace views
