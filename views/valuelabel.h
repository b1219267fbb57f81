// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The labels of the window. What they show may come from strangers, so none of them reads markup.
#pragma once

#include <QtWidgets/qlabel.h>

namespace views {

// Shows its text as it is written; with a buddy, & still marks the key.
class PlainLabel : public QLabel
{
public:
    explicit PlainLabel(QWidget *parent = nullptr)
        : QLabel(parent)
    {
        setTextFormat(Qt::PlainText);
    }
    PlainLabel(const QString &text, QWidget *parent)
        : PlainLabel(parent)
    {
        setText(text);
    }
};

// A value in a detail: wrapped, to be selected and copied.
inline QLabel *valueLabel(const QString &name, QWidget *parent)
{
    auto *label = new PlainLabel(parent);
    label->setObjectName(name);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    label->setWordWrap(true);
    return label;
}

// What stands where nothing is chosen.
inline QLabel *hintLabel(const QString &sentence, QWidget *parent)
{
    auto *label = new PlainLabel(sentence, parent);
    label->setProperty("muted", true);
    label->setAlignment(Qt::AlignCenter);
    label->setWordWrap(true);
    return label;
}

} // namespace views
