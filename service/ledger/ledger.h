// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The ledger's writing end: appends entries and seals them under a signed checkpoint, inside the caller's transaction.
// Owned by the engine, on its thread; borrows the writing Database and the ledger's key.
//
//     begin; append, append, ...; seal; COMMIT; committed()
//
// With the power gone at any point, what is on disk is the state before the BEGIN or that after the COMMIT: entries,
// tiles and head are rows of one transaction. The checkpoint is signed inside it and leaves the process only after
// committed(). Tiles are written once a transaction, by seal(); the incomplete one of level 0 is kept in memory and
// made again from the last entries at open.
#pragma once

#include "service/ledger/checkpoint.h"
#include "service/ledger/entry.h"
#include "service/store/database.h"

#include <unordered_map>
#include <unordered_set>

namespace ledger {

class Ledger
{
public:
    // What memory knew at one moment of the transaction; good until it ends or is rolled back past that moment.
    struct Mark
    {
        TreeSize size;
        TreeSize sealedSize;
        Timestamp lastTime;
        std::size_t seqChanges;
        std::optional<QByteArray> sealedNote;
    };

    // Writes the head of an empty tree, inside the caller's transaction; the first entry is the caller's.
    static Result<std::unique_ptr<Ledger>> create(
        store::Database &database, const crypto::SigningKey &key, QByteArray origin);

    // Corrupt unless the tiles and the last entries make the head's root, and its checkpoint is ours for that root.
    // Reads at most 255 entries and one tile a level.
    static Result<std::unique_ptr<Ledger>> open(
        store::Database &database, const crypto::SigningKey &key, QByteArray origin);

    // Corrupt where the head on the disk is not the one of the last commit: somebody else wrote there, or put another
    // database in its place.
    Result<void> checkHead();

    // Assigns index and tenant_seq; the time is that of the draft, or of the entry before where that is later.
    // InvalidField or TooLarge for a draft that makes no entry. After an error the caller rolls back to a mark or
    // altogether.
    Result<LeafIndex> append(EntryDraft draft);

    // For the caller's savepoints, whose rows SQLite takes back: this takes back what memory remembers of them.
    Mark mark() const;
    void rollbackTo(const Mark &mark);

    // Last before COMMIT. Without an entry since the last seal nothing is written, and the last checkpoint comes back.
    Result<Checkpoint> seal();

    // After COMMIT, or after ROLLBACK. When it is not known which of the two happened, open() again instead.
    void committed();
    void rolledBack();

    // From the next seal on. For a key's rotation, and for the new origin after an accepted rollback: both come with an
    // entry. Not undone by rolledBack().
    void signAs(const crypto::SigningKey &key, QByteArray origin);

    TreeSize size() const { return m_size; } // with what is not yet committed
    Timestamp lastTime() const { return m_lastTime; }
    const QByteArray &origin() const { return m_origin; }
    VerifierKey verifierKey() const { return ledger::verifierKey(m_origin, m_key->publicKey()); }
    const QByteArray &signedCheckpoint() const { return m_committedNote; } // the last one committed

private:
    struct FullTile
    {
        int level;
        std::uint64_t n;
        std::vector<Digest> hashes;
    };
    struct SeqChange
    {
        TenantId tenant;
        std::uint64_t before;
    };

    Ledger(store::Database &database, const crypto::SigningKey &key, QByteArray origin);
    Result<void> load();
    Result<std::uint64_t> nextSeq(const TenantId &tenant);
    void push(const Digest &leaf);
    Result<void> writeTiles();
    Result<void> writeLeafTile(std::uint64_t n, const QByteArray &hashes);
    Result<void> writeSeqs();
    Result<void> writeHead(const Checkpoint &checkpoint, const QByteArray &note);

    store::Database &m_database;
    const crypto::SigningKey *m_key;
    QByteArray m_origin;

    TreeSize m_size = 0;
    Timestamp m_lastTime;
    Frontier m_frontier;
    std::vector<std::vector<Digest>> m_partials; // by level: the hashes of its incomplete tile
    std::vector<FullTile> m_full; // completed since the last commit: what a rollback needs, and seal() writes
    std::unordered_map<TenantId, std::uint64_t, IdHash> m_nextSeq; // of tenants met since open
    std::vector<SeqChange> m_seqChanges; // since the last commit, oldest first

    TreeSize m_sealedSize = 0; // what the head row covers within this transaction
    std::optional<QByteArray> m_sealedNote; // signed in this transaction
    QByteArray m_committedNote;
    Mark m_committed;
};

} // namespace ledger
