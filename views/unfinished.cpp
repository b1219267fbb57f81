// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/unfinished.h"

#include <QtCore/qsettings.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

constexpr qsizetype Most = 100; // of all directories together

// "acme-corp /srv/tenants": an id has no blanks.
QString lineOf(const QString &directory, const TenantId &tenant)
{
    return tenant.toString() + u' ' + directory;
}

QString key()
{
    return u"onboarding/unfinished"_s;
}

} // namespace

QStringList unfinishedOnboardings(const engine::SharedState &state, const QString &directory)
{
    QStringList found;
    for (const QString &line : QSettings().value(key()).toStringList()) {
        const TenantId tenant(line.section(u' ', 0, 0).toUtf8());
        if (line == lineOf(directory, tenant) && state.read([&](const engine::State &now) {
                const tenancy::Tenant *record = now.tenant(tenant);
                return record && record->state == TenantState::Active;
            }))
            found.append(tenant.toString());
    }
    return found;
}

void rememberUnfinished(const QString &directory, const TenantId &tenant)
{
    QSettings settings;
    QStringList lines = settings.value(key()).toStringList();
    lines.removeAll(lineOf(directory, tenant));
    lines.prepend(lineOf(directory, tenant));
    settings.setValue(key(), QStringList(lines.first(std::min(lines.size(), Most))));
}

void forgetUnfinished(const QString &directory, const TenantId &tenant)
{
    QSettings settings;
    QStringList lines = settings.value(key()).toStringList();
    if (lines.removeAll(lineOf(directory, tenant)) > 0)
        settings.setValue(key(), lines);
}

} // namespace views
