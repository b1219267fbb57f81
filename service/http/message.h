// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// One request and its answer, as values. Any thread; a request is made on the I/O thread and may be moved on.
#pragma once

#include "service/core/ids.h"
#include "service/http/filebody.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>
#include <QtNetwork/qhostaddress.h>

#include <vector>

namespace http {

// Names a request that waits for its answer. Never a pointer: the connection may be gone by then.
struct Ticket
{
    quint64 connection = 0;
    quint64 sequence = 0; // counts the requests of one connection from 1

    friend bool operator==(const Ticket &, const Ticket &) = default;
};

struct Header
{
    QByteArray name;
    QByteArray value;
};

// The fields of a request in their order, as views into the block they came in: no allocation per field.
class Headers
{
public:
    struct View
    {
        QByteArrayView name;
        QByteArrayView value; // without the blanks around it
    };

    Headers() = default;
    explicit Headers(QByteArray block)
        : m_block(std::move(block))
    {
    }

    // Both views must lie in the block.
    void append(QByteArrayView name, QByteArrayView value);

    qsizetype size() const { return qsizetype(m_entries.size()); }
    View at(qsizetype index) const;

    // Names are compared without case. The first field of that name; a null view where there is none.
    QByteArrayView value(QByteArrayView name) const;
    bool contains(QByteArrayView name) const { return count(name) > 0; }
    qsizetype count(QByteArrayView name) const;

private:
    struct Entry
    {
        quint32 name;
        quint32 nameSize;
        quint32 value;
        quint32 valueSize;
    };

    QByteArray m_block;
    std::vector<Entry> m_entries;
};

struct Request
{
    Ticket ticket;
    QByteArray method; // as sent; of HEAD "GET", with `head` set
    bool head = false;
    QByteArray path; // percent-encoded as sent, without query
    QByteArray query; // as sent, without '?'
    QByteArray host; // of the target where it is absolute, else of the Host field
    Headers headers;
    QByteArray body;
    QHostAddress peer;
    quint16 peerPort = 0;
    RequestId requestId; // the caller's X-Request-Id where that is one, else ours
    bool keepAlive = true; // what the client asked for
    bool http10 = false;

    // Lower case, without parameters; empty where there is no Content-Type, "*/*" where there are several.
    QByteArray mediaType() const;
    // application/json, in UTF-8 (RFC 8259, 8.1) and in no content coding.
    bool bodyIsJson() const;
};

// Content-Length, Date, X-Request-Id, X-Content-Type-Options and Connection are the connection's to add.
struct Response
{
    int status = 200;
    QByteArray contentType; // none where empty
    QByteArray body;
    QList<Header> headers;
    bool close = false;
    FileBody file = {}; // the body, in place of the one above, where it is open
};

// "OK" of 200; "Unknown" of a status that has no name here.
QByteArrayView reasonPhrase(int status);

// ASCII only, as HTTP compares names.
bool equalsIgnoringCase(QByteArrayView a, QByteArrayView b);

} // namespace http
