#include "peripherals/chardev/link_backend.h"

#include "medley/base/error.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

namespace medley::periph {

namespace {

using Addresses = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

Addresses resolve(const CharSpec& spec) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(spec.host.c_str(), spec.port.c_str(), &hints, &found); error != 0)
        throw UserError("character back end 'tcp:" + spec.host + ":" + spec.port + "': host '" + spec.host + "': " + ::gai_strerror(error));
    return {found, ::freeaddrinfo};
}

int listen_on(const CharSpec& spec) {
    const auto addresses = resolve(spec);
    int error = 0;
    for (const auto* address = addresses.get(); address != nullptr; address = address->ai_next) {
        const int fd = ::socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address->ai_protocol);
        const int on = 1;
        if (fd >= 0 && ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
            ::bind(fd, address->ai_addr, address->ai_addrlen) == 0 && ::listen(fd, 1) == 0)
            return fd;
        error = errno;
        if (fd >= 0)
            ::close(fd);
    }
    throw UserError("character back end 'tcp:" + spec.host + ":" + spec.port + "': cannot listen: " + std::strerror(error) +
                    "; choose another port, or 0 for any");
}

unsigned port_of(int fd) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0)
        return 0;
    if (address.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

/// Blocks until a peer is there.
int wait_for_peer(int listener) {
    while (true) {
        pollfd ready{listener, POLLIN, 0};
        ::poll(&ready, 1, -1);
        const int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
            return fd;
    }
}

[[noreturn]] void no_pty() { throw UserError(std::string("character back end 'pty': no pseudo-terminal: ") + std::strerror(errno)); }

} // namespace

std::unique_ptr<CharBackend> make_tcp_backend(const CharSpec& spec, const std::string& name, Log& log) {
    LinkEnds ends;
    ends.listener = listen_on(spec);
    log.report(Severity::Info, name, "listening on " + spec.host + ":" + std::to_string(port_of(ends.listener)));
    if (spec.wait)
        ends.stream = wait_for_peer(ends.listener);
    return std::make_unique<LinkBackend>(name, spec.label, ends, log);
}

std::unique_ptr<CharBackend> make_pty_backend(const CharSpec& spec, const std::string& name, Log& log) {
    LinkEnds ends;
    ends.stream = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    std::array<char, 128> path{};
    if (ends.stream < 0 || ::grantpt(ends.stream) != 0 || ::unlockpt(ends.stream) != 0 ||
        ::ptsname_r(ends.stream, path.data(), path.size()) != 0)
        no_pty();
    // Held open so that the other side may come and go: without any opener, reading the stream fails at once.
    ends.spare = ::open(path.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    termios modes{};
    if (ends.spare < 0 || ::tcgetattr(ends.spare, &modes) != 0)
        no_pty();
    ::cfmakeraw(&modes);
    ::tcsetattr(ends.spare, TCSANOW, &modes);
    log.report(Severity::Info, name, std::string("pseudo-terminal ") + path.data());
    return std::make_unique<LinkBackend>(name, spec.label, ends, log);
}

} // namespace medley::periph
