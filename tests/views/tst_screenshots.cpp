// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Draws every page in both themes into the folder named by SCREENSHOT_DIR (else a temporary one), for people to look at; and
// checks that each has drawn more than its ground.

#include "tests/views/viewhouse.h"
#include "views/tenantspage.h"

#include <QtCore/qdir.h>
#include <QtCore/qset.h>
#include <QtWidgets/qstylefactory.h>
#include <QtWidgets/qtableview.h>

using namespace Qt::StringLiterals;

class TestScreenshots : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QApplication::setStyle(QStyleFactory::create(u"Fusion"_s));
        m_folder = qEnvironmentVariable("SCREENSHOT_DIR", m_temporary.path());
        QVERIFY(QDir().mkpath(m_folder));
        m_house = std::make_unique<ViewHouse>();
        m_house->registerTenant("acme-corp");
        m_house->registerTenant("globex", 4);
        m_house->registerTenant("initech", 20);
        m_house->issue("acme-corp", "service:tenant-admin");
        QVERIFY(m_house->engine.submitVms(m_house->engine.admin(), "acme-corp", vmSpec(7)).result());
        QVERIFY(m_house->engine.submitVms(m_house->engine.admin(), "globex", vmSpec(4)).result());
    }
    void cleanupTestCase() { m_house.reset(); }

    void tenants_data() { themes(); }
    void tenants()
    {
        QFETCH(bool, dark);
        apply(dark);
        views::TenantsPage page({*m_house->link, m_house->tasks}, nullptr);
        page.resize(1232, 800);
        page.show();
        auto *list = child<QTableView>(&page, "tenantList");
        QTRY_COMPARE(list->model()->rowCount(), 3);
        list->selectRow(0);
        keep(page, u"tenants"_s, dark);
    }

private:
    static void themes()
    {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    static void apply(bool dark)
    {
        views::applyTheme(*qApp, dark ? Qt::ColorScheme::Dark : Qt::ColorScheme::Light);
    }
    void keep(QWidget &widget, const QString &name, bool dark)
    {
        QCoreApplication::sendPostedEvents(); // layouts that are due
        const QImage image = widget.grab().toImage();
        QSet<QRgb> seen;
        for (int y = 0; y < image.height(); y += 3) {
            for (int x = 0; x < image.width(); x += 3)
                seen.insert(image.pixel(x, y));
        }
        QVERIFY2(seen.size() > 20, "the page is all but empty");
        QVERIFY(image.save(u"%1/%2-%3.png"_s.arg(m_folder, name, dark ? u"dark"_s : u"light"_s)));
    }

    QTemporaryDir m_temporary;
    QString m_folder;
    std::unique_ptr<ViewHouse> m_house;
};

QTEST_MAIN(TestScreenshots)
#include "tst_screenshots.moc"
