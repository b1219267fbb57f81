// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Tokens in the engine: who may still act, what dies with what, and where their texts are not.

#include "service/tokens/jws.h"
#include "tests/service/engine/enginehouse.h"

#include <QtCore/qdiriterator.h>
#include <QtCore/qregularexpression.h>

#include <thread>

using namespace Qt::StringLiterals;
using engine::Work;

class TestEngineTokens : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
    }

    void init()
    {
        m_house = std::make_unique<EngineHouse>();
        VERIFY_RESULT(m_house->start());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp")));
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("globex")));
    }

    void cleanup() { m_house.reset(); }

    // What the door let pass is judged again when its turn comes.
    void aQueuedCommandOfSomeoneWhoLostTheRightIsRefused_data()
    {
        QTest::addColumn<QString>("event");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("its token was revoked") << u"revoke"_s << ErrorCode::InvalidToken;
        QTest::newRow("its tenant was suspended") << u"suspend"_s << ErrorCode::TenantSuspended;
        QTest::newRow("its tenant was deleted") << u"delete"_s << ErrorCode::InvalidToken;
    }

    void aQueuedCommandOfSomeoneWhoLostTheRightIsRefused()
    {
        QFETCH(const QString, event);
        QFETCH(const ErrorCode, code);
        const tokens::TokenRecord token = issue(m_house->admin(), "service:tenant-admin");
        const auto size = m_house->size();
        Gate gate(*m_house);
        auto first = m_house->submitPlain(m_house->admin(), [&, event](Work &work) -> Result<void> {
            if (event == "revoke"_L1)
                return engine::revokeToken(work, token.id, {});
            if (event == "suspend"_L1)
                return engine::suspendTenant(work, token.tenant, {}).transform([](const auto &) {});
            return engine::deleteTenant(work, token.tenant, {}).transform([](const auto &) {});
        });
        auto vm = m_house->submitVms(EngineHouse::holder(token), "acme-corp");
        auto child = m_house->submitToken(EngineHouse::holder(token), "acme-corp", "READ");
        gate.open();
        VERIFY_RESULT(first.result());
        VERIFY_ERROR(vm.result(), code);
        VERIFY_ERROR(child.result(), code);
        // A deletion revokes the tenant's token with an entry of its own.
        QCOMPARE(m_house->size(), size + (event == "delete"_L1 ? 2 : 1));
    }

    // So that they stay dead whatever becomes of the tenant.
    void aDeletedTenantsTokensAreRevokedOneByOne()
    {
        const tokens::TokenRecord first = issue(m_house->admin(), "service:tenant-admin");
        const tokens::TokenRecord child = issue(EngineHouse::holder(first), "READ");
        const tokens::TokenRecord revoked = issue(m_house->admin(), "INPUT");
        VERIFY_RESULT(m_house->submitRevocation(m_house->admin(), revoked.id).result());
        const auto size = m_house->size();
        VERIFY_RESULT(m_house
                          ->submitPlain(m_house->admin(),
                              [](Work &work) { return engine::deleteTenant(work, TenantId("acme-corp"), {}); })
                          .result());
        QCOMPARE(m_house->events(size), (QByteArrayList{"TOKEN_REVOKED", "TOKEN_REVOKED", "TENANT_DELETED"}));
        m_house->engine().state().read([&](const engine::State &state) {
            for (const TokenId &id : {first.id, child.id, revoked.id})
                QVERIFY(state.token(id)->revokedAt);
        });
        const auto data = m_house->entry(size).data;
        QCOMPARE(*data.find("reason")->string(), "tenant deleted"_ba);
        QCOMPARE(m_house->damage(), QString());
    }

    void anInventedCallerIsRefused()
    {
        tokens::TokenRecord token = issue(m_house->admin(), "INPUT");
        token.id = TokenId("0199a8c0-0000-7000-8000-00000000000f");
        VERIFY_ERROR(m_house->submitVms(EngineHouse::holder(token), "acme-corp").result(), ErrorCode::InvalidToken);
    }

    void aRevokedTokenTakesAllThatCameFromIt()
    {
        const auto root = issue(m_house->admin(), "service:tenant-admin");
        const auto sibling = issue(m_house->admin(), "service:tenant-admin");
        std::vector<tokens::TokenRecord> chain{root};
        for (int depth = 1; depth <= tokens::MostDepth; ++depth)
            chain.push_back(issue(EngineHouse::holder(chain.back()), "service:tenant-admin"));
        VERIFY_ERROR(m_house->submitToken(EngineHouse::holder(chain.back()), "acme-corp", "READ").result(),
            ErrorCode::DepthExceeded);
        const auto beside = issue(EngineHouse::holder(chain[1]), "USER");

        auto size = m_house->size();
        VERIFY_RESULT(m_house->submitRevocation(m_house->admin(), chain[1].id).result());
        QCOMPARE(m_house->events(size), QByteArrayList(tokens::MostDepth + 1, "TOKEN_REVOKED"));
        for (size_t depth = 1; depth < chain.size(); ++depth)
            QVERIFY(isRevoked(chain[depth].id));
        QVERIFY(isRevoked(beside.id));
        QVERIFY(!isRevoked(root.id));
        QVERIFY(!isRevoked(sibling.id));

        size = m_house->size();
        const auto again = m_house->submitRevocation(m_house->admin(), chain[1].id).result();
        VERIFY_RESULT(again);
        QVERIFY(!again->index); // no entry
        QCOMPARE(m_house->size(), size);
        QCOMPARE(m_house->damage(), QString());
    }

    void aTenantRevokesItselfAndItsOwnDescendantsOnly_data()
    {
        QTest::addColumn<int>("which");
        QTest::addColumn<bool>("may");
        QTest::newRow("itself") << 0 << true;
        QTest::newRow("its child") << 1 << true;
        QTest::newRow("its sibling") << 2 << false;
        QTest::newRow("its parent") << 3 << false;
        QTest::newRow("another tenant's token") << 4 << false;
        QTest::newRow("the administrator's token") << 5 << false;
        QTest::newRow("a token never issued") << 6 << false;
    }

    void aTenantRevokesItselfAndItsOwnDescendantsOnly()
    {
        QFETCH(const int, which);
        QFETCH(const bool, may);
        const auto parent = issue(m_house->admin(), "service:tenant-admin");
        const auto own = issue(EngineHouse::holder(parent), "service:tenant-admin");
        const auto child = issue(EngineHouse::holder(own), "USER");
        const auto sibling = issue(EngineHouse::holder(parent), "USER");
        const auto foreign = m_house->submitToken(m_house->admin(), "globex", "USER").result()->value.record;
        const std::array ids{own.id, child.id, sibling.id, parent.id, foreign.id, m_house->admin().actor.tokenId,
            TokenId("0199a8c0-0000-7000-8000-00000000000f")};
        const auto size = m_house->size();
        const auto result = m_house->submitRevocation(EngineHouse::holder(own), ids.at(size_t(which))).result();
        if (may) {
            VERIFY_RESULT(result);
            return;
        }
        VERIFY_ERROR(result, ErrorCode::NotFound);
        QCOMPARE(result.error().detail, u"There is no such token."_s); // alike for all of them
        QCOMPARE(m_house->size(), size);
    }

    void anotherTenantIsAnsweredAsAnAbsentOne()
    {
        const auto token = issue(m_house->admin(), "service:tenant-admin");
        const auto foreign = m_house->submitToken(EngineHouse::holder(token), "globex", "READ").result();
        const auto absent = m_house->submitToken(EngineHouse::holder(token), "nobody", "READ").result();
        VERIFY_ERROR(foreign, ErrorCode::NotFound);
        VERIFY_ERROR(absent, ErrorCode::NotFound);
        QCOMPARE(foreign.error().detail, absent.error().detail);

        const auto vm = m_house->submitVms(m_house->admin(), "globex").result();
        VERIFY_RESULT(vm);
        const auto destroy = [&](const VmId &id) {
            return m_house
                ->submitPlain(EngineHouse::holder(token), [id](Work &work) { return engine::destroyVm(work, id); })
                .result();
        };
        const auto foreignVm = destroy(vm->value.front().id), absentVm = destroy(VmId("nothing"));
        VERIFY_ERROR(foreignVm, ErrorCode::NotFound);
        VERIFY_ERROR(absentVm, ErrorCode::NotFound);
        QCOMPARE(foreignVm.error().detail, absentVm.error().detail);
    }

    void issuingWhileRevokingLeavesNoLiveOrphan()
    {
        for (int round = 0; round < 5; ++round) {
            const auto root = issue(m_house->admin(), "service:tenant-admin");
            std::atomic<int> issued = 0;
            std::vector<std::jthread> threads;
            for (int i = 0; i < 4; ++i) {
                threads.emplace_back([&] {
                    // Deeper and deeper, until the revocation catches up.
                    tokens::TokenRecord parent = root;
                    for (int k = 0; k < 40; ++k) {
                        if (parent.depth == tokens::MostDepth)
                            parent = root;
                        const auto child =
                            m_house->submitToken(EngineHouse::holder(parent), "acme-corp", "service:tenant-admin")
                                .result();
                        if (!child)
                            return;
                        ++issued;
                        parent = child->value.record;
                    }
                });
            }
            while (issued < 8) // let some be there first
                std::this_thread::yield();
            VERIFY_RESULT(m_house->submitRevocation(m_house->admin(), root.id).result());
            threads.clear();
            m_house->engine().state().read([&](const engine::State &state) {
                for (const auto &[id, token] : state.tokens) {
                    const tokens::TokenRecord *parent = state.token(token.parent);
                    QVERIFY(!parent || !parent->revokedAt || token.revokedAt);
                }
            });
        }
        QCOMPARE(m_house->memory(), m_house->disk());
        QCOMPARE(m_house->damage(), QString());
    }

    void theTextOfATokenIsStoredNowhere()
    {
        const auto issued = m_house->submitToken(m_house->admin(), "acme-corp", "INPUT").result();
        VERIFY_RESULT(issued);
        QFile file(m_house->paths().adminToken());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray admin = file.readAll().trimmed();
        VERIFY_RESULT(tokens::parseToken(issued->value.text));
        VERIFY_RESULT(tokens::parseToken(admin));
        int looked = 0;
        for (int pass = 0; pass < 2; ++pass) { // with the write-ahead log, and when it is written back
            QDirIterator files(m_house->path(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
            while (files.hasNext()) {
                QFile stored(files.next());
                if (stored.fileName() == m_house->paths().adminToken() || !stored.open(QIODevice::ReadOnly))
                    continue;
                const QByteArray bytes = stored.readAll();
                ++looked;
                for (const QByteArray &text : {issued->value.text, admin}) {
                    for (const QByteArray &part : text.split('.')) // header, claims, signature
                        QVERIFY2(!bytes.contains(part), qPrintable(stored.fileName()));
                }
            }
            m_house->stop();
        }
        QVERIFY(looked > 8);
    }

    void theAdministratorsTokenIsReplaced()
    {
        const QString path = m_house->paths().adminToken();
        const auto old = *engine::adminTokenId(path);
        const auto replaced = m_house
                                  ->submit<engine::IssuedToken>(engine::systemCaller(),
                                      [&](Work &work) { return engine::replaceAdminToken(work, path, true); })
                                  .result();
        VERIFY_RESULT(replaced);
        QCOMPARE(engine::adminTokenId(path)->text(), replaced->value.record.id.text());
        QVERIFY(isRevoked(old));
        QVERIFY(!QFile::exists(path + ".next"_L1));
        QCOMPARE(m_house->damage(), QString());
    }

    // Only the token in the file may live: the one before the last was printed to somebody and is in no file.
    void ofTwoReplacementsInOneCommitOneLives()
    {
        const QString path = m_house->paths().adminToken();
        const auto old = *engine::adminTokenId(path);
        Gate gate(*m_house);
        const auto replace = [&] {
            return m_house->submit<engine::IssuedToken>(
                engine::systemCaller(), [&](Work &work) { return engine::replaceAdminToken(work, path, true); });
        };
        auto first = replace(), second = replace();
        gate.open();
        VERIFY_RESULT(first.result());
        VERIFY_RESULT(second.result());
        QCOMPARE(engine::adminTokenId(path)->text(), second.result()->value.record.id.text());
        QVERIFY(isRevoked(old));
        QVERIFY(isRevoked(first.result()->value.record.id));
        QVERIFY(!isRevoked(second.result()->value.record.id));
        QVERIFY(!QFile::exists(path + ".next"_L1));
        QCOMPARE(m_house->damage(), QString());
    }

    void aReplacementThatCouldNotBeMovedIsRevokedByTheNext()
    {
        const QString path = m_house->paths().adminToken();
        QVERIFY(QFile::rename(path, path + ".kept"_L1));
        QVERIFY(QDir().mkdir(path)); // a file can't be moved there
        const auto replace = [&] {
            return m_house
                ->submit<engine::IssuedToken>(
                    engine::systemCaller(), [&](Work &work) { return engine::replaceAdminToken(work, path, true); })
                .result();
        };
        const QRegularExpression said(u"admin.token.next can't be put in place: Is a directory"_s);
        QTest::ignoreMessage(QtWarningMsg, said);
        const auto stranded = replace();
        VERIFY_RESULT(stranded);
        QVERIFY(!isRevoked(stranded->value.record.id));
        QVERIFY(QDir().rmdir(path) && QFile::rename(path + ".kept"_L1, path));
        const auto next = replace();
        VERIFY_RESULT(next);
        QVERIFY(isRevoked(stranded->value.record.id));
        QCOMPARE(engine::adminTokenId(path)->text(), next->value.record.id.text());
        QCOMPARE(m_house->damage(), QString());
    }

    void aReplacementCutShortIsSettledAtStart_data()
    {
        QTest::addColumn<bool>("committed");
        QTest::newRow("before the commit the old one stays") << false;
        QTest::newRow("after the commit the new one counts") << true;
    }

    void aReplacementCutShortIsSettledAtStart()
    {
        QFETCH(const bool, committed);
        const QString path = m_house->paths().adminToken();
        const auto old = *engine::adminTokenId(path);
        (committed ? m_house->faults.after : m_house->faults.before) = 1;
        VERIFY_ERROR(m_house
                         ->submit<engine::IssuedToken>(engine::systemCaller(),
                             [&](Work &work) { return engine::replaceAdminToken(work, path, true); })
                         .result(),
            ErrorCode::LedgerUnavailable);
        QCOMPARE(*engine::adminTokenId(path) != old, committed); // what is on the disk has its effects at once
        const auto settled = m_house->engine().state().read(
            [&](const engine::State &state) { return engine::settleAdminToken(path, state); });
        VERIFY_RESULT(settled);
        QVERIFY(!QFile::exists(path + ".next"_L1));
        const auto now = *engine::adminTokenId(path);
        QCOMPARE(now != old, committed);
        QVERIFY(!isRevoked(now));
    }

private:
    tokens::TokenRecord issue(engine::Caller caller, const char *scope)
    {
        auto issued = m_house->submitToken(std::move(caller), "acme-corp", scope).result();
        if (!issued)
            qFatal("%s", qPrintable(issued.error().detail));
        return issued->value.record;
    }

    bool isRevoked(const TokenId &id) const
    {
        return m_house->engine().state().read(
            [&](const engine::State &state) { return state.token(id)->revokedAt.has_value(); });
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<EngineHouse> m_house;
};

QTEST_GUILESS_MAIN(TestEngineTokens)
#include "tst_enginetokens.moc"
