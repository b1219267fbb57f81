// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The payload as JSON: what a lenient reader would make a token of all the same.
#include "service/core/encoding.h"
#include "tests/service/tokens/corpus/corpus.h"

using namespace Qt::StringLiterals;

namespace corpus {

using enum RefusedBy;

void addJson(Maker &maker)
{
    const QByteArray good = maker.payload(), members = good.sliced(1), open = good.chopped(1);
    const auto bad = [&](const char *name, const QByteArray &payload) { maker.addPayload(name, Form, payload); };
    const auto unusual = [&](const char *name, const QByteArray &payload) {
        maker.addPayload(name, Spelling, payload);
    };
    const auto replaced = [&](const char *before, const char *after) {
        if (!good.contains(before))
            qFatal("no %s in the claims", before);
        return QByteArray(good).replace(before, after);
    };

    unusual("claims behind a blank", ' ' + good);
    unusual("claims before a line end", good + '\n');
    unusual("claims with a blank inside", replaced("\"depth\":", "\"depth\": "));
    unusual("claims with a letter escaped", replaced("\"scope\"", "\"s\\u0063ope\""));
    unusual("claims with a slash escaped", replaced("http://", "http:\\/\\/"));
    unusual("claims in another order",
        '{' + replaced("\"aud\":\"service-vm-tenant\",", "").sliced(1).chopped(1) + R"(,"aud":"service-vm-tenant"})");

    bad("scope twice, the wrong one first", R"({"scope":"service:tenant-admin",)" + members);
    bad("scope twice, the wrong one last", open + R"(,"scope":"service:tenant-admin"})");
    bad("scope twice, once escaped", open + R"(,"s\u0063ope":"service:tenant-admin"})");
    bad("scope twice, escaped in full", open + R"(,"\u0073\u0063\u006f\u0070\u0065":"service:tenant-admin"})");
    bad("scope twice, the same", R"({"scope":"USER",)" + members);
    bad("jti twice", R"({"jti":"0199a8c0-0000-7000-8000-00000000aaaa",)" + members);
    bad("exp twice", R"({"exp":4102444800,)" + members);
    bad("jkt twice inside cnf", replaced("\"cnf\":{", "\"cnf\":{\"jkt\":\"a\","));
    bad("x twice inside the key", replaced("\"jwk\":{", "\"jwk\":{\"x\":\"a\","));
    bad("x twice inside the key, once escaped", replaced("\"jwk\":{", "\"jwk\":{\"\\u0078\":\"a\","));

    bad("a byte order mark before the claims", "\xef\xbb\xbf" + good);
    bad("a byte order mark before the issuer", replaced("\"iss\":\"", "\"iss\":\"\xef\xbb\xbf"));
    bad("an escaped byte order mark before the issuer", replaced("\"iss\":\"", "\"iss\":\"\\ufeff"));
    bad("an escaped byte order mark before the scope", replaced("\"scope\":\"", "\"scope\":\"\\ufeff"));
    bad("a byte order mark before a name", replaced("\"scope\"", "\"\xef\xbb\xbfscope\""));
    bad("invalid UTF-8 in the subject", replaced("\"sub\":\"", "\"sub\":\"\xff"));
    bad("a letter in more bytes than needed", replaced("\"sub\":\"", "\"sub\":\"\xc1\x81"));
    bad("a surrogate in UTF-8", replaced("\"sub\":\"", "\"sub\":\"\xed\xa0\x80"));
    bad("half a surrogate pair", replaced("\"sub\":\"", "\"sub\":\"\\ud83d"));
    bad("an escaped NUL in the subject", replaced("\"sub\":\"", "\"sub\":\"\\u0000"));
    bad("a NUL in the subject", replaced("\"sub\":\"", "\"sub\":\"@").replace('@', '\0'));
    bad("a line end in the subject", replaced("\"sub\":\"", "\"sub\":\"\n"));
    bad("a right-to-left override in the subject", replaced("\"sub\":\"", "\"sub\":\"\\u202e"));
    bad("UTF-16", [&] {
        QByteArray wide;
        for (const char c : good)
            wide.append(c).append('\0');
        return wide;
    }());

    bad("bytes behind the claims", good + 'x');
    bad("a NUL behind the claims", good + '\0');
    bad("the claims twice", good + good);
    bad("claims cut short", open);
    bad("a comma before the end", open + ",}");
    bad("a comment", replaced("\"depth\"", "/**/\"depth\""));
    bad("a name without quotation marks", replaced("\"depth\"", "depth"));
    bad("apostrophes", QByteArray(good).replace('"', '\''));
    bad("claims in a list", '[' + good + ']');
    bad("claims that are a string", "\"USER\"");
    bad("claims that are a number", "1");
    bad("claims that are null", "null");
    bad("claims that are an empty list", "[]");
    bad("claims that are an empty object", "{}");
    bad("no claims", "");

    const auto nested = [&](int depth) {
        return open + ",\"deep\":" + QByteArray(depth - 1, '[') + QByteArray(depth - 1, ']') + '}';
    };
    bad("an unknown claim nested to the sixth level", nested(6));
    bad("nested to the seventh level", nested(7));
    bad("nested 2,000 deep", nested(2000));
    bad("an unknown claim", open + ",\"admin\":true}");
    bad("an unknown claim in capitals", open + ",\"SCOPE\":\"service:tenant-admin\"}");
    bad("the claim __proto__", open + R"(,"__proto__":{"scope":"service:tenant-admin"}})");
    bad("the claim constructor", open + R"(,"constructor":{"prototype":{}}})");
    bad("the claim status of a list we do not have", open + R"(,"status":{"status_list":{"idx":0,"uri":"http://a"}}})");
    bad("a claim with an empty name", open + ",\"\":1}");
}

} // namespace corpus
