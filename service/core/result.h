// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A value or an Error; nothing in the house throws.
#pragma once

#include "service/core/error.h"

#include <expected>
#include <utility>

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, QString detail)
{
    return std::unexpected(Error{.code = code, .detail = std::move(detail)});
}

inline std::unexpected<Error> fail(Error error)
{
    return std::unexpected(std::move(error));
}

// TRY(expression): leaves the function with the error of a failed Result<void>.
#define TRY(expression)                                                                                                \
    do {                                                                                                               \
        if (auto tried_ = (expression); !tried_)                                                                       \
            return std::unexpected(std::move(tried_.error()));                                                         \
    } while (false)

// ASSIGN_OR_RETURN(auto name, expression): the value of a Result<T>, or leaves the function with its error.
#define ASSIGN_OR_RETURN(declaration, expression) ASSIGN_OR_RETURN_AT(declaration, expression, __LINE__)
#define ASSIGN_OR_RETURN_AT(declaration, expression, line) ASSIGN_OR_RETURN_IN(declaration, expression, line)
#define ASSIGN_OR_RETURN_IN(declaration, expression, line)                                                             \
    auto result_##line = (expression);                                                                                 \
    if (!result_##line)                                                                                                \
        return std::unexpected(std::move(result_##line.error()));                                                      \
    declaration = std::move(*result_##line)
