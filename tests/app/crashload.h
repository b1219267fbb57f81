// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Many clients that register and destroy VMs until the server is gone, and what has to hold once it is back: each
// change that was acknowledged is there with its entry, nothing that was refused is, and a request that was left
// without an answer has its effect once, when it is repeated. Over HTTP as a stranger would; the test's thread, but for
// the clients.
#pragma once

#include "tests/support/httpprobe.h"

#include <QtCore/qstringlist.h>

#include <functional>
#include <mutex>
#include <vector>

class CrashLoad
{
public:
    explicit CrashLoad(QString dataDirectory);

    // Makes two tenants at a running server, one of which may have but a few VMs. False where an answer is not as it
    // should be.
    bool settle(quint16 port);

    // Until `enough` answers have come, or no more do; then `strike` runs, amid the requests, and the clients go on
    // until they get no answer.
    void runUntilGone(quint16 port, int enough, const std::function<void()> &strike);
    // The same with clients that stop by themselves after so many answers altogether.
    void run(quint16 port, int answers);
    // One request that fills many pages: so many VMs at once.
    void registerMany(quint16 port, int count);

    // What is not as it must be, a sentence each. Repeats what was left without an answer.
    QStringList problems(quint16 port);

    qsizetype acknowledged() const; // changes
    qsizetype refused() const;
    QList<QByteArray> acknowledgedVms() const;
    // Signed checkpoints that clients got, newest last; the ledger must have grown out of each.
    const QList<QByteArray> &checkpoints() const { return m_checkpoints; }

private:
    enum class Outcome
    {
        NotAsked,
        Made,
        Refused,
        Unknown // no answer, or one that says that it may have been made
    };
    struct Vm
    {
        QByteArray name;
        bool ofSmall; // of the tenant that may have but a few
        Outcome registered = Outcome::NotAsked;
        QByteArray id = {}, index = {};
        Outcome destroyed = Outcome::NotAsked;
        QByteArray destroyedIndex = {};
        bool isChecked = false; // its entries, once
    };

    static Outcome outcomeOf(const HttpProbe::Answer &answer, int success);
    void client(quint16 port, int number, const std::function<bool()> &goesOn);
    void poll(quint16 port, const std::function<bool()> &goesOn);
    bool step(HttpProbe &probe, Vm vm);
    bool destroy(HttpProbe &probe, const QByteArray &name);
    HttpProbe::Answer registerVm(HttpProbe &probe, const Vm &vm) const;
    void repeatUnanswered(quint16 port, QStringList &problems);
    void compare(quint16 port, QStringList &problems);
    void checkEntries(quint16 port, QStringList &problems);

    QString m_dataDirectory;
    QByteArray m_admin, m_big, m_small; // tokens
    int m_round = 0;
    QList<QByteArray> m_checkpoints;

    mutable std::mutex m_mutex;
    std::vector<Vm> m_vms;
    qsizetype m_many = 0; // registered by registerMany
    std::function<void()> m_answered; // under no lock
};
