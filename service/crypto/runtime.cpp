// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/crypto/runtime.h"

#include "service/crypto/ed25519provider.h"

#include <QtCrypto>

using namespace Qt::StringLiterals;

namespace crypto {

struct Runtime::Private
{
    QCA::Initializer qca;
};

Runtime::Runtime()
    : d(std::make_unique<Private>())
{
}

Runtime::~Runtime() = default;

Result<std::unique_ptr<Runtime>> Runtime::start()
{
    std::unique_ptr<Runtime> runtime(new Runtime);

    // The first question makes QCA load every plugin it finds, 5 ms for the five of Debian, and it can't be told to
    // load less. But a plugin starts up only when it is asked, in order of priority: with OpenSSL's in front the
    // others (GnuPG's among them) never do.
    const QString openssl = u"qca-ossl"_s;
    QCA::setProviderPriority(openssl, 0);
    const QStringList needed {u"sha256"_s, u"hmac(sha256)"_s, u"aes256-gcm"_s, u"hkdf(sha256)"_s};
    if (!QCA::isSupported(needed, openssl))
        return fail(ErrorCode::Refused,
            u"QCA's OpenSSL plugin is missing or too old to have %1: install the package libqca-qt6-plugins."_s.arg(
                needed.join(", "_L1)));

    if (!QCA::findProvider(Ed25519ProviderName)) {
        auto provider = std::make_unique<Ed25519Provider>();
        if (!QCA::insertProvider(provider.get(), 0))
            return fail(ErrorCode::Refused, u"QCA does not take the Ed25519 provider of this program."_s);
        provider.release();
    }
    return runtime;
}

} // namespace crypto
