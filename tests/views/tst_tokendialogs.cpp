// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What the page of the tokens asks and does in dialogs: rotation, explanation, another token, tiers of a list.

#include "models/tiermodel.h"
#include "service/crypto/publickeytext.h"
#include "tests/views/screenshot.h"
#include "tests/views/stallwatch.h"
#include "tests/views/tokenshouse.h"
#include "views/issuetokendialog.h"
#include "views/messages.h"

#include <QtCore/qtemporarydir.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qplaintextedit.h>

using namespace Qt::StringLiterals;

class TestTokenDialogs : public QObject, private TokensHouse
{
    Q_OBJECT

private Q_SLOTS:
    void init() { open(); }
    void cleanup() { close(); }

    void rotatesAToken()
    {
        const auto [root, child_] = family();
        QTRY_COMPARE(list()->model()->rowCount(), 3);
        choose(u"service:tenant-admin"_s);
        press("rotateButton");
        auto *dialog = child<QDialog>(m_page.get(), "rotateTokenDialog");
        QVERIFY(child<QLabel>(dialog, "rotateText")->text().contains("1 token that came from the old one"_L1));
        QCOMPARE(namelessControls(dialog).join(u'\n'), QString());
        QCOMPARE(tabMistakes(dialog).join(u'\n'), QString());
        auto *go = child<QAbstractButton>(dialog, "rotateTokenButton");
        child<QLineEdit>(dialog, "overlapEdit")->setText(u"1441"_s);
        QVERIFY(!go->isEnabled());
        child<QLineEdit>(dialog, "overlapEdit")->setText(u"10"_s);
        QTest::mouseClick(go, Qt::LeftButton);
        QTRY_VERIFY(m_page->findChild<QDialog *>(u"tokenDelivery"_s));
        const auto old = m_house->link->state().read([&](const engine::State &state) { return *state.token(root.id); });
        QVERIFY(old.retiresAt && !old.revokedAt);
        QTRY_COMPARE(list()->model()->rowCount(), 4);
        QTRY_VERIFY(!child<QAbstractButton>(m_page.get(), "rotateButton")->isEnabled()); // once is enough
    }

    // Its text can be had only here, and the old one ends all the same.
    void escapeLosesNoTokenThatIsOnItsWay()
    {
        family();
        QTRY_COMPARE(list()->model()->rowCount(), 3);
        choose(u"service:tenant-admin"_s);
        for (const auto &[opens, name, goes] : {std::array{"rotateButton", "rotateTokenDialog", "rotateTokenButton"},
                 std::array{"issueButton", "issueTokenDialog", "issueTokenButton"}}) {
            press(opens);
            auto *dialog = child<QDialog>(m_page.get(), name);
            if (auto *key = dialog->findChild<QPlainTextEdit *>(u"keyEdit"_s))
                key->setPlainText(u"A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="_s);
            child<QAbstractButton>(dialog, goes)->click();
            QTest::keyClick(dialog, Qt::Key_Escape);
            dialog->close();
            QTRY_VERIFY2(m_page->findChild<QDialog *>(u"tokenDelivery"_s), name);
            delete m_page->findChild<QDialog *>(u"tokenDelivery"_s);
        }
    }

    void saysWhyATokenCanAndCant()
    {
        m_house->issue("acme", "READ");
        QTRY_COMPARE(list()->model()->rowCount(), 2);
        choose(u"READ"_s);
        press("explainButton");
        auto *dialog = child<QDialog>(m_page.get(), "explainDialog");
        QVERIFY(QTest::qWaitForWindowActive(dialog));
        auto *verdict = child<QLabel>(dialog, "explainVerdict");
        const auto ask = [&](const QString &method, const QString &path) {
            child<QComboBox>(dialog, "methodCombo")->setCurrentText(method);
            child<QLineEdit>(dialog, "pathEdit")->setText(path);
            QTest::keyClick(child<QLineEdit>(dialog, "pathEdit"), Qt::Key_Return);
        };
        ask(u"GET"_s, u"/v1/vms"_s);
        QTRY_VERIFY2(verdict->text().startsWith(u"✔ It may. Rule: scope"_s), qPrintable(verdict->text()));
        ask(u"POST"_s, u"/v1/vms"_s);
        QTRY_VERIFY2(
            verdict->text().startsWith(u"✖ It may not. Rule: insufficient-scope"_s), qPrintable(verdict->text()));
        ask(u"GET"_s, u"/v1/tenants/other"_s);
        QTRY_VERIFY2(verdict->text().startsWith(u"✖ It may not. Rule: not-found"_s), qPrintable(verdict->text()));
        ask(u"GET"_s, u"v1/vms"_s);
        QVERIFY(verdict->text().contains("begins with /"_L1));
        QVERIFY(dialog->isVisible()); // Return asks and closes nothing
        QCOMPARE(namelessControls(dialog).join(u'\n'), QString());
        QCOMPARE(tabMistakes(dialog).join(u'\n'), QString());
    }

    void anotherTokenBeginsAsTheChosenOneIs()
    {
        m_house->issue("acme", "USER");
        QTRY_COMPARE(list()->model()->rowCount(), 2);
        choose(u"USER"_s);
        press("issueLikeButton");
        auto *dialog = m_page->findChild<views::IssueTokenDialog *>();
        QCOMPARE(child<QComboBox>(dialog, "scopeCombo")->currentText(), u"USER"_s);
        QCOMPARE(child<QLineEdit>(dialog, "hoursEdit")->text(), u"24"_s);
        QVERIFY(child<QLabel>(dialog, "familyNote")->text().contains("/v1/tenants/acme/tokens"_L1));
    }

    void changesTheTiersOfAList()
    {
        QTemporaryDir folder;
        const auto before = m_house->issue("acme", "USER");
        const QString key = QString::fromLatin1(crypto::publicKeyToText(*before.subjectKey));
        const QString fresh = QString::fromLatin1(crypto::publicKeyToText(crypto::SigningKey::generate().publicKey()));
        press("changeTiersButton");
        auto *dialog = child<QDialog>(m_page.get(), "tierDialog");
        auto *preview = child<QAbstractButton>(dialog, "previewTiersButton");
        auto *apply = child<QAbstractButton>(dialog, "applyTiersButton");
        auto *note = child<QLabel>(dialog, "tierNote");
        QVERIFY(!preview->isEnabled() && !apply->isEnabled());
        child<QPlainTextEdit>(dialog, "tierEdit")
            ->setPlainText(u"%1,INPUT\n%2,READ\nnonsense,READ\n"_s.arg(key, fresh));
        QCOMPARE(namelessControls(dialog).join(u'\n'), QString());
        QCOMPARE(tabMistakes(dialog).join(u'\n'), QString());
        const TreeSize entries = m_house->engine.size();
        QTest::mouseClick(preview, Qt::LeftButton);
        QTRY_VERIFY2(note->text().startsWith("2 to change, 0 unchanged, 1 refused; 1 token would be revoked"_L1),
            qPrintable(note->text()));
        QCOMPARE(m_house->engine.size(), entries); // a rehearsal
        auto *rows = child<QTableView>(dialog, "tierList")->model();
        QCOMPARE(rows->rowCount(), 3);
        QVERIFY(rows->index(2, models::TierModel::VerdictColumn).data().toString().startsWith(u"✖ refused"_s));
        QTest::mouseClick(apply, Qt::LeftButton);
        QTRY_VERIFY2(
            note->text().startsWith("2 changed, 0 unchanged, 1 refused; 1 token revoked"_L1), qPrintable(note->text()));
        QTest::keyClick(dialog, Qt::Key_Escape); // asks once: nothing is saved
        QVERIFY(dialog->isVisible() && note->text().startsWith(u"⚠"_s));
        views::setNextPath(folder.path());
        child<QAbstractButton>(dialog, "saveApartButton")->click();
        QTRY_VERIFY2(note->text().startsWith("2 tokens saved"_L1), qPrintable(note->text()));
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 2);
        QTest::keyClick(dialog, Qt::Key_Escape);
        QTRY_VERIFY(!m_page->findChild<QDialog *>(u"tierDialog"_s));
        QVERIFY(m_house->link->state().read(
            [&](const engine::State &state) { return state.token(before.id)->revokedAt.has_value(); }));
    }

    void tiersThatAreThereAlreadyStay()
    {
        const auto before = m_house->issue("acme", "USER");
        press("changeTiersButton");
        auto *dialog = child<QDialog>(m_page.get(), "tierDialog");
        child<QPlainTextEdit>(dialog, "tierEdit")
            ->setPlainText(QString::fromLatin1(crypto::publicKeyToText(*before.subjectKey)) + u",USER"_s);
        child<QAbstractButton>(dialog, "previewTiersButton")->click();
        auto *note = child<QLabel>(dialog, "tierNote");
        QTRY_VERIFY(note->text().startsWith("0 to change, 1 unchanged"_L1));
        QVERIFY(!child<QAbstractButton>(dialog, "applyTiersButton")->isEnabled());
        child<QPlainTextEdit>(dialog, "tierEdit")->setPlainText(u"\"never closed"_s);
        child<QAbstractButton>(dialog, "previewTiersButton")->click();
        QTRY_VERIFY2(note->text().startsWith(u"✖"_s), qPrintable(note->text()));
    }

    void isDrawnInBothThemes_data()
    {
        QTest::addColumn<Qt::ColorScheme>("scheme");
        QTest::newRow("light") << Qt::ColorScheme::Light;
        QTest::newRow("dark") << Qt::ColorScheme::Dark;
    }

    void isDrawnInBothThemes()
    {
        QFETCH(Qt::ColorScheme, scheme);
        QApplication::setStyle(u"Fusion"_s);
        views::applyTheme(*qApp, scheme);
        const auto [root, child_] = family();
        press("treeViewChip");
        QTRY_VERIFY(indexOf(root.id).isValid());
        tree()->setCurrentIndex(indexOf(child_.id));
        QVERIFY(keepScreenshot(*m_page, u"tokens-tree"_s));
        press("explainButton");
        QTRY_VERIFY(!child<QLabel>(m_page.get(), "explainVerdict")->text().isEmpty());
        QVERIFY(keepScreenshot(*child<QDialog>(m_page.get(), "explainDialog"), u"token-explain"_s));
        press("rotateButton");
        QVERIFY(keepScreenshot(*child<QDialog>(m_page.get(), "rotateTokenDialog"), u"token-rotate"_s));
        press("issueLikeButton");
        QVERIFY(keepScreenshot(*child<QDialog>(m_page.get(), "issueTokenDialog"), u"token-another"_s));
        press("changeTiersButton");
        auto *tiers = child<QDialog>(m_page.get(), "tierDialog");
        const QString key = QString::fromLatin1(crypto::publicKeyToText(*child_.subjectKey));
        child<QPlainTextEdit>(tiers, "tierEdit")->setPlainText(key + u",INPUT\nnonsense,READ"_s);
        child<QAbstractButton>(tiers, "previewTiersButton")->click();
        QTRY_VERIFY(child<QAbstractButton>(tiers, "applyTiersButton")->isEnabled());
        QVERIFY(keepScreenshot(*tiers, u"token-tiers"_s));
    }
};

WATCHED_TEST_MAIN(TestTokenDialogs)
#include "tst_tokendialogs.moc"
