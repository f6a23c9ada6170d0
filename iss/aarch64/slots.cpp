#include "iss/aarch64/slots.h"

#include "iss/aarch64/state.h"
#include "medley/base/error.h"

#include <array>

namespace medley::iss::aarch64 {

namespace {

// How often compilers use a register, most used first: arguments, stack pointers, the first saved registers, then
// temporaries (Procedure Call Standard, 6.1.1).
constexpr std::array<std::uint8_t, 31> kIntegerRanks{1,  2,  3,  4,  9,  11, 14, 16, 10, 17, 18, 19, 20, 21, 22, 23,
                                                     24, 25, 33, 6,  7,  12, 13, 15, 26, 27, 28, 29, 30, 8,  31};
constexpr std::array<std::uint8_t, 4> kStackRanks{5, 5, 34, 0};
// Arguments and results, then temporaries, then saved registers.
constexpr std::array<std::uint8_t, 32> kVectorRanks{1,  2,  3,  4,  5,  6,  7,  8,  17, 18, 19, 20, 21, 22, 23, 24,
                                                    9,  10, 11, 12, 13, 14, 15, 16, 25, 26, 27, 28, 29, 30, 31, 32};

template <class Index>
std::uint32_t element(std::size_t base, std::size_t size, Index index) {
    return static_cast<std::uint32_t>(base + size * index);
}

} // namespace

void add_common_slots(StateLayout& layout) {
    using ir::Type;
    MEDLEY_ASSERT(layout.slots().empty(), "the common slots come first");
    for (unsigned i = 0; i < 31; ++i)
        layout.add({"x" + std::to_string(i), element(offsetof(State, x), 8, i), Type::I64, SlotRole::General, kIntegerRanks[i]});
    for (unsigned el = 0; el < 4; ++el)
        layout.add({"sp_el" + std::to_string(el), element(offsetof(State, sp), 8, el), Type::I64, SlotRole::General,
                    kStackRanks[el]});
    layout.add({"pc", offsetof(State, pc), Type::I64, SlotRole::ProgramCounter, 0});
    layout.add({"n", offsetof(State, n), Type::I1, SlotRole::Flags, 0});
    layout.add({"z", offsetof(State, z), Type::I1, SlotRole::Flags, 0});
    layout.add({"c", offsetof(State, c), Type::I1, SlotRole::Flags, 0});
    layout.add({"v", offsetof(State, v), Type::I1, SlotRole::Flags, 0});
    layout.add({"float_flags", offsetof(State, float_flags), Type::I32, SlotRole::Internal, 0});
    layout.add({"saturated", offsetof(State, saturated), Type::I32, SlotRole::Internal, 0});
    layout.add({"fpcr", offsetof(State, fpcr), Type::I32, SlotRole::System, 0});
    layout.add({"attention", offsetof(State, attention), Type::I32, SlotRole::Internal, 0});
    for (unsigned i = 0; i < 32; ++i)
        layout.add({"v" + std::to_string(i), element(offsetof(State, vector), 16, i), Type::V128, SlotRole::Vector,
                    kVectorRanks[i]});
    MEDLEY_ASSERT(layout.slots().size() == slot::kFirstSystem, "slot ids and slots.h differ");

    layout.size = sizeof(State);
    layout.program_counter = slot::kPc;
    layout.float_flags = slot::kFloatFlags;
    layout.attention = slot::kAttention;
    layout.condition_flags = {slot::kN, slot::kZ, slot::kC, slot::kV};
}

} // namespace medley::iss::aarch64
