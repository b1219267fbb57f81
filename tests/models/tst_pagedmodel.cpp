// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/pagedmodel.h"

#include <QtCore/qelapsedtimer.h>
#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using models::PagedModel;

namespace {

// Rows that are their positions; answers when the test says so.
class Numbers : public PagedModel
{
public:
    struct Question
    {
        quint64 token;
        qint64 first;
        int count;
    };

    using PagedModel::growBack;
    using PagedModel::growFront;
    using PagedModel::refuse;
    using PagedModel::restart;

    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : 2; }

    void answer(const Question &question, int rows = -1)
    {
        QList<QVariant> list;
        for (int i = 0; i < (rows < 0 ? question.count : rows); ++i)
            list.append(question.first + i);
        deliver(question.token, question.first, list);
    }
    void answerAll()
    {
        QCoreApplication::processEvents(); // questions are put off until after painting
        while (!questions.isEmpty()) {
            const Question question = questions.takeFirst();
            ++answered;
            answer(question);
        }
    }
    QString look(int row) { return index(row, 0).data().toString(); }

    QList<Question> questions;
    int answered = 0;

protected:
    void fetch(quint64 token, qint64 first, int count) override { questions.append({token, first, count}); }
    QVariant cell(const QVariant &row, int column, int role) const override
    {
        return role == Qt::DisplayRole ? QVariant(QString::number(row.toLongLong() + column)) : QVariant();
    }
};

} // namespace

class TestPagedModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_model = std::make_unique<Numbers>();
        new QAbstractItemModelTester(
            m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest, m_model.get());
    }

    void showsADashUntilThePageArrives()
    {
        m_model->restart(1000);
        QCOMPARE(m_model->rowCount(), 1000);
        QCOMPARE(m_model->look(300), u"–"_s);
        QVERIFY(!m_model->isLoaded(300));
        QSignalSpy changed(m_model.get(), &QAbstractItemModel::dataChanged);
        m_model->answerAll();
        QCOMPARE(m_model->look(300), u"300"_s);
        QVERIFY(m_model->isLoaded(300));
        bool told = false;
        for (const auto &signal : changed)
            told |= signal.at(0).value<QModelIndex>().row() == 256 && signal.at(1).value<QModelIndex>().row() == 511;
        QVERIFY(told);
    }

    void asksForAPageOnce()
    {
        m_model->restart(1000);
        m_model->answerAll(); // of the tester
        for (int row = 256; row < 512; ++row)
            m_model->look(row);
        QCoreApplication::processEvents();
        m_model->look(300);
        QCoreApplication::processEvents();
        QCOMPARE(m_model->questions.size(), 1);
        QCOMPARE(m_model->questions.first().first, 256);
        QCOMPARE(m_model->questions.first().count, 256);
    }

    void tenMillionRowsOpenAtOnce()
    {
        constexpr int Rows = 10'000'000;
        m_model = std::make_unique<Numbers>(); // the tester looks at every row
        QElapsedTimer clock;
        clock.start();
        m_model->restart(Rows);
        for (int row = 0; row < 40; ++row)
            m_model->look(row);
        m_model->answerAll();
        for (int row = Rows - 40; row < Rows; ++row)
            m_model->look(row);
        m_model->answerAll();
        QCOMPARE(m_model->rowCount(), Rows);
        QCOMPARE(m_model->look(Rows - 1), QString::number(Rows - 1));
        QVERIFY2(m_model->answered <= 4, qPrintable(QString::number(m_model->answered)));
        QVERIFY2(clock.elapsed() < 1000, qPrintable(QString::number(clock.elapsed())));
    }

    void whatWasScrolledPastIsNotAskedFor()
    {
        m_model = std::make_unique<Numbers>();
        m_model->restart(1'000'000);
        for (int page = 10; page < 110; ++page)
            m_model->look(page * PagedModel::PageSize);
        m_model->answerAll();
        QVERIFY2(m_model->answered <= 8, qPrintable(QString::number(m_model->answered)));
        QCOMPARE(m_model->look(109 * PagedModel::PageSize), QString::number(109 * PagedModel::PageSize));
    }

    void keepsSixtyFourPages()
    {
        m_model->restart(100 * PagedModel::PageSize);
        for (int page = 0; page < 100; ++page) {
            m_model->look(page * PagedModel::PageSize);
            m_model->answerAll();
        }
        int kept = 0;
        for (int page = 0; page < 100; ++page)
            kept += m_model->isLoaded(page * PagedModel::PageSize) ? 1 : 0;
        QCOMPARE(kept, PagedModel::CachedPages);
    }

    void aLateAnswerIsDropped()
    {
        m_model->restart(1000);
        m_model->look(0);
        QCoreApplication::processEvents();
        const QList<Numbers::Question> late = std::exchange(m_model->questions, {});
        QVERIFY(!late.isEmpty());
        m_model->restart(500);
        for (const auto &question : late)
            m_model->answer(question);
        QVERIFY(!m_model->isLoaded(0));
        QCOMPARE(m_model->look(0), u"–"_s);
        m_model->answerAll();
        QCOMPARE(m_model->look(0), u"0"_s);
    }

    void anAnswerNobodyAskedForIsDropped()
    {
        m_model->restart(1000);
        m_model->look(0);
        m_model->answerAll();
        m_model->answer({0, 256, 256});
        m_model->answer({1, 512, 256});
        QVERIFY(!m_model->isLoaded(256));
        QVERIFY(!m_model->isLoaded(512));
    }

    void reversedTheLastComesFirst()
    {
        m_model->restart(1000);
        const QPersistentModelIndex held = m_model->index(10, 1);
        m_model->setReversed(true);
        QCOMPARE(held.row(), 989);
        m_model->look(0);
        m_model->answerAll();
        QCOMPARE(m_model->look(0), u"999"_s);
        m_model->look(999);
        m_model->answerAll();
        QCOMPARE(m_model->look(999), u"0"_s);
    }

    void growsWithoutForgetting_data()
    {
        QTest::addColumn<bool>("reversed");
        QTest::addColumn<bool>("atBack");
        QTest::newRow("new rows behind, shown last") << false << true;
        QTest::newRow("new rows behind, shown first") << true << true;
        QTest::newRow("new rows before, shown first") << false << false;
        QTest::newRow("new rows before, shown last") << true << false;
    }
    void growsWithoutForgetting()
    {
        QFETCH(bool, reversed);
        QFETCH(bool, atBack);
        m_model->setReversed(reversed);
        m_model->restart(300);
        for (const int row : {0, 299}) {
            m_model->look(row);
            m_model->answerAll();
        }
        const QPersistentModelIndex held = m_model->index(0, 0);
        const QString before = held.data().toString();
        if (atBack)
            m_model->growBack(5);
        else
            m_model->growFront(5);
        QCOMPARE(m_model->rowCount(), 305);
        QCOMPARE(held.row(), reversed == atBack ? 5 : 0);
        QCOMPARE(held.data().toString(), before);
        // The new ones come with a page asked for anew.
        const int fresh = reversed == atBack ? 0 : 304;
        m_model->look(fresh);
        m_model->answerAll();
        QCOMPARE(m_model->look(fresh), atBack ? u"304"_s : u"-5"_s);
        QCOMPARE(held.data().toString(), before);
    }

    void growingFromNothing()
    {
        m_model->growBack(3);
        QCOMPARE(m_model->rowCount(), 3);
        m_model->look(2);
        m_model->answerAll();
        QCOMPARE(m_model->look(2), u"2"_s);
        m_model->growBack(0);
        m_model->growBack(-1);
        QCOMPARE(m_model->rowCount(), 3);
    }

    void aPageThatCanNotBeHadIsNotAskedForForEver()
    {
        m_model->restart(300);
        m_model->look(0);
        QCoreApplication::processEvents();
        QSignalSpy failed(m_model.get(), &PagedModel::fetchFailed);
        const auto questions = std::exchange(m_model->questions, {});
        for (const auto &question : questions)
            m_model->refuse(question.token, question.first, {.code = ErrorCode::Storage, .detail = u"gone"_s});
        QCOMPARE(failed.size(), questions.size());
        QCOMPARE(m_model->look(0), u"–"_s);
        QCoreApplication::processEvents();
        QVERIFY(m_model->questions.isEmpty());
        m_model->reload();
        m_model->look(0);
        m_model->answerAll();
        QCOMPARE(m_model->look(0), u"0"_s);
    }

    void rowsThatAreMissingLeaveDashes()
    {
        m_model->restart(100);
        m_model->look(0);
        QCoreApplication::processEvents();
        for (const auto &question : std::exchange(m_model->questions, {}))
            m_model->answer(question, 60);
        QCOMPARE(m_model->look(59), u"59"_s);
        QCOMPARE(m_model->look(60), u"–"_s);
        QCoreApplication::processEvents();
        QVERIFY(m_model->questions.isEmpty());
    }

private:
    std::unique_ptr<Numbers> m_model;
};

QTEST_GUILESS_MAIN(TestPagedModel)
#include "tst_pagedmodel.moc"
