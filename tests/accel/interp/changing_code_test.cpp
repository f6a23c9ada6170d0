// Code that changes while it runs: the instruction behind the access that changed it is the new one, whatever changed it.
#include "tests/accel/support/guest.h"

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

} // namespace
} // namespace medley::test
