// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The five steps of onboarding a tenant, each proved against the running server over HTTP: what was asked, what was
// answered, and what follows from it. GUI thread; waits for nothing, `changed` tells.
//
// It acts with an administrator's token of its own, minted in the engine for five minutes when it is needed and revoked
// when this object goes. No token text stands in what is shown. onboarding.cpp has the first two steps and the end,
// onboardingchecks.cpp the other three, onboardingrequests.cpp the way to the server and back.
#pragma once

#include "models/enginelink.h"
#include "models/tenantclient.h"
#include "service/engine/tokencommands.h"

#include <QtCore/qtimer.h>

namespace models {

enum class OnboardingStep
{
    Register,
    IssueToken,
    Isolation,
    Quota,
    Ledger
};
inline constexpr int OnboardingStepCount = int(OnboardingStep::Ledger) + 1;

// One request and its answer, as they are shown.
struct Exchange
{
    QString title; // "The tenant's own VMs"
    QString curl;
    QString answer; // status, what matters of the header, JSON; empty while there is none
};

struct StepRecord
{
    enum class State
    {
        Waiting,
        Running,
        Passed,
        Failed
    };

    State state = State::Waiting;
    QList<Exchange> exchanges = {};
    QString verdict = {}; // of Passed, in whole sentences; of Running: what it waits for, or empty
    QString what = {}; // of Failed: what did not happen
    Error error = {}; // of Failed: why; its fields stand where the form's are
    QString todo = {}; // of Failed: what to do, where the error's code does not say it
};

class Onboarding : public QObject
{
    Q_OBJECT

public:
    // The link is borrowed and outlives this.
    Onboarding(EngineLink &link, const QUrl &server, QObject *parent = nullptr);
    ~Onboarding() override;

    const StepRecord &record(OnboardingStep step) const { return m_records[size_t(step)]; }
    bool passed(OnboardingStep step) const { return record(step).state == StepRecord::State::Passed; }
    bool isRunning() const { return m_busy; }

    // Running, and only waiting until the tenant's rate allows the next request.
    bool isWaiting() const { return m_pause.isActive(); }

    // What exists by now.
    const std::optional<tenancy::TenantSpec> &tenant() const { return m_tenant; } // once the server has it
    Timestamp createdAt() const { return m_createdAt; }
    std::optional<LeafIndex> createdIndex() const { return m_createdIndex; } // of one registered here
    const std::optional<tokens::TokenRecord> &token() const { return m_token; } // once it is issued
    const QStringList &earlierTokens() const { return m_earlierTokens; } // active before resume(): their ids
    const QByteArray &controlVm() const { return m_control; } // what a check that broke off left; empty: nothing

    // The step whose answer was lost, so that it is not known whether it made what it should; repeating it tells.
    std::optional<OnboardingStep> lost() const { return m_lost; }

    // Each begins one step anew; nothing while one is running. The later ones need what the first two made.
    void registerTenant(const tenancy::TenantSpec &spec);
    // Step 1 for a tenant that exists: goes on with it as it is.
    void resume(const TenantId &tenant);
    void issueToken(const QString &publicKey, qint64 expiresInSeconds);
    void verifyIsolation();
    void verifyQuota();
    void confirmLedger();

    // Ends a step that isWaiting(), as failed.
    void stopWaiting();
    // Deletes the tenant with its VMs; ends with removed() or removalFailed().
    void remove();

    // What a shell needs before the requests of a step: where their tokens come from.
    QString shellPreamble(OnboardingStep step) const;
    // What step 5 asks of the ledger, for a shell.
    QString readLine() const;

Q_SIGNALS:
    void changed(OnboardingStep step);
    // The only time that the text is given out.
    void tokenIssued(const engine::IssuedToken &issued);
    // It expired or was revoked meanwhile: step 2 is open again, and what was checked with it.
    void tokenLost();
    void removed();
    void removalFailed(const Error &error);

private:
    using State = StepRecord::State;
    using Handler = TenantClient::Handler;

    bool begin(OnboardingStep step);
    void pass(const QString &verdict);
    void failStep(const QString &what, const Error &error, const QString &todo = {});
    // The server refused: its problem becomes the error.
    void refused(const QString &what, const HttpAnswer &answer);

    // As administrator, with a token that is good for a while; fails the step where none can be had.
    void asAdministrator(const QString &title, HttpRequest request, Handler handler, bool again = false);
    void asTenant(const QString &title, HttpRequest request, Handler handler);
    void forgetToken();
    void mint(std::function<void(const Result<QByteArray> &)> handler);
    void revokeAdministrator();
    void ask(const QString &title, const HttpRequest &request, Handler handler);
    void answered(qsizetype exchange, const HttpRequest &request, const HttpAnswer &answer, const Handler &handler);
    void deleteTenant(bool again);
    // The same key for the same body, so that a repeat after a lost answer finds what was made. Qt's client repeats by
    // itself, POST too, when a connection is cut.
    QByteArray idempotencyKey(const HttpRequest &request);

    void onRegistered(const tenancy::TenantSpec &spec, const HttpAnswer &answer);
    void onFound(const TenantId &tenant, const HttpAnswer &answer);
    void onEarlierTokens(const HttpAnswer &answer);
    void onIssued(const QByteArray &publicKey, const HttpAnswer &answer);
    void makeControl();
    void listOwn();
    void findForeign(const QByteArray &target);
    void probe(const QByteArray &foreign, const QString &foreignTenant);
    void destroyControl(const QString &sentence);
    struct Room
    {
        qint64 used, limit, remaining; // VMs
    };
    void askTooMuch(const Room &room);
    void onTooMuch(const Room &room, const HttpAnswer &answer);
    void checkNothingMade(const Room &room);
    QString notEnforced() const;
    void verifyProof(const QByteArray &entry, const QByteArray &proof);

    EngineLink &m_link;
    TenantClient m_client;
    std::array<StepRecord, OnboardingStepCount> m_records;
    OnboardingStep m_step = OnboardingStep::Register; // that is running, or ran last
    bool m_busy = false;

    std::optional<engine::IssuedToken> m_administrator;
    QByteArray m_tenantToken; // its text, for the checks
    std::optional<tenancy::TenantSpec> m_tenant;
    Timestamp m_createdAt;
    TokenId m_createdBy;
    std::optional<LeafIndex> m_createdIndex;
    std::optional<tokens::TokenRecord> m_token;
    QStringList m_earlierTokens;

    std::optional<OnboardingStep> m_lost;
    std::pair<QByteArray, QByteArray> m_lastBody; // and its idempotency key
    int m_retries = 0; // of the request under way
    QTimer m_pause; // until its next try
    std::function<void()> m_goOn; // that try
    QByteArray m_control; // the VM made for the isolation check, until it is destroyed
    QByteArray m_controlKey; // the idempotency key that it was asked for with, as long as its answer is not known
    // Of the isolation check that runs.
    qsizetype m_ownVms = 0;
    QString m_notes;
    QStringList m_defects;
};

} // namespace models
