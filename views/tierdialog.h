// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Changes the tiers of many holders at once: a list, pasted or from a file; a rehearsal with a verdict for each row;
// the change; and the delivery of the new tokens, which can be had only here. Their texts are overwritten when it
// closes.
#pragma once

#include "models/tiermodel.h"

#include <QtWidgets/qdialog.h>

class QComboBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace models {
class EngineLink;
}

namespace views {

class ListView;

class TierDialog : public QDialog
{
    Q_OBJECT

public:
    // The link is borrowed.
    TierDialog(models::EngineLink &link, QWidget *parent);
    ~TierDialog() override;

    // Esc, the window's own button, "Close": asks once while new tokens are not saved.
    void reject() override;

private:
    enum class Stage
    {
        Listing, // the list is written
        Busy,
        Rehearsed,
        Changed // new tokens wait for their delivery
    };

    QWidget *buildList();
    QWidget *buildButtons();
    void load();
    void rehearse();
    void change();
    void run(bool rehearsal);
    void showOutcomes(std::vector<engine::TierOutcome> outcomes, bool rehearsal);
    void saveApart();
    void saveTogether();
    void showSaved(const Result<void> &saved, const QString &where);
    void say(const QString &text, const char *kind);
    void enter(Stage stage);

    models::EngineLink &m_link;
    models::TierModel *m_model;
    std::vector<models::TierLine> m_lines; // as rehearsed
    std::vector<engine::IssuedToken> m_new;
    Stage m_stage = Stage::Listing;
    bool m_saved = false, m_asked = false;
    QComboBox *m_tenant;
    QPlainTextEdit *m_edit;
    QPushButton *m_file, *m_rehearse, *m_change, *m_apart, *m_together, *m_close;
    ListView *m_table;
    QLabel *m_note;
};

} // namespace views
