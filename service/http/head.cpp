// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/http/head.h"

#include <QtCore/qendian.h>

#include <algorithm>
#include <array>
#include <limits>

using namespace Qt::StringLiterals;

namespace http {

namespace {

// RFC 9110, 5.6.2 (tchar).
constexpr std::array<bool, 256> TokenCharacters = [] {
    std::array<bool, 256> table{};
    for (int c = '0'; c <= '9'; ++c)
        table[size_t(c)] = true;
    for (int c = 'a'; c <= 'z'; ++c)
        table[size_t(c)] = table[size_t(c - 'a' + 'A')] = true;
    for (const char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'})
        table[size_t(c)] = true;
    return table;
}();

bool isToken(QByteArrayView text)
{
    return !text.isEmpty() && std::ranges::all_of(text, [](char c) { return TokenCharacters[uchar(c)]; });
}

// RFC 9110, 5.5: tab, blank, visible characters and obs-text. Eight at a time, for a token has a thousand: a word that
// holds a control character, maybe a tab, is looked at by the byte.
bool isFieldValue(QByteArrayView text)
{
    constexpr quint64 each = 0x0101'0101'0101'0101;
    while (text.size() >= 8) {
        const auto word = qFromUnaligned<quint64>(text.data());
        const quint64 delete7f = word ^ each * 0x7f;
        if (((word - each * 0x20) & ~word & each * 0x80) || ((delete7f - each) & ~delete7f & each * 0x80))
            break;
        text = text.sliced(8);
    }
    return std::ranges::all_of(text, [](char c) { return (uchar(c) >= 0x20 && c != 0x7f) || c == '\t'; });
}

QByteArrayView withoutBlanks(QByteArrayView text)
{
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.isEmpty() && blank(text.front()))
        text = text.sliced(1);
    while (!text.isEmpty() && blank(text.back()))
        text.chop(1);
    return text;
}

bool startsWithIgnoringCase(QByteArrayView text, QByteArrayView start)
{
    return text.size() >= start.size() && equalsIgnoringCase(text.first(start.size()), start);
}

std::unexpected<Error> malformed(const QString &detail)
{
    return fail(ErrorCode::MalformedRequest, detail);
}

// The usual methods without an allocation each.
QByteArray sharedMethod(QByteArrayView method)
{
    for (const QByteArray &known : {"GET"_ba, "POST"_ba, "PATCH"_ba, "DELETE"_ba, "PUT"_ba}) {
        if (method == known)
            return known;
    }
    return method.toByteArray();
}

void takePath(QByteArrayView text, Request &request)
{
    const qsizetype mark = text.indexOf('?');
    const QByteArrayView path = mark < 0 ? text : text.first(mark);
    request.path = path.isEmpty() ? "/"_ba : path.toByteArray();
    if (mark >= 0)
        request.query = QByteArray(text.data() + mark + 1, text.size() - mark - 1); // never null: there was a '?'
}

// RFC 9112, 3.2.
Result<void> readTarget(QByteArrayView method, QByteArrayView target, Request &request)
{
    if (!std::ranges::all_of(target, [](char c) { return uchar(c) > 0x20 && uchar(c) < 0x7f && c != '#'; }))
        return malformed(u"The request target holds a character that must be percent-encoded."_s);
    if (method == "CONNECT")
        return fail(ErrorCode::NotImplemented, u"This is no proxy: CONNECT is not supported."_s);
    if (target.front() == '/') {
        takePath(target, request);
        return {};
    }
    if (target == "*" && method == "OPTIONS")
        return fail(ErrorCode::NotImplemented, u"OPTIONS is not supported."_s);
    if (startsWithIgnoringCase(target, "https://"))
        return fail(ErrorCode::MisdirectedRequest, u"This address serves http only."_s);
    if (!startsWithIgnoringCase(target, "http://"))
        return malformed(u"The request target must be a path that begins with '/'."_s);
    const QByteArrayView rest = target.sliced(7);
    const auto end = std::ranges::find_if(rest, [](char c) { return c == '/' || c == '?'; });
    request.host = rest.first(end - rest.begin()).toByteArray();
    if (request.host.isEmpty())
        return malformed(u"The request target names no host."_s);
    takePath(rest.sliced(end - rest.begin()), request);
    return {};
}

struct Seen
{
    int hosts = 0;
    int lengths = 0;
    int codings = 0;
    bool close = false;
    bool keepAlive = false;
    bool plainChunked = false;
    int requestIds = 0;
    QByteArrayView requestId; // where there is one only: of two, neither is the caller's
    QByteArrayView expectation;
};

void readConnection(QByteArrayView value, Seen &seen)
{
    while (!value.isEmpty()) {
        const qsizetype comma = value.indexOf(',');
        const QByteArrayView option = withoutBlanks(comma < 0 ? value : value.first(comma));
        value = comma < 0 ? QByteArrayView() : value.sliced(comma + 1);
        seen.close = seen.close || equalsIgnoringCase(option, "close");
        seen.keepAlive = seen.keepAlive || equalsIgnoringCase(option, "keep-alive");
    }
}

// Digits only; what no body can have becomes the largest number, which every limit refuses.
Result<quint64> readLength(QByteArrayView value)
{
    constexpr quint64 most = std::numeric_limits<quint64>::max();
    if (value.isEmpty())
        return malformed(u"Content-Length is empty."_s);
    quint64 length = 0;
    for (const char c : value) {
        if (c < '0' || c > '9')
            return malformed(u"Content-Length is no decimal number."_s);
        length = length > most / 10 - 1 ? most : length * 10 + quint64(c - '0');
    }
    return length;
}

// The fields that the door itself obeys.
Result<void> readKnown(Headers::View field, Head &head, Seen &seen)
{
    switch (field.name.size()) {
    case 4:
        if (equalsIgnoringCase(field.name, "host")) {
            ++seen.hosts;
            if (head.request.host.isEmpty())
                head.request.host = field.value.toByteArray();
        }
        break;
    case 6:
        if (equalsIgnoringCase(field.name, "expect"))
            seen.expectation = seen.expectation.isEmpty() && !field.value.isEmpty() ? field.value : QByteArrayView(",");
        break;
    case 10:
        if (equalsIgnoringCase(field.name, "connection"))
            readConnection(field.value, seen);
        break;
    case 12:
        if (equalsIgnoringCase(field.name, "x-request-id"))
            seen.requestId = ++seen.requestIds == 1 ? field.value : QByteArrayView();
        break;
    case 14:
        if (equalsIgnoringCase(field.name, "content-length")) {
            ++seen.lengths;
            ASSIGN_OR_RETURN(head.length, readLength(field.value));
        }
        break;
    case 17:
        if (equalsIgnoringCase(field.name, "transfer-encoding")) {
            ++seen.codings;
            seen.plainChunked = equalsIgnoringCase(field.value, "chunked");
        }
        break;
    default:
        break;
    }
    return {};
}

// RFC 9112, 6.1 to 6.3.
Result<void> judge(Head &head, const Seen &seen)
{
    if (seen.hosts != 1)
        return malformed(u"A request carries exactly one Host field."_s);
    if (seen.codings > 0 && seen.lengths > 0)
        return malformed(u"Content-Length and Transfer-Encoding exclude each other."_s);
    if (seen.lengths > 1)
        return malformed(u"Content-Length may stand only once."_s);
    if (seen.codings > 0 && head.request.http10)
        return malformed(u"HTTP/1.0 has no Transfer-Encoding."_s);
    if (seen.codings > 1)
        return malformed(u"Transfer-Encoding may stand only once."_s);
    if (seen.codings == 1 && !seen.plainChunked)
        return fail(ErrorCode::NotImplemented, u"The only transfer coding here is chunked."_s);
    head.chunked = seen.codings == 1;
    // RFC 9110, 10.1.1: an expectation of HTTP/1.0 is ignored.
    if (!head.request.http10 && !seen.expectation.isEmpty()) {
        if (!equalsIgnoringCase(seen.expectation, "100-continue"))
            return fail(ErrorCode::ExpectationFailed, u"The only expectation met here is 100-continue."_s);
        head.expectsContinue = head.chunked || head.length > 0;
    }
    return {};
}

} // namespace

Result<void> readRequestLine(QByteArrayView line, Head &head)
{
    Request &request = head.request;
    const qsizetype first = line.indexOf(' ');
    const qsizetype last = line.lastIndexOf(' ');
    if (first <= 0 || last <= first + 1)
        return malformed(u"The request line is not method, target and version with one blank between."_s);
    const QByteArrayView method = line.first(first);
    const QByteArrayView target = line.sliced(first + 1, last - first - 1);
    const QByteArrayView version = line.sliced(last + 1);
    if (!isToken(method))
        return malformed(u"The method is no token."_s);
    request.head = method == "HEAD";
    request.method = sharedMethod(request.head ? QByteArrayView("GET") : method);

    const auto digit = [&](qsizetype at) { return version[at] >= '0' && version[at] <= '9'; };
    if (version.size() != 8 || !version.startsWith("HTTP/") || !digit(5) || version[6] != '.' || !digit(7))
        return malformed(u"The request line does not end in a version of HTTP."_s);
    request.http10 = version == "HTTP/1.0";
    if (!request.http10 && version != "HTTP/1.1")
        return fail(ErrorCode::HttpVersion, u"This server speaks HTTP/1.1 and HTTP/1.0."_s);
    return readTarget(method, target, request);
}

Result<void> readFields(const QByteArray &block, qsizetype from, Head &head)
{
    Seen seen;
    Headers headers(block);
    Result<void> result;
    const QByteArrayView all(block);
    // The last line is the empty one.
    while (result && from < all.size() - 2) {
        const qsizetype end = all.indexOf('\n', from);
        const QByteArrayView line = all.sliced(from, end - 1 - from);
        from = end + 1;
        const qsizetype colon = line.indexOf(':');
        const QByteArrayView name = colon < 0 ? line : line.first(colon);
        const QByteArrayView value = colon < 0 ? QByteArrayView() : withoutBlanks(line.sliced(colon + 1));
        if (colon < 0 || !isToken(name))
            result = malformed(u"A header line is not a name, a colon and a value."_s);
        else if (!isFieldValue(value))
            result = malformed(u"A header value holds a control character."_s);
        if (result) {
            headers.append(name, value);
            result = readKnown({name, value}, head, seen);
        }
    }
    head.request.headers = std::move(headers);
    head.request.keepAlive = !seen.close && (!head.request.http10 || seen.keepAlive);
    if (isRequestId(seen.requestId))
        head.request.requestId = RequestId(seen.requestId.toByteArray());
    TRY(result);
    return judge(head, seen);
}

} // namespace http
