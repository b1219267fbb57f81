// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Bundles of a small ledger, taken apart and put together again by somebody else.
#pragma once

#include "service/crypto/keyfile.h"
#include "service/report/bundlecheck.h"
#include "service/report/zip.h"
#include "tests/service/report/reporthouse.h"

using Members = QList<std::pair<QByteArray, QByteArray>>; // name and content, in order

enum Bundle
{
    Whole,
    Excerpt
};

enum Manifest
{
    Stays, // as it was, signature too
    Remade, // to fit, the signature stays
    Unsigned // to fit, the signature is taken away
};

inline Members membersOf(const QByteArray &zip)
{
    QByteArrayList order;
    const auto contents = unzipped(zip, &order);
    Members members;
    for (const QByteArray &name : order)
        members.append({name, contents[name]});
    return members;
}

inline QByteArray *find(Members &members, const char *name)
{
    for (auto &[known, content] : members) {
        if (known == name)
            return &content;
    }
    qFatal("The bundle has no %s.", name);
}

inline void remove(Members &members, const char *name)
{
    members.removeIf([&](const auto &member) { return member.first == name; });
}

inline QByteArray zipOf(Members members, Manifest manifest)
{
    if (manifest == Unsigned)
        remove(members, "manifest.sha256.note");
    if (manifest != Stays) {
        QByteArray lines;
        for (const auto &[name, content] : members) {
            if (!name.startsWith("manifest."))
                lines += crypto::sha256(content).view().toByteArray().toHex() + "  " + name + '\n';
        }
        *find(members, "manifest.sha256") = lines;
    }
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("made.zip"));
    auto file = report::OutputFile::create(path, report::Overwrite::Never).value();
    auto zip = report::ZipWriter::create(*file, folder.path()).value();
    for (const auto &[name, content] : members)
        zip->add(name, content).value();
    zip->finish().value();
    file->commit().value();
    QFile made(path);
    if (!made.open(QIODevice::ReadOnly))
        qFatal("The zip was not made.");
    return made.readAll();
}

class BundleHouse
{
public:
    BundleHouse()
    {
        older = house.fixture.ledger().signedCheckpoint();
        house.fixture.growTo(300).value();
        crypto::writeKeyFile(house.fixture.file(QStringLiteral("ledger.key")), house.fixture.key()).value();
        whole = made({}, true);
        ledger::EntryFilter filter;
        filter.add("tenant-id=t1").value();
        filter.from = 250;
        excerpt = made(filter, true);
    }

    QByteArray made(const ledger::EntryFilter &filter, bool isSigned)
    {
        auto request = house.request(report::Format::Bundle, filter);
        if (isSigned)
            request.keyFile = house.fixture.file(QStringLiteral("ledger.key"));
        const auto result = report::runExport(request);
        QFile file(request.path);
        if (!result || result->unsignedWhy.isEmpty() != isSigned || !file.open(QIODevice::ReadOnly))
            qFatal("The bundle was not made.");
        house.result = *result;
        return file.readAll();
    }

    Result<report::BundleReport> check(const QByteArray &zip, report::BundleOptions options = {})
    {
        QFile file(house.fixture.file(QStringLiteral("checked.zip")));
        if (!file.open(QIODevice::WriteOnly) || file.write(zip) != zip.size())
            qFatal("The bundle was not written.");
        file.close();
        options.path = file.fileName();
        return report::checkBundle(options);
    }

    ReportHouse house{290};
    QByteArray older; // checkpoint of 290 entries
    QByteArray whole, excerpt; // of 300 entries; of t1 from 250 on
};
