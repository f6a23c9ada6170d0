// Matching against a byte-wise model of RISC-V Privileged 1.13, 3.7, and the lock rules.
#include "iss/riscv/tests/privileged/machine.h"

namespace medley::iss::riscv::test {
namespace {

constexpr unsigned kRegions = 8;

/// Whether one byte lies in a region, spelled out from table 19 and figure 36.
bool byte_matches(const Csrs& csrs, unsigned region, Address address) {
    const auto word = address >> 2;
    const auto here = csrs.pmpaddr[region];
    switch (bits(csrs.pmpcfg[region], 3, 2)) {
    case 1: return word >= (region == 0 ? 0 : csrs.pmpaddr[region - 1]) && word < here;
    case 2: return word == here;
    case 3: {
        std::uint64_t ignored = 1;
        for (auto rest = here; (rest & 1) != 0; rest >>= 1)
            ignored = ignored << 1 | 1;
        return (word | ignored) == (here | ignored);
    }
    default: return false;
    }
}

int first_region(const Csrs& csrs, Address address) {
    for (unsigned region = 0; region < kRegions; ++region)
        if (byte_matches(csrs, region, address))
            return static_cast<int>(region);
    return -1;
}

/// The verdict on an access: the lowest region that matches any byte must match all of them.
bool model_allows(const Csrs& csrs, Address address, unsigned size, Access access, Privilege privilege) {
    int lowest = -1;
    for (unsigned i = 0; i < size; ++i)
        if (const auto region = first_region(csrs, address + i); region >= 0 && (lowest < 0 || region < lowest))
            lowest = region;
    if (lowest < 0)
        return privilege == Privilege::Machine;
    for (unsigned i = 0; i < size; ++i)
        if (!byte_matches(csrs, static_cast<unsigned>(lowest), address + i))
            return false;
    const auto cfg = csrs.pmpcfg[static_cast<unsigned>(lowest)];
    if (privilege == Privilege::Machine && (cfg & 0x80) == 0)
        return true;
    return bit(cfg, access == Access::Read ? 0 : access == Access::Write ? 1 : 2);
}

Csrs random_regions(std::mt19937_64& random) {
    Csrs csrs;
    for (unsigned region = 0; region < kRegions; ++region) {
        // Small regions around two pages, so that boundaries fall inside them.
        auto address = 0x2000'0000 + random() % 0x800;
        if (random() % 4 == 0)
            address |= low_mask(static_cast<unsigned>(random() % 13));
        csrs.pmpaddr[region] = address;
        csrs.pmpcfg[region] = random() & 0x9f;
    }
    return csrs;
}

TEST(Pmp, RandomRegionsAgreeWithTheByteWiseModel) {
    std::mt19937_64 random(random_seed());
    for (unsigned round = 0; round < 20000; ++round) {
        const auto csrs = random_regions(random);
        const auto size = 1U << random() % 4;
        const auto address = (0x8000'0000 + random() % 0x2000) & ~std::uint64_t{size - 1};
        for (const auto privilege : {Privilege::User, Privilege::Supervisor, Privilege::Machine}) {
            const auto rights = pmp_rights(csrs, kRegions, address, size, privilege);
            for (const auto access : {Access::Read, Access::Write, Access::Fetch})
                ASSERT_EQ(rights.allows(access), model_allows(csrs, address, size, access, privilege))
                    << std::hex << address << " size " << size;
        }
    }
}

TEST(Pmp, RightsOfAWholePageHoldForEveryAccessInIt) {
    std::mt19937_64 random(random_seed());
    unsigned whole = 0;
    for (unsigned round = 0; round < 3000; ++round) {
        auto csrs = random_regions(random);
        for (auto& cfg : csrs.pmpcfg)
            if (random() % 3 != 0)
                cfg &= ~pmpcfg::kMode;
        const Address page = 0x8000'0000;
        const auto rights = pmp_rights(csrs, kRegions, page + random() % 512 * 8, 8, Privilege::User);
        if (!rights.whole_page)
            continue;
        ++whole;
        for (unsigned offset = 0; offset < kPageSize; offset += 4) {
            const auto here = pmp_rights(csrs, kRegions, page + offset, offset % 8 == 0 ? 8 : 4, Privilege::User);
            ASSERT_TRUE(here.whole_page);
            ASSERT_EQ(here.read, rights.read);
            ASSERT_EQ(here.write, rights.write);
            ASSERT_EQ(here.execute, rights.execute);
        }
    }
    EXPECT_GT(whole, 100U);
}

TEST(Pmp, ABoundaryInsideThePageForbidsCaching) {
    Csrs csrs;
    csrs.pmpaddr = {0x8000'0ffcU >> 2};
    csrs.pmpcfg[0] = 0x17; // NA4, all rights
    EXPECT_FALSE(pmp_rights(csrs, 16, 0x8000'0000, 4, Privilege::User).whole_page);
    EXPECT_TRUE(pmp_rights(csrs, 16, 0x8000'1000, 4, Privilege::User).whole_page);
}

TEST(Pmp, AllOnesInNapotModeCoverEverything) {
    Csrs csrs;
    csrs.pmpaddr[0] = low_mask(54);
    csrs.pmpcfg[0] = 0x1f;
    const auto rights = pmp_rights(csrs, 16, 0xff'ffff'ffff'fff8, 8, Privilege::Supervisor);
    EXPECT_TRUE(rights.read && rights.write && rights.execute && rights.whole_page);
}

TEST(Pmp, WithoutRegionsEverythingIsAllowed) {
    Machine machine("rv64", {{"pmp-regions", "0"}});
    EXPECT_TRUE(pmp_rights(machine.core.csr(), 0, kRam, 8, Privilege::User).read);
    EXPECT_FALSE(machine.read("pmpcfg"));
    EXPECT_FALSE(machine.read("pmpaddr"));
}

TEST(Pmp, RegistersOfAbsentRegionsReadAsZero) {
    Machine machine("rv64", {{"pmp-regions", "4"}});
    EXPECT_EQ(machine.write_then_read("pmpcfg", 0x1f1f'1f1f'1f1f'1f1f), 0x1f1f'1f1fU);
    EXPECT_TRUE(machine.write(0x3b4, 5));
    EXPECT_EQ(machine.read(0x3b4), 0U);
    EXPECT_TRUE(machine.read(0x3bf));
    EXPECT_FALSE(machine.read(0x3c0)) << "pmpaddr16 belongs to the next group";
    Machine big("rv64", {{"pmp-regions", "64"}});
    EXPECT_TRUE(big.write(0x3ef, 5));
    EXPECT_EQ(big.read(0x3ef), 5U);
}

TEST(Pmp, ALockedRegionKeepsItsRegistersUntilReset) {
    Machine machine;
    machine.write(0x3b1, 0x1000);
    machine.write(0x3b2, 0x2000);
    machine.write("pmpcfg", 0x89'00'00); // region 2: locked, top of range
    machine.write("pmpcfg", 0x07'1f'1f'1f);
    EXPECT_EQ(machine.read("pmpcfg"), 0x07'89'1f'1fU);
    machine.write(0x3b2, 0);
    EXPECT_EQ(machine.read(0x3b2), 0x2000U);
    machine.write(0x3b1, 0);
    EXPECT_EQ(machine.read(0x3b1), 0x1000U) << "the range's lower bound";
    machine.write(0x3b3, 0);
    EXPECT_EQ(machine.read(0x3b3), 0U);
    machine.core.reset(kRam);
    EXPECT_EQ(machine.read("pmpcfg"), 0U);
}

TEST(Pmp, WriteWithoutReadIsNotStored) {
    Machine machine;
    EXPECT_EQ(machine.write_then_read("pmpcfg", 0x1e), 0x1cU);
}

TEST(Pmp, WritesDropCachedTranslations) {
    Machine machine;
    machine.write("pmpaddr", 1);
    EXPECT_EQ(machine.host.flushes.size(), 1U);
    machine.write("pmpcfg", 0x1f);
    EXPECT_EQ(machine.host.flushes.size(), 2U);
}

} // namespace
} // namespace medley::iss::riscv::test
