// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/faults/faultydisk.h"

#include "tests/app/programs.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qhash.h>
#include <QtCore/qrandom.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <new>
#include <sys/mman.h>

using namespace Qt::StringLiterals;

namespace {

const QStringList Files{u"tenants.db"_s, u"tenants.db-wal"_s, u"high-water"_s};

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// Each sector the old one or the new one.
QByteArray torn(const QByteArray &old, const QByteArray &now)
{
    constexpr qsizetype sector = 512;
    auto *random = QRandomGenerator::global();
    QByteArray bytes = random->bounded(2) ? now : old;
    for (qsizetype at = 0; at < bytes.size(); at += sector) {
        const QByteArray &from = random->bounded(2) ? now : old;
        if (at < from.size())
            bytes.replace(at, std::min(sector, from.size() - at), from.sliced(at, std::min(sector, from.size() - at)));
    }
    return bytes;
}

} // namespace

FaultyDisk::FaultyDisk()
{
    QDir().mkpath(shadow());
    QFile file(m_folder.filePath(u"control"_s));
    if (!file.open(QIODevice::ReadWrite) || !file.resize(sizeof(faults::Control)))
        qFatal("The control page can't be made.");
    void *page = ::mmap(nullptr, sizeof(faults::Control), PROT_READ | PROT_WRITE, MAP_SHARED, file.handle(), 0);
    if (page == MAP_FAILED)
        qFatal("The control page can't be mapped.");
    m_control = new (page) faults::Control;
    RunningServer first(data());
    if (first.stop(SIGTERM) != 0)
        qFatal("A server can't be started: %s", first.err().constData());
}

FaultyDisk::~FaultyDisk()
{
    ::munmap(m_control, sizeof(faults::Control));
}

QProcessEnvironment FaultyDisk::powered()
{
    mend();
    for (const QString &name : Files) {
        QFile::remove(shadow() + u'/' + name);
        QFile::copy(data() + u'/' + name, shadow() + u'/' + name);
    }
    QFile::remove(m_folder.filePath(u"events"_s));
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"LD_PRELOAD"_s, QStringLiteral(HOUSE_DISK_SHIM));
    // It comes before the sanitizer's own library, which minds unless told.
    environment.insert(u"ASAN_OPTIONS"_s, u"verify_asan_link_order=0"_s);
    environment.insert(QLatin1StringView(faults::DirectoryVariable), data());
    environment.insert(QLatin1StringView(faults::ControlVariable), m_folder.filePath(u"control"_s));
    environment.insert(QLatin1StringView(faults::ShadowVariable), shadow());
    environment.insert(QLatin1StringView(faults::EventsVariable), m_folder.filePath(u"events"_s));
    return environment;
}

void FaultyDisk::spoil(faults::Fault fault, std::uint32_t files, int times, int pass)
{
    m_control->fault = faults::Fault::None;
    m_control->files = files;
    m_control->pass = pass;
    m_control->left = times;
    m_control->struck = 0;
    m_control->fault = fault;
}

void FaultyDisk::mend()
{
    m_control->fault = faults::Fault::None;
}

void FaultyDisk::cutPower(Unsynced unsynced)
{
    for (const QString &name : Files) {
        const QString here = data() + u'/' + name, onDisk = shadow() + u'/' + name;
        QByteArray bytes = contents(onDisk);
        // A file whose making no sync has put on the disk is gone, unless chance has it there.
        if (unsynced == Unsynced::Torn && QFile::exists(here))
            bytes = torn(bytes, contents(here));
        QFile::remove(here);
        if (bytes.isEmpty())
            continue;
        QFile file(here);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
        QCOMPARE(file.write(bytes), bytes.size());
    }
    QFile::remove(data() + "/tenants.db-shm"_L1); // memory
}

QByteArrayList FaultyDisk::events() const
{
    return contents(m_folder.filePath(u"events"_s)).split('\n');
}

QByteArray firstUnsyncedAnswer(const QByteArrayList &events, int &answers)
{
    // When each VM's entry was first written into the log, and where the last good sync of the log stands.
    QHash<QByteArray, qsizetype> written;
    qsizetype lastSync = -1;
    answers = 0;
    for (qsizetype i = 0; i < events.size(); ++i) {
        const QByteArrayList words = events[i].split(' ');
        if (words.size() >= 2 && words[0] == "write" && words[1] == "log") {
            for (const QByteArray &vm : words.sliced(2))
                written.insert(vm, i);
        } else if (events[i] == "sync log 0") {
            lastSync = i;
        } else if (words[0] == "answer") {
            for (const QByteArray &vm : words.sliced(1)) {
                ++answers;
                const auto found = written.constFind(vm);
                if (found == written.constEnd() || *found > lastSync)
                    return vm;
            }
        }
    }
    return {};
}
