// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Preloaded into the server by tests: stands between it and the three files that it may not lose, spoils writes and
// syncs as disk.h says, keeps a shadow of each with what a power cut would leave, and writes down in which order
// things happened:
//
//     write log 01a2… 01a3…     a write of the log, with the VMs whose entries are in it for the first time
//     write mark                likewise database
//     sync log 0                a sync has returned, with its errno
//     answer 01a2…              an answer 201 is about to be handed to the system, with the VMs it tells of
//
// A write reaches the shadow with the next good sync of its file, and only then. What no sync put there is lost with
// the power, or half of it is: that is up to the test, which has both copies once the server is killed.

#include "tests/faults/disk.h"

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <mutex>
#include <new>
#include <set>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace faults;

namespace {

template <typename Function>
Function real(const char *name)
{
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

constexpr std::string_view VmMember = "\"vm_id\":\"";
constexpr std::size_t IdLength = 36;

struct Range
{
    off_t offset;
    std::size_t size;
};

class Disk
{
public:
    // Never destroyed: threads write until the very end.
    static Disk &instance()
    {
        alignas(Disk) static unsigned char place[sizeof(Disk)];
        static Disk *disk = new (place) Disk;
        return *disk;
    }

    void opened(int fd, const char *path, int flags)
    {
        if (fd < 0 || fd >= int(m_files.size()) || (flags & O_ACCMODE) == O_RDONLY)
            return;
        const std::string_view name(path);
        if (m_directory.empty() || !name.starts_with(m_directory) || name.size() <= m_directory.size())
            return;
        m_files[std::size_t(fd)] = fileNamed(name.substr(m_directory.size() + 1));
    }
    void closed(int fd)
    {
        if (fd >= 0 && fd < int(m_files.size()))
            m_files[std::size_t(fd)] = 0;
    }
    std::uint32_t file(int fd) const
    {
        return fd >= 0 && fd < int(m_files.size()) ? m_files[std::size_t(fd)].load() : 0;
    }

    // What goes with its name goes from the disk, too.
    void removed(const char *path)
    {
        const std::string_view name(path);
        if (m_directory.empty() || !name.starts_with(m_directory) || name.size() <= m_directory.size())
            return;
        const std::string_view file = name.substr(m_directory.size() + 1);
        if (const std::uint32_t which = fileNamed(file)) {
            const std::scoped_lock lock(m_mutex);
            dirtyOf(which).clear();
            ::unlink((m_shadow + '/' + std::string(file)).c_str());
        }
    }

    // Whether this call is one to spoil.
    bool strikes(std::uint32_t which, bool isSync)
    {
        if (!m_control || !(m_control->files & which))
            return false;
        const Fault fault = m_control->fault;
        const bool ofSync = fault == Fault::BadSync || fault == Fault::LyingSync;
        if (fault == Fault::None || ofSync != isSync)
            return false;
        if (m_control->pass > 0) {
            --m_control->pass;
            return false;
        }
        if (m_control->left == 0)
            return false;
        if (m_control->left > 0)
            --m_control->left;
        ++m_control->struck;
        return true;
    }
    Fault fault() const { return m_control ? m_control->fault.load() : Fault::None; }
    // The second half of a write that was cut short.
    bool takeShortened(std::uint32_t which) { return m_shortened.fetch_and(~which) & which; }
    void shorten(std::uint32_t which) { m_shortened |= which; }

    void written(std::uint32_t which, off_t offset, std::string_view bytes)
    {
        const std::scoped_lock lock(m_mutex);
        dirtyOf(which).push_back({offset, bytes.size()});
        std::string line = std::string("write ") + nameOf(which);
        if (which == Log) {
            for (std::size_t at = bytes.find(VmMember); at != bytes.npos; at = bytes.find(VmMember, at + 1)) {
                const std::string id(bytes.substr(at + VmMember.size(), IdLength));
                if (id.size() == IdLength && m_seen.insert(id).second)
                    line += ' ' + id;
            }
        }
        tell(line);
    }
    void resized(std::uint32_t which)
    {
        const std::scoped_lock lock(m_mutex);
        dirtyOf(which).push_back({0, 0});
    }

    std::vector<Range> beginSync(std::uint32_t which)
    {
        const std::scoped_lock lock(m_mutex);
        return std::exchange(dirtyOf(which), {});
    }
    void endSync(int fd, std::uint32_t which, int result, const std::vector<Range> &ranges)
    {
        const std::scoped_lock lock(m_mutex);
        if (result == 0)
            keep(fd, which, ranges);
        tell(std::string("sync ") + nameOf(which) + ' ' + std::to_string(result));
    }
    void lied(std::uint32_t which)
    {
        const std::scoped_lock lock(m_mutex);
        tell(std::string("lie ") + nameOf(which));
    }

    void answers(std::string_view bytes)
    {
        if (m_events < 0 || !bytes.starts_with("HTTP/1.1 201"))
            return;
        std::string line = "answer";
        for (std::size_t at = bytes.find(VmMember); at != bytes.npos; at = bytes.find(VmMember, at + 1))
            line += ' ' + std::string(bytes.substr(at + VmMember.size(), IdLength));
        const std::scoped_lock lock(m_mutex);
        tell(line);
    }

private:
    Disk()
    {
        const auto text = [](const char *name) { return std::string(std::getenv(name) ? std::getenv(name) : ""); };
        m_directory = text(DirectoryVariable);
        m_shadow = text(ShadowVariable);
        const int control = int(::syscall(SYS_openat, AT_FDCWD, text(ControlVariable).c_str(), O_RDWR | O_CLOEXEC));
        if (control >= 0) {
            void *page = ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, control, 0);
            m_control = page == MAP_FAILED ? nullptr : static_cast<Control *>(page);
            ::syscall(SYS_close, control);
        }
        m_events = int(::syscall(
            SYS_openat, AT_FDCWD, text(EventsVariable).c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    }

    static std::uint32_t fileNamed(std::string_view name)
    {
        return name == "tenants.db" ? Database : name == "tenants.db-wal" ? Log : name == "high-water" ? Mark : 0U;
    }
    static const char *nameOf(std::uint32_t which)
    {
        return which == Database ? "database" : which == Log ? "log" : "mark";
    }
    std::vector<Range> &dirtyOf(std::uint32_t which) { return m_dirty[which == Database ? 0 : which == Log ? 1 : 2]; }

    void tell(const std::string &line)
    {
        const std::string whole = line + '\n';
        if (m_events >= 0)
            ::syscall(SYS_write, m_events, whole.data(), whole.size());
    }

    void keep(int fd, std::uint32_t which, const std::vector<Range> &ranges)
    {
        const char *names[] = {"/tenants.db", "/tenants.db-wal", "/high-water"};
        const std::string path = m_shadow + names[which == Database ? 0 : which == Log ? 1 : 2];
        const int shadow = int(::syscall(SYS_openat, AT_FDCWD, path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        if (shadow < 0)
            return;
        std::string bytes;
        for (const Range &range : ranges) {
            bytes.resize(range.size);
            const ssize_t got = ::syscall(SYS_pread64, fd, bytes.data(), range.size, range.offset);
            if (got > 0)
                ::syscall(SYS_pwrite64, shadow, bytes.data(), std::size_t(got), range.offset);
        }
        struct stat info;
        if (::fstat(fd, &info) == 0)
            ::syscall(SYS_ftruncate, shadow, info.st_size);
        ::syscall(SYS_close, shadow);
    }

    std::string m_directory, m_shadow;
    Control *m_control = nullptr;
    int m_events = -1;
    std::array<std::atomic<std::uint32_t>, 4096> m_files{}; // by descriptor
    std::atomic<std::uint32_t> m_shortened = 0;
    std::mutex m_mutex; // of what is below, and of the order of events
    std::array<std::vector<Range>, 3> m_dirty;
    std::set<std::string> m_seen;
};

ssize_t writeAt(int fd, const void *bytes, std::size_t size, off_t offset)
{
    static const auto call = real<ssize_t (*)(int, const void *, std::size_t, off_t)>("pwrite64");
    Disk &disk = Disk::instance();
    const std::uint32_t which = disk.file(fd);
    if (!which)
        return call(fd, bytes, size, offset);
    if (disk.takeShortened(which)) {
        errno = ENOSPC;
        return -1;
    }
    if (disk.strikes(which, false)) {
        if (disk.fault() != Fault::ShortWrite || size < 2) {
            errno = disk.fault() == Fault::BadWrite ? EIO : ENOSPC;
            return -1;
        }
        size /= 2;
        disk.shorten(which);
    }
    const ssize_t done = call(fd, bytes, size, offset);
    if (done > 0)
        disk.written(which, offset, {static_cast<const char *>(bytes), std::size_t(done)});
    return done;
}

int syncWith(int (*call)(int), int fd)
{
    Disk &disk = Disk::instance();
    const std::uint32_t which = disk.file(fd);
    if (!which)
        return call(fd);
    if (disk.strikes(which, true)) {
        if (disk.fault() == Fault::LyingSync) {
            disk.lied(which);
            return 0;
        }
        disk.endSync(fd, which, EIO, disk.beginSync(which));
        errno = EIO;
        return -1;
    }
    const auto ranges = disk.beginSync(which);
    const int result = call(fd);
    const int number = errno;
    disk.endSync(fd, which, result == 0 ? 0 : number, ranges);
    errno = number;
    return result;
}

int openWith(const char *name, const char *path, int flags, mode_t mode)
{
    const auto call = real<int (*)(const char *, int, ...)>(name);
    const int fd = call(path, flags, mode);
    Disk::instance().opened(fd, path, flags);
    return fd;
}

} // namespace

extern "C" {

int open(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    return openWith("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    return openWith("open64", path, flags, mode);
}

int close(int fd)
{
    static const auto call = real<int (*)(int)>("close");
    Disk::instance().closed(fd);
    return call(fd);
}

int unlink(const char *path)
{
    static const auto call = real<int (*)(const char *)>("unlink");
    const int done = call(path);
    if (done == 0)
        Disk::instance().removed(path);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, std::size_t size, off_t offset)
{
    return writeAt(fd, bytes, size, offset);
}

ssize_t pwrite64(int fd, const void *bytes, std::size_t size, off_t offset)
{
    return writeAt(fd, bytes, size, offset);
}

int fsync(int fd)
{
    static const auto call = real<int (*)(int)>("fsync");
    return syncWith(call, fd);
}

int fdatasync(int fd)
{
    static const auto call = real<int (*)(int)>("fdatasync");
    return syncWith(call, fd);
}

int ftruncate64(int fd, off_t size) noexcept
{
    static const auto call = real<int (*)(int, off_t)>("ftruncate64");
    const int done = call(fd, size);
    if (const std::uint32_t which = Disk::instance().file(fd); which && done == 0)
        Disk::instance().resized(which);
    return done;
}

ssize_t send(int fd, const void *bytes, std::size_t size, int flags)
{
    static const auto call = real<ssize_t (*)(int, const void *, std::size_t, int)>("send");
    Disk::instance().answers({static_cast<const char *>(bytes), size});
    return call(fd, bytes, size, flags);
}

ssize_t write(int fd, const void *bytes, std::size_t size)
{
    static const auto call = real<ssize_t (*)(int, const void *, std::size_t)>("write");
    Disk::instance().answers({static_cast<const char *>(bytes), size});
    return call(fd, bytes, size);
}

} // extern "C"
