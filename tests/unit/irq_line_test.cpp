#include "medley/tlm/irq_line.h"

#include <gtest/gtest.h>

namespace medley {
namespace {

struct Sink {
    std::vector<bool> seen;
    IrqIn input{[this](bool level) { seen.push_back(level); }};
};

TEST(IrqLine, CallsBackOnChangesOnly) {
    Sink sink;
    IrqOut output;
    output.connect(sink.input);
    output.set(false);
    output.set(true);
    output.set(true);
    output.set(false);
    EXPECT_EQ(sink.seen, (std::vector<bool>{true, false}));
}

TEST(IrqLine, SeveralDriversAreOred) {
    Sink sink;
    IrqOut a;
    IrqOut b;
    a.connect(sink.input);
    b.connect(sink.input);
    a.set(true);
    b.set(true);
    a.set(false);
    EXPECT_TRUE(sink.input.level());
    b.set(false);
    EXPECT_EQ(sink.seen, (std::vector<bool>{true, false}));
    EXPECT_EQ(sink.input.drivers(), 2U);
}

TEST(IrqLine, ConnectingAHighOutputRaisesTheInput) {
    Sink sink;
    IrqOut output;
    output.set(true);
    output.connect(sink.input);
    EXPECT_EQ(sink.seen, std::vector<bool>{true});
}

} // namespace
} // namespace medley
