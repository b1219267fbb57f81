// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/revoketoken.h"

#include "models/enginelink.h"
#include "models/format.h"
#include "service/engine/tokencommands.h"
#include "views/confirmdialog.h"
#include "views/messages.h"

#include <QtCore/qcoreapplication.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

constexpr qsizetype MostShown = 12;

QString tr(const char *text)
{
    return QCoreApplication::translate("views::RevokeToken", text);
}

QString whatDies(const models::EngineLink &link, const models::TokenModel &model, const TokenId &id)
{
    const Timestamp now = link.clock().now();
    QStringList family;
    for (const auto &token : model.descendants(id)) {
        if (tokens::stateOf(token, now) == tokens::TokenState::Active)
            family.append(tr("%1  %2  depth %3")
                              .arg(token.id.toString(), QString::fromLatin1(token.scope.text()))
                              .arg(token.depth));
    }
    QStringList lines{tr("The token %1 dies now, for good.").arg(id.toString())};
    if (id == link.administrator())
        lines.append(tr("It is the token in admin.token, which this window acts with: nothing can be changed here any "
                        "more until service-vm-tenant admin-token --rotate has made another."));
    if (family.isEmpty()) {
        lines.append(tr("Nothing came from it."));
        return lines.join(u'\n');
    }
    lines.append(family.size() == 1 ? tr("1 token that came from it dies with it:")
                                    : tr("%1 tokens that came from it die with it:").arg(models::count(family.size())));
    lines += family.first(std::min(MostShown, family.size()));
    if (family.size() > MostShown)
        lines.append(tr("… and %1 more").arg(models::count(family.size() - MostShown)));
    return lines.join(u'\n');
}

} // namespace

void askToRevoke(models::EngineLink &link, const models::TokenModel &model, const TokenId &id, QWidget *parent)
{
    auto *dialog = new ConfirmDialog({.title = tr("Revoke token"),
                                         .text = whatDies(link, model, id),
                                         .verb = tr("Revoke token"),
                                         .reasonLabel = tr("Reason (goes into the ledger)")},
        parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    QObject::connect(dialog, &ConfirmDialog::confirmed, dialog, [&link, dialog, id] {
        dialog->setBusy(true);
        link.change<engine::Nothing>(
            dialog,
            [id, reason = dialog->reason()](engine::Work &work) {
                return engine::revokeToken(work, id, reason.isEmpty() ? u"revoked"_s : reason).transform([] {
                    return engine::Nothing{};
                });
            },
            [dialog](const Result<engine::Committed<engine::Nothing>> &done) {
                if (done)
                    dialog->accept();
                else
                    dialog->showMistake(messageOf(tr("The token was not revoked."), done.error()).text());
            });
    });
    dialog->open();
}

} // namespace views
