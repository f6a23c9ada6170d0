// Code that changes while it runs: the instruction behind the access that changed it is the new one, whatever changed it.
#include "tests/accel/support/guest.h"

#include <cstring>
#include <tuple>

namespace medley::test {
namespace {

constexpr Address kCode = 0x1000;
constexpr Address kData = 0x8000;

/// Two instructions as the 64 bits that a store writes.
std::uint64_t pair(std::uint32_t first, std::uint32_t second) { return std::uint64_t{second} << 32 | first; }

TEST(ChangedUnderway, AStoreChangesTheInstructionBehindIt) {
    Guest guest;
    guest.memory.code(kCode, {toy(ToyOp::AddImm, 2, 2, 1), toy(ToyOp::Store, 4, 3, 0), toy(ToyOp::AddImm, 1, 1, 1),
                              toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Wait)});
    guest.r(3) = kCode + 8;
    guest.r(4) = pair(toy(ToyOp::AddImm, 1, 1, 10), toy(ToyOp::AddImm, 1, 1, 20));
    const auto result = guest.accelerator->run(100);
    EXPECT_EQ(result.why, ExitReason::WaitForInterrupt);
    EXPECT_EQ(result.executed, 5u);
    EXPECT_EQ(guest.r(1), 30u);
}

/// A read with side effects changes the code that follows; the register that it was about to overwrite still counts.
struct ReadingGuest : Guest {
    ReadingGuest() {
        r(3) = ToyMemory::kDevice;
        memory.code(kCode, {toy(ToyOp::Load, 1, 3, 0), toy(ToyOp::AddImm, 1, 2, 1), toy(ToyOp::Wait)});
        memory.on_device = [this](const ToyMemory::DeviceAccess&) {
            if (change)
                memory.write_from_outside(kCode + 4, toy(ToyOp::AddImm, 4, 1, 1));
        };
    }
    bool change = true;
};

TEST(ChangedUnderway, AReadOfADeviceChangesTheInstructionBehindIt) {
    ReadingGuest guest;
    EXPECT_EQ(guest.accelerator->run(100).executed, 3u);
    EXPECT_EQ(guest.r(1), 0x1122334455667788u);
    EXPECT_EQ(guest.r(4), 0x1122334455667789u);
}

TEST(ChangedUnderway, ALoopGoesOnAfterwards) {
    ReadingGuest guest;
    guest.memory.code(kCode + 8, {toy(ToyOp::AddImm, 5, 5, 1), toy(ToyOp::Jump, 0, 0, -3)});
    EXPECT_EQ(guest.accelerator->run(400).executed, 400u);
    EXPECT_EQ(guest.r(5), 100u);
    EXPECT_EQ(guest.r(4), 0x1122334455667789u);
    guest.change = false;
    EXPECT_EQ(guest.accelerator->run(400).executed, 400u);
    EXPECT_EQ(guest.r(5), 200u);
}

/// Something of the instruction is left to do behind its access.
TEST(ChangedUnderway, AnExclusiveStoreChangesTheInstructionBehindIt) {
    Guest guest;
    guest.memory.code(kCode, {toy(ToyOp::LoadEx, 4, 3), toy(ToyOp::StoreEx, 5, 3, 7), toy(ToyOp::AddImm, 1, 1, 1),
                              toy(ToyOp::AddImm, 5, 5, 1), toy(ToyOp::Wait)});
    guest.r(3) = kCode + 8;
    guest.r(5) = 77;
    guest.r(7) = pair(toy(ToyOp::AddImm, 1, 1, 10), toy(ToyOp::AddImm, 6, 5, 20));
    EXPECT_EQ(guest.accelerator->run(100).executed, 5u);
    EXPECT_EQ(guest.r(1), 10u);
    EXPECT_EQ(guest.r(5), 0u);
    EXPECT_EQ(guest.r(6), 20u);
}

/// The last instruction of a block, whose successor is elsewhere.
TEST(ChangedUnderway, ABlockThatEndsWithTheAccessGoesOn) {
    Guest guest;
    std::vector<std::uint32_t> words(64, toy(ToyOp::AddImm, 2, 2, 1));
    words[63] = toy(ToyOp::Store, 4, 3, 0);
    for (std::size_t i = 0; i < words.size(); ++i)
        guest.memory.code(kCode + 4 * i, {words[i]});
    guest.memory.code(kCode + 4 * 64, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Wait)});
    guest.r(3) = kCode + 4 * 64;
    guest.r(4) = pair(toy(ToyOp::AddImm, 1, 1, 10), toy(ToyOp::Wait));
    EXPECT_EQ(guest.accelerator->run(100).executed, 66u);
    EXPECT_EQ(guest.r(1), 10u);
}

/// Translations go while a block runs that has no reason to look at them again before its end.
TEST(ChangedUnderway, AFlushDuringAnAccessHoldsForTheInstructionBehindIt) {
    Guest guest;
    guest.core.paging = true;
    for (Address page = 0; page <= ToyMemory::kRam; page += kPageSize)
        guest.core.pages[{0, page}] = {page};
    guest.memory.code(kCode, {toy(ToyOp::Load, 1, 3, 0), toy(ToyOp::AddImm, 2, 2, 1), toy(ToyOp::Wait)});
    guest.memory.code(kData, {toy(ToyOp::Load, 1, 3, 0), toy(ToyOp::AddImm, 2, 2, 10), toy(ToyOp::Wait)});
    guest.r(3) = ToyMemory::kDevice;
    guest.memory.on_device = [&](const ToyMemory::DeviceAccess&) {
        guest.core.pages[{0, kCode}] = {kData};
        guest.accelerator->flush_tlb({});
    };
    EXPECT_EQ(guest.accelerator->run(100).executed, 3u);
    EXPECT_EQ(guest.r(2), 10u);
}

/// Each store to the page dropped its code, which was made anew.
TEST(DataBesideCode, LeaveItAsItIs) {
    Guest guest;
    guest.memory.code(kCode, {toy(ToyOp::Store, 4, 3, 0), toy(ToyOp::AddImm, 4, 4, 1), toy(ToyOp::Jump, 0, 0, -2)});
    guest.r(3) = kCode + 0x800;
    EXPECT_EQ(guest.accelerator->run(600).executed, 600u);
    EXPECT_EQ(guest.r(4), 200u);
    EXPECT_LE(guest.statistic("blocks dropped"), 2u);
    EXPECT_LE(guest.statistic("blocks translated"), 6u);
}

/// Stores that go through the page end up in the code.
TEST(DataBesideCode, AreToldFromTheCodeItself) {
    Guest guest;
    guest.memory.code(kCode, {toy(ToyOp::Store, 4, 3, 0), toy(ToyOp::AddImm, 3, 3, 8), toy(ToyOp::Jump, 0, 0, -2)});
    guest.memory.code(kCode + 0x100, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Wait)});
    guest.r(4) = pair(toy(ToyOp::Wait), toy(ToyOp::Wait));
    guest.r(3) = kCode + 0x80;
    guest.core.regs.pc = kCode + 0x100;
    EXPECT_EQ(guest.accelerator->run(100).executed, 2u) << "as it was";
    guest.core.regs.pc = kCode;
    EXPECT_EQ(guest.accelerator->run(3 * 17).executed, 3u * 17u);
    EXPECT_EQ(guest.r(3), kCode + 0x108);
    guest.core.regs.pc = kCode + 0x100;
    EXPECT_EQ(guest.accelerator->run(100).executed, 1u) << "as it is";
    EXPECT_EQ(guest.r(1), 1u);
}

// --- who changes it, and where it is

/// Two cores on one memory, each with what it translated.
struct SharedMemory {
    std::vector<std::byte> ram = std::vector<std::byte>(ToyMemory::kRam);
    CodeWatch watch{ToyMemory::kRam};
};
class SharedView final : public GuestMemory {
public:
    explicit SharedView(SharedMemory& memory) : memory_(memory) {}
    [[nodiscard]] DirectRange direct(Address physical) override {
        if (physical >= ToyMemory::kRam)
            return {};
        return {memory_.ram.data(), 0, ToyMemory::kRam - 1, true, true, &memory_.watch, 0};
    }
    [[nodiscard]] MemStatus read(Address, std::span<std::byte>, MemAttributes) override { return MemStatus::Bus; }
    [[nodiscard]] MemStatus write(Address, std::span<const std::byte>, MemAttributes) override { return MemStatus::Bus; }
    [[nodiscard]] std::size_t peek(Address, std::span<std::byte>) override { return 0; }
    [[nodiscard]] std::size_t poke(Address, std::span<const std::byte>) override { return 0; }
    void set_listener(MemoryListener* listener) override {
        if (listener_ != nullptr)
            memory_.watch.remove_listener(*listener_);
        listener_ = listener;
        if (listener_ != nullptr)
            memory_.watch.add_listener(*listener_);
    }

private:
    SharedMemory& memory_;
    MemoryListener* listener_ = nullptr;
};
struct SharingCore {
    SharingCore(SharedMemory& shared, const CpuRegistry& registry) : memory(shared), core(memory) {
        accelerator = (*registry.accelerators.begin())->make(core, memory, {});
        core.reset(kCode);
    }
    SharedView memory;
    ToyCore core;
    std::unique_ptr<Accelerator> accelerator;
};

TEST(ChangedByOthers, AnotherCpuWritesCodeThatRunsHere) {
    CpuRegistry registry;
    register_under_test(registry);
    SharedMemory shared;
    SharingCore runner(shared, registry);
    SharingCore writer(shared, registry);
    const auto put = [&](Address at, std::initializer_list<std::uint32_t> words) {
        for (const auto word : words) {
            std::memcpy(&shared.ram[at], &word, sizeof word);
            at += 4;
        }
    };
    put(kCode, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, -1)});
    put(kCode + 0x100, {toy(ToyOp::Store, 4, 3, 0), toy(ToyOp::Jump, 0, 0, -1)});
    writer.core.regs.pc = kCode + 0x100;
    writer.core.regs.r[3] = kCode;
    for (int round = 1; round < 50; ++round) {
        EXPECT_EQ(runner.accelerator->run(20).executed, 20u);
        writer.core.regs.r[4] = pair(toy(ToyOp::AddImm, 1, 1, round), toy(ToyOp::Jump, 0, 0, -1));
        EXPECT_EQ(writer.accelerator->run(20).executed, 20u);
        runner.core.regs.r[1] = 0;
        EXPECT_EQ(runner.accelerator->run(20).executed, 20u);
        ASSERT_EQ(runner.core.regs.r[1], 10u * static_cast<unsigned>(round));
    }
}

struct PagedCodeGuest : Guest {
    PagedCodeGuest() {
        core.paging = true;
        for (Address page = 0; page <= ToyMemory::kRam; page += kPageSize)
            core.pages[{0, page}] = {page};
    }
};
constexpr Address kAlias = 0x40'0000;

TEST(ChangedByOthers, ACodePageUnderTwoAddressesIsWrittenThroughTheOther) {
    PagedCodeGuest guest;
    guest.core.pages[{0, kAlias}] = {kCode};
    guest.core.pages[{0, kAlias + kPageSize}] = {kData};
    // Runs under the alias, and is written under its own address.
    guest.memory.code(kCode, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Store, 4, 3, 0), toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, -3)});
    guest.core.regs.pc = kAlias;
    guest.r(3) = kCode + 8;
    guest.r(4) = pair(toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, -3));
    EXPECT_EQ(guest.accelerator->run(40).executed, 40u);
    EXPECT_EQ(guest.r(1), 20u);
    guest.r(4) = pair(toy(ToyOp::AddImm, 1, 1, 100), toy(ToyOp::Jump, 0, 0, -3));
    EXPECT_EQ(guest.accelerator->run(40).executed, 40u);
    EXPECT_EQ(guest.r(1), 20u + 10 * 101);
}

TEST(RemappedCode, IsSeenAfterAFlushOfItsPage) {
    PagedCodeGuest guest;
    guest.core.pages[{0, kAlias}] = {kCode};
    guest.memory.code(kCode, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, -1)});
    guest.memory.code(kData, {toy(ToyOp::AddImm, 1, 1, 100), toy(ToyOp::Jump, 0, 0, -1)});
    guest.core.regs.pc = kAlias;
    EXPECT_EQ(guest.accelerator->run(20).executed, 20u);
    guest.core.pages[{0, kAlias}] = {kData};
    TlbFlush flush;
    flush.everything = false;
    flush.by_address = true;
    flush.address = kAlias + 0x123;
    guest.accelerator->flush_tlb(flush);
    EXPECT_EQ(guest.accelerator->run(20).executed, 20u);
    EXPECT_EQ(guest.r(1), 10u + 1000);
}

/// Without a flush the old page stays, however the execution is cut into pieces, whatever else is flushed by its address, and
/// whatever other pages are executed and accessed meanwhile.
class RemappedCode : public ::testing::TestWithParam<bool> {};

TEST_P(RemappedCode, StaysWithoutAFlush) {
    PagedCodeGuest guest;
    constexpr Address kManyPages = 600;
    for (Address page = 0; page < kManyPages; ++page)
        guest.core.pages[{0, kAlias + page * kPageSize}] = {page % 2 == 0 ? kCode : kCode + kPageSize};
    const Address far = kAlias + kPageSize;
    guest.memory.code(kCode, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::JumpReg, 5)});
    guest.memory.code(kCode + kPageSize, {toy(ToyOp::Load, 7, 6, 0), toy(ToyOp::JumpReg, 5)});
    const auto go = [&](std::uint64_t count) {
        const auto result = GetParam() ? guest.accelerator->run(count) : guest.accelerator->step(count);
        EXPECT_EQ(result.executed, count);
    };
    guest.core.regs.pc = kAlias;
    guest.r(5) = kAlias;
    guest.r(6) = kData;
    go(20);
    EXPECT_EQ(guest.r(1), 10u);
    guest.core.pages[{0, kAlias}] = {kCode + kPageSize};
    for (Address page = 1; page < kManyPages; ++page) {
        guest.core.regs.pc = kAlias + page * kPageSize;
        guest.r(5) = kAlias + page * kPageSize;
        go(2);
    }
    TlbFlush flush;
    flush.everything = false;
    flush.by_address = true;
    flush.address = far;
    guest.accelerator->flush_tlb(flush);
    guest.r(1) = 0;
    guest.r(5) = guest.core.regs.pc = kAlias;
    go(20);
    EXPECT_EQ(guest.r(1), 10u);
    flush.address = kAlias;
    guest.accelerator->flush_tlb(flush);
    go(20);
    EXPECT_EQ(guest.r(1), 10u);
}
INSTANTIATE_TEST_SUITE_P(RunOrStep, RemappedCode, ::testing::Bool());

/// Data, likewise: what the guest has not flushed holds, although another page took its place in the fast table.
TEST(RemappedData, StaysWithoutAFlush) {
    PagedCodeGuest guest;
    guest.core.pages[{0, kAlias}] = {kData};
    guest.memory.put<std::uint64_t>(kData, 1);
    guest.memory.put<std::uint64_t>(kData + kPageSize, 2);
    guest.memory.code(kCode, {toy(ToyOp::Load, 1, 3, 0), toy(ToyOp::Jump, 0, 0, -1)});
    guest.r(3) = kAlias;
    EXPECT_EQ(guest.accelerator->run(2).executed, 2u);
    guest.core.pages[{0, kAlias}] = {kData + kPageSize};
    for (Address page = 1; page < 8192; ++page) {
        guest.core.pages[{0, kAlias + page * kPageSize}] = {kData + 2 * kPageSize};
        guest.r(3) = kAlias + page * kPageSize;
        EXPECT_EQ(guest.accelerator->run(2).executed, 2u);
    }
    guest.r(3) = kAlias;
    EXPECT_EQ(guest.accelerator->run(2).executed, 2u);
    EXPECT_EQ(guest.r(1), 1u);
    guest.accelerator->flush_tlb({});
    EXPECT_EQ(guest.accelerator->run(2).executed, 2u);
    EXPECT_EQ(guest.r(1), 2u);
}

/// Nothing is asked about a page that the guest does not get to, although an instruction might reach into it.
TEST(CodeAtPageEnds, TheNextPageIsNotTranslatedAhead) {
    PagedCodeGuest guest;
    guest.core.pages.erase({0, 0x2000});
    guest.memory.code(0x1ff2, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::JumpReg, 5), toy(ToyOp::AddImm, 1, 1, 1)});
    guest.r(5) = 0x1ff2;
    guest.core.regs.pc = 0x1ff2;
    EXPECT_EQ(guest.accelerator->run(3).executed, 3u);
    EXPECT_EQ(guest.core.translations, 1u);
    EXPECT_TRUE(guest.core.faults.empty());
}

TEST(CodeAtPageEnds, ALoopAcrossTheBoundaryIsCountedAndChanged) {
    Guest guest;
    // From 0x1ff8 over the boundary to 0x2004 and back.
    guest.memory.code(0x1ff8, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, -3)});
    guest.core.regs.pc = 0x1ff8;
    EXPECT_EQ(guest.accelerator->run(400).executed, 400u);
    EXPECT_EQ(guest.r(1), 300u);
    guest.memory.write_from_outside(0x2000, toy(ToyOp::AddImm, 1, 1, 100));
    EXPECT_EQ(guest.accelerator->run(400).executed, 400u);
    EXPECT_EQ(guest.r(1), 300u + 100 * 102);
}

// --- memory without direct access

TEST(CodeInDevices, EachInstructionIsReadWhenItIsExecuted) {
    Guest guest;
    guest.memory.has_direct = false;
    // The store changes the instruction behind it, and nobody says so.
    guest.memory.code(kCode, {toy(ToyOp::Store, 4, 3, 0), toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Jump, 0, 0, -3)});
    guest.r(3) = kCode + 4;
    guest.r(4) = pair(toy(ToyOp::AddImm, 1, 1, 10), toy(ToyOp::AddImm, 1, 1, 20));
    EXPECT_EQ(guest.accelerator->run(40).executed, 40u);
    EXPECT_EQ(guest.r(1), 300u);
}

/// Direct access goes while the code that was reached by it runs; the memory behind it is gone, too.
struct RevokedGuest : Guest {
    RevokedGuest() {
        r(3) = ToyMemory::kDevice;
        memory.code(kCode, {toy(ToyOp::AddImm, 1, 1, 1), toy(ToyOp::Store, 1, 3, 0), toy(ToyOp::Load, 2, 3, 8), toy(ToyOp::Jump, 0, 0, -3)});
        memory.on_device = [this](const ToyMemory::DeviceAccess& access) {
            if (access.write == on_write)
                revoke();
        };
    }
    void revoke() {
        // Whoever still has a pointer into the old place finds instructions that raise.
        old.swap(memory.ram);
        memory.ram = old;
        for (std::size_t at = 0; at < old.size(); ++at)
            old[at] = static_cast<std::byte>(ToyOp::Raise);
        memory.has_direct = again;
        memory.listener->direct_invalidated(0, ToyMemory::kRam - 1);
    }
    bool on_write = true;
    bool again = false;
    std::vector<std::byte> old;
};
class RevokedUnderway : public ::testing::TestWithParam<std::tuple<bool, bool>> {};

TEST_P(RevokedUnderway, TheCodeGoesOnFromWhereverTheMemoryIsNow) {
    RevokedGuest guest;
    guest.on_write = std::get<0>(GetParam());
    guest.again = std::get<1>(GetParam());
    EXPECT_EQ(guest.accelerator->run(400).executed, 400u);
    EXPECT_EQ(guest.r(1), 100u);
    EXPECT_TRUE(guest.core.faults.empty());
    EXPECT_EQ(guest.memory.device.size(), 200u);
}
INSTANTIATE_TEST_SUITE_P(ByWriteAndForGood, RevokedUnderway, ::testing::Combine(::testing::Bool(), ::testing::Bool()));

/// The pointers of an access that crosses pages are asked for one after the other; the walk for the second withdraws the first.
TEST(RevokedUnderway, AnAccessAcrossPagesDoesNotUseTheOldPlace) {
    PagedCodeGuest guest;
    guest.memory.code(kCode, {toy(ToyOp::Load, 1, 3, 0), toy(ToyOp::Wait)});
    guest.memory.put<std::uint64_t>(kData + kPageSize - 4, 0x1111);
    std::vector<std::byte> old;
    guest.core.on_walk = [&](Address address) {
        if (address != kData + kPageSize || !old.empty())
            return;
        old.swap(guest.memory.ram);
        guest.memory.ram = old;
        std::fill(old.begin(), old.end(), std::byte{0xee});
        guest.memory.listener->direct_invalidated(0, ToyMemory::kRam - 1);
    };
    guest.r(3) = kData + kPageSize - 4;
    EXPECT_EQ(guest.accelerator->run(10).executed, 2u);
    EXPECT_FALSE(old.empty());
    EXPECT_EQ(guest.r(1), 0x1111u);
}

} // namespace
} // namespace medley::test
