// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/format.h"

#include "service/core/visibletext.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdatetime.h>
#include <QtCore/qlocale.h>

using namespace Qt::StringLiterals;

namespace models {

namespace {

QString tr(const char *text, int n = -1)
{
    return QCoreApplication::translate("models", text, nullptr, n);
}

} // namespace

QString localTime(Timestamp time)
{
    return QDateTime::fromMSecsSinceEpoch(toMilliseconds(time)).toString(u"yyyy-MM-dd HH:mm:ss t"_s);
}

QString localDate(Timestamp time)
{
    return QDateTime::fromMSecsSinceEpoch(toMilliseconds(time)).toString(u"yyyy-MM-dd"_s);
}

QString utcTime(Timestamp time)
{
    return QString::fromLatin1(formatTime(time));
}

QString relativeTime(Timestamp time, Timestamp now)
{
    const qint64 seconds = toSeconds(now) - toSeconds(time);
    const qint64 distance = qAbs(seconds);
    QString amount;
    if (distance < 60)
        amount = tr("%1 s").arg(distance);
    else if (distance < 3600)
        amount = tr("%1 min").arg(distance / 60);
    else if (distance < 86'400)
        amount = tr("%1 h").arg(distance / 3600);
    else
        amount = tr("%1 d").arg(distance / 86'400);
    return seconds >= 0 ? tr("%1 ago").arg(amount) : tr("in %1").arg(amount);
}

QString shortHash(const QString &text)
{
    return text.size() <= 20 ? text : text.first(8) + u'…' + text.last(8);
}

QString count(qint64 number)
{
    return QLocale().toString(number);
}

QString usageText(qint64 used, qint64 limit, const QString &unit)
{
    if (used > limit)
        return tr("%1 of %2 %3, %4 over").arg(count(used), count(limit), unit, count(used - limit));
    return tr("%1 of %2 %3, %4 free").arg(count(used), count(limit), unit, count(limit - used));
}

QString vmUnit(qint64 number)
{
    return number == 1 ? tr("VM") : tr("VMs");
}

QString vmCount(qint64 number)
{
    return count(number) + u' ' + vmUnit(number);
}

QString plainText(const QString &text)
{
    return visibleText(text);
}

QString htmlText(const QString &text)
{
    return "<span>"_L1 + text.toHtmlEscaped().replace(u'\n', "<br>"_L1) + "</span>"_L1;
}

QString toolTipText(const QString &text)
{
    return text.contains(u'<') || text.contains(u'&') ? htmlText(text) : text;
}

} // namespace models
