// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Reads one JSON object into fields and collects every mistake, so that a caller mends all of them at once.
//
//     ObjectReader reader(body);
//     spec.name = reader.text("name", 1, 200);
//     spec.max = reader.integer("max_vms", 0, 100000);
//     TRY(reader.finish()); // unknown members are mistakes too
//
// A value that could not be read is the type's empty one; finish() then fails, so it never gets used.
#pragma once

#include "service/core/json.h"

#include <QtCore/qset.h>

namespace json {

class ObjectReader
{
public:
    // `value` must outlive the reader. A value that is no object fails in finish(). `pointer` is where it stands in the
    // body, "" for the whole.
    explicit ObjectReader(const Value &value, QString pointer = {});

    bool has(const char *name) const; // there, null included

    // Required members. Lengths are in characters; control and bidirectional-control characters are refused.
    QString text(const char *name, qsizetype least, qsizetype most);
    qint64 integer(const char *name, qint64 least, qint64 most);

    // Optional ones: nothing when absent. null counts as a wrong type.
    std::optional<QString> optionalText(const char *name, qsizetype least, qsizetype most);
    std::optional<qint64> optionalInteger(const char *name, qint64 least, qint64 most);
    std::optional<bool> optionalBoolean(const char *name);
    const Value *optionalValue(const char *name); // taken as known, whatever it is

    // A mistake that the caller found: `name` "" speaks of the object itself.
    void reject(const QString &name, const QString &detail);
    // One in the member `inner` of the member `name`.
    void rejectInside(const QString &name, const QString &inner, const QString &detail);

    // InvalidField with all mistakes, unknown members among them.
    Result<void> finish();

private:
    const Value *take(const char *name, bool required);
    std::optional<QString> asText(const char *name, const Value &value, qsizetype least, qsizetype most);
    std::optional<qint64> asInteger(const char *name, const Value &value, qint64 least, qint64 most);

    const Value &m_value;
    QString m_pointer;
    QSet<QByteArray> m_known;
    QList<FieldError> m_mistakes;
};

// Control characters (Unicode Cc), those that reorder or embed text (U+061C, U+200E/F, U+202A-E, U+2066-9), and the
// byte order mark U+FEFF, which nobody sees and readers of UTF-8 drop.
bool hasControlCharacters(QStringView text);

// A string of our JSON, to the last character. QString::fromUtf8 drops a byte order mark at the start, which would make
// one text of two.
QString fromString(QByteArrayView utf8);

} // namespace json
