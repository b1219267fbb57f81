// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A client that sends exactly the bytes it is given and reads answers as they come: what a library would mend or hide
// is what tests of the door look at. Blocking, with a time-out on every wait; one thread.
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>

#include <chrono>
#include <optional>

class HttpProbe
{
public:
    struct Answer
    {
        int status = 0;
        QList<std::pair<QByteArray, QByteArray>> headers = {};
        QByteArray body = {};

        QByteArray header(QByteArrayView name) const; // of the first of that name; null where there is none
    };

    enum class Body
    {
        Sent,
        Omitted
    }; // Omitted: an answer to HEAD

    explicit HttpProbe(quint16 port); // to 127.0.0.1
    ~HttpProbe();
    HttpProbe(const HttpProbe &) = delete;
    HttpProbe &operator=(const HttpProbe &) = delete;

    bool isConnected() const { return m_socket >= 0; }
    // All of it, or false once the peer is gone.
    bool send(QByteArrayView bytes);
    // As much as goes out without waiting for the peer to read; -1 once it is gone.
    qsizetype sendSome(QByteArrayView bytes);
    void closeSending(); // the peer reads an end, answers still come

    // The next answer, 1xx ones too; nothing when the peer closes or nothing comes in time.
    std::optional<Answer> answer(Body body = Body::Sent);
    // Sends and takes one answer; status 0 where none came.
    Answer ask(QByteArrayView bytes, Body body = Body::Sent);
    // Whether the peer closes in an orderly way, with no byte before it.
    bool isClosed();
    // Whether the peer closes or resets, however many bytes come before.
    bool isCut();
    // Whether some of an answer has come by now; does not wait.
    bool hasBytes();
    // Whether nothing comes, not even an end, for a short while.
    bool isSilent();

private:
    enum class Read
    {
        Data,
        End,
        Reset,
        Nothing
    };
    Read readMore(std::chrono::milliseconds wait);

    int m_socket = -1;
    QByteArray m_buffer;
};
