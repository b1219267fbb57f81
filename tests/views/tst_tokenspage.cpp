// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/views/stallwatch.h"
#include "tests/views/viewhouse.h"
#include "views/confirmdialog.h"
#include "views/issuetokendialog.h"
#include "views/tokenspage.h"

#include <QtWidgets/qlabel.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qtableview.h>

using namespace Qt::StringLiterals;

class TestTokensPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_house = std::make_unique<ViewHouse>();
        m_house->registerTenant("acme");
        m_page = std::make_unique<views::TokensPage>(views::PageContext{*m_house->link, m_house->tasks}, nullptr);
        m_page->resize(1200, 700);
        m_page->show();
    }
    void cleanup()
    {
        m_page.reset();
        m_house.reset();
    }

    void listsWhatIsIssued()
    {
        QCOMPARE(list()->model()->rowCount(), 1); // the administrator's
        m_house->issue("acme", "service:tenant-admin");
        QTRY_COMPARE(list()->model()->rowCount(), 2);
    }

    void revokesWithTheDescendantsShownFirst()
    {
        const auto root = m_house->issue("acme", "service:tenant-admin");
        const auto holder = EngineHouse::holder(root);
        const auto sub = m_house->engine.submitToken(holder, "acme", "READ").result();
        QVERIFY(sub);
        QTRY_COMPARE(list()->model()->rowCount(), 3);
        choose(u"service:tenant-admin"_s);
        QTest::mouseClick(child<QAbstractButton>(m_page.get(), "revokeButton"), Qt::LeftButton);
        auto *dialog = m_page->findChild<views::ConfirmDialog *>();
        QVERIFY(dialog);
        QVERIFY(child<QLabel>(dialog, "confirmText")->text().contains(sub->value.record.id.toString()));
        QTest::mouseClick(child<QAbstractButton>(dialog, "confirmButton"), Qt::LeftButton);
        QTRY_COMPARE(list()->model()->rowCount(), 1);
        QTest::mouseClick(child<QAbstractButton>(m_page.get(), "revokedTokensChip"), Qt::LeftButton);
        QCOMPARE(list()->model()->rowCount(), 2);
    }

    void issuesATokenForAKey()
    {
        auto *dialog = openIssue();
        auto *go = child<QAbstractButton>(dialog, "issueTokenButton");
        QVERIFY(!go->isEnabled());
        QTest::keyClicks(child<QPlainTextEdit>(dialog, "keyEdit"), u"A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="_s);
        QVERIFY(go->isEnabled());
        QTest::mouseClick(go, Qt::LeftButton);
        QTRY_COMPARE(list()->model()->rowCount(), 2);
        QTRY_VERIFY(m_page->findChild<QDialog *>(u"tokenDelivery"_s));
    }

    void saysWhatIsWrongWithAKey_data()
    {
        QTest::addColumn<QString>("key");
        QTest::newRow("not a key at all") << u"hello"_s;
        QTest::newRow("a private key")
            << u"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbg==\n-----END OPENSSH PRIVATE KEY-----"_s;
        QTest::newRow("a key of small order") << QString(64, u'0');
    }

    void saysWhatIsWrongWithAKey()
    {
        QFETCH(QString, key);
        auto *dialog = openIssue();
        child<QPlainTextEdit>(dialog, "keyEdit")->setPlainText(key);
        QVERIFY(child<QLabel>(dialog, "keyNote")->text().startsWith(u"✖"_s));
        QVERIFY(!child<QAbstractButton>(dialog, "issueTokenButton")->isEnabled());
    }

    void everyControlHasAName()
    {
        QCOMPARE(namelessControls(m_page.get()).join(u'\n'), QString());
        QCOMPARE(namelessControls(openIssue()).join(u'\n'), QString());
    }

private:
    QTableView *list() const { return child<QTableView>(m_page.get(), "tokenList"); }
    views::IssueTokenDialog *openIssue()
    {
        QTest::mouseClick(child<QAbstractButton>(m_page.get(), "issueButton"), Qt::LeftButton);
        return m_page->findChild<views::IssueTokenDialog *>();
    }
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

WATCHED_TEST_MAIN(TestTokensPage)
#include "tst_tokenspage.moc"
