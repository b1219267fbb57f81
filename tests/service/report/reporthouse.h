// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A ledger with a key beside it, exports of it, and what they hold.
#pragma once

#include "service/core/jsonwriter.h"
#include "service/report/export.h"
#include "service/report/query.h"
#include "tests/service/ledger/fixture.h"

#include <QtCore/qendian.h>
#include <QtCore/qfile.h>
#include <QtCore/qmap.h>

// Text that does something where it is not shown as text.
inline const QByteArray Hostile =
    "=HYPERLINK(\"http://x\") <img src=x onerror=alert(1)> \x1b[31m \xe2\x80\xae \x07 &'\",\n\r\t end";

class ReportHouse
{
public:
    explicit ReportHouse(TreeSize size = 0)
    {
        write(QStringLiteral("ledger.vkey"), fixture.keys().front().text() + '\n');
        if (auto grown = fixture.growTo(size); !grown)
            qFatal("%s", qPrintable(grown.error().detail));
    }

    // One more entry, or more alike; subject and name are the text.
    void append(const QByteArray &text, const char *event = "TENANT_CREATED", size_t times = 1)
    {
        ledger::EntryDraft draft{
            .time = TestTime + std::chrono::hours(24), .eventType = event, .tenant = TenantId("evil")};
        draft.actor = {ledger::ActorKind::Admin, TokenId("actor-0"), "service:admin", text};
        draft.source = {ledger::Via::Http, "127.0.0.1", RequestId("r"), text};
        QByteArray name;
        json::appendString(name, text);
        draft.data = "{\"display_name\":" + name + '}';
        auto transaction = store::Transaction::begin(fixture.database()).value();
        for (size_t i = 0; i < times; ++i)
            fixture.ledger().append(draft).value();
        fixture.ledger().seal().value();
        transaction.commit().value();
        fixture.ledger().committed();
    }

    report::ExportRequest request(report::Format format, const ledger::EntryFilter &filter = {})
    {
        return {
            .files = {.database = fixture.path(), .vkey = fixture.file(QStringLiteral("ledger.vkey")), .highWater = {}},
            .filter = filter,
            .format = format,
            .preparedBy = QStringLiteral("ada"),
            .path = fixture.file(QStringLiteral("export-%1").arg(++m_count))};
    }

    Result<QByteArray> make(report::Format format, const ledger::EntryFilter &filter = {})
    {
        const auto wanted = request(format, filter);
        ASSIGN_OR_RETURN(result, report::runExport(wanted));
        QFile file(wanted.path);
        if (!file.open(QIODevice::ReadOnly))
            return fail(ErrorCode::Storage, file.errorString());
        return file.readAll();
    }

    // The stored bytes that the ledger's own reader gives.
    QByteArrayList entries(const ledger::EntryFilter &filter = {})
    {
        QByteArrayList list;
        ledger::LedgerReader(fixture.database())
            .read(filter,
                [&](LeafIndex, const QByteArray &bytes) {
                    list.append(bytes);
                    return true;
                })
            .value();
        return list;
    }

    // As someone who holds the file would.
    void tamper(const QString &sql)
    {
        fixture.unguard().value();
        fixture.database().execute(sql).value();
    }

    void write(const QString &name, const QByteArray &bytes)
    {
        QFile file(fixture.file(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            qFatal("%s can't be written", qPrintable(name));
    }

    std::unique_ptr<crypto::Runtime> crypto = std::move(*crypto::Runtime::start()); // keys need it
    LedgerFixture fixture;
    report::ExportResult result;

private:
    int m_count = 0;
};

template <typename T>
T littleAt(const QByteArray &bytes, qsizetype at)
{
    return qFromLittleEndian<T>(bytes.constData() + at);
}

// The stored members of a zip as its directory lists them; empty where anything does not fit together.
inline QMap<QByteArray, QByteArray> unzipped(const QByteArray &zip, QByteArrayList *order = nullptr)
{
    QMap<QByteArray, QByteArray> members;
    const qsizetype end = zip.lastIndexOf("PK\x05\x06");
    if (end < 0)
        return {};
    auto count = quint64(littleAt<quint16>(zip, end + 10));
    auto at = qsizetype(littleAt<quint32>(zip, end + 16));
    if (const qsizetype big = zip.lastIndexOf("PK\x06\x06"); count == 0xffff && big >= 0) {
        count = littleAt<quint64>(zip, big + 32);
        at = qsizetype(littleAt<quint64>(zip, big + 48));
    }
    for (quint64 i = 0; i < count; ++i) {
        if (zip.sliced(at, 4) != "PK\x01\x02")
            return {};
        const auto size = qsizetype(littleAt<quint32>(zip, at + 24));
        const auto name = zip.sliced(at + 46, littleAt<quint16>(zip, at + 28));
        const auto local = qsizetype(littleAt<quint32>(zip, at + 42));
        const qsizetype data = local + 30 + littleAt<quint16>(zip, local + 26) + littleAt<quint16>(zip, local + 28);
        if (zip.sliced(local, 4) != "PK\x03\x04" || zip.sliced(local + 14, 4) != zip.sliced(at + 16, 4))
            return {};
        members.insert(name, zip.sliced(data, size));
        if (order)
            order->append(name);
        at += 46 + name.size() + littleAt<quint16>(zip, at + 30);
    }
    return members;
}
