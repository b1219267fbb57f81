// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/http/iothread.h"

using namespace Qt::StringLiterals;

namespace http {

IoThread::IoThread(Handler &handler, const Clock &clock, Options options)
    : m_server(std::make_unique<Server>(handler, clock, std::move(options)))
{
    m_thread.setObjectName(u"http"_s);
    m_server->moveToThread(&m_thread);
    QObject::connect(m_server.get(), &Server::stopped, &m_thread, &QThread::quit, Qt::DirectConnection);
}

IoThread::~IoThread()
{
    stop(std::chrono::milliseconds(0));
}

Result<quint16> IoThread::start(const QHostAddress &address, quint16 port)
{
    m_thread.start();
    Result<quint16> result = 0;
    QMetaObject::invokeMethod(
        m_server.get(), [&] { result = m_server->start(address, port); }, Qt::BlockingQueuedConnection);
    return result;
}

void IoThread::stop(std::chrono::milliseconds grace)
{
    if (!m_thread.isRunning())
        return;
    QMetaObject::invokeMethod(
        m_server.get(), [this, grace] { m_server->stop(grace); }, Qt::QueuedConnection);
    m_thread.wait();
}

} // namespace http
