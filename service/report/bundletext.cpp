// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The small files of a bundle.

#include "service/core/encoding.h"
#include "service/core/jsonwriter.h"
#include "service/crypto/publickeytext.h"
#include "service/report/bundle.h"
#include "service/report/query.h"
#include "service/store/statement.h"

using namespace Qt::StringLiterals;

namespace report {

namespace {

// Everything here is tried as it is printed. POSIX sh; numbers through the shell, bytes through files. Blocks of
// commands begin at the line's beginning, prose is numbered or indented.
constexpr char Common[] = R"README(
1. Nothing was lost or changed on the way (every line ends in OK):

sha256sum -c manifest.sha256

2. The checkpoint was signed by the ledger's key. The key in the file vkey counts only if
   it is the one you were given by another way: compare them, or put yours in its place.

(printf '\060\052\060\005\006\003\053\145\160\003\041\000'; cut -d + -f 3- vkey | openssl base64 -d -A | tail -c 32) > key.der
openssl pkey -pubin -inform DER -in key.der -out key.pem
head -n 3 @CHECKPOINT@ > signed.txt
tail -n 1 @CHECKPOINT@ | cut -d ' ' -f 3 | openssl base64 -d -A | tail -c 64 > signature.bin
openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in signed.txt -sigfile signature.bin

   The third line of signed.txt is the root: SHA-256 over all entries, in base64.

3. A line of entries.jsonl is the entry in the ledger's own bytes; its hash is the last but
   one column of entries.csv:

(printf '\000'; head -n 1 entries.jsonl | tr -d '\n') | sha256sum
)README";

constexpr char Excerpt[] = R"README(
4. Each entry is in the tree that the checkpoint signs. This follows the proof of every
   entry up to the root (RFC 9162, 2.1.3.2) and prints OK or FAILED for each:

for proof in proofs/*.tlog-proof; do
  [ -e "$proof" ] || continue
  i=${proof#proofs/}; i=${i%.tlog-proof}
  (printf '\000'; cat "proofs/$i.entry") | openssl dgst -sha256 -binary > hash.bin
  fn=$i; sn=$(($(sed -n 2p signed.txt) - 1)); good=yes
  [ "$(sed -n 2p "$proof")" = "index $i" ] || good=no
  for line in $(sed '1,2d;/^$/,$d' "$proof"); do
    echo "$line" | openssl base64 -d -A > other.bin
    [ $sn -gt 0 ] || good=no
    if [ $((fn % 2)) -eq 1 ] || [ $fn -eq $sn ]; then
      (printf '\001'; cat other.bin hash.bin) | openssl dgst -sha256 -binary > next.bin
      while [ $((fn % 2)) -eq 0 ] && [ $fn -gt 0 ]; do fn=$((fn / 2)); sn=$((sn / 2)); done
    else
      (printf '\001'; cat hash.bin other.bin) | openssl dgst -sha256 -binary > next.bin
    fi
    mv next.bin hash.bin; fn=$((fn / 2)); sn=$((sn / 2))
  done
  [ $sn -eq 0 ] && [ $good = yes ] && [ "$(openssl base64 -A < hash.bin)" = "$(sed -n 3p signed.txt)" ] &&
    sed '1,/^$/d' "$proof" | cmp -s - @CHECKPOINT@ && echo "$i OK" || echo "$i FAILED"
done

   This is an excerpt: it proves that these entries are in the ledger, not that there are no
   others. Any verifier of C2SP tlog-proof checks the same with policy.txt.
)README";

constexpr char Whole[] = R"README(
4. The entries make the root that the checkpoint signs (RFC 6962, 2.1). This makes it from
   entries.jsonl and prints OK or FAILED. A shell takes some 30 ms an entry; for more than
   some thousands let a tlog-tiles client do it (below):

rm -f level.*.bin; n=0
LC_ALL=C sort -n -t : -k 3 entries.jsonl > sorted.jsonl
while IFS= read -r line; do
  (printf '\000'; printf '%s' "$line") | openssl dgst -sha256 -binary > hash.bin
  m=$n; level=0
  while [ $((m % 2)) -eq 1 ]; do
    (printf '\001'; cat level.$level.bin hash.bin) | openssl dgst -sha256 -binary > next.bin
    mv next.bin hash.bin; rm level.$level.bin; m=$((m / 2)); level=$((level + 1))
  done
  mv hash.bin level.$level.bin; n=$((n + 1))
done < sorted.jsonl
rm -f root.bin
for level in $(seq 0 63); do
  [ -f level.$level.bin ] || continue
  if [ -f root.bin ]; then
    (printf '\001'; cat level.$level.bin root.bin) | openssl dgst -sha256 -binary > next.bin
    mv next.bin root.bin
  else
    mv level.$level.bin root.bin
  fi
done
[ $n -eq "$(sed -n 2p signed.txt)" ] && [ "$(openssl base64 -A < root.bin)" = "$(sed -n 3p signed.txt)" ] && echo OK || echo FAILED

   The folder log/ is the whole ledger as C2SP tlog-tiles: give it to a static file server, or
   read it as files, and any client of that format verifies it, with the key in vkey.
)README";

constexpr char Signed[] = R"README(
5. The list of files was signed by the ledger's key too, when the bundle was made:

head -n 3 manifest.sha256.note > list.txt
tail -n 1 manifest.sha256.note | cut -d ' ' -f 3 | openssl base64 -d -A | tail -c 64 > list.bin
openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in list.txt -sigfile list.bin
sed -n 2p list.txt | sha256sum -c
)README";

constexpr char Unsigned[] = R"README(
   The list of files is not signed: the ledger's key was not at hand when the bundle was made.
)README";

QByteArray title(const Facts &facts)
{
    return (facts.isWhole ? "Export of the whole ledger: " : "Excerpt of the ledger: ")
        + QByteArray::number(qulonglong(facts.rows)) + " of " + QByteArray::number(qulonglong(facts.head.size))
        + " entries\n";
}

} // namespace

QByteArray bundleManifestText(const crypto::Digest &manifest, const QByteArray &reportId)
{
    return "service-vm-tenant audit bundle\n" + toHex(manifest.view()) + "  manifest.sha256\nreport " + reportId + '\n';
}

QByteArray bundleReadme(const Source &source, bool isSigned)
{
    const Facts &facts = source.facts();
    QByteArray text = title(facts) + "ledger " + facts.origin + "\nreport " + facts.reportId + "\n\n"
        + "How to check it with sha256sum and openssl alone (version 3). Unpack, go into the folder,\n"
          "and paste the commands one block after the other.\n"
        + Common + (facts.isWhole ? Whole : Excerpt) + (isSigned ? Signed : Unsigned)
        + "\n   report.pdf is for reading, entries.csv for spreadsheets: fields there that would compute got\n"
          "   a ' in front (also behind a \";\" within, where some spreadsheets cut), control characters are\n"
          "   spelled out, and the column \"escaped\" says where.\n"
          "   What counts as evidence is entries.jsonl with the checkpoint.\n\n"
          "   All of this, and that nothing was added, is also checked by\n"
          "   service-fs verify --bundle FILE.zip --vkey KEY\n";
    return text.replace("@CHECKPOINT@", "checkpoints/" + QByteArray::number(qulonglong(facts.head.size)));
}

QByteArray bundleQuery(const Source &source)
{
    const Facts &facts = source.facts();
    json::Writer writer;
    writer.beginObject().rawMember("query", queryJson(source.filter())).member("report_id", facts.reportId);
    writer.member("rows", facts.rows).member("matching", facts.matching).member("first_index", facts.firstIndex);
    writer.member("last_index", facts.lastIndex).member("tree_size", facts.head.size);
    writer.member("root", toBase64(facts.head.root.view())).member("origin", facts.origin);
    writer.member("as_of", formatTime(facts.asOf)).endObject();
    return writer.take() + '\n';
}

// C2SP tlog-policy: the log's own signature is what is asked for, no witness.
QByteArray bundlePolicy(const QByteArray &vkey)
{
    return "log " + vkey + "\nquorum none\n";
}

Result<QByteArray> bundleKeys(store::Database &database)
{
    ASSIGN_OR_RETURN(auto find,
        database.prepared(
            "SELECT key_id, public_key, created_at, retired_at FROM signing_key ORDER BY created_at, key_id"));
    TRY(find.run());
    json::Writer writer;
    writer.beginObject().key("keys").beginArray();
    while (find.next()) {
        writer.beginObject().member("kty", "OKP").member("crv", "Ed25519").member("x", find.bytes(1));
        writer.member("kid", find.bytes(0)).member("use", "sig").member("alg", "EdDSA");
        writer.member("created_at", formatTime(fromMilliseconds(find.integer(2))));
        if (!find.isNull(3))
            writer.member("retired_at", formatTime(fromMilliseconds(find.integer(3))));
        writer.endObject();
    }
    TRY(find.finish());
    writer.endArray().endObject();
    return writer.take() + '\n';
}

} // namespace report
