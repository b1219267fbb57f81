// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/recordmodel.h"

#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

namespace {

struct Fruit
{
    QString name;
    int weight = 0;
};

class Fruits final : public models::RecordModel<Fruit, &Fruit::name>
{
public:
    enum Column
    {
        Name,
        Weight,
        ColumnCount
    };

    void put(std::vector<Fruit> fruits)
    {
        std::ranges::sort(fruits, {}, &Fruit::name);
        change(std::move(fruits));
    }
    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : ColumnCount; }
    QString order() const
    {
        QStringList names;
        for (int row = 0; row < rowCount(); ++row)
            names.append(index(row, Name).data().toString());
        return names.join(u' ');
    }

protected:
    QString heading(int column) const override { return column == Name ? u"Name"_s : u"Weight"_s; }
    QString text(const Fruit &fruit, int column) const override
    {
        return column == Name ? fruit.name : QString::number(fruit.weight);
    }
    QVariant value(const Fruit &, int, int) const override { return {}; }
    bool isNumber(int column) const override { return column == Weight; }
    bool isLess(const Fruit &a, const Fruit &b, int column) const override
    {
        return column == Name ? a.name < b.name : a.weight < b.weight;
    }
    bool looksAlike(const Fruit &before, const Fruit &after) const override { return before.weight == after.weight; }
};

const std::vector<Fruit> Basket{{u"apple"_s, 3}, {u"cherry"_s, 1}, {u"melon"_s, 9}, {u"pear"_s, 3}};

std::vector<Fruit> with(std::vector<Fruit> fruits, const Fruit &more)
{
    std::erase_if(fruits, [&](const Fruit &fruit) { return fruit.name == more.name; });
    fruits.push_back(more);
    return fruits;
}

} // namespace

class TestRecordModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_model = std::make_unique<Fruits>();
        new QAbstractItemModelTester(
            m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest, m_model.get());
        m_model->put(Basket);
    }

    void ordersByTheChosenColumnAndByKeyAmongEquals()
    {
        QCOMPARE(m_model->order(), u"apple cherry melon pear"_s);
        m_model->sort(Fruits::Weight, Qt::AscendingOrder);
        QCOMPARE(m_model->order(), u"cherry apple pear melon"_s);
        m_model->sort(Fruits::Weight, Qt::DescendingOrder);
        QCOMPARE(m_model->order(), u"melon apple pear cherry"_s);
        m_model->sort(-1, Qt::DescendingOrder);
        QCOMPARE(m_model->order(), u"pear melon cherry apple"_s);
    }

    void whoHoldsARowKeepsIt_data()
    {
        QTest::addColumn<std::function<void(Fruits &)>>("change");
        QTest::addColumn<QString>("order");
        const auto row = [](const char *name, std::function<void(Fruits &)> change, const QString &order) {
            QTest::newRow(name) << std::move(change) << order;
        };
        row(
            "when another order is chosen", [](Fruits &model) { model.sort(Fruits::Weight); },
            u"cherry apple pear melon"_s);
        row(
            "when one above goes",
            [](Fruits &model) {
                model.put({Basket.begin() + 1, Basket.end()});
            },
            u"cherry melon pear"_s);
        row(
            "when one above comes",
            [](Fruits &model) {
                model.put(with(Basket, {u"banana"_s, 2}));
            },
            u"apple banana cherry melon pear"_s);
        row(
            "when one goes and two come",
            [](Fruits &model) {
                model.put(with(with({Basket.begin() + 1, Basket.end()}, {u"banana"_s, 2}), {u"quince"_s, 2}));
            },
            u"banana cherry melon pear quince"_s);
        row(
            "when its own value moves it",
            [](Fruits &model) {
                model.sort(Fruits::Weight);
                model.put(with(Basket, {u"melon"_s, 2}));
            },
            u"cherry melon apple pear"_s);
        row(
            "when the filter hides others",
            [](Fruits &model) { model.setFilter([](const Fruit &fruit) { return fruit.weight > 1; }); },
            u"apple melon pear"_s);
    }

    void whoHoldsARowKeepsIt()
    {
        QFETCH(std::function<void(Fruits &)>, change);
        const QPersistentModelIndex melon = m_model->index(m_model->rowOf(u"melon"_s), 0);
        QSignalSpy reset(m_model.get(), &QAbstractItemModel::modelReset);
        change(*m_model);
        QTEST(m_model->order(), "order");
        QCOMPARE(melon.data().toString(), u"melon"_s);
        QCOMPARE(reset.size(), 0);
    }

    void tellsWhatLooksDifferentAndNothingElse()
    {
        QSignalSpy changed(m_model.get(), &QAbstractItemModel::dataChanged);
        m_model->put(Basket);
        QCOMPARE(changed.size(), 0);
        m_model->put(with(Basket, {u"cherry"_s, 2}));
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed.first().at(0).toModelIndex().row(), 1);
        QCOMPARE(changed.first().at(1).toModelIndex().row(), 1);
        QCOMPARE(m_model->index(1, Fruits::Weight).data().toString(), u"2"_s);
    }

    void aFilteredRecordIsFoundButNotShown()
    {
        m_model->setFilter([](const Fruit &fruit) { return fruit.weight > 1; });
        QCOMPARE(m_model->rowOf(u"cherry"_s), -1);
        QCOMPARE(m_model->find(u"cherry"_s)->weight, 1);
        QCOMPARE(m_model->find(u"grape"_s), nullptr);
        QCOMPARE(m_model->records().size(), Basket.size());
        m_model->put(with(Basket, {u"cherry"_s, 5}));
        QCOMPARE(m_model->order(), u"apple cherry melon pear"_s);
    }

    void manyChangesBeginAnew()
    {
        std::vector<Fruit> all, odd;
        for (int i = 0; i < 400; ++i) {
            all.push_back({u"%1"_s.arg(i, 3, 10, QChar(u'0')), i});
            if (i % 2 == 1)
                odd.push_back(all.back());
        }
        m_model->put(all);
        QSignalSpy reset(m_model.get(), &QAbstractItemModel::modelReset);
        m_model->put(odd);
        QCOMPARE(reset.size(), 1);
        QCOMPARE(m_model->rowCount(), 200);
        QCOMPARE(m_model->index(199, 0).data().toString(), u"399"_s);
    }

private:
    std::unique_ptr<Fruits> m_model;
};

QTEST_GUILESS_MAIN(TestRecordModel)
#include "tst_recordmodel.moc"
