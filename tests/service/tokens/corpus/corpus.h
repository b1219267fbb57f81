// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Texts that are not our tokens, though each comes near in one respect, and a few that are: for every test of
// something that takes tokens. Made from a key and the claims of a registered token; the same ones give the same texts.
#pragma once

#include "service/tokens/jws.h"

#include <vector>

namespace corpus {

// The check that refuses, in the order they are made.
enum class RefusedBy
{
    Form, // the text alone says it
    Key, // its key is not ours
    Register, // its id was never registered
    Spelling, // says what is registered, but not in our words
    Signature,
    Record, // signed by us, yet not what was registered under its id
    Nothing
};

struct Case
{
    QByteArray name; // a sentence, unique
    QByteArray text;
    RefusedBy by = RefusedBy::Form;
    std::optional<crypto::PublicKey> published = {}; // stands in the key set for this case
};

struct Material
{
    const crypto::SigningKey &key; // has signed the token of `claims`
    const crypto::SigningKey *other; // published too; null: cases that need one are left out
    tokens::Claims claims; // of a tenant's token at depth 1, registered and valid
};

std::vector<Case> cases(const Material &material);

// The word that POST /v1/tokens/verify tells; "ok" for Nothing.
QByteArray reasonOf(RefusedBy by);

// A JSON object member by member, to be changed before it is written.
class Members
{
public:
    using Member = std::pair<QByteArray, QByteArray>; // name, and value as it will be written

    explicit Members(std::vector<Member> members)
        : m_members(std::move(members))
    {
    }

    Members with(const QByteArray &name, const QByteArray &value) const; // in its place; behind the last when new
    Members without(const QByteArray &name) const;
    const std::vector<Member> &all() const { return m_members; }
    QByteArray text() const;

private:
    std::vector<Member> m_members;
};

QByteArray quoted(const QByteArray &text); // as a JSON string; the text has nothing to escape

// What the parts of the corpus are made with.
class Maker
{
public:
    explicit Maker(const Material &material);

    const Material &material() const { return m_material; }
    const Members &header() const { return m_header; }
    const QByteArray &payload() const { return m_payload; } // the registered claims
    const QByteArray &keyId() const { return m_keyId; }

    QByteArray signedText(const QByteArray &header, const QByteArray &payload) const; // with the right key
    void add(const QByteArray &name, RefusedBy by, const QByteArray &text);
    void addUnder(const crypto::PublicKey &published, const QByteArray &name, RefusedBy by, const QByteArray &text);
    void addHeader(const QByteArray &name, RefusedBy by, const QByteArray &header);
    void addPayload(const QByteArray &name, RefusedBy by, const QByteArray &payload);

    std::vector<Case> take() { return std::move(m_cases); }

private:
    const Material &m_material;
    const QByteArray m_keyId;
    const Members m_header;
    const QByteArray m_payload;
    std::vector<Case> m_cases;
};

void addHeaders(Maker &maker);
void addSpellings(Maker &maker);
void addSignatures(Maker &maker);
void addJson(Maker &maker);
void addClaims(Maker &maker);

} // namespace corpus
