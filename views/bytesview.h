// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Bytes as offset, hexadecimal and text, 16 to a line, with one range of them marked in both.
#pragma once

#include <QtWidgets/qplaintextedit.h>

namespace views {

class BytesView : public QPlainTextEdit
{
    Q_OBJECT

public:
    BytesView(const QString &name, const QString &accessibleName, QWidget *parent);

    // Unmarked; at the beginning.
    void setBytes(const QByteArray &bytes);
    const QByteArray &bytes() const { return m_bytes; }

    // Bytes [first, end); brings the first of them into view. Empty takes the mark away.
    void mark(qsizetype first, qsizetype end);

protected:
    void changeEvent(QEvent *event) override;

private:
    void paintMark();

    QByteArray m_bytes;
    qsizetype m_first = 0, m_end = 0;
};

// "00000010  22 3a 30 2c …  \":0,…": printable ASCII as it is, all else as a dot.
QString hexLines(const QByteArray &bytes);

} // namespace views
