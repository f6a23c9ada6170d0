#include "medley/periph/char_backend_factory.h"

#include "medley/base/error.h"
#include "support/bench.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace medley::periph::test {
namespace {

using namespace std::chrono_literals;
constexpr auto kLimit = 10s;

class Folder {
public:
    Folder() : path_(std::filesystem::temp_directory_path() / ("medley-chardev-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(path_);
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

void send(CharBackend& backend, const std::string& text) {
    for (const char c : text)
        backend.send(static_cast<std::uint8_t>(c));
}

/// Reads from a descriptor until \p size bytes have come, the other side ends, or time is up.
std::string read_bytes(int fd, std::size_t size) {
    std::string text;
    const auto deadline = std::chrono::steady_clock::now() + kLimit;
    while (text.size() < size && std::chrono::steady_clock::now() < deadline) {
        pollfd ready{fd, POLLIN, 0};
        if (::poll(&ready, 1, 100) <= 0)
            continue;
        char buffer[65536];
        const auto count = ::read(fd, buffer, std::min(sizeof buffer, size - text.size()));
        if (count <= 0)
            break;
        text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
}

int connect_to(unsigned port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
}

struct BackendBench : Bench {
    std::unique_ptr<CharBackend> open(const std::string& spec, const std::string& name = "uart0") {
        return make_char_backend(spec, name, services);
    }
    /// What follows the last blank or colon of the line that reports a name or port.
    [[nodiscard]] std::string reported() const {
        EXPECT_FALSE(log_lines.empty());
        return log_lines.empty() ? "" : log_lines.back().substr(log_lines.back().find_last_of(" :") + 1);
    }
    CharBackendServices services{log, control};
};

/// Collects from a back end until \p size bytes have come: the simulation has nothing else to do, and sleeps in between.
class Collector : public sc_core::sc_module {
public:
    SC_HAS_PROCESS(Collector);
    Collector(const sc_core::sc_module_name& name, CharBackend& backend, std::size_t size)
        : sc_core::sc_module(name), backend_(backend), size_(size) {
        backend.on_input([this] { collect(); });
    }
    std::string text;

private:
    void collect() {
        std::uint8_t byte = 0;
        while (backend_.receive(byte))
            text += static_cast<char>(byte);
        if (text.size() >= size_)
            sc_core::sc_stop();
    }
    CharBackend& backend_;
    std::size_t size_;
};

TEST(FileBackend, WritesEverythingAndReadsItsInput) {
    const Folder folder;
    std::ofstream(folder.file("in")) << "input";
    std::string expected;
    {
        BackendBench bench;
        const auto backend = bench.open("file:out=" + folder.file("out") + ",in=" + folder.file("in"));
        for (int i = 0; i < 5000; ++i) {
            send(*backend, "line " + std::to_string(i) + "\n");
            expected += "line " + std::to_string(i) + "\n";
        }
        std::string read;
        std::uint8_t byte = 0;
        while (backend->receive(byte))
            read += static_cast<char>(byte);
        EXPECT_EQ(read, "input");
    }
    EXPECT_EQ(content(folder.file("out")), expected);
}

TEST(FileBackend, ShowsAPromptWithoutNewlineSoon) {
    const Folder folder;
    BackendBench bench;
    const auto backend = bench.open("file:" + folder.file("out"));
    send(*backend, "login: ");
    const auto deadline = std::chrono::steady_clock::now() + kLimit;
    while (content(folder.file("out")).empty() && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(1ms);
    EXPECT_EQ(content(folder.file("out")), "login: ");
}

TEST(FileBackend, WhatCannotBeOpenedIsAUserError) {
    BackendBench bench;
    EXPECT_THROW(static_cast<void>(bench.open("file:/nonexistent/x")), UserError);
    EXPECT_THROW(static_cast<void>(bench.open("file:in=/nonexistent/x")), UserError);
}

/// Output was lost, and nobody heard of it.
TEST(FileBackend, AFullDiskIsReported) {
    BackendBench bench;
    ::testing::internal::CaptureStderr();
    {
        const auto backend = bench.open("file:/dev/full");
        send(*backend, "lost");
    }
    EXPECT_NE(::testing::internal::GetCapturedStderr().find("lost from here on: No space left on device"), std::string::npos);
}

/// Both go to one file, as a rule: saying so threw in the writer's thread.
TEST(FileBackend, AFullDiskThatStderrIsOnTooIsNoEnd) {
    BackendBench bench;
    const int before = ::dup(STDERR_FILENO);
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    ASSERT_GE(::dup2(full, STDERR_FILENO), 0);
    {
        const auto backend = bench.open("file:/dev/full");
        send(*backend, "lost");
    }
    ::dup2(before, STDERR_FILENO);
    ::close(before);
    ::close(full);
}

TEST(TcpBackend, CarriesBytesBothWaysAndServesOneClientAfterAnother) {
    BackendBench bench;
    auto backend = bench.open("tcp:0");
    const auto port = static_cast<unsigned>(std::stoul(bench.reported()));
    Collector collector("collector", *backend, 10);
    send(*backend, "before ");
    std::thread client([&] {
        const int first = connect_to(port);
        EXPECT_EQ(read_bytes(first, 7), "before ") << "output waits for a client";
        EXPECT_EQ(::write(first, "12345", 5), 5);
        ::close(first);
        const int second = connect_to(port);
        EXPECT_EQ(::write(second, "67890", 5), 5);
        EXPECT_EQ(read_bytes(second, 5), "after");
        ::close(second);
    });
    sc_core::sc_start();
    EXPECT_EQ(collector.text, "1234567890");
    send(*backend, "after");
    client.join();
}

TEST(TcpBackend, LosesNothingAtTheEnd) {
    BackendBench bench;
    auto backend = bench.open("tcp:0");
    const int client = connect_to(static_cast<unsigned>(std::stoul(bench.reported())));
    EXPECT_EQ(::write(client, "unread", 6), 6);
    std::string expected;
    for (int i = 0; i < 100'000; ++i)
        expected += static_cast<char>('a' + i % 26);
    std::string received;
    send(*backend, "x");
    EXPECT_EQ(read_bytes(client, 1), "x");
    std::thread reader([&] { received = read_bytes(client, 1'000'000); });
    send(*backend, expected);
    backend.reset();
    reader.join();
    EXPECT_EQ(received, expected);
    ::close(client);
}

TEST(TcpBackend, DropsTheOldestWhenNobodyTakesTheOutput) {
    BackendBench bench;
    auto backend = bench.open("tcp:0");
    const auto port = static_cast<unsigned>(std::stoul(bench.reported()));
    for (int i = 0; i < 3'000'000; ++i)
        backend->send(static_cast<std::uint8_t>('0' + i % 10));
    send(*backend, "END");
    EXPECT_EQ(bench.log_lines.size(), 2u) << "said once";
    const int client = connect_to(port);
    std::thread closer([&] {
        std::this_thread::sleep_for(500ms);
        backend.reset();
    });
    const auto text = read_bytes(client, 10'000'000);
    closer.join();
    EXPECT_LT(text.size(), 2'000'000u);
    EXPECT_TRUE(text.ends_with("END"));
    ::close(client);
}

TEST(TcpBackend, PortThatIsTakenIsAUserError) {
    BackendBench bench;
    const auto backend = bench.open("tcp:0");
    EXPECT_THROW(static_cast<void>(bench.open("tcp:" + bench.reported(), "uart1")), UserError);
}

TEST(TcpBackend, WaitsForAClientWhenAsked) {
    BackendBench bench;
    // The port is not known before the call returns: take one that was free a moment ago.
    const auto port = [&] {
        const auto probe = bench.open("tcp:0", "probe");
        return bench.reported();
    }();
    std::atomic<bool> connected{false};
    std::thread client([&] {
        std::this_thread::sleep_for(100ms);
        connected = true;
        ::close(connect_to(static_cast<unsigned>(std::stoul(port))));
    });
    const auto backend = bench.open("tcp:" + port + ",wait");
    EXPECT_TRUE(connected);
    client.join();
}

TEST(PtyBackend, CarriesBytesBothWays) {
    BackendBench bench;
    auto backend = bench.open("pty");
    Collector collector("collector", *backend, 6);
    send(*backend, "early ");
    const int terminal = ::open(bench.reported().c_str(), O_RDWR | O_NOCTTY);
    ASSERT_GE(terminal, 0) << bench.reported();
    EXPECT_EQ(read_bytes(terminal, 6), "early ");
    std::thread user([&] { EXPECT_EQ(::write(terminal, "a\003b\r\nc", 6), 6); });
    sc_core::sc_start();
    EXPECT_EQ(collector.text, "a\003b\r\nc") << "nothing is translated";
    user.join();
    ::close(terminal);
}

TEST(PtyBackend, EndsAtOnceWhenNobodyListens) {
    BackendBench bench;
    auto backend = bench.open("pty");
    for (int i = 0; i < 100'000; ++i)
        backend->send('x');
    const auto start = std::chrono::steady_clock::now();
    backend.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - start, kLimit);
}

TEST(InputGate, HoldsALargeInputUntilTheGuestReads) {
    BackendBench bench;
    auto backend = bench.open("tcp:0");
    const auto port = static_cast<unsigned>(std::stoul(bench.reported()));
    constexpr std::size_t kSize = 1'000'000;
    Collector collector("collector", *backend, kSize);
    std::thread client([&] {
        const int fd = connect_to(port);
        const std::string text(kSize, 'x');
        std::size_t done = 0;
        while (done < kSize) {
            const auto count = ::write(fd, text.data() + done, kSize - done);
            ASSERT_GT(count, 0);
            done += static_cast<std::size_t>(count);
        }
        ::close(fd);
    });
    sc_core::sc_start();
    client.join();
    EXPECT_EQ(collector.text.size(), kSize);
}

} // namespace
} // namespace medley::periph::test
