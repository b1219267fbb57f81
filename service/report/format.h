// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The forms an export can have. Pure; any thread.
#pragma once

#include <QtCore/qbytearray.h>

#include <array>
#include <optional>

namespace report {

enum class Format
{
    Bundle, // zip with all other forms and what proves them
    Jsonl, // the stored bytes, one entry a line
    Csv,
    Html,
    Pdf
};

constexpr std::array<Format, 5> Formats{Format::Bundle, Format::Jsonl, Format::Csv, Format::Html, Format::Pdf};

QByteArray formatName(Format format); // "bundle"
std::optional<Format> formatNamed(QByteArrayView name);
QByteArray fileExtension(Format format); // "zip"
QByteArray mediaType(Format format);
// Whether making it draws text, which takes a QGuiApplication and fonts.
bool needsFonts(Format format);

} // namespace report
