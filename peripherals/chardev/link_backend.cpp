#include "peripherals/chardev/link_backend.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <span>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace medley::periph {

namespace {

constexpr std::size_t kBound = 1024 * 1024;
constexpr int kFullPause = 10;      // Milliseconds until a guest that does not read is asked again.
constexpr int kPatience = 1000;     // Milliseconds that a peer has to take the rest at the end.

} // namespace

LinkBackend::LinkBackend(const std::string& name, const std::string& label, const LinkEnds& ends, Log& log)
    : name_(name), label_(label), ends_(ends), log_(log), gate_((name + "_input").c_str()), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { run(); }) {}

LinkBackend::~LinkBackend() {
    stop_ = true;
    wake();
    thread_.join();
    for (const int fd : {ends_.listener, ends_.stream, ends_.spare, wake_})
        if (fd >= 0)
            ::close(fd);
}

void LinkBackend::wake() {
    const std::uint64_t one = 1;
    // Can only fail when the counter is full, and then the thread is woken anyway.
    [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

void LinkBackend::send(std::uint8_t byte) {
    bool first = false;
    bool lost = false;
    {
        const std::scoped_lock lock(mutex_);
        first = pending_.empty();
        label_.append(byte, pending_);
        if (pending_.size() > kBound) {
            pending_.erase(0, kBound / 2);
            lost = true;
        }
    }
    if (first)
        wake();
    if (lost)
        log_.report_once("chardev " + name_ + " overflow", name_, "nobody takes the output: the oldest is dropped");
}

void LinkBackend::take_pending() {
    const std::scoped_lock lock(mutex_);
    if (outgoing_.size() < kBound) {
        outgoing_ += pending_;
        pending_.clear();
    }
}

void LinkBackend::run() {
    while (!stop_) {
        const bool connected = ends_.stream >= 0;
        if (connected)
            take_pending();
        std::array<pollfd, 2> ready{};
        ready[0] = {wake_, POLLIN, 0};
        if (connected) {
            const auto interest = (incoming_.empty() ? POLLIN : 0) | (outgoing_.empty() ? 0 : POLLOUT);
            // A peer that has hung up would end every poll at once: not asked while the guest has to catch up.
            ready[1] = {interest == 0 ? -1 : ends_.stream, static_cast<short>(interest), 0};
        } else {
            ready[1] = {ends_.listener, POLLIN, 0};
        }
        ::poll(ready.data(), ready.size(), incoming_.empty() ? -1 : kFullPause);
        if (ready[0].revents != 0) {
            std::uint64_t count = 0;
            [[maybe_unused]] const auto got = ::read(wake_, &count, sizeof count);
        }
        if (!connected) {
            if (ready[1].revents != 0)
                accept_peer();
            continue;
        }
        if ((ready[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0 || !incoming_.empty())
            read_peer();
        if (ends_.stream >= 0 && (ready[1].revents & POLLOUT) != 0)
            write_peer();
    }
    finish();
}

void LinkBackend::accept_peer() { ends_.stream = ::accept4(ends_.listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC); }

/// What the peer has not taken yet waits for the next one.
void LinkBackend::drop_peer() {
    if (ends_.listener < 0)
        return; // A pseudo-terminal stays.
    ::close(ends_.stream);
    ends_.stream = -1;
}

void LinkBackend::read_peer() {
    if (incoming_.empty()) {
        std::array<char, 4096> buffer{};
        const auto count = ::read(ends_.stream, buffer.data(), buffer.size());
        if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
            drop_peer();
            return;
        }
        incoming_.assign(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
    const auto taken = gate_.push({reinterpret_cast<const std::uint8_t*>(incoming_.data()), incoming_.size()});
    incoming_.erase(0, taken);
}

void LinkBackend::write_peer() {
    const auto count = ::write(ends_.stream, outgoing_.data(), outgoing_.size());
    if (count > 0)
        outgoing_.erase(0, static_cast<std::size_t>(count));
    else if (count < 0 && errno != EAGAIN && errno != EINTR)
        drop_peer();
}

// The rest for a peer that is there; then, for a socket, the end of the stream and a look that it has arrived, since closing
// a socket with unread input would throw away output under way.
void LinkBackend::finish() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatience);
    const auto wait_for = [&](short events) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        pollfd ready{ends_.stream, events, 0};
        return left > 0 && ::poll(&ready, 1, static_cast<int>(left)) > 0;
    };
    take_pending();
    // Nobody has the pseudo-terminal open, perhaps ever: what its buffer takes must do.
    while (ends_.stream >= 0 && !outgoing_.empty() && (ends_.listener >= 0 ? wait_for(POLLOUT) : true)) {
        const auto before = outgoing_.size();
        write_peer();
        if (ends_.listener < 0 && outgoing_.size() == before)
            return;
    }
    if (ends_.stream < 0 || ends_.listener < 0)
        return;
    ::shutdown(ends_.stream, SHUT_WR);
    std::array<char, 4096> rest{};
    while (wait_for(POLLIN) && ::read(ends_.stream, rest.data(), rest.size()) > 0) {
    }
}

} // namespace medley::periph
