// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/crypto/publickeytext.h"
#include "tests/views/screenshot.h"
#include "tests/views/stallwatch.h"
#include "tests/views/viewhouse.h"
#include "views/countdownring.h"
#include "views/messages.h"
#include "views/sealeddialog.h"
#include "views/secretclipboard.h"
#include "views/tokencard.h"
#include "views/tokendelivery.h"

#include <QtCore/qfileinfo.h>
#include <QtCore/qmimedata.h>
#include <QtCore/qprocess.h>
#include <QtCore/qtemporarydir.h>
#include <QtGui/qclipboard.h>
#include <QtWidgets/qcheckbox.h>
#include <QtWidgets/qfiledialog.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qplaintextedit.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using views::TokenDelivery;

namespace {

constexpr views::DeliveryTimes Long{.shown = 1h, .clipboard = 1h};

} // namespace

class TestTokenDelivery : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_crypto = std::move(*crypto::Runtime::start()); }
    void cleanupTestCase() { m_crypto.reset(); }
    void cleanup()
    {
        m_dialog.reset();
        QGuiApplication::clipboard()->clear();
    }

    void saysWhoseTokenItIs()
    {
        open(Long);
        QCOMPARE(label("tokenScope")->text(), u"service:tenant-admin"_s);
        QCOMPARE(label("tokenTenant")->text(), u"acme-corp"_s);
        QCOMPARE(label("tokenId")->text(), QString::fromLatin1(Id));
        QCOMPARE(
            label("tokenFingerprint")->text(), QString::fromLatin1(crypto::keyThumbprint(*m_issued.record.subjectKey)));
        QCOMPARE(label("tokenExpires")->toolTip(), u"2026-11-24T00:00:00.000Z"_s);
    }

    void isReadableOnlyWhileTheButtonIsHeld()
    {
        open(Long);
        QVERIFY(!box()->text().contains(text()));
        QTest::mousePress(button("revealButton"), Qt::LeftButton);
        QCOMPARE(box()->text(), text());
        QTest::mouseRelease(button("revealButton"), Qt::LeftButton);
        QVERIFY(!box()->text().contains(text()));
        QTest::keyPress(button("revealButton"), Qt::Key_Space);
        QCOMPARE(box()->text(), text());
        QTest::keyRelease(button("revealButton"), Qt::Key_Space);
        QVERIFY(!box()->text().contains(text()));
    }

    void copyAsksClipboardManagersNotToKeepIt()
    {
        open(Long);
        click("copyTokenButton");
        const QMimeData *held = QGuiApplication::clipboard()->mimeData();
        QCOMPARE(held->text(), text());
        QCOMPARE(held->data(QLatin1StringView(views::SecretHintFormat)), "secret");
    }

    void theClipboardIsClearedAfterAWhile()
    {
        open({.shown = 1h, .clipboard = 20ms});
        click("copyTokenButton");
        QCOMPARE(QGuiApplication::clipboard()->text(), text());
        m_dialog.reset(); // also once the dialog is closed
        QTRY_COMPARE(QGuiApplication::clipboard()->text(), QString());
    }

    void whatWasCopiedMeanwhileStays()
    {
        open({.shown = 1h, .clipboard = 20ms});
        click("copyTokenButton");
        QGuiApplication::clipboard()->setText(u"a shopping list"_s);
        QTRY_VERIFY(!QGuiApplication::clipboard()->findChild<QTimer *>(u"secretClipboardTimer"_s));
        QCOMPARE(QGuiApplication::clipboard()->text(), u"a shopping list"_s);
    }

    void savesAFileThatOnlyTheOwnerReads()
    {
        open(Long);
        QTemporaryDir folder;
        const QString path = folder.filePath(u"acme.token"_s);
        views::setNextPath(path);
        click("saveTokenButton");
        QTRY_VERIFY(label("tokenNote")->text().startsWith("Saved to "_L1 + path));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), m_issued.text + '\n');
        QCOMPARE(file.permissions() & (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther),
            QFile::Permissions());
    }

    void aFileBesideItIsNotTouched()
    {
        open(Long);
        QTemporaryDir folder;
        QFile neighbour(folder.filePath(u"acme.token.new"_s));
        QVERIFY(neighbour.open(QIODevice::WriteOnly) && neighbour.write("mine") == 4);
        neighbour.close();
        views::setNextPath(folder.filePath(u"acme.token"_s));
        click("saveTokenButton");
        QTRY_VERIFY(label("tokenNote")->text().startsWith("Saved to "_L1));
        QVERIFY(neighbour.open(QIODevice::ReadOnly));
        QCOMPARE(neighbour.readAll(), "mine"_ba);
    }

    void saysWhyItCouldNotBeSaved()
    {
        open(Long);
        views::setNextPath(u"/nonexistent/folder/acme.token"_s);
        click("saveTokenButton");
        QTRY_VERIFY(label("tokenNote")->text().startsWith("The token was not saved."_L1));
        QVERIFY2(label("tokenNote")->text().contains("Choose a folder that is there"_L1),
            qPrintable(label("tokenNote")->text()));
        QVERIFY(label("tokenNote")->property("mistake").toBool());
        QVERIFY(button("saveTokenButton")->isEnabled());
    }

    void aSaveThatWasThoughtBetterOfLeavesEverything()
    {
        open(Long);
        const QString before = label("tokenNote")->text();
        views::setNextPath({});
        click("saveTokenButton");
        QCOMPARE(label("tokenNote")->text(), before);
        QVERIFY(button("saveTokenButton")->isEnabled());
    }

    // As when its token turns out to be revoked while somebody still looks for a folder.
    void theCardMayGoWhileItsPickerIsOpen()
    {
        open(Long);
        auto card = std::make_unique<views::TokenCard>(m_issued, nullptr, Long);
        card->show();
        child<QAbstractButton>(card.get(), "saveTokenButton")->click();
        const QPointer picker(child<QFileDialog>(card.get(), "filePicker"));
        QVERIFY(picker->isVisible());
        card.reset();
        QVERIFY(!picker);
    }

    void savesWhereThePickerSays()
    {
        open(Long);
        QTemporaryDir folder;
        const QString path = folder.filePath(u"acme.token"_s);
        button("saveTokenButton")->click();
        QDialog *picker = child<QFileDialog>(m_dialog.get(), "filePicker");
        child<QLineEdit>(picker, "fileNameEdit")->setText(path);
        picker->accept();
        QTRY_VERIFY(label("tokenNote")->text().startsWith("Saved to "_L1 + path));
        QVERIFY(QFile::exists(path));
    }

    void sealsForTheHolderAlone()
    {
        QTemporaryDir folder;
        const QString own = makeKey(folder, u"own"_s), other = makeKey(folder, u"other"_s);
        QVERIFY2(!own.isEmpty() && !other.isEmpty(), "ssh-keygen is missing; tools/setup --test installs it");
        open(Long, [&](tokens::TokenRecord &record) { record.subjectKey = publicHalf(own); });
        QTRY_VERIFY2(button("sealTokenButton")->isEnabled(), qPrintable(button("sealTokenButton")->toolTip()));
        click("sealTokenButton");
        QTRY_VERIFY(m_dialog->findChild<views::SealedDialog *>());
        auto *sealed = child<QDialog>(m_dialog.get(), "sealedDialog");
        QVERIFY(label("tokenNote")->property("good").toBool());
        QVERIFY(!child<QPlainTextEdit>(sealed, "sealedText")->toPlainText().contains(text()));
        child<QAbstractButton>(sealed, "copySealedButton")->click();
        QVERIFY(QGuiApplication::clipboard()->text().startsWith("-----BEGIN AGE ENCRYPTED FILE-----"_L1));
        const QString path = folder.filePath(u"acme.token.age"_s);
        views::setNextPath(path);
        child<QAbstractButton>(sealed, "saveSealedButton")->click();
        QTRY_VERIFY(child<QLabel>(sealed, "sealedNote")->text().startsWith("Saved to "_L1));
        QCOMPARE(opened(path, own), m_issued.text + '\n');
        QCOMPARE(opened(path, other), QByteArray());
        QCOMPARE(namelessControls(sealed).join(u'\n'), QString());
        QCOMPARE(tabMistakes(sealed).join(u'\n'), QString());
    }

    void withoutAgeItSaysHowToInstallIt()
    {
        const QByteArray path = qgetenv("PATH");
        const auto back = qScopeGuard([&] { qputenv("PATH", path); });
        qputenv("PATH", "/nonexistent");
        open(Long);
        QTRY_VERIFY(button("sealTokenButton")->toolTip().contains("apt install age"_L1));
        QVERIFY(!button("sealTokenButton")->isEnabled());
        QVERIFY(label("tokenNote")->text().contains("not installed"_L1));
        QVERIFY(button("sealTokenButton")->accessibleDescription().contains("apt install age"_L1));
    }

    void aFailureOfTheProgramIsTold()
    {
        QTemporaryDir folder;
        QFile program(folder.filePath(u"age"_s));
        QVERIFY(program.open(QIODevice::WriteOnly));
        program.write("#!/bin/sh\necho 'age: no such luck' >&2\nexit 3\n");
        program.close();
        QVERIFY(program.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        const QByteArray path = qgetenv("PATH");
        const auto back = qScopeGuard([&] { qputenv("PATH", path); });
        qputenv("PATH", folder.path().toLocal8Bit() + ':' + path);
        open(Long);
        QTRY_VERIFY(button("sealTokenButton")->isEnabled());
        click("sealTokenButton");
        QTRY_VERIFY(label("tokenNote")->property("mistake").toBool());
        QVERIFY2(label("tokenNote")->text().contains("no such luck"_L1), qPrintable(label("tokenNote")->text()));
        QVERIFY(!m_dialog->findChild<views::SealedDialog *>());
    }

    void hidesItselfWhenNothingIsDone()
    {
        open({.shown = 30ms, .clipboard = 1h});
        QTRY_VERIFY(!button("revealButton")->isEnabled());
        QVERIFY(!button("copyTokenButton")->isEnabled());
        QVERIFY(!button("saveTokenButton")->isEnabled());
        QVERIFY(button("showAgainButton")->isVisible());
        QVERIFY(m_dialog->isVisible());
        click("showAgainButton");
        QVERIFY(button("revealButton")->isEnabled());
        QVERIFY(!button("showAgainButton")->isVisible());
    }

    void whatIsHeldOpenIsHiddenToo()
    {
        open({.shown = 50ms, .clipboard = 1h});
        QTest::mousePress(button("revealButton"), Qt::LeftButton);
        QCOMPARE(box()->text(), text());
        QTRY_VERIFY(!box()->text().contains(text()));
    }

    void theTickClosesAndForgets()
    {
        open(Long);
        child<QCheckBox>(m_dialog.get(), "deliveredCheckBox")->click();
        QVERIFY(!m_dialog->isVisible());
        QCOMPARE(m_dialog->result(), int(QDialog::Accepted));
        QVERIFY(box()->text().isEmpty());
        QVERIFY(!button("copyTokenButton")->isEnabled());
    }

    void closingEarlyAsksOnce_data()
    {
        QTest::addColumn<bool>("byKey");
        QTest::newRow("with Esc") << true;
        QTest::newRow("with the window's button") << false;
    }

    void closingEarlyAsksOnce()
    {
        QFETCH(bool, byKey);
        open(Long);
        const auto close = [&] { byKey ? QTest::keyClick(m_dialog.get(), Qt::Key_Escape) : void(m_dialog->close()); };
        close();
        QVERIFY(m_dialog->isVisible());
        QVERIFY(label("closeQuestion")->isVisible());
        QCOMPARE(button("closeButton")->text(), u"Close without delivering"_s);
        close();
        QVERIFY(!m_dialog->isVisible());
        QCOMPARE(m_dialog->result(), int(QDialog::Rejected));
    }

    void anAdministratorsTokenHasNoTenantAndNoKey()
    {
        open(Long, [](tokens::TokenRecord &record) {
            record.tenant = {};
            record.subjectKey.reset();
            record.scope = tokens::Scope(tokens::Scope::Kind::Auditor);
        });
        QCOMPARE(label("tokenTenant")->text(), u"none"_s);
        QVERIFY(!m_dialog->findChild<QLabel *>(u"tokenFingerprint"_s));
    }

    void everyControlHasANameAndIsReached()
    {
        open(Long);
        QTRY_VERIFY(button("sealTokenButton")->isEnabled());
        QCOMPARE(namelessControls(m_dialog.get()).join(u'\n'), QString());
        QStringList reached;
        button("revealButton")->setFocus();
        for (int i = 0; i < 6; ++i) {
            reached.append(QApplication::focusWidget()->objectName());
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        }
        QCOMPARE(reached,
            QStringList({u"revealButton"_s, u"copyTokenButton"_s, u"saveTokenButton"_s, u"sealTokenButton"_s,
                u"deliveredCheckBox"_s, u"closeButton"_s}));
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
        open(Long);
        m_dialog->close(); // the question that it asks once is drawn as well
        QVERIFY(keepScreenshot(*m_dialog, u"token-delivery"_s));
    }

private:
    static constexpr char Id[] = "0199f3b2-7c1e-7a54-9d55-1c5a9c0b1234";

    void open(views::DeliveryTimes times, const std::function<void(tokens::TokenRecord &)> &change = {})
    {
        m_issued.text = "eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiIwMTk5In0.c2lnbmF0dXJl";
        m_issued.record = {};
        m_issued.record.id = TokenId(Id);
        m_issued.record.tenant = TenantId("acme-corp");
        m_issued.record.scope = tokens::Scope(tokens::Scope::Kind::TenantAdmin);
        m_issued.record.subjectKey = crypto::SigningKey::generate().publicKey();
        m_issued.record.expiresAt = toSeconds(*parseTime("2026-11-24"));
        if (change)
            change(m_issued.record);
        m_dialog = std::make_unique<TokenDelivery>(m_issued, nullptr, times);
        m_dialog->show();
        QVERIFY(QTest::qWaitForWindowActive(m_dialog.get()));
    }

    // The private half, in the form of OpenSSH; its public half lies beside it.
    static QString makeKey(const QTemporaryDir &folder, const QString &name)
    {
        const QString path = folder.filePath(name);
        const QStringList arguments{u"-q"_s, u"-t"_s, u"ed25519"_s, u"-N"_s, QString(), u"-f"_s, path};
        return QProcess::execute(u"ssh-keygen"_s, arguments) == 0 ? path : QString();
    }
    static std::optional<crypto::PublicKey> publicHalf(const QString &path)
    {
        QFile file(path + u".pub"_s);
        if (!file.open(QIODevice::ReadOnly))
            return {};
        const auto key = crypto::parsePublicKeyText(QString::fromUtf8(file.readAll()));
        return key ? std::optional(*key) : std::nullopt;
    }
    // What the holder of the key reads; nothing where it is another's.
    static QByteArray opened(const QString &sealed, const QString &key)
    {
        QProcess age;
        age.start(u"age"_s, {u"--decrypt"_s, u"--identity"_s, key, sealed});
        return age.waitForFinished() && age.exitCode() == 0 ? age.readAllStandardOutput() : QByteArray();
    }

    QString text() const { return QString::fromLatin1(m_issued.text); }
    QLabel *label(const char *name) const { return child<QLabel>(m_dialog.get(), name); }
    QAbstractButton *button(const char *name) const { return child<QAbstractButton>(m_dialog.get(), name); }
    QLineEdit *box() const { return child<QLineEdit>(m_dialog.get(), "tokenBox"); }
    void click(const char *name) const { QTest::mouseClick(button(name), Qt::LeftButton); }

    std::unique_ptr<crypto::Runtime> m_crypto;
    engine::IssuedToken m_issued;
    std::unique_ptr<TokenDelivery> m_dialog;
};

WATCHED_TEST_MAIN(TestTokenDelivery)
#include "tst_tokendelivery.moc"
