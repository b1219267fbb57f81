// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/sections.h"

#include "service/core/encoding.h"
#include "service/core/visibletext.h"
#include "service/report/query.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace report {

namespace {

constexpr size_t MostActorsShown = 20;

QString number(quint64 value)
{
    return QString::number(value);
}

QString time(const std::optional<Timestamp> &at)
{
    return at ? QString::fromLatin1(formatTime(*at)) : u"–"_s;
}

QString visible(const QByteArray &utf8)
{
    return visibleText(QString::fromUtf8(utf8));
}

Section scope(const Source &source, const About &about)
{
    const Facts &facts = source.facts();
    Section section{.title = u"Scope"_s, .facts = {}, .notes = {}};
    section.facts = {
        {u"Ledger"_s, visible(facts.origin)}, {u"Period"_s, time(facts.firstTime) + u" to "_s + time(facts.lastTime)}};
    const auto filters = describeQuery(source.filter());
    if (filters.isEmpty())
        section.facts.append({u"Filters"_s, u"none: every entry of the ledger"_s});
    section.facts += filters;
    section.facts += {{u"Prepared by"_s, visibleText(about.preparedBy)},
        {u"As of"_s, QString::fromLatin1(formatTime(facts.asOf)) + u" (the newest entry covered)"_s},
        {u"Made with"_s, systemName()}, {u"Report"_s, QString::fromLatin1(facts.reportId)}};
    section.notes = {
        u"All times are UTC. That a report was made is recorded as an entry of the ledger itself, AUDIT_EXPORTED, "
        u"which "
        "names the report's id and follows the entries covered here; where there is none, it was made without being "
        "recorded. \"Prepared by\" is what whoever made it gave, and is not proved."_s};
    return section;
}

Section verification(const Source &source)
{
    const Facts &facts = source.facts();
    Section section{.title = u"Verification"_s, .facts = {}, .notes = {}};
    section.facts = {{u"Verdict"_s,
                         facts.isWhole ? u"verified: the root was made again from all %1 entries"_s.arg(facts.rows)
                                       : u"verified: the root was made again from all %1 entries of the ledger; the %2 "
                                         "shown are among them"_s.arg(facts.head.size)
                                             .arg(facts.rows)},
        {u"Tree size"_s, number(facts.head.size)}, {u"Root"_s, QString::fromLatin1(toBase64(facts.head.root.view()))},
        {u"Signed by"_s, visible(facts.vkey)}, {u"Key id"_s, QString::fromLatin1(facts.keyId)}};
    section.notes = {u"The checkpoint's Ed25519 signature is good, and SHA-256 over the bytes of every entry of the "
                     u"ledger (RFC 6962) "
                     "gives the root that it signs. Indices, times, numbers of each tenant's entries, search columns "
                     "and tiles agree "
                     "with these bytes."_s};
    if (!facts.isWhole)
        section.notes += u"This is an excerpt. That it holds every entry that its filters ask for was verified when it "
                         "was made; by itself it proves that its entries are in the ledger (RFC 9162, 2.1.3), not that "
                         "there are no others. Who wants that proved asks for an export of the whole ledger."_s;
    section.notes += u"What nobody sees from inside is a ledger rewritten with its own key. Compare root and key with "
                     "what you were given by another way."_s;
    return section;
}

Section reconciliation(const Source &source)
{
    const Facts &facts = source.facts();
    const quint64 byEvent = [&] {
        quint64 sum = 0;
        for (const auto &[event, count] : facts.byEvent)
            sum += count;
        return sum;
    }();
    Section section{.title = u"Reconciliation of counts"_s, .facts = {}, .notes = {}};
    section.facts = {
        {u"Population"_s,
            facts.head.size == 0
                ? u"0 entries"_s
                : u"%1 entries, indices 0 to %2, without gaps"_s.arg(facts.head.size).arg(facts.head.size - 1)},
        {u"Match the filters"_s, number(facts.matching)}, {u"In this report"_s, number(facts.rows)},
        {u"Left out by the limit"_s, number(facts.matching - facts.rows)}, {u"Sum over events"_s, number(byEvent)},
        {u"First and last index"_s,
            facts.firstIndex ? u"%1 and %2"_s.arg(*facts.firstIndex).arg(*facts.lastIndex) : u"–"_s}};
    section.notes = {
        u"The matching entries were counted by the database, those in this report while they were read; the "
        "report is not made where the two differ."_s};
    return section;
}

Section outcomes(const Facts &facts)
{
    Section section{.title = u"By outcome"_s, .facts = {}, .notes = {}};
    for (const auto outcome : {ledger::Outcome::Ok, ledger::Outcome::Denied, ledger::Outcome::Failed})
        section.facts.append(
            {QString::fromLatin1(ledger::outcomeName(outcome)), number(facts.byOutcome[size_t(outcome)])});
    return section;
}

// The most frequent first; equals by name.
QList<std::pair<QByteArray, quint64>> ranked(const std::map<QByteArray, quint64> &counts)
{
    QList<std::pair<QByteArray, quint64>> list(counts.begin(), counts.end());
    std::ranges::stable_sort(list, std::greater(), &std::pair<QByteArray, quint64>::second);
    return list;
}

Section events(const Facts &facts)
{
    Section section{.title = u"By event"_s, .facts = {}, .notes = {}};
    for (const auto &[event, count] : ranked(facts.byEvent))
        section.facts.append({visible(event), number(count)});
    return section;
}

Section actors(const Facts &facts)
{
    Section section{.title = u"By actor"_s, .facts = {}, .notes = {}};
    quint64 rest = facts.byOtherActors;
    size_t shown = 0;
    for (const auto &[actor, count] : ranked(facts.byActor)) {
        if (shown++ < MostActorsShown)
            section.facts.append({visible(actor), number(count)});
        else
            rest += count;
    }
    if (rest > 0)
        section.facts.append({u"all others"_s, number(rest)});
    return section;
}

Section exceptions(const Facts &facts)
{
    Section section{.title = u"Exceptions"_s, .facts = {}, .notes = {}};
    quint64 all = 0;
    for (const Exception exception : Exceptions) {
        section.facts.append({exceptionName(exception), number(facts.byException[size_t(exception)])});
        all += facts.byException[size_t(exception)];
    }
    section.notes = {u"Denied and failed by outcome; revoked: tokens that were ended; privileged: keys, tokens of "
                     "administrators, auditors and tenant administrators, exports, backups and accepted rollbacks. An "
                     "entry counts once, for the first of these."_s};
    if (all > MostExceptions)
        section.notes +=
            u"The first %1 of these %2 are listed below; the table of entries holds all."_s.arg(MostExceptions)
                .arg(all);
    return section;
}

} // namespace

QString systemName()
{
    return u"tenant-console " HOUSE_VERSION ""_s;
}

QString reportTitle(const Facts &facts)
{
    return facts.isWhole ? u"Audit report: the whole ledger"_s : u"Audit report: an excerpt of the ledger"_s;
}

std::vector<Section> sections(const Source &source, const About &about)
{
    const Facts &facts = source.facts();
    std::vector<Section> all{scope(source, about), verification(source), exceptions(facts), outcomes(facts),
        events(facts), actors(facts), reconciliation(source)};
    if (about.mostRows && facts.rows > *about.mostRows)
        all.back().notes += u"The table below ends after %1 of %2 entries. All of them are in entries.csv and "
                            "entries.jsonl beside this report."_s.arg(*about.mostRows)
                                .arg(facts.rows);
    return all;
}

Cells cellsOf(const Row &row)
{
    const ledger::EntryFields &entry = row.fields;
    const QByteArray who = entry.actor.subject.isEmpty() ? entry.actor.tokenId.text() : entry.actor.subject;
    return {.index = number(entry.index),
        .time = QString::fromLatin1(formatTime(entry.time)),
        .event = visible(entry.eventType),
        .tenant = entry.tenant.isEmpty() ? u"–"_s : visible(entry.tenant.text()),
        .actor = who.isEmpty() ? u"system"_s : visible(who),
        .outcome = QString::fromLatin1(ledger::outcomeName(entry.outcome)),
        .data = visibleText(QString::fromUtf8(row.data))};
}

QString footLine(const Facts &facts)
{
    return u"root %1   report %2"_s.arg(
        QString::fromLatin1(toBase64(facts.head.root.view())), QString::fromLatin1(facts.reportId));
}

} // namespace report
