#include "peripherals/chardev/char_spec.h"

#include "medley/base/error.h"
#include "medley/periph/char_backend_factory.h"
#include "peripherals/chardev/capture.h"
#include "peripherals/chardev/escape_filter.h"
#include "peripherals/chardev/line_label.h"

#include <gtest/gtest.h>

namespace medley::periph::test {
namespace {

std::string labelled(LineLabel& label, const std::string& text) {
    std::string result;
    for (const char c : text)
        label.append(static_cast<std::uint8_t>(c), result);
    return result;
}

TEST(CharSpec, UnderstandsEveryKind) {
    EXPECT_EQ(parse_char_spec("null").kind, CharKind::Null);
    EXPECT_EQ(parse_char_spec("capture").kind, CharKind::Capture);
    EXPECT_EQ(parse_char_spec("pty,label=x").label, "x");
    EXPECT_FALSE(parse_char_spec("stdio,input=off,label=a b").input);
    EXPECT_EQ(parse_char_spec("file:/tmp/a:b").out, "/tmp/a:b");
    const auto files = parse_char_spec("file:in=x,out=y,label=z");
    EXPECT_EQ(files.in + files.out + files.label, "xyz");
    EXPECT_EQ(parse_char_spec("tcp:1234").host, "127.0.0.1");
    const auto tcp = parse_char_spec("tcp:[::1]:80,wait");
    EXPECT_EQ(tcp.host, "::1");
    EXPECT_EQ(tcp.port, "80");
    EXPECT_TRUE(tcp.wait);
}

class BadSpec : public testing::TestWithParam<const char*> {};

TEST_P(BadSpec, IsAUserErrorThatNamesIt) {
    try {
        check_char_backend(GetParam());
        FAIL() << "accepted";
    } catch (const UserError& error) {
        EXPECT_NE(std::string(error.what()).find(std::string("'") + GetParam() + "'"), std::string::npos) << error.what();
    }
}
INSTANTIATE_TEST_SUITE_P(Specs, BadSpec,
                         testing::Values("", "serial", "stdio:x", "stdio,", "stdio,input=maybe", "null:x", "tcp", "tcp:", "tcp:x", "tcp:65536",
                                         "tcp::80", "tcp:1:2:x", "tcp:80,80", "file", "file:", "file:a,b", "pty:x", "capture,wait"));

TEST(LineLabel, PrefixesLines) {
    LineLabel label("app");
    EXPECT_EQ(labelled(label, "a\r\nb\n"), "[app] a\r\n[app] b\n");
    EXPECT_EQ(labelled(label, "\r\n\nc\rd"), "\r\n\n[app] c\rd");
    label.restart();
    EXPECT_EQ(labelled(label, "e"), "[app] e");
    LineLabel none("");
    EXPECT_EQ(labelled(none, "a\nb"), "a\nb");
}

TEST(EscapeFilter, KnowsItsKeys) {
    using Action = EscapeFilter::Action;
    const auto after_escape = [](std::uint8_t key) {
        EscapeFilter filter;
        std::uint8_t escape = 1;
        EXPECT_EQ(filter.type(escape), Action::Swallow);
        const auto action = filter.type(key);
        return std::pair(action, key);
    };
    EXPECT_EQ(after_escape('x').first, Action::Quit);
    EXPECT_EQ(after_escape('H').first, Action::Help);
    EXPECT_EQ(after_escape('a'), std::pair(Action::Pass, std::uint8_t{1}));
    EXPECT_EQ(after_escape(1), std::pair(Action::Pass, std::uint8_t{1}));
    EXPECT_EQ(after_escape('q').first, Action::Swallow);
    EscapeFilter filter;
    std::uint8_t key = 3;
    EXPECT_EQ(filter.type(key), Action::Pass);
}

TEST(Capture, TellsTheReaderWhenBytesBeginToWait) {
    CaptureBackend backend("c");
    unsigned calls = 0;
    backend.on_input([&] { ++calls; });
    backend.feed("ab");
    backend.feed("c");
    EXPECT_EQ(calls, 1u);
    std::uint8_t byte = 0;
    std::string read;
    while (backend.receive(byte))
        read += static_cast<char>(byte);
    EXPECT_EQ(read, "abc");
    backend.send('x');
    EXPECT_EQ(backend.output(), "[c] x");
}

} // namespace
} // namespace medley::periph::test
