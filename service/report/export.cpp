// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/export.h"

#include "service/crypto/keyfile.h"
#include "service/report/bundle.h"
#include "service/report/html.h"
#include "service/report/pdf.h"
#include "service/report/plain.h"
#include "service/report/query.h"

#include <QtCore/qfileinfo.h>

using namespace Qt::StringLiterals;

namespace report {

namespace {

// How often all rows are read, verification and check included.
int readings(const ExportRequest &request)
{
    if (request.path.isEmpty())
        return 2;
    return request.format == Format::Bundle ? 6 : 3; // paper, table, lines, and tiles or proofs
}

// The key that signed the checkpoint: any other would vouch for a bundle that is not its own.
Result<crypto::SigningKey> readSigner(const Source &source, const ExportRequest &request)
{
    if (request.keyFile.isEmpty())
        return fail(ErrorCode::Refused, u"No key was given."_s);
    ASSIGN_OR_RETURN(auto key, crypto::readKeyFile(request.keyFile, request.passphrase));
    if (ledger::verifierKey(source.facts().origin, key.publicKey()).text() != source.facts().vkey)
        return fail(ErrorCode::Refused, u"%1 is not the key that signed the checkpoint."_s.arg(request.keyFile));
    return key;
}

Result<void> write(Source &source, const ExportRequest &request, OutputFile &file, QString &unsignedWhy)
{
    const About about{.preparedBy = request.preparedBy};
    switch (request.format) {
    case Format::Bundle: {
        const auto key = readSigner(source, request);
        if (!key)
            unsignedWhy = key.error().detail;
        return writeBundle(source, about, file, QFileInfo(request.path).absolutePath(), key ? &*key : nullptr);
    }
    case Format::Jsonl:
        return writeJsonl(source, file);
    case Format::Csv:
        return writeCsv(source, file);
    case Format::Html:
        return writeHtml(source, about, file);
    case Format::Pdf:
        return writePdf(source, about, file);
    }
    return {};
}

} // namespace

Result<ExportResult> runExport(const ExportRequest &request, Progress progress)
{
    // Before the reading, which may take long, whether there is a place to write to.
    std::unique_ptr<OutputFile> file;
    if (!request.path.isEmpty()) {
        ASSIGN_OR_RETURN(
            file, OutputFile::create(request.path, request.replaces ? Overwrite::Replace : Overwrite::Never));
    }
    ASSIGN_OR_RETURN(const auto source, Source::open(request.files, request.filter));
    source->onProgress(std::move(progress), readings(request));
    TRY(source->check());
    QString unsignedWhy;
    if (file) {
        TRY(write(*source, request, *file, unsignedWhy));
        TRY(file->commit());
    }
    const Facts &facts = source->facts();
    return ExportResult{.rows = facts.rows,
        .reportId = facts.reportId,
        .query = queryJson(request.filter),
        .treeSize = facts.head.size,
        .root = facts.head.root,
        .bytes = file ? file->size() : 0,
        .unsignedWhy = unsignedWhy};
}

} // namespace report
