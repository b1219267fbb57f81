// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/mainwindow.h"

#include "models/enginelink.h"
#include "models/format.h"
#include "views/icons.h"
#include "views/ledgerpage.h"
#include "views/messages.h"
#include "views/onboardingwizard.h"
#include "views/taskstrip.h"
#include "views/tenantspage.h"
#include "views/theme.h"
#include "views/tokenspage.h"
#include "views/welcomedialog.h"

#include <QtCore/qsettings.h>
#include <QtGui/qaction.h>
#include <QtGui/qevent.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlistwidget.h>
#include <QtWidgets/qmenubar.h>
#include <QtWidgets/qstackedwidget.h>
#include <QtWidgets/qstatusbar.h>

using namespace Qt::StringLiterals;

namespace views {

MainWindow::MainWindow(models::EngineLink &link, ServerFacts facts, QWidget *parent)
    : QMainWindow(parent)
    , m_link(link)
    , m_facts(std::move(facts))
    , m_tasks(new TaskStrip(this))
    , m_navigation(new QListWidget(this))
    , m_stack(new QStackedWidget(this))
    , m_title(new QLabel(this))
    , m_alarm(new QLabel(this))
    , m_address(new QLabel(this))
    , m_who(new QLabel(this))
    , m_ledger(new QLabel(this))
{
    setObjectName(u"mainWindow"_s);
    setWindowTitle(tr("Tenant console"));
    setMinimumSize(1024, 680);

    m_navigation->setObjectName(u"navigation"_s);
    m_navigation->setAccessibleName(tr("Pages"));
    m_navigation->setFixedWidth(NavigationWidth);
    m_navigation->setIconSize({20, 20});
    m_title->setObjectName(u"pageTitle"_s);
    m_title->setFont(titleFont());
    m_title->setContentsMargins(Margin, 10, Margin, 0);
    m_alarm->setObjectName(u"alarm"_s);
    m_alarm->setProperty("mistake", true);
    m_alarm->setWordWrap(true);
    m_alarm->setContentsMargins(Margin, Gap, Margin, 0);
    m_alarm->hide();

    auto *middle = new QWidget(this);
    auto *column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_title);
    column->addWidget(m_alarm);
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
    auto *tenants = new TenantsPage(context, this);
    auto *tokens = new TokensPage(context, this);
    auto *ledger = new LedgerPage(context, this);
    for (Page *page : std::initializer_list<Page *>{tenants, tokens, ledger})
        addPage(page);
    connect(tenants, &TenantsPage::onboardingRequested, this, &MainWindow::openOnboarding);
    connect(ledger, &LedgerPage::verified, this, &MainWindow::onVerified);
    connect(m_navigation, &QListWidget::currentRowChanged, this, &MainWindow::showPage);

    buildActions();
    buildStatus();
    connect(&m_link, &models::EngineLink::changed, this, &MainWindow::refreshStatus);
    refreshStatus();
    m_navigation->setCurrentRow(0);

    const QSettings settings;
    if (!restoreGeometry(settings.value(u"window/geometry"_s).toByteArray()))
        resize(1440, 900);
    if (m_facts.firstStart)
        QMetaObject::invokeMethod(this, &MainWindow::showWelcome, Qt::QueuedConnection);
}

MainWindow::~MainWindow()
{
    delete m_onboarding; // now: its end is told to this window, of which only the widget is left later
}

void MainWindow::addPage(Page *page)
{
    m_pages.push_back(page);
    m_stack->addWidget(page);
    auto *item = new QListWidgetItem(icon(page->iconName()), page->title(), m_navigation);
    item->setToolTip(u"%1 (Ctrl+%2)"_s.arg(page->title()).arg(m_pages.size()));
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

void MainWindow::buildStatus()
{
    for (auto [label, name] :
        {std::pair(m_address, u"addressLabel"_s), {m_who, u"whoLabel"_s}, {m_ledger, u"ledgerLabel"_s}}) {
        label->setObjectName(name);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        label->setContentsMargins(Gap, 0, Gap, 0);
        statusBar()->addWidget(label);
    }
    statusBar()->setSizeGripEnabled(false);
    m_address->setText(u"● "_s + QString(m_facts.url).remove(u"http://"_s));
    m_address->setToolTip(tr("The server accepts connections on %1").arg(m_facts.url));
    m_who->setText(tr("admin (admin.token)"));
    m_who->setToolTip(tr("What is done here is done with the token %1").arg(m_link.administrator().toString()));
}

void MainWindow::refreshStatus()
{
    const auto [size, unavailable] =
        m_link.state().read([](const engine::State &state) { return std::pair(state.ledgerSize, state.unavailable); });
    QString text = tr("Ledger: %1 entries").arg(models::count(qint64(size)));
    text += u" · "_s + (m_verification.isEmpty() ? tr("not verified since the start") : m_verification);
    m_ledger->setText(text);
    m_alarm->setVisible(!unavailable.isEmpty());
    if (!unavailable.isEmpty())
        m_alarm->setText(Message{tr("⚠ Nothing can be changed now: the ledger can't be written."), unavailable,
            tr("Reading goes on. Make room on the disk or see to it; the console goes on by itself.")}
                             .text());
}

void MainWindow::onVerified(quint64 size, bool ok, const QString &sentence)
{
    m_verification = ok
        ? tr("✔ verified to #%1 at %2").arg(models::count(qint64(size)), models::localTime(m_link.clock().now()))
        : tr("✖ verification failed: %1").arg(sentence);
    refreshStatus();
}

void MainWindow::showPage(int index)
{
    if (index < 0 || index >= pageCount())
        return;
    m_navigation->setCurrentRow(index);
    m_stack->setCurrentIndex(index);
    m_title->setText(m_pages[size_t(index)]->title());
    m_pages[size_t(index)]->activate();
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

void MainWindow::closeEvent(QCloseEvent *event)
{
    QSettings().setValue(u"window/geometry"_s, saveGeometry());
    QMainWindow::closeEvent(event);
}

} // namespace views
