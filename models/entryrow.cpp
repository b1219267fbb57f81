// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/entryrow.h"

#include "models/format.h"

#include <QtCore/qcoreapplication.h>

using namespace Qt::StringLiterals;

namespace models {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("models", text);
}

QString actorKind(ledger::ActorKind kind)
{
    switch (kind) {
    case ledger::ActorKind::Admin:
        return tr("admin");
    case ledger::ActorKind::Auditor:
        return tr("auditor");
    case ledger::ActorKind::Tenant:
        return tr("tenant");
    case ledger::ActorKind::System:
        return tr("system");
    }
    return {};
}

} // namespace

QString outcomeText(std::optional<ledger::Outcome> outcome)
{
    if (!outcome)
        return tr("unreadable");
    switch (*outcome) {
    case ledger::Outcome::Ok:
        return tr("ok");
    case ledger::Outcome::Denied:
        return tr("denied");
    case ledger::Outcome::Failed:
        return tr("failed");
    }
    return {};
}

EntryRow entryRow(LeafIndex index, const QByteArray &bytes)
{
    EntryRow row;
    row.index = index;
    const auto entry = ledger::parseEntry(bytes);
    if (!entry) {
        row.event = tr("not an entry");
        return row;
    }
    row.time = localTime(entry->time);
    row.utc = utcTime(entry->time);
    row.event = QString::fromLatin1(entry->eventType);
    row.tenant = plainText(entry->tenant.toString());
    const QString kind = actorKind(entry->actor.kind);
    const QString who = plainText(
        entry->actor.subject.isEmpty() ? entry->actor.tokenId.toString() : QString::fromUtf8(entry->actor.subject));
    row.actor = who.isEmpty() ? kind : kind + u" · "_s + shortHash(who);
    row.actorWhole = who.isEmpty() ? kind : kind + u" · "_s + who;
    row.outcome = entry->outcome;
    return row;
}

} // namespace models
