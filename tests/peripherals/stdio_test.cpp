#include "medley/base/error.h"
#include "medley/periph/char_backend_factory.h"
#include "support/bench.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <functional>

namespace medley::periph::test {
namespace {

constexpr auto kLimit = std::chrono::seconds(10);

/// Passes input on as output, until a Q comes.
class Echo : public sc_core::sc_module {
public:
    SC_HAS_PROCESS(Echo);
    Echo(const sc_core::sc_module_name& name, CharBackend& backend) : sc_core::sc_module(name), backend_(backend) {
        backend.on_input([this] { echo(); });
    }

private:
    void start_of_simulation() override { echo(); }
    void echo() {
        std::uint8_t byte = 0;
        while (backend_.receive(byte)) {
            backend_.send(byte);
            if (byte == 'A')
                std::abort();
        }
    }
    CharBackend& backend_;
};

/// Exit status of a simulation with one echoing console on the standard streams.
int simulate() {
    Bench bench;
    CharBackendServices services{bench.log, bench.control};
    const auto backend = make_char_backend("stdio", "console", services);
    Echo echo("echo", *backend);
    for (const char c : std::string("ready>"))
        backend->send(static_cast<std::uint8_t>(c));
    sc_core::sc_start();
    return bench.control.exit_status().value_or(77);
}

/// A child process on its own terminal or pipes.
struct Child {
    pid_t pid = -1;
    int input = -1;
    int output = -1;
    std::string seen;

    bool wait_for(const std::string& text) {
        const auto deadline = std::chrono::steady_clock::now() + kLimit;
        while (seen.find(text) == std::string::npos && std::chrono::steady_clock::now() < deadline) {
            pollfd ready{output, POLLIN, 0};
            std::array<char, 4096> buffer{};
            if (::poll(&ready, 1, 100) <= 0)
                continue;
            const auto count = ::read(output, buffer.data(), buffer.size());
            if (count <= 0)
                break;
            seen.append(buffer.data(), static_cast<std::size_t>(count));
        }
        return seen.find(text) != std::string::npos;
    }
    void type(const std::string& text) const { EXPECT_EQ(::write(input, text.data(), text.size()), static_cast<ssize_t>(text.size())); }
    [[nodiscard]] int wait() const {
        const auto deadline = std::chrono::steady_clock::now() + kLimit;
        int status = 0;
        while (::waitpid(pid, &status, WNOHANG) == 0) {
            if (std::chrono::steady_clock::now() > deadline) {
                ::kill(pid, SIGKILL);
                ADD_FAILURE() << "the simulation does not end; it printed: " << seen;
            }
            ::usleep(2000);
        }
        return status;
    }
};

struct Terminal : Child {
    int slave = -1;

    Terminal() {
        input = output = ::posix_openpt(O_RDWR | O_NOCTTY);
        EXPECT_EQ(::grantpt(input) | ::unlockpt(input), 0);
        slave = ::open(::ptsname(input), O_RDWR | O_NOCTTY);
        pid = ::fork();
        if (pid != 0)
            return;
        ::setsid();
        ::ioctl(slave, TIOCSCTTY, 0);
        ::dup2(slave, 0);
        ::dup2(slave, 1);
        ::exit(simulate());
    }
    ~Terminal() {
        ::close(slave);
        ::close(input);
    }
    /// Line editing and echo: what a shell leaves behind.
    [[nodiscard]] bool cooked() const {
        termios modes{};
        return ::tcgetattr(slave, &modes) == 0 && (modes.c_lflag & (ICANON | ECHO | ISIG)) == (ICANON | ECHO | ISIG);
    }
};

TEST(StdioTerminal, CtrlAXEndsAnIdleSimulationAndRestoresTheTerminal) {
    Terminal terminal;
    ASSERT_TRUE(terminal.wait_for("ready>"));
    EXPECT_FALSE(terminal.cooked());
    terminal.type("k\003");
    EXPECT_TRUE(terminal.wait_for("k\003")) << "Ctrl-C goes to the guest";
    terminal.type("\001x");
    const auto status = terminal.wait();
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_TRUE(terminal.cooked());
}

TEST(StdioTerminal, CtrlAKeys) {
    Terminal terminal;
    ASSERT_TRUE(terminal.wait_for("ready>"));
    terminal.type("\001h");
    EXPECT_TRUE(terminal.wait_for("Ctrl-A X"));
    terminal.type("[\001a]");
    EXPECT_TRUE(terminal.wait_for("[\001]"));
    terminal.type("\001x");
    EXPECT_EQ(terminal.wait(), 0);
}

class StdioSignal : public testing::TestWithParam<int> {};

TEST_P(StdioSignal, RestoresTheTerminalAndStillKills) {
    Terminal terminal;
    ASSERT_TRUE(terminal.wait_for("ready>"));
    EXPECT_FALSE(terminal.cooked());
    ::kill(terminal.pid, GetParam());
    const auto status = terminal.wait();
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), GetParam());
    EXPECT_TRUE(terminal.cooked());
}
INSTANTIATE_TEST_SUITE_P(Signals, StdioSignal, testing::Values(SIGINT, SIGTERM, SIGHUP));

TEST(StdioTerminal, AbortRestoresTheTerminal) {
    Terminal terminal;
    ASSERT_TRUE(terminal.wait_for("ready>"));
    terminal.type("A");
    const auto status = terminal.wait();
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGABRT);
    EXPECT_TRUE(terminal.cooked());
}

/// A simulation on pipes or a file.
struct Piped : Child {
    explicit Piped(int standard_input = -1, const std::function<int()>& body = simulate) {
        std::array<int, 2> in{standard_input, -1};
        std::array<int, 2> out{};
        EXPECT_EQ(::pipe(out.data()), 0);
        if (standard_input < 0) {
            EXPECT_EQ(::pipe(in.data()), 0);
        }
        pid = ::fork();
        if (pid == 0) {
            ::dup2(in[0], 0);
            ::dup2(out[1], 1);
            for (const int fd : {in[0], in[1], out[0], out[1]})
                ::close(fd);
            const int status = body();
            std::fflush(nullptr);
            ::_exit(status); // The leak checker would look for what a coroutine's stack holds.
        }
        ::close(in[0]);
        ::close(out[1]);
        input = in[1];
        output = out[0];
    }
    ~Piped() { ::close(output); }
};

TEST(StdioPipe, IsAPlainStreamWhoseEndIsHarmless) {
    Piped child;
    child.type("a\001x!");
    ::close(child.input);
    EXPECT_TRUE(child.wait_for("ready>a\001x!")) << child.seen;
    EXPECT_EQ(WEXITSTATUS(child.wait()), 77) << "without anything to wait for, the simulation ends by itself";
}

TEST(StdioPipe, ReadsAFile) {
    std::FILE* file = std::tmpfile();
    std::fputs("from a file", file);
    std::fflush(file);
    std::rewind(file);
    Piped child(::dup(::fileno(file)));
    EXPECT_TRUE(child.wait_for("ready>from a file")) << child.seen;
    EXPECT_EQ(WEXITSTATUS(child.wait()), 77);
    std::fclose(file);
}

TEST(StdioPipe, ReaderThatIsGoneDoesNotKillTheSimulation) {
    Piped child;
    ASSERT_TRUE(child.wait_for("ready>"));
    ::close(child.output);
    child.output = -1;
    child.type("text");
    ::close(child.input);
    const auto status = child.wait();
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 77);
}

TEST(StdioPipe, ConsolesSideBySideKeepTheirLinesApart) {
    Piped child(-1, [] {
        Bench bench;
        CharBackendServices services{bench.log, bench.control};
        const auto a = make_char_backend("stdio,label=a,input=off", "a", services);
        const auto b = make_char_backend("stdio,label=b,input=off", "b", services);
        const auto say = [](CharBackend& backend, const std::string& text) {
            for (const char c : text)
                backend.send(static_cast<std::uint8_t>(c));
        };
        say(*a, "one\n");
        say(*b, "two");
        say(*a, "three");
        say(*b, "four\n");
        say(*b, "five\nsix");
        say(*a, "!\n");
        say(*b, "\n");
        return 0;
    });
    EXPECT_TRUE(child.wait_for("six\n"));
    EXPECT_EQ(child.wait(), 0);
    EXPECT_EQ(child.seen, "[a] one\n[b] twofour\n[a] three!\n[b] five\n[b] six\n") << "each line in one piece";
}

TEST(StdioPipe, ALineThatDoesNotGoOnIsAPromptThatOthersBreakInto) {
    Piped child(-1, [] {
        Bench bench;
        CharBackendServices services{bench.log, bench.control};
        const auto a = make_char_backend("stdio,label=a,input=off", "a", services);
        const auto b = make_char_backend("stdio,label=b,input=off", "b", services);
        const auto say = [](CharBackend& backend, const std::string& text) {
            for (const char c : text)
                backend.send(static_cast<std::uint8_t>(c));
        };
        bench.run([&] {
            say(*a, "# ");
            say(*b, "held, ");
            sc_core::wait(20, sc_core::SC_MS);
            say(*b, "shown");
            sc_core::wait(20, sc_core::SC_MS);
            say(*a, "again\n");
            say(*b, "last");
            say(*a, "waits");
        });
        return 0;
    });
    EXPECT_TRUE(child.wait_for("waits"));
    EXPECT_EQ(child.wait(), 0);
    EXPECT_EQ(child.seen, "[a] # \n[b] held, shown\n[a] again\n[b] last\n[a] waits");
}

TEST(StdioPipe, StandardInputHasOneReader) {
    Bench bench;
    CharBackendServices services{bench.log, bench.control};
    const auto first = make_char_backend("stdio", "a", services);
    EXPECT_THROW(static_cast<void>(make_char_backend("stdio", "b", services)), UserError);
}

} // namespace
} // namespace medley::periph::test
