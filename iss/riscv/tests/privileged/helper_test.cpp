// WFI, cache-block operations, jump targets.
#include "iss/riscv/tests/privileged/machine.h"

namespace medley::iss::riscv::test {
namespace {

constexpr std::uint64_t kWfi = 0x1050'0073;
constexpr std::uint64_t kCboInval = 0x0005'200f;
constexpr std::uint64_t kCboClean = 0x0015'200f;
constexpr std::uint64_t kCboZero = 0x0045'200f;

TEST(Wfi, FollowsTwAndPrivilege) {
    Machine machine;
    machine.write("mstatus", mstatus::kTw);
    EXPECT_TRUE(machine.run(helper_wfi, kWfi));
    machine.set_privilege(Privilege::Supervisor);
    EXPECT_FALSE(machine.run(helper_wfi, kWfi));
    machine.core.hart().mstatus &= ~mstatus::kTw;
    EXPECT_TRUE(machine.run(helper_wfi, kWfi));
    machine.set_privilege(Privilege::User);
    EXPECT_FALSE(machine.run(helper_wfi, kWfi));
    Machine small("rv32", {{"modes", "mu"}});
    small.set_privilege(Privilege::User);
    EXPECT_TRUE(small.run(helper_wfi, kWfi)) << "without supervisor mode TW alone decides";
}

TEST(CacheBlocks, EachPrivilegeNeedsTheBitsOfAllAboveIt) {
    struct {
        HelperFunction function;
        std::uint64_t encoding, enable;
    } const cases[] = {{helper_cbo_manage, kCboInval, std::uint64_t{1} << envcfg::kCbieShift},
                       {helper_cbo_manage, kCboClean, envcfg::kCbcfe},
                       {helper_cbo_zero_check, kCboZero, envcfg::kCbze}};
    for (const auto& each : cases)
        for (unsigned combination = 0; combination < 4; ++combination) {
            Machine machine;
            machine.open_pmp();
            machine.write("menvcfg", (combination & 1) != 0 ? each.enable : 0);
            machine.write("senvcfg", (combination & 2) != 0 ? each.enable : 0);
            const auto allowed = [&](Privilege privilege) {
                machine.set_privilege(privilege);
                return machine.run(each.function, each.encoding, kRam, machine.core.fetch_mem_index()).has_value();
            };
            EXPECT_TRUE(allowed(Privilege::Machine));
            EXPECT_EQ(allowed(Privilege::Supervisor), (combination & 1) != 0);
            EXPECT_EQ(allowed(Privilege::User), combination == 3);
        }
}

TEST(CacheBlocks, RefusedAddressesAreFaultsOfAStore) {
    Machine machine;
    machine.write("menvcfg", envcfg::kCbcfe);
    machine.set_privilege(Privilege::Supervisor);
    EXPECT_FALSE(machine.run(helper_cbo_manage, kCboClean, kRam, machine.core.fetch_mem_index()));
    EXPECT_EQ(machine.fault.code, cause::kStoreAccess);
    EXPECT_EQ(machine.fault.address, kRam);
    machine.set_privilege(Privilege::Machine);
    machine.write("pmpaddr", ~std::uint64_t{0});
    machine.write("pmpcfg", 0x19); // read-only is enough
    machine.set_privilege(Privilege::Supervisor);
    EXPECT_TRUE(machine.run(helper_cbo_manage, kCboClean, kRam, machine.core.fetch_mem_index()));
}

TEST(JumpTargets, MustBeMultiplesOfFourWithoutC) {
    Machine machine("rv32", {{"isa", "rv32im"}});
    EXPECT_TRUE(machine.run(helper_check_target, 0x1004));
    EXPECT_FALSE(machine.run(helper_check_target, 0x1002));
    EXPECT_EQ(machine.fault.code, cause::kFetchMisaligned);
    EXPECT_EQ(machine.fault.value, 0x1002U);
}

TEST(FenceI, ReachesTheHost) {
    Machine machine;
    machine.run(helper_fence_i, 0);
    EXPECT_EQ(machine.host.barriers, 1U);
}

} // namespace
} // namespace medley::iss::riscv::test
