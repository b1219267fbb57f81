// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/format.h"

namespace report {

QByteArray formatName(Format format)
{
    switch (format) {
    case Format::Bundle:
        return "bundle";
    case Format::Jsonl:
        return "jsonl";
    case Format::Csv:
        return "csv";
    case Format::Html:
        return "html";
    case Format::Pdf:
        return "pdf";
    }
    return {};
}

std::optional<Format> formatNamed(QByteArrayView name)
{
    for (const Format format : Formats) {
        if (formatName(format) == name)
            return format;
    }
    return {};
}

QByteArray fileExtension(Format format)
{
    return format == Format::Bundle ? "zip" : formatName(format);
}

QByteArray mediaType(Format format)
{
    switch (format) {
    case Format::Bundle:
        return "application/zip";
    case Format::Jsonl:
        return "application/jsonl";
    case Format::Csv:
        return "text/csv; charset=utf-8; header=present";
    case Format::Html:
        return "text/html; charset=utf-8";
    case Format::Pdf:
        return "application/pdf";
    }
    return {};
}

bool needsFonts(Format format)
{
    return format == Format::Pdf || format == Format::Bundle;
}

} // namespace report
