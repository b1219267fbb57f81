// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What a report says before its table of entries, as titles with facts and sentences, in one place for HTML and PDF.
// Pure; any thread.
#pragma once

#include "service/report/source.h"

#include <QtCore/qstringlist.h>

namespace report {

struct Section
{
    QString title;
    QList<std::pair<QString, QString>> facts; // name and value
    QStringList notes; // sentences below them
};

struct About
{
    QString preparedBy; // who asked for it
    // Rows that the table of entries shows; the rest is said to be in the files beside it. None: all.
    std::optional<quint64> mostRows = {};
};

QString reportTitle(const Facts &facts);
// "tenant-console 0.1.0"
QString systemName();

std::vector<Section> sections(const Source &source, const About &about);

// A row of either table, every cell harmless to show.
struct Cells
{
    QString index, time, event, tenant, actor, outcome, data;
};
Cells cellsOf(const Row &row);
constexpr std::array<const char *, 7> CellNames{"Index", "Time (UTC)", "Event", "Tenant", "Actor", "Outcome", "Data"};

// "root … · report …" of every page's foot.
QString footLine(const Facts &facts);

} // namespace report
