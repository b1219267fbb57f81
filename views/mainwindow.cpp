// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/mainwindow.h"

#include "models/attention.h"
#include "models/enginelink.h"
#include "views/exportbutton.h"
#include "views/icons.h"
#include "views/ledgerpage.h"
#include "views/navigation.h"
#include "views/onboardingwizard.h"
#include "views/taskstrip.h"
#include "views/tenantspage.h"
#include "views/theme.h"
#include "views/tokenspage.h"
#include "views/valuelabel.h"
#include "views/welcomedialog.h"

#include <QtCore/qsettings.h>
#include <QtCore/qtimer.h>
#include <QtGui/qaction.h>
#include <QtGui/qevent.h>
#include <QtGui/qscreen.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qmenubar.h>
#include <QtWidgets/qstackedwidget.h>
#include <QtWidgets/qstatusbar.h>
#include <QtWidgets/qtoolbutton.h>

using namespace Qt::StringLiterals;

namespace views {

MainWindow::MainWindow(models::EngineLink &link, ServerFacts facts, QWidget *parent)
    : QMainWindow(parent)
    , m_link(link)
    , m_facts(std::move(facts))
    , m_tasks(new TaskStrip(this))
    , m_navigation(new Navigation(this))
    , m_stack(new QStackedWidget(this))
    , m_title(new PlainLabel(this))
    , m_badgeRest(new QTimer(this))
{
    setObjectName(u"mainWindow"_s);
    setWindowTitle(tr("Tenant console"));
    setMinimumSize(1024, 680);

    auto *alarm = new PlainLabel(this);
    m_status = new StatusLine(m_link, m_facts, statusBar(), alarm);

    auto *middle = new QWidget(this);
    auto *column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildHead());
    column->addWidget(alarm);
    column->addWidget(m_stack, 1);
    column->addWidget(m_tasks);

    auto *body = new QWidget(this);
    auto *row = new QHBoxLayout(body);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_navigation);
    row->addWidget(middle, 1);
    setCentralWidget(body);

    const PageContext context{m_link, *m_tasks};
    m_tenants = new TenantsPage(context, this);
    m_tokens = new TokensPage(context, this);
    m_ledgerPage = new LedgerPage(context, this);
    for (Page *page : std::initializer_list<Page *>{m_tenants, m_tokens, m_ledgerPage})
        addPage(page);
    connect(m_tenants, &TenantsPage::onboardingRequested, this, &MainWindow::openOnboarding);
    connect(m_ledgerPage, &LedgerPage::verified, this, &MainWindow::onVerified);
    connect(m_navigation, &Navigation::currentRowChanged, this, &MainWindow::showPage);

    buildActions();
    m_badgeRest->setSingleShot(true);
    m_badgeRest->setInterval(std::chrono::seconds(1));
    connect(m_badgeRest, &QTimer::timeout, this, [this] {
        if (m_badgesOld)
            countBadges();
    });
    connect(&m_link, &models::EngineLink::changed, this, &MainWindow::onChanged);
    // Time passes too: tokens end, and what was verified grows old.
    auto *tick = new QTimer(this);
    connect(tick, &QTimer::timeout, this, [this] {
        onChanged();
        m_pages[size_t(m_stack->currentIndex())]->activate();
    });
    tick->start(std::chrono::seconds(10));
    onChanged();
    m_navigation->setCurrentRow(0);
    placeOnScreen();
    if (m_facts.firstStart)
        QMetaObject::invokeMethod(this, &MainWindow::showWelcome, Qt::QueuedConnection);
}

MainWindow::~MainWindow()
{
    // Here and not when it is closed: a signal ends it as well.
    QSettings().setValue(u"window/geometry"_s, saveGeometry());
    delete m_onboarding; // now: its end is told to this window, of which only the widget is left later
}

void MainWindow::placeOnScreen()
{
    if (restoreGeometry(QSettings().value(u"window/geometry"_s).toByteArray()))
        return;
    // With room for the frame, of which nobody tells before it is there: the status line must not hang off the screen.
    constexpr QSize Usual(1440, 900), Frame(16, 48);
    resize(Usual.boundedTo(screen()->availableSize() - Frame));
}

void MainWindow::addPage(Page *page)
{
    m_pages.push_back(page);
    m_stack->addWidget(page);
    m_navigation->addPage(page->iconName(), page->title());
}

QWidget *MainWindow::buildHead()
{
    auto *head = new QWidget(this);
    auto *row = new QHBoxLayout(head);
    row->setContentsMargins(Gap, Gap, Margin, 0);
    row->setSpacing(4);
    auto *collapse = new QToolButton(head);
    collapse->setObjectName(u"collapseButton"_s);
    collapse->setIcon(icon(u"menu"_s));
    collapse->setIconSize({20, 20});
    collapse->setAutoRaise(true);
    collapse->setFocusPolicy(Qt::StrongFocus);
    collapse->setCheckable(true);
    collapse->setChecked(m_navigation->isCollapsed());
    collapse->setShortcut(QKeySequence(u"Ctrl+B"_s));
    collapse->setToolTip(tr("Navigation as icons only (Ctrl+B)"));
    collapse->setAccessibleName(tr("Navigation as icons only"));
    connect(collapse, &QToolButton::toggled, m_navigation, &Navigation::setCollapsed);
    m_title->setObjectName(u"pageTitle"_s);
    m_title->setFont(titleFont());
    row->addWidget(collapse);
    row->addWidget(m_title, 1);
    return head;
}

void MainWindow::buildActions()
{
    QMenu *file = menuBar()->addMenu(tr("&File"));
    QAction *onboard = file->addAction(icon(u"add"_s), tr("&Onboard a tenant…"), this, &MainWindow::openOnboarding);
    onboard->setShortcut(QKeySequence(u"Ctrl+N"_s));
    onboard->setObjectName(u"onboardAction"_s);
    file->addSeparator();
    QAction *quit = file->addAction(tr("&Quit"), this, &QWidget::close);
    quit->setShortcut(QKeySequence::Quit);

    QMenu *view = menuBar()->addMenu(tr("&View"));
    for (int i = 0; i < pageCount(); ++i) {
        QAction *go = view->addAction(icon(m_pages[size_t(i)]->iconName()), m_pages[size_t(i)]->title(), this,
            [this, i] { m_navigation->setCurrentRow(i); });
        go->setShortcut(QKeySequence(u"Ctrl+%1"_s.arg(i + 1)));
    }
    view->addSeparator();
    QAction *find = view->addAction(
        icon(u"filter"_s), tr("&Filter"), this, [this] { m_pages[size_t(m_stack->currentIndex())]->focusFilter(); });
    find->setShortcut(QKeySequence::Find);
}

void MainWindow::onChanged()
{
    if (m_badgeRest->isActive())
        m_badgesOld = true;
    else
        countBadges();
    m_status->refresh();
}

// Every token is looked at: not on this thread, and not with every change.
void MainWindow::countBadges()
{
    m_badgesOld = false;
    m_badgeRest->start();
    m_link.ask<models::Attention>(
        this,
        [&state = m_link.state(), now = m_link.clock().now()](store::Database &) -> Result<models::Attention> {
            return state.read([now](const engine::State &published) { return models::attention(published, now); });
        },
        [this](const Result<models::Attention> &needed) {
            if (needed)
                showBadges(*needed);
        });
}

void MainWindow::showBadges(const models::Attention &needed)
{
    const auto badge = [this](const Page *page, int count, const QString &sentence) {
        m_navigation->setBadge(m_stack->indexOf(page), count, sentence);
    };
    badge(m_tenants, needed.overQuota,
        needed.overQuota == 1 ? tr("1 tenant is over its quota")
                              : tr("%1 tenants are over their quotas").arg(needed.overQuota));
    badge(m_tokens, needed.expiring,
        needed.expiring == 1 ? tr("1 token ends within a week")
                             : tr("%1 tokens end within a week").arg(needed.expiring));
}

void MainWindow::onVerified(quint64 size, bool ok, const QString &sentence)
{
    m_navigation->setBadge(m_stack->indexOf(m_ledgerPage), ok ? 0 : 1, tr("The last verification failed"));
    m_status->showVerification(size, ok, sentence);
}

void MainWindow::showPage(int index)
{
    if (index < 0 || index >= pageCount())
        return;
    m_navigation->setCurrentRow(index);
    m_title->setText(m_pages[size_t(index)]->title());
    m_stack->setCurrentIndex(index);
}

void MainWindow::openOnboarding()
{
    if (!m_onboarding) {
        m_onboarding = new OnboardingWizard(m_link, QUrl(m_facts.url), this);
        m_onboarding->setAttribute(Qt::WA_DeleteOnClose);
        connect(m_onboarding, &QObject::destroyed, this, [this] { m_onboarding = nullptr; });
    }
    m_onboarding->show();
    m_onboarding->raise();
    m_onboarding->activateWindow();
}

void MainWindow::showWelcome()
{
    auto *welcome = new WelcomeDialog(m_link.paths(), m_facts.url, this);
    welcome->setAttribute(Qt::WA_DeleteOnClose);
    connect(welcome, &WelcomeDialog::onboardingRequested, this, &MainWindow::openOnboarding);
    welcome->open();
}

void MainWindow::bringUp()
{
    setWindowState(windowState() & ~Qt::WindowMinimized);
    show();
    raise();
    activateWindow();
}

void MainWindow::paintEvent(QPaintEvent *event)
{
    QMainWindow::paintEvent(event);
    // What lies in the window is painted with it, and handed to the screen before the next event.
    if (!std::exchange(m_painted, true))
        QMetaObject::invokeMethod(this, &MainWindow::becameUsable, Qt::QueuedConnection);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    // An onboarding that is under way says first what exists.
    if (m_onboarding && !m_onboarding->close()) {
        openOnboarding();
        event->ignore();
        return;
    }
    if (ExportButton &exports = m_ledgerPage->exports(); exports.isRunning()) {
        exports.askToStop([this] { close(); });
        event->ignore();
        return;
    }
    QMainWindow::closeEvent(event);
}

} // namespace views
