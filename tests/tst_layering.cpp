// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The floor plan: which room may include which. It stands here and nowhere else, so it can't go stale.

#include <QtCore/qdir.h>
#include <QtCore/qdiriterator.h>
#include <QtCore/qfile.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

namespace {

struct Room
{
    QString folder;
    QStringList uses; // rooms below it, by folder; its own goes without saying
    QStringList modules; // of Qt
};

const QStringList CoreOnly{u"QtCore"_s};
const QStringList Foundation{u"service/core"_s, u"service/crypto"_s, u"service/store"_s};
const QStringList Rules{u"service/core"_s, u"service/crypto"_s, u"service/store"_s, u"service/ledger"_s};
const QStringList Engine = Rules + QStringList{u"service/tenancy"_s, u"service/tokens"_s, u"service/fleet"_s};
const QStringList Report = Engine + QStringList{u"service/engine"_s};
const QStringList Api = Report + QStringList{u"service/http"_s, u"service/report"_s, u"service/check"_s};
// No SQL and no URLs above the models.
const QStringList Views{u"models"_s, u"service/core"_s, u"service/crypto"_s, u"service/ledger"_s, u"service/tenancy"_s,
    u"service/tokens"_s, u"service/fleet"_s, u"service/engine"_s};

const QList<Room> FloorPlan{
    {u"service/core"_s, {}, CoreOnly},
    {u"service/crypto"_s, {u"service/core"_s}, CoreOnly},
    {u"service/store"_s, {u"service/core"_s}, {u"QtCore"_s, u"QtSql"_s}},
    {u"service/ledger"_s, Foundation, {u"QtCore"_s, u"QtConcurrent"_s}},
    {u"service/tenancy"_s, Rules, CoreOnly},
    {u"service/tokens"_s, Rules, CoreOnly},
    {u"service/fleet"_s, Rules, CoreOnly},
    {u"service/engine"_s, Engine, {u"QtCore"_s, u"QtNetwork"_s, u"QtConcurrent"_s}},
    {u"service/http"_s, {u"service/core"_s}, {u"QtCore"_s, u"QtNetwork"_s}},
    {u"service/report"_s, Report, {u"QtCore"_s, u"QtGui"_s, u"QtConcurrent"_s}},
    {u"service/check"_s, {u"service/core"_s, u"service/crypto"_s}, {u"QtCore"_s, u"QtNetwork"_s, u"QtConcurrent"_s}},
    {u"service/api"_s, Api, {u"QtCore"_s, u"QtNetwork"_s, u"QtConcurrent"_s}},
    {u"models"_s, {u"service"_s}, {u"QtCore"_s, u"QtGui"_s, u"QtConcurrent"_s, u"QtNetwork"_s}},
    {u"views"_s, Views, {u"QtCore"_s, u"QtGui"_s, u"QtWidgets"_s, u"QtPrintSupport"_s, u"QtSvg"_s, u"QtNetwork"_s}},
    {u"app"_s, {u"views"_s, u"models"_s, u"service"_s}, {u"Qt"_s}},
};

bool lies(const QString &path, const QString &folder)
{
    return path.startsWith(folder + u'/');
}

// Qt's headers come as <QtCore/qstring.h>; a bare <QString> would hide its module.
bool isModuleAllowed(const QString &header, const QStringList &modules)
{
    if (!header.startsWith(u'Q') || header == "QtCrypto"_L1)
        return true;
    return modules.contains(u"Qt"_s)
        || std::ranges::any_of(modules, [&](const QString &module) { return lies(header, module); });
}

bool isRoomAllowed(const QString &header, const Room &room)
{
    if (header.endsWith(".moc"_L1) || header.startsWith("ui_"_L1)) // made by the build
        return true;
    return lies(header, room.folder)
        || std::ranges::any_of(room.uses, [&](const QString &below) { return lies(header, below); });
}

QStringList sourcesBelow(const QString &folder)
{
    QStringList files;
    QDirIterator found(folder, {u"*.h"_s, u"*.cpp"_s}, QDir::Files, QDirIterator::Subdirectories);
    while (found.hasNext())
        files.append(found.next());
    files.sort();
    return files;
}

// "service/http/server.cpp: service/engine/engine.h" for each line that breaks the plan.
QStringList breaches(const QString &root)
{
    static const QRegularExpression includeLine(u"^\\s*#\\s*include\\s*([\"<])([^\">]+)[\">]"_s);
    QStringList found;
    QStringList files;
    for (const char *top : {"service", "models", "views", "app"})
        files += sourcesBelow(root + u'/' + QLatin1StringView(top));
    for (const QString &path : files) {
        const QString name = QDir(root).relativeFilePath(path);
        const auto room = std::ranges::find_if(FloorPlan, [&](const Room &r) { return lies(name, r.folder); });
        if (room == FloorPlan.end()) {
            found.append(name + ": stands in no room of the plan"_L1);
            continue;
        }
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly))
            found.append(name + ": can't be read"_L1);
        while (!file.atEnd()) {
            const auto match = includeLine.match(QString::fromUtf8(file.readLine()));
            if (!match.hasMatch())
                continue;
            const QString header = match.captured(2);
            const bool allowed =
                match.capturedView(1) == u"\"" ? isRoomAllowed(header, *room) : isModuleAllowed(header, room->modules);
            if (!allowed)
                found.append(name + ": "_L1 + header);
        }
    }
    return found;
}

} // namespace

class TestLayering : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theHouseKeepsToItsPlan()
    {
        const QString root = QStringLiteral(HOUSE_SOURCE_DIR);
        const QStringList found = breaches(root);
        QVERIFY2(found.isEmpty(), qPrintable(found.join(u'\n')));
        // Found nothing because it looked at nothing?
        QVERIFY(sourcesBelow(root + "/service"_L1).size() > 100);
    }

    void noRoomUsesOneThatStandsAboveIt()
    {
        // The list is in order from the ground up, so a room may only name those before it, or all of service.
        QStringList below;
        for (const Room &room : FloorPlan) {
            for (const QString &used : room.uses)
                QVERIFY2(below.contains(used) || used == "service"_L1, qPrintable(room.folder + " uses "_L1 + used));
            below.append(room.folder);
        }
    }

    void everyRoomThatIsBuiltStandsInThePlan()
    {
        const QDir service(QStringLiteral(HOUSE_SOURCE_DIR "/service"));
        for (const QString &name : service.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            const QString folder = "service/"_L1 + name;
            QVERIFY2(
                std::ranges::any_of(FloorPlan, [&](const Room &r) { return r.folder == folder; }), qPrintable(folder));
        }
    }

    void seesWhatBreaksThePlan_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("named"); // empty: nothing to find

        const auto row = [](const char *name, const QString &file, const QString &line, const QString &named) {
            QTest::newRow(name) << file << line << (named.isEmpty() ? QString() : file + ": "_L1 + named);
        };
        row("a service includes a model", u"service/tenancy/a.cpp"_s, u"#include \"models/tenantmodel.h\""_s,
            u"models/tenantmodel.h"_s);
        row("two rooms of rules know each other", u"service/tokens/a.h"_s, u"#include \"service/tenancy/tenant.h\""_s,
            u"service/tenancy/tenant.h"_s);
        row("the door knows the engine", u"service/http/a.cpp"_s, u"#include \"service/engine/engine.h\""_s,
            u"service/engine/engine.h"_s);
        row("the core knows the store", u"service/core/a.cpp"_s, u"#include \"service/store/database.h\""_s,
            u"service/store/database.h"_s);
        row("a room whose name begins like an allowed one", u"service/http/a.cpp"_s,
            u"#include \"service/corelike/a.h\""_s, u"service/corelike/a.h"_s);
        row("an include that is not written from the root", u"service/core/a.cpp"_s, u"#include \"clock.h\""_s,
            u"clock.h"_s);
        row("blanks about the hash", u"service/core/a.cpp"_s, u"  #  include  \"app/options.h\""_s, u"app/options.h"_s);
        row("a widget in the service", u"service/engine/a.cpp"_s, u"#include <QtWidgets/qwidget.h>"_s,
            u"QtWidgets/qwidget.h"_s);
        row("a widget by its class", u"service/engine/a.cpp"_s, u"#include <QWidget>"_s, u"QWidget"_s);
        row("Qt Gui outside the reports", u"service/api/a.cpp"_s, u"#include <QtGui/qimage.h>"_s, u"QtGui/qimage.h"_s);
        row("a view that asks the store", u"views/a.cpp"_s, u"#include \"service/store/database.h\""_s,
            u"service/store/database.h"_s);
        row("a model that knows a view", u"models/a.cpp"_s, u"#include \"views/page.h\""_s, u"views/page.h"_s);
        row("a folder that is no room", u"service/attic/a.cpp"_s, u"#include <vector>"_s,
            u"stands in no room of the plan"_s);

        row("Qt Gui in the reports is fine", u"service/report/a.cpp"_s, u"#include <QtGui/qpdfwriter.h>"_s, {});
        row("the next room below is fine", u"service/ledger/a.cpp"_s, u"#include \"service/store/database.h\""_s, {});
        row("one's own room is fine", u"service/core/a.cpp"_s, u"#include \"service/core/clock.h\""_s, {});
        row("the standard library is fine", u"service/core/a.cpp"_s, u"#include <vector>"_s, {});
        row("an include in a comment is none", u"service/core/a.cpp"_s, u"// #include \"app/options.h\""_s, {});
        row("a view with its form is fine", u"views/a.cpp"_s, u"#include \"ui_page.h\""_s, {});
    }

    void seesWhatBreaksThePlan()
    {
        QFETCH(const QString, file);
        QFETCH(const QString, line);
        QFETCH(const QString, named);
        QTemporaryDir tree;
        QVERIFY(QDir(tree.path()).mkpath(QFileInfo(file).path()));
        QFile made(tree.filePath(file));
        QVERIFY(made.open(QIODevice::WriteOnly));
        made.write("// a made-up file\n" + line.toUtf8() + "\nint a;\n");
        made.close();
        QCOMPARE(breaches(tree.path()), named.isEmpty() ? QStringList() : QStringList{named});
    }
};

QTEST_GUILESS_MAIN(TestLayering)
#include "tst_layering.moc"
