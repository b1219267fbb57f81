// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Starts the crypto of the process: QCA, its OpenSSL plugin and our Ed25519 provider. One Runtime lives in main(),
// before any thread and after everything else.
#pragma once

#include "service/core/result.h"

#include <memory>

namespace crypto {

class Runtime
{
public:
    // Refused, with the package to install, when QCA's OpenSSL plugin is missing.
    static Result<std::unique_ptr<Runtime>> start();
    ~Runtime();

private:
    Runtime();
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace crypto
