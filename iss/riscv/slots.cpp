#include "iss/riscv/slots.h"

#include "iss/riscv/state.h"
#include "medley/base/error.h"

#include <array>

namespace medley::iss::riscv {

namespace {

// RISC-V calling convention (psABI, "Register Convention").
constexpr std::array<const char*, 32> kIntegerNames{
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
    "a6",   "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
constexpr std::array<const char*, 32> kFloatNames{
    "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0",  "fa1",  "fa2", "fa3", "fa4",  "fa5",
    "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};

// How often compilers use a register, most used first: the arguments, the stack pointer, then saved registers.
constexpr std::array<std::uint8_t, 32> kIntegerRanks{0,  12, 6,  0,  0,  16, 17, 18, 7,  8,  2,  3,  4,  5,  9,  1,
                                                     10, 11, 13, 14, 15, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29};
// The arguments from the last one down, which serve as temporaries; then temporaries and saved registers.
constexpr std::array<std::uint8_t, 32> kFloatRanks{9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 5,  6,  4,  3,  2,  1,
                                                   7, 8,  19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32};

std::uint32_t element(std::size_t base, unsigned index) {
    return static_cast<std::uint32_t>(base + 8 * index);
}

} // namespace

void add_common_slots(StateLayout& layout, const Isa& isa) {
    MEDLEY_ASSERT(layout.slots().empty(), "the common slots come first");
    const bool has_float = isa.has(Extension::F);
    for (unsigned i = 0; i < 32; ++i)
        layout.add(
            {kIntegerNames[i], element(offsetof(State, x), i), xlen_type(isa), SlotRole::General, kIntegerRanks[i]});
    for (unsigned i = 0; i < 32; ++i)
        layout.add({kFloatNames[i], element(offsetof(State, f), i), flen_type(isa),
                    has_float ? SlotRole::Float : SlotRole::Internal,
                    has_float ? kFloatRanks[i] : std::uint8_t{0}});
    layout.add({"pc", offsetof(State, pc), xlen_type(isa), SlotRole::ProgramCounter, 0});
    layout.add({"mstatus_bits", offsetof(State, mstatus), ir::Type::I64, SlotRole::Internal, 0});
    layout.add({"float_flags", offsetof(State, float_flags), ir::Type::I32, SlotRole::Internal, 0});
    layout.add({"attention", offsetof(State, attention), ir::Type::I32, SlotRole::Internal, 0});
    MEDLEY_ASSERT(layout.slots().size() == slot::kFirstSystem, "slot ids and slots.h differ");

    layout.size = sizeof(State);
    layout.program_counter = slot::kPc;
    layout.float_flags = has_float ? slot::kFloatFlags : StateLayout::kNone;
    layout.attention = slot::kAttention;
}

} // namespace medley::iss::riscv
