// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/postgres.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace bench {

namespace {

constexpr char MakeTable[] =
    "CREATE TABLE vm (vm_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id text NOT NULL, "
    "name text NOT NULL, vm_type text NOT NULL, ram_mb int NOT NULL, vcpu_count int NOT NULL, "
    "disk_gb int NOT NULL, state text NOT NULL, created_at timestamptz NOT NULL DEFAULT now())";
constexpr char Insert[] = "INSERT INTO vm (tenant_id, name, vm_type, ram_mb, vcpu_count, disk_gb, state) VALUES "
                          "('bench', '', 'generic', 1024, 1, 10, 'Provisioning');\n";

// The newest that is installed; Debian keeps them where no PATH leads.
QString newestPrograms()
{
    const QString root = u"/usr/lib/postgresql"_s;
    int newest = 0;
    for (const QString &name : QDir(root).entryList(QDir::Dirs | QDir::NoDotAndDotDot))
        newest = std::max(newest, name.toInt());
    const QString folder = u"%1/%2/bin"_s.arg(root).arg(newest);
    if (!QFile::exists(folder + "/initdb"_L1) || !QFile::exists(folder + "/pgbench"_L1))
        giveUp(u"There is no PostgreSQL with pgbench; tools/setup --bench installs it."_s);
    return folder;
}

} // namespace

Postgres::Postgres(const Setting &setting)
    : m_programs(newestPrograms())
    , m_folder(setting.scratch + u"/postgres"_s)
    , m_seconds(setting.seconds)
{
    QDir().mkpath(m_folder);
    if (::geteuid() == 0) {
        const struct passwd *user = ::getpwnam("postgres");
        if (!user)
            giveUp(u"PostgreSQL runs as the user postgres, who is not there."_s);
        ::chmod(QFile::encodeName(setting.scratch).constData(), 0711); // to be passed through
        if (::chown(QFile::encodeName(m_folder).constData(), user->pw_uid, user->pw_gid) != 0)
            giveUp(u"%1 can't be given to PostgreSQL."_s.arg(m_folder));
    }
    QFile script(setting.scratch + u"/insert.sql"_s);
    if (!script.open(QIODevice::WriteOnly) || script.write(Insert) < 0)
        giveUp(u"%1 can't be written."_s.arg(script.fileName()));
    script.setPermissions(script.permissions() | QFile::ReadOther);
    script.close();
    run("initdb", {u"-D"_s, m_folder + "/data"_L1, u"-A"_s, u"trust"_s, u"-U"_s, u"bench"_s});
    run("pg_ctl",
        {u"-D"_s, m_folder + "/data"_L1, u"-w"_s, u"-l"_s, m_folder + "/log"_L1, u"-o"_s,
            u"-c listen_addresses= -c max_connections=200 -k %1"_s.arg(m_folder), u"start"_s});
    run("psql",
        {u"-h"_s, m_folder, u"-U"_s, u"bench"_s, u"-d"_s, u"postgres"_s, u"-c"_s, QLatin1StringView(MakeTable)});
}

Postgres::~Postgres()
{
    run("pg_ctl", {u"-D"_s, m_folder + "/data"_L1, u"-m"_s, u"immediate"_s, u"stop"_s});
}

QString Postgres::program(const char *name) const
{
    return m_programs + u'/' + QLatin1StringView(name);
}

QByteArray Postgres::run(const char *name, const QStringList &arguments) const
{
    QStringList words = QStringList{program(name)} + arguments;
    if (::geteuid() == 0)
        words = QStringList{u"setpriv"_s, u"--reuid=postgres"_s, u"--regid=postgres"_s, u"--clear-groups"_s} + words;
    QProcess process;
    process.setStandardErrorFile(QProcess::nullDevice());
    // pg_ctl leaves a server behind that would hold a pipe open.
    const bool isSilent = QByteArrayView(name) == "pg_ctl";
    if (isSilent)
        process.setStandardOutputFile(QProcess::nullDevice());
    process.setWorkingDirectory(m_folder);
    process.start(words.takeFirst(), words);
    if (!process.waitForFinished(120'000) || process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0)
        giveUp(u"%1 failed; %2/log may say why."_s.arg(program(name), m_folder));
    return isSilent ? QByteArray() : process.readAllStandardOutput();
}

double Postgres::insertsPerSecond(int clients) const
{
    const QByteArray output = run("pgbench",
        {u"-n"_s, u"-M"_s, u"prepared"_s, u"-f"_s, QFileInfo(m_folder).path() + "/insert.sql"_L1, u"-c"_s,
            QString::number(clients), u"-j"_s, QString::number(std::min(clients, 2)), u"-T"_s,
            QString::number(m_seconds), u"-h"_s, m_folder, u"-U"_s, u"bench"_s, u"postgres"_s});
    for (const QByteArray &line : output.split('\n')) {
        if (line.startsWith("tps = "))
            return line.split(' ').at(2).toDouble();
    }
    giveUp(u"pgbench gave no figure."_s);
}

} // namespace bench
