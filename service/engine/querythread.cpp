// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/querythread.h"

namespace engine {

QueryThread::QueryThread(QString databasePath)
    : m_path(std::move(databasePath))
    , m_thread([this] { loop(); })
{
}

QueryThread::~QueryThread()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_stopping = true;
        m_questions.clear(); // a promise that dies unanswered cancels its future
    }
    m_wake.notify_all();
    m_thread.join();
}

void QueryThread::post(Question question)
{
    {
        const std::scoped_lock lock(m_mutex);
        if (m_stopping)
            return;
        m_questions.push_back(std::move(question));
    }
    m_wake.notify_one();
}

void QueryThread::loop()
{
    std::unique_ptr<store::Database> database;
    while (true) {
        Question question;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [this] { return m_stopping || !m_questions.empty(); });
            if (m_stopping)
                return;
            question = std::move(m_questions.front());
            m_questions.pop_front();
        }
        if (database) {
            question(database.get());
            continue;
        }
        auto opened = store::Database::open(m_path, store::Database::Mode::ReadOnly);
        if (opened)
            database = std::move(*opened);
        question(database ? Result<store::Database *>(database.get()) : std::unexpected(opened.error()));
    }
}

} // namespace engine
