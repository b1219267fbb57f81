# SPDX-FileCopyrightText: The tenant-console authors
# SPDX-License-Identifier: Apache-2.0

"""python3 record.py CORPUS JOSE PYJWT-2.10.1 PYJWT-2.6.0 > token-verdicts.json

Puts the answers of the verifiers together. Why one of them takes what we refuse is decided by the first rule that
fits the name of the row; a row that no rule fits ends the script.
"""
import json
import re
import sys

VERIFIERS = {
    "jose": "npm jose 6.2.18 on Node 20.20.2: algorithms EdDSA, typ, issuer, audience, clockTolerance 5, "
    "maxTokenAge a year, requiredClaims",
    "strict": "the same behind tests/service/tokens/verdicts/with-jose.mjs's own checks of form, claims and keys",
    "pyjwt-2.10.1": "PyJWT 2.10.1 (Debian 13), cryptography 38.0.4: algorithms EdDSA, audience, issuer, leeway 5, "
    "require, strict_aud",
    "pyjwt-2.6.0": "PyJWT 2.6.0 (Debian 12), cryptography 38.0.4: the same; strict_aud is not known yet",
}

REASONS = {
    "memory": "Well signed and well formed: only the server remembers what was registered and revoked.",
    "order": "JSON leaves the order of members free; our issuer writes one, and our server takes no other spelling of "
    "its own words.",
    "json": "Blanks and escapes are free in JSON; our server takes no other spelling of its own words.",
    "twice": "Of two members with one name the libraries keep the last (RFC 7515, 4 and RFC 7519, 4 allow either).",
    "marks": "The readers of JSON below drop a byte order mark, guess the encoding, or let lone surrogates and "
    "characters nobody sees pass.",
    "bounds": "The libraries bound neither length nor depth.",
    "base64": "The libraries pad, trim or read base64url loosely; one token has many spellings for them.",
    "parameters": "Header parameters that a library does not know are ignored unless crit names them (RFC 7515, 4).",
    "crit": "This version does not look at crit.",
    "typ": "typ is left to the caller, or compared as a media type, without case and with application/ in front.",
    "keys": "Keys of small order, and keys spelled above p, are taken from the key set without a look.",
    "times": "Numbers of JSON may have fractions and exponents, truths and strings count as numbers in places, and "
    "how far times lie apart is the caller's to judge.",
    "audience": "An audience in a list is allowed by RFC 7519, 4.1.3; we issue one text and take one text.",
    "claims": "What a claim but iss, aud and the times may say is the caller's to judge.",
}

RULES = [
    (r"^anybody's signature", "keys"),
    (r"^header with crit \[", "crit"),
    (r"byte order mark|UTF-16|surrogate|escaped NUL|right-to-left", "marks"),
    (r" twice", "twice"),
    (r"nested|8,192", "bounds"),
    (r"another order", "order"),
    (r"escaped|with blanks|claims (behind|before|with)", "json"),
    (r"^(no typ|typ )|in the place of typ", "typ"),
    (r"^(header with|a key in the header)", "parameters"),
    (r"padded payload|padded header|^a padded signature|^a signature (padded|with far)|stray bits in the "
     r"(signature|payload|header)|other alphabet|^a (line|carriage|blank|tab)", "base64"),
    (r"^(iat|nbf|exp)\b|^nbf more", "times"),
    (r"^aud in a list|two audiences", "audience"),
    (r"", "claims"),
]


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def why(row, accepted):
    if row["reason"] == "ok" or not accepted:
        return None
    if "strict" in accepted and "order" not in row["name"]:
        return "memory"
    return next(reason for rule, reason in RULES if re.search(rule, row["name"]))


corpus, jose, new, old = (lines(path) for path in sys.argv[1:5])
rows = []
for row, one, two, three in zip(corpus, jose, new, old, strict=True):
    if len({row["name"], one["name"], two["name"], three["name"]}) != 1:
        sys.exit("the answers are not of this corpus: " + row["name"])
    said = zip(VERIFIERS, (one["jose"], one["strict"], two["accepted"], three["accepted"]))
    accepted = [name for name, yes in said if yes]
    entry = {"name": row["name"], "sha256": row["sha256"], "accepted_by": accepted}
    if reason := why(row, accepted):
        entry["why"] = reason
    rows.append(entry)

print("{")
print('"about": "What other verifiers say of each text of tests/service/tokens/corpus; sha256 is of key set and text.",')
print('"verifiers": ' + json.dumps(VERIFIERS, indent=1) + ",")
print('"reasons": ' + json.dumps(REASONS, indent=1) + ",")
print('"rows": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]}")
