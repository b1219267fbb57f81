// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/tierdialog.h"

#include "models/background.h"
#include "models/enginelink.h"
#include "models/format.h"
#include "models/tokenfiles.h"
#include "models/tokenmodel.h"
#include "views/icons.h"
#include "views/listview.h"
#include "views/makeroom.h"
#include "views/messages.h"
#include "views/notes.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtCore/qdir.h>
#include <QtCore/qfileinfo.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

Result<QString> readListFile(const QString &path)
{
    if (!QFileInfo(path).isFile()) // a pipe would never end
        return fail(ErrorCode::Storage, TierDialog::tr("it is no regular file"));
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::Storage, file.errorString());
    const QByteArray bytes = file.read(models::LargestTierList + 1);
    if (bytes.size() > models::LargestTierList)
        return fail(ErrorCode::TooLarge, TierDialog::tr("it is larger than 1 MiB"));
    if (!bytes.isValidUtf8())
        return fail(ErrorCode::InvalidField, TierDialog::tr("it is not UTF-8"));
    return QString::fromUtf8(bytes);
}

} // namespace

TierDialog::TierDialog(models::EngineLink &link, QWidget *parent)
    : QDialog(parent)
    , m_link(link)
    , m_model(new models::TierModel(this))
{
    setObjectName(u"tierDialog"_s);
    setWindowTitle(tr("Change tiers"));
    setMinimumSize(720, 560);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(Gap);
    column->addWidget(buildList());
    m_table = new ListView(u"tierList"_s, tr("Verdicts"), this);
    m_table->setModel(m_model);
    m_table->setColumns({{.width = m_table->widthFor(u"1 000"_s)}, {.width = m_table->widthFor(u"MMMMMMMM…mmmmmmmm"_s)},
        {.width = m_table->widthFor(u"service:tenant-admin"_s)}, {.width = 200, .takesRest = true}});
    column->addWidget(m_table, 1);
    m_note = new PlainLabel(this);
    m_note->setObjectName(u"tierNote"_s);
    m_note->setWordWrap(true);
    column->addWidget(m_note);
    column->addWidget(buildButtons());
    connect(m_edit, &QPlainTextEdit::textChanged, this, [this] { enter(Stage::Listing); });
    connect(m_tenant, &QComboBox::currentIndexChanged, this, [this] { enter(Stage::Listing); });
    say(tr("Each key gets a token of its tier; its tokens of other tiers are revoked then, with what came from them. "
           "What has its tier already stays as it is."),
        "muted");
    enter(Stage::Listing);
    m_edit->setFocus();
}

TierDialog::~TierDialog()
{
    for (engine::IssuedToken &token : m_new)
        token.text.fill('\0');
}

QWidget *TierDialog::buildList()
{
    auto *upper = new QWidget(this);
    auto *column = new QVBoxLayout(upper);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    m_tenant = new QComboBox(upper);
    m_tenant->setObjectName(u"tierTenantCombo"_s);
    m_tenant->setAccessibleName(tr("Tenant"));
    m_link.state().read([this](const engine::State &state) {
        for (const auto &[id, tenant] : state.tenants) {
            if (tenant.state == TenantState::Active)
                m_tenant->addItem(id.toString());
        }
    });
    m_edit = new QPlainTextEdit(upper);
    m_edit->setObjectName(u"tierEdit"_s);
    m_edit->setAccessibleName(tr("Keys and scopes"));
    m_edit->setTabChangesFocus(true);
    m_edit->setFont(fixedFont());
    m_edit->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_edit->setPlaceholderText(u"ssh-ed25519 AAAA… ada,READ\n{\"subject_pubkey\": \"…\", \"scope\": \"INPUT\"}"_s);
    m_edit->setFixedHeight(120);
    m_file = new QPushButton(icon(u"key"_s), tr("From a &file…"), upper);
    m_file->setObjectName(u"tierFileButton"_s);
    m_file->setAutoDefault(false);
    connect(m_file, &QPushButton::clicked, this, &TierDialog::load);
    const auto label = [&](const QString &text, QWidget *buddy) {
        auto *made = new PlainLabel(text, upper);
        made->setBuddy(buddy);
        return made;
    };
    column->addWidget(label(tr("&Tenant"), m_tenant));
    column->addWidget(m_tenant);
    column->addWidget(label(
        tr("&Keys and scopes: CSV or JSON lines, at most %1 rows").arg(models::count(engine::MostTierRows)), m_edit));
    auto *row = new QHBoxLayout;
    row->setSpacing(Gap);
    row->addWidget(m_edit, 1);
    row->addWidget(m_file, 0, Qt::AlignTop);
    column->addLayout(row);
    return upper;
}

QWidget *TierDialog::buildButtons()
{
    auto *buttons = new QWidget(this);
    auto *row = new QHBoxLayout(buttons);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(Gap);
    const auto add = [&](const QString &text, const QString &name, void (TierDialog::*act)()) {
        auto *button = new QPushButton(text, buttons);
        button->setObjectName(name);
        button->setAutoDefault(false);
        connect(button, &QPushButton::clicked, this, act);
        row->addWidget(button);
        return button;
    };
    m_rehearse = add(tr("&Preview"), u"previewTiersButton"_s, &TierDialog::rehearse);
    m_change = add(tr("&Change tiers"), u"applyTiersButton"_s, &TierDialog::change);
    m_change->setProperty("primary", true);
    m_apart = add(tr("Save &each as a file…"), u"saveApartButton"_s, &TierDialog::saveApart);
    m_together = add(tr("Save as &one file…"), u"saveTogetherButton"_s, &TierDialog::saveTogether);
    row->addStretch();
    m_close = add(tr("Close"), u"closeTiersButton"_s, &TierDialog::reject);
    return buttons;
}

void TierDialog::enter(Stage stage)
{
    m_stage = stage;
    if (stage == Stage::Listing) {
        m_lines.clear();
        m_model->clear();
    }
    const bool writing = stage == Stage::Listing || stage == Stage::Rehearsed;
    m_tenant->setEnabled(writing);
    m_edit->setReadOnly(!writing);
    m_file->setEnabled(writing);
    m_rehearse->setEnabled(writing && m_tenant->count() > 0 && !m_edit->document()->isEmpty());
    m_change->setEnabled(stage == Stage::Rehearsed && m_model->sums().changed > 0);
    const bool delivering = stage == Stage::Changed && !m_new.empty();
    m_apart->setVisible(delivering);
    m_together->setVisible(delivering);
    m_rehearse->setVisible(!delivering);
    m_change->setVisible(!delivering);
}

void TierDialog::load()
{
    askOpenPath(this, tr("Keys and scopes"), [this](const QString &path) {
        if (path.isEmpty())
            return;
        models::inBackground<Result<QString>>(
            this, [path] { return readListFile(path); },
            [this, path](const Result<QString> &text) {
                if (text)
                    m_edit->setPlainText(*text);
                else
                    say(tr("✖ %1 was not read: %2.").arg(path, text.error().detail), "mistake");
            });
    });
}

// Keys are points on a curve, which takes a while for a thousand of them.
void TierDialog::rehearse()
{
    enter(Stage::Busy);
    say(tr("Reading the list…"), "muted");
    models::inBackground<Result<std::vector<models::TierLine>>>(
        this, [text = m_edit->toPlainText().toUtf8()] { return models::readTierList(text); },
        [this](Result<std::vector<models::TierLine>> lines) {
            if (!lines) {
                enter(Stage::Listing);
                return say(u"✖ "_s + lines.error().detail, "mistake");
            }
            m_lines = std::move(*lines);
            run(true);
        });
}

void TierDialog::change()
{
    enter(Stage::Busy);
    run(false);
}

void TierDialog::run(bool rehearsal)
{
    std::vector<Result<engine::TierRow>> rows;
    for (const models::TierLine &line : m_lines)
        rows.push_back(line.row);
    using Outcomes = std::vector<engine::TierOutcome>;
    m_link.change<Outcomes>(
        this,
        [tenant = TenantId(m_tenant->currentText().toUtf8()), rows = std::move(rows)](
            engine::Work &work) { return engine::changeTiers(work, tenant, rows); },
        [this, rehearsal](Result<engine::Committed<Outcomes>> outcomes) {
            if (outcomes)
                return showOutcomes(std::move(outcomes->value), rehearsal);
            enter(Stage::Listing);
            say(messageOf(rehearsal ? tr("The list was not judged.") : tr("No tier was changed."), outcomes.error())
                    .text(),
                "mistake");
        },
        rehearsal ? engine::Job::Kind::DryRun : engine::Job::Kind::Change);
}

void TierDialog::showOutcomes(std::vector<engine::TierOutcome> outcomes, bool rehearsal)
{
    m_model->show(m_lines, outcomes, !rehearsal);
    const auto sums = m_model->sums();
    const QString text = rehearsal
        ? tr("%1 to change, %2 unchanged, %3 refused; %4 would be revoked. Nothing has been changed yet.")
        : tr("%1 changed, %2 unchanged, %3 refused; %4 revoked.");
    const QString sentence = text.arg(models::count(sums.changed), models::count(sums.unchanged),
        models::count(sums.refused), models::tokenCount(sums.revoked));
    if (!rehearsal) {
        for (engine::TierOutcome &outcome : outcomes) {
            if (outcome.issued)
                m_new.push_back(std::move(*outcome.issued));
        }
    }
    enter(rehearsal ? Stage::Rehearsed : Stage::Changed);
    if (!m_new.empty())
        say(sentence + u' '
                + tr("The new tokens can be had only here: save %1 before this is closed.")
                      .arg(models::tokenCount(qint64(m_new.size()))),
            "mistake");
    else
        say(sentence, sums.refused > 0 ? "mistake" : "good");
    if (!m_new.empty())
        m_apart->setFocus();
    else if (m_change->isEnabled())
        m_change->setFocus();
    else
        m_edit->setFocus();
}

void TierDialog::saveApart()
{
    askFolder(this, tr("Save each token into a folder"), [this](const QString &folder) {
        if (folder.isEmpty())
            return;
        models::inBackground<Result<void>>(
            this, [folder, tokens = m_new] { return models::saveTokensApart(folder, tokens); },
            [this, folder](const Result<void> &saved) { showSaved(saved, folder); });
    });
}

void TierDialog::saveTogether()
{
    const QString suggestion = QDir::home().filePath(m_tenant->currentText() + "-tokens.jsonl"_L1);
    askSavePath(this, tr("Save all tokens as one file"), suggestion, [this](const QString &path) {
        if (path.isEmpty())
            return;
        models::inBackground<Result<void>>(
            this, [path, tokens = m_new] { return models::saveTokensTogether(path, tokens); },
            [this, path](const Result<void> &saved) { showSaved(saved, path); });
    });
}

void TierDialog::showSaved(const Result<void> &saved, const QString &where)
{
    if (!saved)
        return say(fileMessage(tr("Not all tokens were saved."), saved.error()).text(), "mistake");
    m_saved = true;
    say(tr("%1 saved in %2, readable by you only.").arg(models::tokenCount(qint64(m_new.size())), where), "good");
}

void TierDialog::reject()
{
    const bool unsaved = !m_new.empty() && !m_saved;
    if (m_stage == Stage::Busy)
        return; // what it does now may have to be delivered
    if (!unsaved || m_asked)
        return QDialog::reject();
    m_asked = true;
    say(tr("⚠ Not saved yet. Once this is closed nobody can have the new tokens again; they would have to be revoked "
           "and others issued."),
        "mistake");
    m_close->setText(tr("Close without saving"));
    m_close->setFocus();
}

void TierDialog::say(const QString &text, const char *kind)
{
    showNote(m_note, text, kind);
    makeRoom(this);
}

} // namespace views
