#include "peripherals/chardev/console.h"

#include "medley/base/error.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace medley::periph {

namespace {

constexpr char kHelp[] = "\n"
                         "Ctrl-A H  this help\n"
                         "Ctrl-A X  ends the simulation\n"
                         "Ctrl-A A  sends Ctrl-A\n";
/// Simulated milliseconds after which an incomplete line is a prompt, and bytes that wait for one at most.
constexpr double kPrompt = 10;
constexpr std::size_t kMostWaiting = 1 << 16;
constexpr int kFullPause = 10; // Milliseconds until a guest that does not read is asked again.

bool is_plain_file(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

} // namespace

Console::Console() : writer_(STDOUT_FILENO, false) {}

void Console::end_line_of_others(const LineLabel* label) {
    if (last_ == nullptr || last_ == label || last_->at_line_start())
        return;
    writer_.write("\n");
    last_->restart();
}

void Console::send(LineLabel& label, std::uint8_t byte) {
    if (hold(label, byte))
        return;
    show(label);
    if (last_ != nullptr && last_ != &label && !(last_->empty() && label.empty()))
        end_line_of_others(&label);
    write(label, byte);
    if (label.at_line_start())
        let_others_write();
}

void Console::write(LineLabel& label, std::uint8_t byte) {
    last_ = &label;
    last_time_ = sc_core::sc_time_stamp();
    std::string text;
    label.append(byte, text);
    writer_.write(text);
}

bool Console::hold(LineLabel& label, std::uint8_t byte) {
    if (label.empty() || last_ == nullptr || last_ == &label || last_->at_line_start() ||
        sc_core::sc_time_stamp() - last_time_ >= sc_core::sc_time(kPrompt, sc_core::SC_MS))
        return false;
    auto mine = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& each) { return each.label == &label; });
    if (mine == waiting_.end())
        mine = waiting_.insert(waiting_.end(), Waiting{&label, {}});
    if (mine->bytes.size() >= kMostWaiting)
        return false;
    mine->bytes += static_cast<char>(byte);
    return true;
}

void Console::show(LineLabel& label) {
    const auto mine = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& each) { return each.label == &label; });
    if (mine == waiting_.end())
        return;
    const auto bytes = std::move(mine->bytes);
    waiting_.erase(mine);
    end_line_of_others(&label);
    for (const char byte : bytes)
        write(label, static_cast<std::uint8_t>(byte));
}

void Console::let_others_write() {
    while (!waiting_.empty() && (last_ == nullptr || last_->at_line_start()))
        show(*waiting_.front().label);
}

void Console::notice(const std::string& text) {
    end_line_of_others(nullptr);
    writer_.write(text);
    let_others_write();
}

bool Console::claim_input() {
    if (input_taken_)
        return false;
    input_taken_ = true;
    return true;
}

void Console::leave(LineLabel& label, bool had_input) {
    show(label);
    if (last_ == &label && !waiting_.empty()) {
        end_line_of_others(nullptr);
        let_others_write();
    }
    if (last_ == &label)
        last_ = nullptr;
    if (had_input)
        input_taken_ = false;
}

StdioBackend::StdioBackend(const std::string& name, const std::string& label, bool input, CharBackendServices& services)
    : control_(services.control), label_(label), input_(input) {
    if (services.console == nullptr)
        services.console = std::make_shared<Console>();
    console_ = services.console;
    if (!input_)
        return;
    if (!console_->claim_input())
        throw UserError("character back end 'stdio' of '" + name +
                        "': standard input belongs to another device already; add ',input=off' to all but one");
    start_input(name);
}

StdioBackend::~StdioBackend() {
    if (thread_.joinable()) {
        const std::uint64_t one = 1;
        // Cannot fail: the counter of an eventfd that nobody else writes is far from its limit.
        [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
        thread_.join();
    }
    if (wake_ >= 0)
        ::close(wake_);
    console_->leave(label_, input_);
}

void StdioBackend::start_input(const std::string& name) {
    plain_file_ = is_plain_file(STDIN_FILENO);
    // The terminal of a background job is not ours to read.
    if (plain_file_ || (::isatty(STDIN_FILENO) == 1 && !TerminalGuard::applicable(STDIN_FILENO)))
        return;
    gate_ = std::make_unique<InputGate>((name + "_input").c_str());
    if (::isatty(STDIN_FILENO) == 1)
        terminal_ = std::make_unique<TerminalGuard>(STDIN_FILENO);
    wake_ = ::eventfd(0, EFD_CLOEXEC);
    thread_ = std::thread([this] { read_input(); });
}

bool StdioBackend::receive(std::uint8_t& byte) {
    const bool received = plain_file_ ? ::read(STDIN_FILENO, &byte, 1) == 1 : gate_ != nullptr && gate_->receive(byte);
    if (received)
        console_->show(label_);
    return received;
}

void StdioBackend::on_input(std::function<void()> callback) {
    if (gate_ != nullptr)
        gate_->on_input(std::move(callback));
}

// On the thread of its own, until the stream or the simulation ends.
void StdioBackend::read_input() {
    std::array<std::uint8_t, 1024> buffer{};
    while (true) {
        std::array<pollfd, 2> ready{{{STDIN_FILENO, POLLIN, 0}, {wake_, POLLIN, 0}}};
        if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR)
            break;
        if (ready[1].revents != 0)
            return;
        if (ready[0].revents == 0)
            continue;
        const auto count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (count <= 0)
            break;
        for (const auto byte : std::span(buffer).first(static_cast<std::size_t>(count)))
            typed(byte);
    }
    gate_->close();
}

void StdioBackend::typed(std::uint8_t byte) {
    const auto action = terminal_ == nullptr ? EscapeFilter::Action::Pass : escape_.type(byte);
    switch (action) {
    case EscapeFilter::Action::Swallow: return;
    case EscapeFilter::Action::Quit:
        gate_->post([this] {
            console_->notice("\n");
            control_.request_exit(0, "Ctrl-A X on the terminal");
        });
        return;
    case EscapeFilter::Action::Help: gate_->post([this] { console_->notice(kHelp); }); return;
    case EscapeFilter::Action::Pass: break;
    }
    pollfd wake{wake_, POLLIN, 0};
    while (gate_->push({&byte, 1}) == 0) {
        // Nobody reads. A terminal stays responsive (Ctrl-A X must work), so that keys are lost; a stream waits.
        if (terminal_ != nullptr || ::poll(&wake, 1, kFullPause) > 0)
            return;
    }
}

} // namespace medley::periph
