#include "peripherals/chardev/terminal_guard.h"

#include <atomic>
#include <csignal>
#include <cstdlib>

#include <termios.h>
#include <unistd.h>

namespace medley::periph {

namespace {

struct Modes {
    int fd = -1;
    termios original{};
    termios raw{};
};

// Signal handlers get no context, so that what they need cannot be passed to them: the one place with a mutable global.
Modes modes;
std::atomic<bool> active{false};
static_assert(std::atomic<bool>::is_always_lock_free);

constexpr int kFatal[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE};

// Only functions that are safe in signal handlers (POSIX.1-2017, 2.4.3).
void restore() {
    if (active.load())
        ::tcsetattr(modes.fd, TCSANOW, &modes.original);
}

// Installed with SA_RESETHAND: the second delivery, after this returns, does what the signal does by default.
extern "C" void medley_terminal_fatal(int number) {
    restore();
    ::raise(number);
}

extern "C" void medley_terminal_stop(int) {
    restore();
    ::raise(SIGSTOP);
}

extern "C" void medley_terminal_continue(int) {
    if (active.load() && ::tcgetpgrp(modes.fd) == ::getpgrp())
        ::tcsetattr(modes.fd, TCSANOW, &modes.raw);
}

/// Leaves signals alone that someone else handles or ignores.
void install(int number, void (*handler)(int), int flags) {
    struct sigaction current {};
    if (::sigaction(number, nullptr, &current) != 0 || (current.sa_flags & SA_SIGINFO) != 0 || current.sa_handler != SIG_DFL)
        return;
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    ::sigaction(number, &action, nullptr);
}

} // namespace

bool TerminalGuard::applicable(int fd) { return ::isatty(fd) == 1 && ::tcgetpgrp(fd) == ::getpgrp(); }

TerminalGuard::TerminalGuard(int fd) {
    if (::tcgetattr(fd, &modes.original) != 0)
        return;
    modes.fd = fd;
    modes.raw = modes.original;
    modes.raw.c_iflag &= ~static_cast<tcflag_t>(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    modes.raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    modes.raw.c_cflag = (modes.raw.c_cflag & ~static_cast<tcflag_t>(CSIZE | PARENB)) | CS8;
    modes.raw.c_cc[VMIN] = 1;
    modes.raw.c_cc[VTIME] = 0;
    active = true;
    std::atexit(restore);
    for (const int number : kFatal)
        install(number, medley_terminal_fatal, static_cast<int>(SA_RESETHAND));
    install(SIGTSTP, medley_terminal_stop, SA_RESTART);
    install(SIGCONT, medley_terminal_continue, SA_RESTART);
    ::tcsetattr(fd, TCSANOW, &modes.raw);
}

TerminalGuard::~TerminalGuard() {
    restore();
    active = false;
}

} // namespace medley::periph
