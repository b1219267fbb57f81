// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The console's window over a data directory, driven from within: jumps to rows of the ledger all over it, visits the
// pages, filters and sorts while entries come in, and prints what it took, one figure a line: "jump MS" each,
// "stall MS SENTENCE" for each event over the bound, "memory MB" at the end.

#include "app/application.h"
#include "models/enginelink.h"
#include "service/crypto/runtime.h"
#include "service/engine/tokencommands.h"
#include "tests/bench/program.h"
#include "tests/views/controls.h"
#include "tests/views/stallwatch.h"
#include "views/ledgerpage.h"
#include "views/mainwindow.h"
#include "views/theme.h"

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qfile.h>
#include <QtCore/qrandom.h>
#include <QtCore/qstandardpaths.h>
#include <QtWidgets/qtableview.h>

#include <cstdio>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace {

constexpr int Jumps = 200;
constexpr int Writes = 50; // entries that come in while one works
constexpr std::chrono::seconds Patience{10};

// Counts what a view paints.
class Paints final : public QObject
{
public:
    explicit Paints(QAbstractItemView *view) { view->viewport()->installEventFilter(this); }
    int count = 0;

protected:
    bool eventFilter(QObject *, QEvent *event) override
    {
        count += event->type() == QEvent::Paint ? 1 : 0;
        return false;
    }
};

// Runs the event loop until it is so; gives up after a while.
void waitUntil(const std::function<bool()> &isSo, const char *what)
{
    QElapsedTimer timer;
    timer.start();
    while (!isSo()) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 100);
        if (timer.durationElapsed() > Patience)
            bench::giveUp(u"The window did not come to: %1."_s.arg(QString::fromLatin1(what)));
    }
}

QString doing; // what the event under way was asked to do

// As an event of the loop, which is what is watched.
void inLoop(QObject *context, const QString &what, const std::function<void()> &work)
{
    doing = what;
    bool done = false;
    QMetaObject::invokeMethod(
        context,
        [&] {
            work();
            done = true;
        },
        Qt::QueuedConnection);
    waitUntil([&] { return done; }, "work in the loop");
    QCoreApplication::processEvents();
}

void print(const char *what, double figure, const QString &more = {})
{
    std::printf("%s %.2f%s\n", what, figure, qPrintable(more.isEmpty() ? more : u' ' + more));
    std::fflush(stdout);
}

double residentMegabytes()
{
    QFile file(u"/proc/self/statm"_s);
    if (!file.open(QIODevice::ReadOnly))
        bench::giveUp(u"The resident memory is not told."_s);
    return double(file.readAll().split(' ').value(1).toLongLong()) * double(::sysconf(_SC_PAGESIZE)) / 1e6;
}

// From the order to show an entry until it stands on the screen.
void jump(views::LedgerPage &page, QTableView &list, Paints &paints, LeafIndex entry)
{
    QElapsedTimer timer;
    timer.start();
    inLoop(&page, u"show an entry"_s, [&] { page.showEntry(entry); });
    waitUntil(
        [&] { return list.currentIndex().siblingAtColumn(1).data().toString() != u"–"_s; }, "the row of an entry");
    const int before = paints.count;
    list.viewport()->update();
    waitUntil([&] { return paints.count > before; }, "a row painted");
    print("jump", double(timer.nsecsElapsed()) / 1e6);
}

void work(views::MainWindow &window, models::EngineLink &link)
{
    auto *tenants = child<QTableView>(&window, "tenantList");
    auto *tokens = child<QTableView>(&window, "tokenList");
    auto *ledger = child<QTableView>(&window, "ledgerList");
    const auto pages = window.findChildren<views::Page *>();
    int written = 0;
    const auto write = [&] {
        for (int i = 0; i < Writes; ++i) {
            link.change<engine::Nothing>(
                &window,
                [](engine::Work &work) -> Result<engine::Nothing> {
                    TRY(work.append("SERVER_STARTED", {}, "{}"));
                    return engine::Nothing{};
                },
                [&](const auto &) { ++written; });
        }
    };
    for (QTableView *list : {tenants, tokens, ledger}) {
        int page = 0;
        while (!pages.at(page)->isAncestorOf(list))
            ++page;
        inLoop(&window, u"show the page of "_s + list->objectName(), [&] { window.showPage(page); });
        inLoop(&window, u"write"_s, write);
        for (const int row : {0, list->model()->rowCount() / 2, list->model()->rowCount() - 1})
            inLoop(&window, u"choose a row of "_s + list->objectName(),
                [&] { list->setCurrentIndex(list->model()->index(row, 0)); });
        for (int column = 0; list->isSortingEnabled() && column < list->model()->columnCount(); ++column) {
            for (const auto order : {Qt::AscendingOrder, Qt::DescendingOrder})
                inLoop(&window, u"sort %1 by column %2"_s.arg(list->objectName()).arg(column),
                    [&] { list->sortByColumn(column, order); });
        }
        inLoop(&window, u"write"_s, write);
    }
    for (const auto &[name, list] : {std::pair("tenantFilter", tenants), {"tokenFilter", tokens}}) {
        auto *filter = child<QLineEdit>(&window, name);
        for (const QString &text : {u"t"_s, u"tenant-0001"_s, u"9"_s, u"nothing"_s, QString()})
            inLoop(&window, u"filter %1 by \"%2\""_s.arg(list->objectName(), text), [&] { filter->setText(text); });
    }
    for (const QString &text : {u"tenant-00042"_s, QString()})
        inLoop(&window, u"filter the ledger by \"%1\""_s.arg(text),
            [&] { child<QComboBox>(&window, "ledgerTenant")->setEditText(text); });
    waitUntil([&] { return written == Writes * 6; }, "the entries written");
}

int run(QApplication &application, const QString &folder)
{
    views::applyTheme(application);
    auto server =
        app::Application::start({.program = u"windowprobe"_s, .dataDirectory = folder, .port = 0, .passphrase = {}});
    if (!server)
        bench::giveUp(server.error().detail);
    {
        models::EngineLink link((*server)->client().engine(), *engine::adminTokenId((*server)->paths().adminToken()));
        views::MainWindow window(link, {.url = (*server)->url()});
        bool usable = false;
        QObject::connect(&window, &views::MainWindow::becameUsable, &application, [&] { usable = true; });
        window.show();
        waitUntil([&] { return usable; }, "the first paint");
        auto *page = window.findChild<views::LedgerPage *>();
        auto *list = child<QTableView>(&window, "ledgerList");
        inLoop(&window, u"show the last page"_s, [&] { window.showPage(window.pageCount() - 1); });
        Paints paints(list);
        const quint64 size = link.state().read([](const engine::State &state) { return state.ledgerSize; });
        for (int i = 0; i < Jumps; ++i)
            jump(*page, *list, paints, QRandomGenerator::global()->bounded(size));
        work(window, link);
        print("memory", residentMegabytes());
    }
    (*server)->stop();
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    WatchedApplication application(argc, argv, [](const QString &sentence, const WatchedApplication::Held &held) {
        print("stall", held.total, sentence + u" Asked to: "_s + doing);
    });
    // Settings of its own: neither read from the user's nor kept.
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setApplicationName(u"windowprobe"_s);
    const auto runtime = crypto::Runtime::start();
    if (!runtime || argc != 2)
        bench::giveUp(u"It needs a data directory, and QCA with its plugins."_s);
    return run(application, QString::fromLocal8Bit(argv[1]));
}
