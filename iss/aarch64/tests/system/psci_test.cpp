// Firmware calls. PSCI 1.1 (DEN 0022), SMCCC 1.1 (DEN 0028).
#include "iss/aarch64/tests/system/machine.h"

namespace medley::iss::aarch64::test {
namespace {

constexpr std::uint64_t kHvc = 0xd400'0002;
constexpr std::uint64_t kSmc = 0xd400'0003;
constexpr auto kNotSupported = static_cast<std::uint64_t>(-1);
constexpr auto kInvalid = static_cast<std::uint64_t>(-2);

struct Caller : Machine {
    explicit Caller(std::string model = "cortex-a53", Parameters parameters = {}) : Machine(std::move(model), std::move(parameters)) {
        go_to(1);
    }
    std::uint64_t call(std::uint64_t function, std::uint64_t a = 0, std::uint64_t b = 0, std::uint64_t c = 0) {
        auto* x = core_state().x;
        x[0] = function, x[1] = a, x[2] = b, x[3] = c;
        const bool smc = core.config().psci == Conduit::Smc;
        EXPECT_TRUE(smc ? run(helper_monitor_call, kSmc) : run(helper_hypervisor_call, kHvc));
        return x[0];
    }
};

TEST(Psci, VersionsAndFeatures) {
    Caller m;
    EXPECT_EQ(m.call(0x8400'0000), 0x1'0001U);
    EXPECT_EQ(m.call(0x8000'0000), 0x1'0001U);
    EXPECT_EQ(m.call(0x8400'0006), 2U);
    for (const std::uint64_t known : {0x8400'0000U, 0xc400'0001U, 0x8400'0002U, 0xc400'0003U, 0x8400'0008U, 0x8000'0000U})
        EXPECT_EQ(m.call(0x8400'000a, known), 0U) << std::hex << known;
    EXPECT_EQ(m.call(0x8400'000a, 0x8400'0010), kNotSupported);
    EXPECT_EQ(m.call(0x8000'0001, 0x8000'8000), kNotSupported);
    EXPECT_EQ(m.call(0x8400'1234), kNotSupported);
    EXPECT_EQ(m.call(0), kNotSupported);
}

TEST(Psci, CpuOn) {
    Caller m;
    EXPECT_EQ(m.call(0xc400'0003, 0x101, 0x4000'1000, 0x55), 0U);
    ASSERT_EQ(m.host.calls.size(), 1U);
    EXPECT_EQ(m.host.calls[0].kind, FirmwareCall::Kind::CpuOn);
    EXPECT_EQ(m.host.calls[0].cpu, 9U) << "clusters of eight";
    EXPECT_EQ(m.host.calls[0].entry, 0x4000'1000U);
    EXPECT_EQ(m.host.calls[0].argument, 0x55U);
    m.host.firmware_result = FirmwareResult::AlreadyOn;
    EXPECT_EQ(m.call(0xc400'0003, 0), static_cast<std::uint64_t>(-4));
    m.host.firmware_result = FirmwareResult::Pending;
    EXPECT_EQ(m.call(0xc400'0003, 0), static_cast<std::uint64_t>(-5));
    m.host.firmware_result = FirmwareResult::NoSuchCpu;
    EXPECT_EQ(m.call(0xc400'0003, 7), kInvalid);
    const auto calls = m.host.calls.size();
    EXPECT_EQ(m.call(0xc400'0003, 0x8), kInvalid) << "no affinity of clusters of eight";
    EXPECT_EQ(m.call(0xc400'0003, 0x8000'0000), kInvalid) << "not an affinity at all";
    EXPECT_EQ(m.host.calls.size(), calls);
}

TEST(Psci, ArgumentsOf32BitCallsAreCut) {
    Caller m;
    m.call(0x8400'0003, 0xffff'ffff'0000'0001, 0x1'4000'0000, 0x2'0000'0007);
    EXPECT_EQ(m.host.calls.at(0).cpu, 1U);
    EXPECT_EQ(m.host.calls.at(0).entry, 0x4000'0000U);
    EXPECT_EQ(m.host.calls.at(0).argument, 7U);
}

TEST(Psci, AffinityInfo) {
    Caller m;
    m.host.firmware_result = FirmwareResult::AlreadyOn;
    EXPECT_EQ(m.call(0xc400'0004, 1), 0U);
    m.host.firmware_result = FirmwareResult::Off;
    EXPECT_EQ(m.call(0xc400'0004, 1), 1U);
    m.host.firmware_result = FirmwareResult::Pending;
    EXPECT_EQ(m.call(0xc400'0004, 1), 2U);
    EXPECT_EQ(m.call(0xc400'0004, 1, 1), kInvalid);
}

TEST(Psci, PowerAndReset) {
    Caller m;
    m.call(0x8400'0002);
    m.call(0x8400'0008);
    m.call(0x8400'0009);
    ASSERT_EQ(m.host.calls.size(), 3U);
    EXPECT_EQ(m.host.calls[0].kind, FirmwareCall::Kind::CpuOff);
    EXPECT_EQ(m.host.calls[1].kind, FirmwareCall::Kind::PowerOff);
    EXPECT_EQ(m.host.calls[1].status, 0U);
    EXPECT_EQ(m.host.calls[2].kind, FirmwareCall::Kind::Reset);
    constexpr std::uint64_t kInvalidParameters = ~std::uint64_t{1};
    EXPECT_EQ(m.call(0x8400'0012, 1), kInvalidParameters) << "a reset type that is reserved";
    EXPECT_EQ(m.call(0xc400'0012, 0x8000'0000), kInvalidParameters) << "a vendor's";
    ASSERT_EQ(m.host.calls.size(), 3U);
    m.call(0x8400'0012, 0);
    ASSERT_EQ(m.host.calls.size(), 4U);
    EXPECT_EQ(m.host.calls[3].kind, FirmwareCall::Kind::Reset);
}

TEST(Psci, TheConduitIsTheOneOfTheBoard) {
    Caller smc("cortex-a53", {{"psci", "smc"}});
    EXPECT_EQ(smc.call(0x8400'0000), 0x1'0001U);
    EXPECT_FALSE(smc.run(helper_hypervisor_call, kHvc));
    EXPECT_EQ(smc.fault.code, syndrome::kUndefined);
    Caller hvc;
    EXPECT_FALSE(hvc.run(helper_monitor_call, kSmc));
    Caller guest("max", {{"psci", "smc"}, {"el2", "on"}});
    EXPECT_EQ(guest.call(0x8400'0000), 0x1'0001U);
    guest.regs().hcr_el2 |= hcr::kTsc;
    EXPECT_FALSE(guest.run(helper_monitor_call, kSmc)) << "a hypervisor comes first";
    EXPECT_EQ(guest.target_of_fault(), 2U);
    Caller el2("max", {{"psci", "hvc"}, {"el2", "on"}});
    EXPECT_FALSE(el2.run(helper_hypervisor_call, kHvc)) << "EL2 has its own calls";
    EXPECT_EQ(el2.fault.code, syndrome::hvc(0));
    Caller user;
    user.go_to(0);
    EXPECT_FALSE(user.run(helper_hypervisor_call, kHvc));
    EXPECT_EQ(user.fault.code, syndrome::kUndefined);
}

TEST(Psci, AStartedCoreIsAtTheLevelOfItsStarter) {
    const auto level = [](Parameters parameters) {
        Machine m("max", std::move(parameters));
        m.core.start(kRam + 0x100, 0x77);
        EXPECT_EQ(m.core_state().pc, kRam + 0x100);
        EXPECT_EQ(m.core_state().x[0], 0x77U);
        EXPECT_EQ(m.regs().pstate.daif, 0xfU);
        EXPECT_FALSE(m.system.secure_below_el3());
        return m.system.el();
    };
    EXPECT_EQ(level({}), 1U);
    EXPECT_EQ(level({{"psci", "smc"}, {"el2", "on"}}), 2U);
    EXPECT_EQ(level({{"psci", "smc"}}), 1U);
    EXPECT_EQ(level({{"psci", "hvc"}, {"el3", "on"}}), 1U);
}

} // namespace
} // namespace medley::iss::aarch64::test
