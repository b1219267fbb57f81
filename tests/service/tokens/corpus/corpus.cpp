// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/service/tokens/corpus/corpus.h"

#include "service/core/encoding.h"
#include "service/crypto/publickeytext.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace corpus {

QByteArray reasonOf(RefusedBy by)
{
    switch (by) {
    case RefusedBy::Form:
    case RefusedBy::Spelling:
    case RefusedBy::Record:
        return "malformed"_ba;
    case RefusedBy::Key:
        return "unknown-key"_ba;
    case RefusedBy::Register:
        return "revoked"_ba;
    case RefusedBy::Signature:
        return "bad-signature"_ba;
    case RefusedBy::Nothing:
        return "ok"_ba;
    }
    return {};
}

QByteArray quoted(const QByteArray &text)
{
    return '"' + text + '"';
}

Members Members::with(const QByteArray &name, const QByteArray &value) const
{
    std::vector<Member> members = m_members;
    const auto found = std::ranges::find(members, name, &Member::first);
    if (found == members.end())
        members.emplace_back(name, value);
    else
        found->second = value;
    return Members(std::move(members));
}

Members Members::without(const QByteArray &name) const
{
    std::vector<Member> members = m_members;
    if (std::erase_if(members, [&](const Member &member) { return member.first == name; }) != 1)
        qFatal("nothing to leave out: %s", name.constData());
    return Members(std::move(members));
}

QByteArray Members::text() const
{
    QByteArrayList parts;
    for (const auto &[name, value] : m_members)
        parts.append(quoted(name) + ':' + value);
    return '{' + parts.join(',') + '}';
}

Maker::Maker(const Material &material)
    : m_material(material)
    , m_keyId(crypto::keyThumbprint(material.key.publicKey()))
    , m_header({{"alg", quoted("EdDSA")}, {"typ", quoted("at+jwt")}, {"kid", quoted(m_keyId)}})
    , m_payload(tokens::writeClaims(material.claims))
{
}

QByteArray Maker::signedText(const QByteArray &header, const QByteArray &payload) const
{
    return tokens::signCompact(header, payload, m_material.key);
}

void Maker::add(const QByteArray &name, RefusedBy by, const QByteArray &text)
{
    m_cases.push_back({.name = name, .text = text, .by = by});
}

void Maker::addUnder(const crypto::PublicKey &published, const QByteArray &name, RefusedBy by, const QByteArray &text)
{
    m_cases.push_back({.name = name, .text = text, .by = by, .published = published});
}

void Maker::addHeader(const QByteArray &name, RefusedBy by, const QByteArray &header)
{
    add(name, by, signedText(header, m_payload));
}

void Maker::addPayload(const QByteArray &name, RefusedBy by, const QByteArray &payload)
{
    add(name, by, signedText(m_header.text(), payload));
}

std::vector<Case> cases(const Material &material)
{
    Maker maker(material);
    maker.addPayload("the token as it was issued"_ba, RefusedBy::Nothing, maker.payload());
    addHeaders(maker);
    addSpellings(maker);
    addSignatures(maker);
    addJson(maker);
    addClaims(maker);
    return maker.take();
}

} // namespace corpus
