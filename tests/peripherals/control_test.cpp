#include "medley/tlm/irq_adapter.h"
#include "medley/tlm/simulation_control.h"
#include "support/bench.h"

namespace medley::periph::test {
namespace {

TEST(SimulationControl, TheFirstExitRequestCountsAndEndsTheSimulation) {
    Bench bench;
    bool after = false;
    bench.run([&] {
        bench.control.request_exit(3, "first");
        bench.control.request_exit(4, "second");
        sc_core::wait(1, sc_core::SC_NS);
        after = true;
    });
    EXPECT_FALSE(after);
    EXPECT_EQ(bench.control.exit_status(), 3);
    EXPECT_EQ(bench.control.reason(), "first");
}

TEST(SimulationControl, AnExitBeforeTheSimulationIsRemembered) {
    SimulationControl control;
    EXPECT_FALSE(control.exit_status().has_value());
    control.request_exit(0, "early");
    EXPECT_EQ(control.exit_status(), 0);
}

TEST(SimulationControl, ResetRunsAllHandlers) {
    SimulationControl control;
    std::vector<int> calls;
    control.on_reset([&] { calls.push_back(1); });
    control.on_reset([&] { calls.push_back(2); });
    control.request_reset("guest");
    control.request_reset("guest");
    EXPECT_EQ(calls, (std::vector<int>{1, 2, 1, 2}));
    EXPECT_EQ(control.resets(), 2u);
}

TEST(IrqAdapter, CarriesLevelsBothWays) {
    Bench bench;
    sc_core::sc_signal<bool> wire("wire");
    SignalToIrq to_irq("to_irq");
    sc_core::sc_signal<bool> result("result");
    IrqToSignal to_signal("to_signal");
    to_irq.in.bind(wire);
    to_signal.out.bind(result);
    to_irq.out.connect(to_signal.in);
    bench.run([&] {
        for (const bool level : {true, false, true}) {
            wire.write(level);
            sc_core::wait(1, sc_core::SC_NS);
            EXPECT_EQ(to_irq.out.level(), level);
            EXPECT_EQ(result.read(), level);
        }
    });
}

TEST(IrqAdapter, ALevelFromBeforeTheSimulationArrives) {
    Bench bench;
    sc_core::sc_signal<bool> result("result");
    IrqToSignal to_signal("to_signal");
    to_signal.out.bind(result);
    IrqOut line;
    line.connect(to_signal.in);
    line.set(true);
    bench.run([&] {
        sc_core::wait(1, sc_core::SC_NS);
        EXPECT_TRUE(result.read());
    });
}

} // namespace
} // namespace medley::periph::test
