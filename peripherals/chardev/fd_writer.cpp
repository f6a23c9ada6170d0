#include "peripherals/chardev/fd_writer.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstring>

#include <poll.h>
#include <unistd.h>

namespace medley::periph {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBound = 1024 * 1024;
constexpr std::size_t kBatch = 16 * 1024;
constexpr auto kGather = 2ms;
constexpr int kPollMilliseconds = 100;
constexpr auto kPatience = 3s;

} // namespace

FdWriter::FdWriter(int fd, bool owned) : fd_(fd), owned_(owned), thread_([this] { run(); }) {}

FdWriter::~FdWriter() {
    {
        const std::scoped_lock lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
    if (owned_)
        ::close(fd_);
}

void FdWriter::write(std::string_view bytes) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return pending_.size() < kBound || broken_; });
    if (broken_)
        return;
    const auto before = pending_.size();
    pending_ += bytes;
    const auto crossed = [&](std::size_t level) { return before < level && pending_.size() >= level; };
    if (crossed(1) || crossed(kBatch)) {
        lock.unlock();
        changed_.notify_all();
    }
}

void FdWriter::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return !pending_.empty() || stop_; });
        // One system call for what a guest prints in one go, instead of one for each byte.
        changed_.wait_for(lock, kGather, [this] { return pending_.size() >= kBatch || stop_; });
        if (pending_.empty() && stop_)
            return;
        std::string batch;
        batch.swap(pending_);
        lock.unlock();
        changed_.notify_all();
        const bool alive = write_out(batch);
        lock.lock();
        broken_ = broken_ || !alive;
        if (broken_)
            pending_.clear();
        changed_.notify_all();
    }
}

/// False when the other end is gone, or takes nothing although the process wants to end.
bool FdWriter::write_out(std::string_view bytes) {
    auto progress = std::chrono::steady_clock::now();
    while (!bytes.empty()) {
        pollfd ready{fd_, POLLOUT, 0};
        if (::poll(&ready, 1, kPollMilliseconds) <= 0 || (ready.revents & (POLLOUT | POLLERR | POLLHUP | POLLNVAL)) == 0) {
            if (stopping() && std::chrono::steady_clock::now() - progress > kPatience)
                return false;
            continue;
        }
        // A pipe that is ready takes this much without blocking.
        const auto count = ::write(fd_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
        if (count < 0 && errno != EINTR && errno != EAGAIN) {
            if (errno != EPIPE) // Readers may go; a full disk is news. Where stderr is on it, too, fmt::print() would throw.
                std::fprintf(stderr, "medley: what the guest prints is lost from here on: %s\n", std::strerror(errno));
            return false;
        }
        if (count > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
            progress = std::chrono::steady_clock::now();
        }
    }
    return true;
}

bool FdWriter::stopping() {
    const std::scoped_lock lock(mutex_);
    return stop_;
}

} // namespace medley::periph
