// Guest memory: devices, page crossings, soft TLB, code changes, exclusives.
#include "tests/accel/support/guest.h"

namespace medley::test {
namespace {

constexpr Address kCode = 0x1000;

TEST(InterpMemory, DeviceAccessesHappenOnceWithTheExactCount) {
    Guest guest;
    guest.r(3) = ToyMemory::kDevice;
    guest.r(4) = 7;
    guest.memory.code(kCode, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Load, 5, 3, 0), toy(ToyOp::Store, 4, 3, 8),
                              toy(ToyOp::Jump, 0, 0, -3)});
    EXPECT_EQ(guest.accelerator->run(8).executed, 8u);
    ASSERT_EQ(guest.memory.device.size(), 4u);
    EXPECT_EQ(guest.r(5), 0x1122334455667788u);
    const std::array<std::uint64_t, 4> counts = {1, 2, 5, 6};
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_EQ(guest.memory.device[i].executed, counts[i]);
    EXPECT_EQ(guest.memory.device[1].value, 7u);
    EXPECT_EQ(guest.memory.device[1].address, ToyMemory::kDevice + 8);
}

TEST(InterpMemory, MisalignedAccessesWorkAlsoAcrossPages) {
    Guest guest;
    guest.memory.code(kCode, {toy(ToyOp::Store, 4, 3, 0), toy(ToyOp::Load, 5, 3, 0), toy(ToyOp::Jump, 0, 0, -2)});
    guest.r(4) = 0x0102030405060708;
    for (const Address address : {0x2001, 0x2ff9, 0x2ffc, 0x2fff}) {
        guest.r(3) = address;
        guest.r(5) = 0;
        EXPECT_EQ(guest.accelerator->run(3).executed, 3u);
        EXPECT_EQ(guest.r(5), guest.r(4)) << std::hex << address;
        EXPECT_EQ(guest.memory.get<std::uint64_t>(address), guest.r(4));
    }
}

TEST(InterpMemory, ACrossingAccessThatFailsDoesNothing) {
    Guest guest;
    guest.core.paging = true;
    guest.core.pages[{0, kCode}] = {kCode};
    guest.core.pages[{0, 0}] = {0};
    guest.core.pages[{0, 0x2000}] = {0x2000};
    guest.memory.code(kCode, {toy(ToyOp::Store, 4, 3, 0)});
    guest.r(3) = 0x2ffc;
    guest.r(4) = ~std::uint64_t{0};
    EXPECT_EQ(guest.accelerator->run(1).executed, 1u);
    ASSERT_EQ(guest.core.faults.size(), 1u);
    EXPECT_EQ(guest.core.faults[0].first.kind, FaultKind::Translation);
    EXPECT_EQ(guest.core.faults[0].first.address, 0x3000u);
    EXPECT_EQ(guest.memory.get<std::uint32_t>(0x2ffc), 0u);
}

TEST(InterpMemory, ACrossingIntoADeviceIsAnAlignmentFault) {
    Guest guest;
    guest.memory.code(kCode, {toy(ToyOp::Load, 4, 3, 0)});
    guest.r(3) = ToyMemory::kDevice - 4;
    EXPECT_EQ(guest.accelerator->run(1).executed, 1u);
    ASSERT_EQ(guest.core.faults.size(), 1u);
    EXPECT_EQ(guest.core.faults[0].first.kind, FaultKind::Alignment);
    EXPECT_TRUE(guest.memory.device.empty());
}

/// The second time nobody translates.
TEST(InterpMemory, DevicePagesThatAreKnownRefuseWhatTheyRefusedBefore) {
    Guest guest;
    guest.core.paging = true;
    guest.core.pages[{0, 0}] = {0};
    guest.core.pages[{0, kCode}] = {kCode};
    guest.core.pages[{0, 0x8000}] = {.physical = ToyMemory::kDevice, .writable = false};
    guest.memory.code(kCode, {toy(ToyOp::Load, 4, 3, 0), toy(ToyOp::Store, 4, 3, 0)});
    guest.memory.code(kCode + 0x100, {toy(ToyOp::Load, 4, 3, 0)});
    const auto step = [&](Address pc, Address address) {
        guest.core.regs.pc = pc;
        guest.r(3) = address;
        EXPECT_EQ(guest.accelerator->step(1).executed, 1u);
    };
    for (unsigned i = 0; i < 2; ++i)
        step(kCode, 0x8008 + 8 * i);
    EXPECT_TRUE(guest.core.faults.empty());
    step(kCode + 4, 0x8008);
    ASSERT_EQ(guest.core.faults.size(), 1u) << "not writable";
    EXPECT_EQ(guest.core.faults[0].first.access, Access::Write);
    step(kCode, 0x8ffc);
    ASSERT_EQ(guest.core.faults.size(), 2u) << "the next page is not mapped";
    EXPECT_EQ(guest.core.faults[1].first.address, 0x9000u);
    guest.core.aligned = true;
    step(kCode + 0x100, 0x8004);
    ASSERT_EQ(guest.core.faults.size(), 3u);
    EXPECT_EQ(guest.core.faults[2].first.kind, FaultKind::Alignment);
    EXPECT_EQ(guest.memory.device.size(), 2u);
}

/// A device in page 0x8000, of which the target refuses what is misaligned.
struct PickyDevice : Guest {
    PickyDevice() {
        core.paging = true;
        core.pages[{0, 0}] = {0};
        core.pages[{0, kCode}] = {kCode};
        core.on_walk = [this](Address address) {
            if (address >= 0x8000)
                core.pages[{0, 0x8000}] = {.physical = ToyMemory::kDevice, .readable = address % 8 == 0, .writable = address % 8 == 0};
        };
        memory.code(kCode, {toy(ToyOp::Load, 4, 3, 0), toy(ToyOp::Store, 4, 3, 0)});
        memory.code(kCode + 0x100, {toy(ToyOp::Load, 4, 3, 9), toy(ToyOp::Load, 5, 3, 0), toy(ToyOp::Wait)});
        memory.code(ToyCore::kVector, {toy(ToyOp::Wait)});
    }
    /// One instruction; how it failed.
    std::optional<FaultKind> step(Address pc, Address address) {
        core.regs.pc = pc;
        r(3) = address;
        core.faults.clear();
        EXPECT_EQ(accelerator->step(1).executed, 1u);
        return core.faults.empty() ? std::nullopt : std::optional(core.faults[0].first.kind);
    }
};

/// What is misaligned may be refused for what the page is, which its translation does not say: the device was asked once the page was known.
TEST(InterpMemory, MisalignedAccessesToDevicesAreTheTargetsToRefuse) {
    PickyDevice guest;
    EXPECT_EQ(guest.step(kCode, 0x8010), std::nullopt);
    EXPECT_EQ(guest.step(kCode + 4, 0x8010), std::nullopt);
    EXPECT_EQ(guest.step(kCode, 0x8011), FaultKind::Translation);
    EXPECT_EQ(guest.step(kCode + 4, 0x8011), FaultKind::Translation);
    EXPECT_EQ(guest.memory.device.size(), 2u);
}

/// A check in common of two accesses looked for the page as for one byte, the first of both, which was allowed: the page was known from there on, on one accelerator.
TEST(InterpMemory, WhatIsRefusedMakesNoPageKnown) {
    PickyDevice guest;
    guest.core.regs.pc = kCode + 0x100;
    guest.r(3) = 0x8008;
    EXPECT_EQ(guest.accelerator->run(10).executed, 2u);
    ASSERT_EQ(guest.core.faults.size(), 1u);
    EXPECT_EQ(guest.core.faults[0].first.kind, FaultKind::Translation);
    const auto translations = guest.core.translations;
    EXPECT_EQ(guest.step(kCode, 0x8010), std::nullopt);
    EXPECT_EQ(guest.core.translations, translations + 1) << "code's page is known";
}

TEST(InterpMemory, RequiredAlignmentIsChecked) {
    Guest guest;
    guest.core.aligned = true;
    guest.memory.code(kCode, {toy(ToyOp::Load, 4, 5, 0), toy(ToyOp::Load, 4, 3, 0)});
    guest.r(5) = 0x2000;
    guest.r(3) = 0x2004;
    EXPECT_EQ(guest.accelerator->run(1).executed, 2u);
    ASSERT_EQ(guest.core.faults.size(), 1u);
    EXPECT_EQ(guest.core.faults[0].first.kind, FaultKind::Alignment);
    EXPECT_EQ(guest.core.faults[0].second, kCode + 4);
}

/// Reads one word from a virtual page again and again.
struct PagedGuest : Guest {
    PagedGuest() {
        core.paging = true;
        core.pages[{0, 0}] = {0};
        core.pages[{0, kCode}] = {kCode};
        core.pages[{1, kCode}] = {kCode};
        core.pages[{0, 0x8000}] = {0x2000};
        core.pages[{1, 0x8000}] = {0x3000};
        memory.put<std::uint64_t>(0x2000, 2);
        memory.put<std::uint64_t>(0x3000, 3);
        memory.put<std::uint64_t>(0x4000, 4);
        memory.code(kCode, {toy(ToyOp::Load, 4, 3, 0), toy(ToyOp::Jump, 0, 0, -1)});
        r(3) = 0x8000;
    }
    std::uint64_t load() {
        EXPECT_EQ(accelerator->run(2).executed, 2u);
        return r(4);
    }
};

TEST(InterpMemory, TranslationsAreCachedUntilAFlush) {
    PagedGuest guest;
    EXPECT_EQ(guest.load(), 2u);
    const auto before = guest.core.translations;
    guest.core.pages[{0, 0x8000}] = {0x4000};
    EXPECT_EQ(guest.load(), 2u);
    EXPECT_EQ(guest.core.translations, before);
    guest.accelerator->flush_tlb({.everything = false, .by_address = true, .by_space = false, .address = 0x9000, .address_space = 0});
    EXPECT_EQ(guest.load(), 2u);
    guest.accelerator->flush_tlb({.everything = false, .by_address = false, .by_space = true, .address = 0, .address_space = 1});
    EXPECT_EQ(guest.load(), 2u);
    guest.accelerator->flush_tlb({.everything = false, .by_address = true, .by_space = true, .address = 0x8008, .address_space = 0});
    EXPECT_EQ(guest.load(), 4u);
    guest.core.pages[{0, 0x8000}] = {0x2000};
    guest.accelerator->flush_tlb({.everything = false, .by_address = false, .by_space = true, .address = 0, .address_space = 0});
    EXPECT_EQ(guest.load(), 2u);
    guest.core.pages[{0, 0x8000}] = {0x4000};
    guest.accelerator->flush_tlb({});
    EXPECT_EQ(guest.load(), 4u);
}

TEST(InterpMemory, AddressSpacesKeepTheirEntries) {
    PagedGuest guest;
    EXPECT_EQ(guest.load(), 2u);
    guest.core.space = 1;
    EXPECT_EQ(guest.load(), 3u);
    const auto before = guest.core.translations;
    guest.core.space = 0;
    EXPECT_EQ(guest.load(), 2u);
    // Both share entries of the direct-mapped tables: one walk for the data, one for the code.
    EXPECT_LE(guest.core.translations, before + 2);
    for (std::uint64_t space = 2; space < 600; ++space) {
        guest.core.pages[{space, kCode}] = {kCode};
        guest.core.pages[{space, 0x8000}] = {space % 2 == 0 ? Address{0x2000} : Address{0x3000}};
        guest.core.space = space;
        EXPECT_EQ(guest.load(), 2 + space % 2);
    }
}

TEST(InterpMemory, UncacheablePagesAreAskedEachTime) {
    PagedGuest guest;
    guest.core.pages[{0, 0x8000}].cacheable = false;
    EXPECT_EQ(guest.load(), 2u);
    const auto before = guest.core.translations;
    EXPECT_EQ(guest.load(), 2u);
    EXPECT_EQ(guest.core.translations, before + 1);
}

TEST(InterpMemory, StoresToReadOnlyPagesFaultAfterReadsFilledTheTlb) {
    PagedGuest guest;
    guest.core.pages[{0, 0x8000}].writable = false;
    EXPECT_EQ(guest.load(), 2u);
    guest.memory.code(kCode, {toy(ToyOp::Store, 4, 3, 0)});
    EXPECT_EQ(guest.accelerator->run(1).executed, 1u);
    ASSERT_EQ(guest.core.faults.size(), 1u);
    EXPECT_EQ(guest.core.faults[0].first.access, Access::Write);
}

TEST(InterpMemory, InvalidatedDirectRangesAreNotUsed) {
    PagedGuest guest;
    EXPECT_EQ(guest.load(), 2u);
    guest.memory.has_direct = false;
    guest.memory.listener->direct_invalidated(0, ToyMemory::kRam - 1);
    EXPECT_EQ(guest.load(), 2u);
    EXPECT_GT(guest.statistic("device accesses"), 0u);
}

// --- code that changes

class ChangingCode : public ::testing::TestWithParam<bool> {};

TEST_P(ChangingCode, TheGuestsOwnStoresTakeEffectAtTheJump) {
    Guest guest;
    guest.memory.has_watch = GetParam();
    const Address patched = kCode + 0x20;
    guest.memory.code(kCode, {toy(ToyOp::Store, 4, 3, 0), toy(ToyOp::Jump, 0, 0, 7)});
    guest.memory.code(patched, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, -9)});
    const auto word = [&](int number) {
        return std::uint64_t{toy(ToyOp::Jump, 0, 0, -9)} << 32 | toy(ToyOp::AddImm, 1, 1, number);
    };
    guest.r(3) = patched;
    guest.r(4) = word(1);
    EXPECT_EQ(guest.accelerator->run(8).executed, 8u);
    EXPECT_EQ(guest.r(1), 2u);
    guest.r(4) = word(10);
    EXPECT_EQ(guest.accelerator->run(4).executed, 4u);
    EXPECT_EQ(guest.r(1), 12u);
    EXPECT_EQ(guest.accelerator->run(4).executed, 4u);
    EXPECT_EQ(guest.r(1), 22u);
    EXPECT_GT(guest.statistic("blocks dropped"), 0u);
}

TEST_P(ChangingCode, ABlockMayOverwriteItself) {
    Guest guest;
    guest.memory.has_watch = GetParam();
    guest.memory.code(kCode, {toy(ToyOp::Store, 4, 3, 0), toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, -2)});
    guest.r(3) = kCode + 4;
    guest.r(4) = std::uint64_t{toy(ToyOp::Jump, 0, 0, -2)} << 32 | toy(ToyOp::AddImm, 1, 1, 100);
    EXPECT_EQ(guest.accelerator->run(30).executed, 30u);
    EXPECT_EQ(guest.r(1), 1000u);
}

INSTANTIATE_TEST_SUITE_P(WatchedOrNot, ChangingCode, ::testing::Bool());

TEST(InterpMemory, OtherMastersWritesDropCodeAtOnce) {
    Guest guest;
    guest.memory.code(kCode, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, -1)});
    EXPECT_EQ(guest.accelerator->run(10).executed, 10u);
    guest.memory.write_from_outside(kCode, toy(ToyOp::AddImm, 1, 1, 50));
    EXPECT_EQ(guest.accelerator->run(2).executed, 2u);
    EXPECT_EQ(guest.r(1), 55u);
}

TEST(InterpMemory, WithoutAWatchABarrierFindsChanges) {
    Guest guest;
    guest.memory.has_watch = false;
    guest.memory.code(kCode, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, -1)});
    EXPECT_EQ(guest.accelerator->run(10).executed, 10u);
    guest.memory.put(kCode, toy(ToyOp::AddImm, 1, 1, 50));
    guest.accelerator->instruction_barrier();
    EXPECT_EQ(guest.accelerator->run(2).executed, 2u);
    EXPECT_EQ(guest.r(1), 55u);
}

TEST(InterpMemory, CodeWithoutDirectAccessIsComparedEachTime) {
    Guest guest;
    guest.memory.has_direct = false;
    guest.memory.code(kCode, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, -1)});
    EXPECT_EQ(guest.accelerator->run(10).executed, 10u);
    EXPECT_EQ(guest.core.lifts, 2u); // One instruction each.
    guest.memory.put(kCode, toy(ToyOp::AddImm, 1, 1, 50));
    EXPECT_EQ(guest.accelerator->run(2).executed, 2u);
    EXPECT_EQ(guest.r(1), 55u);
    EXPECT_TRUE(guest.memory.device.empty());
}

TEST(InterpMemory, AnInstructionThatStraddlesPagesFollowsBothMappings) {
    Guest guest;
    guest.core.paging = true;
    for (Address page : {0x0, 0x1000, 0x2000})
        guest.core.pages[{0, page}] = {page};
    guest.memory.code(0x1ffa, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::JumpReg, 5)});
    guest.r(5) = 0x1ffa;
    guest.core.regs.pc = 0x1ffa;
    EXPECT_EQ(guest.accelerator->run(30).executed, 30u);
    EXPECT_EQ(guest.r(1), 20u);
    // The second page now is another one, in which the straddling instruction adds 16 times as much.
    const std::uint32_t other = toy(ToyOp::AddImm, 1, 1, 16);
    guest.memory.put(0x3000, static_cast<std::uint16_t>(other >> 16));
    guest.memory.put(0x3002, toy(ToyOp::JumpReg, 5));
    guest.core.pages[{0, 0x2000}] = {0x3000};
    guest.accelerator->flush_tlb({});
    EXPECT_EQ(guest.accelerator->run(3).executed, 3u);
    EXPECT_EQ(guest.r(1), 37u);
    guest.core.pages.erase({0, 0x2000});
    guest.accelerator->flush_tlb({});
    EXPECT_EQ(guest.accelerator->run(2).executed, 2u);
    ASSERT_EQ(guest.core.faults.size(), 1u);
    EXPECT_EQ(guest.core.faults[0].second, 0x1ffeu);
    EXPECT_EQ(guest.core.faults[0].first.address, 0x2000u);
}

TEST(InterpMemory, AFullCacheStartsOver) {
    Guest guest({{"cache", "64K"}, {"verify", "true"}});
    for (Address at = 0x1000; at < 0x40000; at += 8)
        guest.memory.code(at, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, 1)});
    guest.memory.code(0x40000, {toy(ToyOp::JumpReg, 5)});
    guest.r(5) = 0x1000;
    const std::uint64_t round = (0x40000 - 0x1000) / 4 + 1;
    EXPECT_EQ(guest.accelerator->step(3 * round).executed, 3 * round);
    EXPECT_EQ(guest.r(1), 3 * (round - 1) / 2);
    EXPECT_GT(guest.statistic("blocks dropped"), 1000u);
}

// --- exclusives

struct ExclusiveGuest : Guest {
    ExclusiveGuest() {
        memory.code(kCode, {toy(ToyOp::LoadEx, 4, 3), toy(ToyOp::Resync), toy(ToyOp::StoreEx, 5, 6, 7)});
        r(3) = r(6) = 0x2000;
        r(7) = 9;
        r(5) = 77;
    }
};

TEST(InterpMemory, AnExclusivePairStores) {
    ExclusiveGuest guest;
    EXPECT_EQ(guest.accelerator->step(3).executed, 3u);
    EXPECT_EQ(guest.r(5), 0u);
    EXPECT_EQ(guest.memory.get<std::uint64_t>(0x2000), 9u);
}

TEST(InterpMemory, AnExclusiveStoreFailsElsewhereOrAfterAClear) {
    ExclusiveGuest elsewhere;
    elsewhere.r(6) = 0x2008;
    EXPECT_EQ(elsewhere.accelerator->step(3).executed, 3u);
    EXPECT_EQ(elsewhere.r(5), 1u);
    ExclusiveGuest cleared;
    EXPECT_EQ(cleared.accelerator->step(2).executed, 2u);
    cleared.accelerator->clear_exclusive();
    EXPECT_EQ(cleared.accelerator->step(1).executed, 1u);
    EXPECT_EQ(cleared.r(5), 1u);
    EXPECT_EQ(cleared.memory.get<std::uint64_t>(0x2000), 0u);
}

TEST(InterpMemory, AnExclusiveStoreFailsWhenTheValueChanged) {
    ExclusiveGuest guest;
    EXPECT_EQ(guest.accelerator->step(2).executed, 2u);
    guest.memory.write_from_outside<std::uint64_t>(0x2000, 5);
    EXPECT_EQ(guest.accelerator->step(1).executed, 1u);
    EXPECT_EQ(guest.r(5), 1u);
    EXPECT_EQ(guest.memory.get<std::uint64_t>(0x2000), 5u);
}

TEST(InterpMemory, MisalignedExclusivesFault) {
    ExclusiveGuest guest;
    guest.r(3) = 0x2004;
    EXPECT_EQ(guest.accelerator->step(1).executed, 1u);
    ASSERT_EQ(guest.core.faults.size(), 1u);
    EXPECT_EQ(guest.core.faults[0].first.kind, FaultKind::Alignment);
}

} // namespace
} // namespace medley::test
