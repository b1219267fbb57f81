// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What was measured, beside the limit that was taken in the same run.
#pragma once

#include <QtCore/qstring.h>

#include <optional>
#include <vector>

namespace bench {

struct Row
{
    QString measure;
    QString ours;
    QString limit = {}; // of what, and its figure
    std::optional<double> ratio = {}; // of ours to the limit, 1 being as good
    QString mark = {};
    std::optional<bool> met = {};
};

class Table
{
public:
    void add(Row row); // printed at once, below the head
    void note(const QString &text); // a line about the row above

private:
    bool m_headed = false;
};

} // namespace bench
