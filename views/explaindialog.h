// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Why a token can, why it can't: a method and a path, answered with the rule that decides.
#pragma once

#include "models/tokenexplainer.h"

#include <QtWidgets/qdialog.h>

class QComboBox;
class QLabel;
class QLineEdit;

namespace views {

class ExplainDialog : public QDialog
{
    Q_OBJECT

public:
    // The link is borrowed.
    ExplainDialog(models::EngineLink &link, const tokens::TokenRecord &token, QWidget *parent);

private:
    void choose(int request);
    void ask();
    void showVerdict(const Result<api::Verdict> &verdict);

    models::EngineLink &m_link;
    const TokenId m_token;
    const std::vector<models::KnownRequest> m_known;
    QComboBox *m_request, *m_method;
    QLineEdit *m_path;
    QLabel *m_verdict;
    int m_asked = 0; // questions so far: an answer to an older one is dropped
};

} // namespace views
