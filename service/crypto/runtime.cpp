// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/crypto/runtime.h"

#include "service/crypto/ed25519provider.h"

#include <QtCrypto>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

using namespace Qt::StringLiterals;

namespace crypto {

namespace {

constexpr QLatin1StringView OpenSslPlugin("qca-ossl");

// The first question makes QCA load every plugin it finds: 3.5 ms for the five of Debian, most of it OpenSSL's, so
// there is little to win by loading that one by hand. A plugin starts up when it is asked, in order of priority: with
// OpenSSL's in front the others (GnuPG's among them) never do.
void startPlugins()
{
#ifdef __SANITIZE_ADDRESS__
    const __lsan::ScopedDisabler forgotten; // the plugin loads OpenSSL's "legacy" provider and never lets it go
#endif
    QCA::setProviderPriority(OpenSslPlugin, 0);
}

} // namespace

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

    startPlugins();
    const QStringList needed{u"sha256"_s, u"hmac(sha256)"_s, u"aes256-gcm"_s, u"hkdf(sha256)"_s};
    if (!QCA::isSupported(needed, OpenSslPlugin))
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
