// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// GET /openapi.json: the OpenAPI 3.1 document, made from the route table and the schemas in resources/openapi.
#pragma once

#include <QtCore/qbytearray.h>

namespace api {

QByteArray openApiDocument();

} // namespace api
