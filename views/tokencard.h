// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A token that has just been issued and can be had only here: masked, revealed while a button is held, copied, saved,
// sealed for its holder; below it whose it is. Left alone it hides itself after a while and has to be asked for again.
//
// The text lives in this widget and is overwritten when it is delivered or the widget goes. GUI thread; the file is
// written by a worker.
#pragma once

#include "service/engine/tokencommands.h"

#include <QtWidgets/qframe.h>

#include <chrono>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace views {

class CountdownRing;

struct DeliveryTimes
{
    std::chrono::milliseconds shown = std::chrono::seconds(60); // without anything being done
    std::chrono::milliseconds clipboard = std::chrono::seconds(30);
};

class TokenCard : public QFrame
{
    Q_OBJECT

public:
    TokenCard(engine::IssuedToken issued, QWidget *parent, DeliveryTimes times = {});
    ~TokenCard() override;

    bool isDelivered() const { return m_delivered; }
    void takeFocus();

Q_SIGNALS:
    // The tick. The text is gone from then on.
    void delivered();

protected:
    void changeEvent(QEvent *event) override;

private:
    QWidget *buildToken();
    QWidget *buildButtons();
    QWidget *buildFacts();
    void reveal(bool shown);
    void copy();
    void save();
    void lookForAge();
    void seal();
    void showSealed(const Result<QByteArray> &sealed);
    void saveTo(const QString &path);
    void hideToken();
    void showAgain();
    void deliver();
    void say(const QString &text, const char *kind);
    void update();

    engine::IssuedToken m_issued;
    const DeliveryTimes m_times;
    bool m_delivered = false;
    bool m_saving = false;
    bool m_sealing = false;
    QString m_age; // the program that seals; empty: none is there, or it is not known yet
    QLineEdit *m_box;
    CountdownRing *m_ring;
    QPushButton *m_reveal, *m_copy, *m_save, *m_seal, *m_again;
    QLabel *m_note;
    QCheckBox *m_tick;
};

} // namespace views
