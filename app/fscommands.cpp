// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/fscommands.h"

#include <algorithm>

namespace app {

namespace {

// Which entries: of every command that selects some.
const std::vector<FsOption> FilterOptions{
    {"filter", "KEY=VALUE",
        "Only entries with this value. KEY is tenant-id, node-id, vm-id, token-id (the token acted on), actor (the id "
        "of "
        "the acting token), request-id or outcome (ok, denied, failed). Several values of one key are alternatives, "
        "several keys must all hold."},
    {"event-type", "TYPE", "Only entries of this type, such as VM_REGISTERED. Repeated: one of them."},
    {"since", "TIME", "From this time on: 2026-11-23T18:00:00Z, or a date."},
    {"until", "TIME", "Before this time, which itself is left out."},
    {"from", "INDEX", "From this index on."},
    {"limit", "N", "At most so many."},
    {"reverse", nullptr, "Newest first."},
};

std::vector<FsOption> filtersAnd(std::vector<FsOption> more)
{
    more.insert(more.begin(), FilterOptions.begin(), FilterOptions.end());
    return more;
}

const std::vector<FsCommand> Table{
    {"read", {}, "print entries, by tenant, type, time, ...",
        "Prints the entries that match, oldest first. In jsonl, the default, a line is exactly the stored bytes of an "
        "entry, which are what the ledger's tree is made over. Nothing that matches: no output, exit status 0.\n\n"
        "A filter with one tenant is found through an index, alone or with one type; times and indices narrow the "
        "range "
        "at once. All else is searched entry by entry, a million in a few seconds.",
        filtersAnd({{"format", "FORMAT",
            "jsonl (default), json (one array) or table (for the eye; characters that act on a terminal are shown as "
            "\\u escapes)."}}),
        {{"read --filter tenant-id=acme-corp --event-type TENANT_CREATED --limit 1",
             "when acme-corp was registered, and under whose token"},
            {"read --filter outcome=denied --since 2026-11-01 --format table",
                "what has been refused since the first of November"}},
        fsRead},
    {"verify", {}, "check the ledger, or a bundle, against the signed checkpoint",
        "Recomputes every leaf, tile and root and compares them with the signed checkpoint, the high-water mark, and "
        "any "
        "older checkpoint given. With --full it also replays the entries and compares what they say with tenants, "
        "tokens "
        "and virtual machines, row by row.\n\n"
        "A history that was written anew with the ledger's key is located by checkpoints kept elsewhere alone: the "
        "first "
        "bad index is then given as a range, from the newest of them that agrees to the first that does not. Give "
        "several "
        "to narrow it.\n\n"
        "With --bundle it checks an exported bundle instead, without a data directory: the zip itself, the manifest "
        "and "
        "its signature, and every entry up to the signed root.\n\n"
        "Exit status 0: verified. 1: refused; the first bad index and what is wrong with it are printed. 2: the "
        "command "
        "line is wrong or something can't be read.",
        {{"full", nullptr, "Replay the entries and compare them with the state."},
            {"bundle", "FILE", "Verify this bundle, as export --format bundle makes it, and no data directory."},
            {"vkey", "FILE|KEY",
                "The log's public key, as a file or as text (default: DIR/ledger.vkey, or the bundle's own). Of "
                "several the "
                "newest stands first; one that it replaced is not taken."},
            {"checkpoint", "FILE", "An older checkpoint that the ledger must have grown out of; repeatable."}},
        {{"verify --full", "everything that can be checked from inside"},
            {"verify --full --vkey kept.vkey --checkpoint kept.checkpoint",
                "the same against a key and a checkpoint kept elsewhere, which also shows a ledger put back or "
                "rewritten"},
            {"verify --bundle ledger.zip --vkey kept.vkey", "a bundle, with the key that was kept"}},
        fsVerify},
    {"proof", {"INDEX"}, "print the proof that an entry is in the ledger",
        "Prints a C2SP tlog-proof: the entry's index, its inclusion proof and the newest signed checkpoint. With the "
        "log's "
        "public key and the entry's bytes, any verifier of that format checks it, without the ledger. The bytes are "
        "those "
        "of read without the line end.\n\n"
        "Exit status 1: there is no such entry, or the ledger's tiles don't give a proof that holds.",
        {},
        {{"proof 41 > 41.tlog-proof", "the evidence for entry 41"},
            {"read --from 41 --limit 1 | head -c -1 > 41.entry", "the bytes it speaks of"}},
        fsProof},
    {"consistency", {"OLD", "NEW"}, "print the proof that one size of the ledger has grown out of another",
        "Prints the consistency proof (RFC 6962, 2.1.2) from the ledger's first OLD entries to its first NEW: one hash "
        "a "
        "line, in base64, as a witness takes it. Empty where OLD is 0 or equals NEW.\n\n"
        "Exit status 1: the ledger has not so many entries, or its tiles don't give a proof that holds.",
        {},
        {{"consistency 100 250", "that the tree of 250 entries begins with that of 100"},
            {"consistency 0 1", "nothing: every tree begins with the empty one"}},
        fsConsistency},
    {"export", {}, "write entries to a file, with what proves them",
        "Writes the entries that match to a file: whole or not at all, and never over one that is there. First the "
        "whole "
        "ledger is verified, as verify does it without --full: some two seconds a million entries. Of a ledger that is "
        "damaged nothing is exported; read still prints its entries. The report speaks "
        "of that checkpoint: the same question about the same ledger gives the same report id and the same rows, and, "
        "with the same version, fonts and --prepared-by, the same file.\n\n"
        "bundle: a zip with all the forms below, the proofs (of the whole ledger: its tiles), the key, and a "
        "README.txt "
        "that tells how to check it with sha256sum and openssl; verify --bundle checks it too. Its manifest is signed "
        "with the ledger's key where that can be read. jsonl: the stored bytes, one entry a line. csv: for "
        "spreadsheets; what they would compute gets a ' in front, also behind a \";\". html: one file for a browser. "
        "pdf: a report to read "
        "and sign.\n\n"
        "That it was made becomes an entry, AUDIT_EXPORTED: through the running server, or under the directory's lock "
        "when none runs. Where that can't be, a line on stderr says so and the file stands.\n\n"
        "Exit status 1: not written; 2: the command line is wrong or the directory can't be read.",
        filtersAnd({{"format", "FORMAT", "bundle, jsonl, csv, html or pdf. Needed."},
            {"out", "PATH", "The file to write, mode 0600. Needed."},
            {"no-entry", nullptr, "Leave the export unrecorded."},
            {"query", "FILE",
                "Instead of filters: the query.json of an earlier bundle; - reads it from stdin. "
                "32 KiB are the most that can be recorded."},
            {"prepared-by", "NAME", "Who html and pdf name as having made them (default: the user's name)."},
            {"dry-run", nullptr, "Check and count only: nothing is written or recorded."},
            {"key-passphrase-file", "FILE",
                "The passphrase of the ledger's key, to sign a bundle's manifest and to record without a server."}}),
        {{"export --format bundle --out ledger.zip", "all of it, for an auditor"},
            {"export --format pdf --out acme.pdf --filter tenant-id=acme-corp --since 2026-11-01 --until 2026-12-01",
                "one tenant's November, to be signed"}},
        fsExport},
    {"checkpoint", {}, "print the signed checkpoint: keep one elsewhere",
        "Prints the newest signed checkpoint: origin, number of entries, root, signature. About 200 bytes that, kept "
        "where "
        "the machine's administrator can't reach them, show every later change of what they cover.",
        {},
        {{"checkpoint > checkpoint.today", "to be copied elsewhere"},
            {"checkpoint | ssh elsewhere 'cat > checkpoint.$(date +%F)'", "straight to another machine"}},
        fsCheckpoint},
    {"vkey", {}, "print the log's public key, which verifies checkpoints",
        "Prints the verifier key of the log, NAME+ID+KEY (C2SP signed-note). Together with nothing else it is what an "
        "auditor needs to check a checkpoint or a proof.",
        {},
        {{"vkey > kept.vkey", "to be kept elsewhere"},
            {"verify --vkey \"$(cat kept.vkey)\"", "verify with the key that was kept"}},
        fsVkey},
};

} // namespace

const std::vector<FsCommand> &fsCommands()
{
    return Table;
}

const FsCommand *findFsCommand(const QString &name)
{
    const auto found =
        std::ranges::find_if(Table, [&](const FsCommand &command) { return name == QLatin1StringView(command.name); });
    return found == Table.end() ? nullptr : &*found;
}

} // namespace app
