// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/views/stallwatch.h"
#include "tests/views/viewhouse.h"
#include "views/tenantdialog.h"

#include <QtWidgets/qlabel.h>

using namespace Qt::StringLiterals;

class TestTenantDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_house = std::make_unique<ViewHouse>();
        m_house->registerTenant("acme");
        m_dialog = std::make_unique<views::TenantDialog>(*m_house->link, tenant(), nullptr);
        m_dialog->show();
    }
    void cleanup()
    {
        m_dialog.reset();
        m_house.reset();
    }

    void savesWhatWasChanged()
    {
        type("maxVmsEdit", u"25"_s);
        type("displayNameEdit", u"Acme Ltd"_s);
        save();
        QTRY_VERIFY(!m_dialog->isVisible());
        QCOMPARE(tenant().limits.maxVms, 25);
        QCOMPARE(tenant().displayName, u"Acme Ltd"_s);
    }

    void saysWhatIsWrongWhileTyping_data()
    {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<QString>("text");
        QTest::newRow("a fraction") << "maxVmsEdit"_ba << u"1.5"_s;
        QTest::newRow("a negative number") << "maxVmsEdit"_ba << u"-1"_s;
        QTest::newRow("one more than allowed") << "maxVmsEdit"_ba << u"100001"_s;
        QTest::newRow("no requests at all") << "rateEdit"_ba << u"0"_s;
        QTest::newRow("an exponent") << "storageEdit"_ba << u"1e3"_s;
        QTest::newRow("an empty name") << "displayNameEdit"_ba << u" "_s;
        QTest::newRow("a direction override in the name") << "displayNameEdit"_ba << u"a\u202eb"_s;
    }

    void saysWhatIsWrongWhileTyping()
    {
        QFETCH(QByteArray, field);
        QFETCH(QString, text);
        type(field.constData(), text);
        QVERIFY(child<QLabel>(m_dialog.get(), (field + "Note").constData())->text().startsWith(u"✖"_s));
        QVERIFY(!child<QAbstractButton>(m_dialog.get(), "saveButton")->isEnabled());
    }

    void warnsBeforeAQuotaBelowUse()
    {
        QVERIFY(m_house->engine.submitVms(m_house->engine.admin(), "acme", vmSpec(5)).result());
        m_dialog = std::make_unique<views::TenantDialog>(*m_house->link, tenant(), nullptr);
        m_dialog->show();
        QVERIFY(!child<QLabel>(m_dialog.get(), "effectLabel")->isVisible());
        type("maxVmsEdit", u"3"_s);
        QVERIFY(child<QLabel>(m_dialog.get(), "effectLabel")->isVisible());
        QVERIFY(child<QAbstractButton>(m_dialog.get(), "saveButton")->isEnabled());
    }

    void neverOverwritesSomebodyElsesChange()
    {
        QVERIFY(m_house->engine
                    .submit<tenancy::Tenant>(m_house->engine.admin(),
                        [](engine::Work &work) {
                            return engine::patchTenant(work, TenantId("acme"),
                                [](const tenancy::Tenant &) -> Result<tenancy::TenantPatch> { return limitTo(77); },
                                {});
                        })
                    .result());
        type("maxVmsEdit", u"5"_s);
        save();
        QTRY_VERIFY(child<QLabel>(m_dialog.get(), "mistakeLabel")->isVisible());
        QVERIFY(m_dialog->isVisible());
        QCOMPARE(tenant().limits.maxVms, 77);
    }

    void everyControlHasAName() { QCOMPARE(namelessControls(m_dialog.get()).join(u'\n'), QString()); }

private:
    tenancy::Tenant tenant() const
    {
        return m_house->link->state().read([](const engine::State &state) { return *state.tenant(TenantId("acme")); });
    }
    void type(const char *field, const QString &text)
    {
        auto *edit = child<QLineEdit>(m_dialog.get(), field);
        edit->selectAll();
        QTest::keyClick(edit, Qt::Key_Delete);
        edit->insert(text); // keys of tests are Latin-1 only
    }
    void save() { QTest::mouseClick(child<QAbstractButton>(m_dialog.get(), "saveButton"), Qt::LeftButton); }

    std::unique_ptr<ViewHouse> m_house;
    std::unique_ptr<views::TenantDialog> m_dialog;
};

WATCHED_TEST_MAIN(TestTenantDialog)
#include "tst_tenantdialog.moc"
