// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Colours JSON a little, and lines of a shell that begin with '#': names, texts and numbers are told apart.
#pragma once

#include <QtGui/qsyntaxhighlighter.h>

namespace views {

class JsonHighlighter : public QSyntaxHighlighter
{
    Q_OBJECT

public:
    using QSyntaxHighlighter::QSyntaxHighlighter;

protected:
    void highlightBlock(const QString &text) override;
};

} // namespace views
