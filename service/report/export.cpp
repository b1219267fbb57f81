// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/export.h"

#include "service/report/bundle.h"
#include "service/report/html.h"
#include "service/report/pdf.h"
#include "service/report/plain.h"
#include "service/report/query.h"

#include <QtCore/qfileinfo.h>

namespace report {

namespace {

// How often all rows are read, the check included.
int readings(const ExportRequest &request)
{
    if (request.path.isEmpty())
        return 1;
    return request.format == Format::Bundle ? 5 : 2; // paper, table, lines, and tiles or proofs
}

Result<void> write(Source &source, const ExportRequest &request, OutputFile &file)
{
    const About about{.preparedBy = request.preparedBy};
    switch (request.format) {
    case Format::Bundle:
        return writeBundle(source, about, file, QFileInfo(request.path).absolutePath());
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
    ASSIGN_OR_RETURN(const auto source, Source::open(request.database, request.vkey, request.filter));
    source->onProgress(std::move(progress), readings(request));
    TRY(source->check());
    if (file) {
        TRY(write(*source, request, *file));
        TRY(file->commit());
    }
    const Facts &facts = source->facts();
    return ExportResult{.rows = facts.rows,
        .reportId = facts.reportId,
        .query = queryJson(request.filter),
        .treeSize = facts.head.size,
        .root = facts.head.root,
        .bytes = file ? file->size() : 0};
}

} // namespace report
