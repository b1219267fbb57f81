// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The limit that durable changes are measured against: the same schema, rows, hashes, tiles and signatures, written by
// a loop around SQLite's C API with nothing else in the way: statements prepared once, values bound without a copy, no
// lock and no statistics in SQLite, one thread that never waits for anybody. No Qt, no rules, no savepoints, no
// high-water mark, no answers, no HTTP.
//
//     rawstore SCHEMA.sql DATABASE BATCH SECONDS     ->     "<changes> <commits> <seconds>"
//
// BATCH is the mean number of changes a commit and may be a fraction. A change is a VM's row and its ledger entry; a
// commit adds tiles, counters, the tenant's usage and the signed head, exactly as the server's does.

#include <openssl/evp.h>
#include <sqlite3.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using Digest = std::array<unsigned char, 32>;
using Steady = std::chrono::steady_clock;

constexpr int TileWidth = 256;
constexpr size_t Levels = 8;
constexpr const char *Tenant = "raw-tenant";
constexpr const char *Origin = "service-vm-tenant/0192f0c1-2b3c-7d4e-8f50-617283940a1b";
constexpr const char *Key = "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg";
constexpr const char *Token = "0192f0c1-2b3c-7d4e-8f50-617283940a1c";

[[noreturn]] void stop(const char *what, sqlite3 *database)
{
    std::fprintf(stderr, "rawstore: %s: %s\n", what, database ? sqlite3_errmsg(database) : "failed");
    std::exit(1);
}

Digest sha256(std::initializer_list<std::string_view> parts)
{
    static EVP_MD *algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    static EVP_MD_CTX *context = [] {
        EVP_MD_CTX *made = EVP_MD_CTX_new();
        EVP_DigestInit_ex2(made, algorithm, nullptr);
        return made;
    }();
    EVP_DigestInit_ex2(context, nullptr, nullptr);
    for (const auto part : parts)
        EVP_DigestUpdate(context, part.data(), part.size());
    Digest digest;
    EVP_DigestFinal_ex(context, digest.data(), nullptr);
    return digest;
}

std::string_view view(const Digest &digest)
{
    return {reinterpret_cast<const char *>(digest.data()), digest.size()};
}

struct Tree
{
    struct Tile
    {
        int level;
        long long n;
        std::vector<Digest> hashes;
    };

    long long size = 0;
    std::array<Digest, 64> frontier{};
    std::array<std::vector<Digest>, Levels> partials;
    std::array<bool, Levels> changed{};
    std::vector<Tile> full;

    void append(std::string_view entry)
    {
        Digest hash = sha256({std::string_view("\0", 1), entry});
        partials[0].push_back(hash);
        size_t level = 0;
        for (; (size >> level) & 1; ++level) {
            hash = sha256({std::string_view("\1", 1), view(frontier[level]), view(hash)});
            if ((level + 1) % 8 != 0)
                continue;
            const size_t above = (level + 1) / 8;
            full.push_back({int(above) - 1, size >> (level + 1), std::exchange(partials[above - 1], {})});
            partials[above].push_back(hash);
            changed[above] = true;
        }
        frontier[level] = hash;
        ++size;
    }

    Digest root() const
    {
        Digest hash{};
        bool any = false;
        for (size_t level = 0; level < 63; ++level) {
            if (!((size >> level) & 1))
                continue;
            hash = any ? sha256({std::string_view("\1", 1), view(frontier[level]), view(hash)}) : frontier[level];
            any = true;
        }
        return hash;
    }
};

class Statement
{
public:
    Statement(sqlite3 *database, const char *sql)
        : m_database(database)
    {
        if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &m_statement, nullptr) != SQLITE_OK)
            stop(sql, database);
    }
    Statement(const Statement &) = delete;
    Statement &operator=(const Statement &) = delete;
    ~Statement() { sqlite3_finalize(m_statement); }

    Statement &text(int position, std::string_view value)
    {
        sqlite3_bind_text(m_statement, position, value.data(), int(value.size()), SQLITE_STATIC);
        return *this;
    }
    Statement &blob(int position, std::string_view value)
    {
        sqlite3_bind_blob(m_statement, position, value.data(), int(value.size()), SQLITE_STATIC);
        return *this;
    }
    Statement &number(int position, long long value)
    {
        sqlite3_bind_int64(m_statement, position, value);
        return *this;
    }
    void run()
    {
        if (sqlite3_step(m_statement) != SQLITE_DONE)
            stop(sqlite3_sql(m_statement), m_database);
        sqlite3_reset(m_statement);
    }

private:
    sqlite3 *m_database;
    sqlite3_stmt *m_statement = nullptr;
};

sqlite3 *openDatabase(const char *path, const char *schemaPath)
{
    sqlite3 *database = nullptr;
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &database, flags, nullptr) != SQLITE_OK)
        stop(path, database);
    std::ifstream file(schemaPath);
    const std::string schema(std::istreambuf_iterator<char>(file), {});
    const std::string setUp =
        "PRAGMA page_size=8192; PRAGMA journal_mode=wal; PRAGMA synchronous=2; PRAGMA foreign_keys=1;"
        "PRAGMA trusted_schema=0; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-16384; PRAGMA temp_store=2; BEGIN;"
        + schema
        + "INSERT INTO ledger_head VALUES (1, 0, x'00', x'00', 0);"
          "INSERT INTO ledger_seq VALUES ('raw-tenant', 0);"
          "INSERT INTO tenant VALUES ('raw-tenant', 'Raw', 100000, 1000000000, 10000000, '{}', NULL, 'active', 0, "
          "'raw', 0, 1,"
          " 0, 0); COMMIT;";
    if (schema.empty() || sqlite3_exec(database, setUp.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        stop(schemaPath, database);
    return database;
}

std::string newId(long long now)
{
    static std::mt19937_64 random(std::random_device{}());
    const unsigned long long high = static_cast<unsigned long long>(now) << 16 | 0x7000 | (random() & 0xfff);
    const unsigned long long low = 0x8000'0000'0000'0000 | (random() & 0x3fff'ffff'ffff'ffff);
    char text[37];
    std::snprintf(text, sizeof text, "%08llx-%04llx-%04llx-%04llx-%012llx", high >> 32, high >> 16 & 0xffff,
        high & 0xffff, low >> 48, low & 0xffff'ffff'ffff);
    return text;
}

std::string entryOf(long long index, const std::string &vm, const std::string &request)
{
    char text[1024];
    const int size = std::snprintf(text, sizeof text,
        "{\"v\":1,\"index\":%lld,\"time\":\"2026-11-23T18:17:04.120Z\",\"event_type\":\"VM_REGISTERED\",\"tenant_id\":"
        "\"%s\","
        "\"tenant_seq\":%lld,\"actor\":{\"kind\":\"tenant\",\"token_id\":\"%s\",\"scope\":\"service:tenant-admin\","
        "\"subject\":\"%s\"},\"source\":{\"via\":\"http\",\"address\":\"127.0.0.1\",\"request_id\":\"%s\",\"user_"
        "agent\":null},"
        "\"outcome\":\"ok\",\"data\":{\"vm_id\":\"%s\",\"name\":\"\",\"vm_type\":\"generic\",\"ram_mb\":1024,\"vcpu_"
        "count\":1,"
        "\"disk_gb\":10,\"prefer_kvm\":false,\"node_id\":null,\"state\":\"Provisioning\"}}",
        index, Tenant, index, Token, Key, request.c_str(), vm.c_str());
    return std::string(text, size_t(size));
}

class Writer
{
public:
    explicit Writer(sqlite3 *database)
        : m_database(database)
    {
    }

    void commit(long long changes)
    {
        const auto now =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count();
        m_begin.run();
        for (long long i = 0; i < changes; ++i)
            change(now);
        writeTiles();
        m_seq.text(1, Tenant).number(2, m_tree.size).run();
        m_usage.number(1, m_tree.size).number(2, m_tree.size * 10).text(3, Tenant).run();
        writeHead(now);
        m_commit.run();
    }

private:
    void change(long long now)
    {
        const std::string id = newId(now), request = newId(now);
        m_vm.text(1, id).text(2, Tenant).text(3, "").text(4, "generic").number(5, 1024).number(6, 1).number(7, 10);
        m_vm.number(8, 0).text(9, "Provisioning").number(11, now).run();
        const std::string entry = entryOf(m_tree.size, id, request);
        m_entry.number(1, m_tree.size).number(2, now).text(3, "VM_REGISTERED").text(4, Tenant).number(5, m_tree.size);
        m_entry.text(6, "ok").text(7, Token).text(9, id).text(11, request).blob(12, entry).run();
        m_tree.append(entry);
    }

    void writeTiles()
    {
        for (const Tree::Tile &tile : m_tree.full)
            m_tile.number(1, tile.level).number(2, tile.n).blob(3, bytes(tile.hashes)).run();
        m_tree.full.clear();
        for (size_t level = 1; level < Levels; ++level) {
            if (std::exchange(m_tree.changed[level], false) && !m_tree.partials[level].empty())
                m_tile.number(1, int(level))
                    .number(2, (m_tree.size >> (8 * level)) / TileWidth)
                    .blob(3, bytes(m_tree.partials[level]))
                    .run();
        }
    }

    void writeHead(long long now)
    {
        const Digest root = m_tree.root();
        std::string note = std::string(Origin) + '\n' + std::to_string(m_tree.size) + '\n';
        char base64[128];
        EVP_EncodeBlock(reinterpret_cast<unsigned char *>(base64), root.data(), 32);
        note += base64 + std::string(1, '\n');
        unsigned char signature[64];
        size_t length = sizeof signature;
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        const bool made = EVP_DigestSignInit(context, nullptr, nullptr, nullptr, m_key) == 1
            && EVP_DigestSign(
                   context, signature, &length, reinterpret_cast<const unsigned char *>(note.data()), note.size())
                == 1;
        EVP_MD_CTX_free(context);
        if (!made)
            stop("signing", nullptr);
        EVP_EncodeBlock(reinterpret_cast<unsigned char *>(base64), signature, 64);
        note += std::string("\n\xe2\x80\x94 ") + Origin + ' ' + base64 + '\n';
        m_head.number(1, m_tree.size).blob(2, view(root)).blob(3, note).number(4, now).run();
    }

    static std::string_view bytes(const std::vector<Digest> &hashes)
    {
        return {reinterpret_cast<const char *>(hashes.data()), hashes.size() * sizeof(Digest)};
    }

    sqlite3 *m_database;
    Tree m_tree;
    EVP_PKEY *m_key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    Statement m_begin{m_database, "BEGIN IMMEDIATE"};
    Statement m_commit{m_database, "COMMIT"};
    Statement m_vm{m_database,
        "INSERT INTO vm (vm_id, tenant_id, name, vm_type, ram_mb, vcpu_count, disk_gb, prefer_kvm, state, node_id, "
        "created_at,"
        " started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    Statement m_entry{m_database,
        "INSERT INTO ledger_entry (idx, time, event_type, tenant_id, tenant_seq, outcome, actor_id, token_id, vm_id, "
        "node_id,"
        " request_id, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    Statement m_tile{m_database,
        "INSERT INTO ledger_tile (level, n, hashes) VALUES (?, ?, ?)"
        " ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes"};
    Statement m_seq{m_database,
        "INSERT INTO ledger_seq (tenant_id, next) VALUES (?, ?) ON CONFLICT (tenant_id) DO UPDATE SET next = "
        "excluded.next"};
    Statement m_usage{m_database, "UPDATE tenant SET used_vms = ?, used_storage_gb = ? WHERE tenant_id = ?"};
    Statement m_head{
        m_database, "UPDATE ledger_head SET size = ?, root = ?, checkpoint = ?, last_time = ? WHERE id = 1"};
};

} // namespace

int main(int argc, char **argv)
{
    const double batch = argc == 5 ? std::atof(argv[3]) : 0, seconds = argc == 5 ? std::atof(argv[4]) : 0;
    if (batch < 1 || seconds <= 0) {
        std::fprintf(stderr, "usage: rawstore SCHEMA.sql DATABASE BATCH SECONDS\n");
        return 2;
    }
    sqlite3 *database = openDatabase(argv[2], argv[1]);
    long long changes = 0, commits = 0;
    double passed = 0;
    {
        Writer writer(database);
        const auto start = Steady::now();
        while (passed < seconds) {
            const auto next = std::llround(double(++commits) * batch);
            writer.commit(next - changes);
            changes = next;
            passed = std::chrono::duration<double>(Steady::now() - start).count();
        }
    }
    sqlite3_close(database);
    std::printf("%lld %lld %.6f\n", changes, commits, passed);
    return 0;
}
