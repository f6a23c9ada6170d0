// Loads and stores of structures: order of bytes, alignment, faults.

#include "iss/aarch64/sys_bits.h"
#include "iss/aarch64/tests/differential/cases.h"
#include "iss/aarch64/tests/differential/subject.h"
#include "iss/aarch64/tests/lift_harness.h"
#include "medley/base/bits.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace medley::iss::aarch64::test {
namespace {

constexpr std::uint64_t kAlignmentCheck = 1U << 1; // SCTLR_EL1.A
constexpr std::uint64_t kBigEndian = 1U << 25;     // SCTLR_EL1.EE
constexpr std::uint32_t kLoad = 1U << 22;

/// The logarithm of an element's bytes.
unsigned element_log2(std::uint32_t word) {
    const auto size = static_cast<unsigned>(bits(word, 10, 2));
    if (!bit(word, 24))
        return size;
    const auto opcode = static_cast<unsigned>(bits(word, 14, 2));
    return opcode == 3 ? size : opcode == 2 && bit(word, 10) ? 3 : opcode;
}

/// Each element with its bytes in reverse order.
void reverse_elements(std::uint8_t* memory, std::size_t size, unsigned log2) {
    for (std::size_t at = 0; at < size; at += std::size_t{1} << log2)
        std::reverse(memory + at, memory + at + (std::size_t{1} << log2));
}

class Structures : public ::testing::TestWithParam<const char*> {
protected:
    void set_control(std::uint64_t control) {
        subject_.core().system().regs().sctlr_el1 = control;
        subject_.core().state_written();
    }
    /// body(row's name, word, state before)
    template <class Body>
    void for_each_case(Body body) {
        for (const auto& row : all_rows())
            for (unsigned i = 0; i < 6 && is_vector_row(row) && is_structure_access(row.pattern.value); ++i) {
                const auto word = cases_.word(row);
                body(fmt::format("{} {:08x}", row.name, word), word, cases_.operands(word));
            }
    }

    Cases cases_{random_seed()};
    Subject subject_{GetParam()};
};

TEST_P(Structures, BigEndianElementsAreReversedOneByOne) {
    for_each_case([&](const std::string& name, std::uint32_t word, const record& before) {
        set_control(0);
        auto expected = subject_.run(before);
        const auto log2 = element_log2(word);
        auto turned = before;
        reverse_elements(turned.memory, sizeof turned.memory, log2);
        for (const auto control : {kBigEndian, kBigEndian | kAlignmentCheck}) {
            set_control(control);
            auto after = subject_.run(turned);
            reverse_elements(after.memory, sizeof after.memory, log2);
            ASSERT_EQ(std::memcmp(&after, &expected, sizeof after), 0) << name;
        }
    });
}

TEST_P(Structures, AlignmentIsCheckedByElements) {
    for_each_case([&](const std::string& name, std::uint32_t word, const record& before) {
        set_control(0);
        const auto expected = subject_.run(before);
        set_control(kAlignmentCheck);
        const auto same = subject_.run(before);
        ASSERT_EQ(std::memcmp(&same, &expected, sizeof same), 0) << name;
        auto odd = before;
        odd.x[1] += 1;
        ASSERT_EQ(subject_.run(odd).refused != 0, element_log2(word) != 0) << name;
    });
}

TEST_P(Structures, FaultsLeaveRegistersAlone) {
    set_control(0);
    for_each_case([&](const std::string& name, std::uint32_t word, record before) {
        // The first element is the last thing in memory, or nothing is there at all.
        const auto size = std::uint64_t{1} << element_log2(word);
        for (const auto address :
             {SubjectMemory::kBase + SubjectMemory::kSize - size, SubjectMemory::kBase + SubjectMemory::kSize}) {
            before.x[1] = address;
            auto after = subject_.run(before);
            const bool one_lane = bit(word, 24) && !bit(word, 21) && !bit(word, 13);
            const bool one_register = !bit(word, 24) && bits(word, 12, 4) == 7 && !bit(word, 30);
            const bool fits =
                (one_lane || (one_register && size == 8)) && address != SubjectMemory::kBase + SubjectMemory::kSize;
            ASSERT_EQ(after.refused == 0, fits) << name;
            if (fits)
                continue;
            after.refused = 0;
            ASSERT_EQ(std::memcmp(&after, &before, sizeof after), 0)
                << name << ((word & kLoad) != 0 ? " load" : " store");
        }
    });
}

INSTANTIATE_TEST_SUITE_P(EveryAccelerator, Structures,
#ifdef MEDLEY_HAS_JIT
                         ::testing::Values("interp", "jit"),
#else
                         ::testing::Values("interp"),
#endif
                         [](const auto& test) { return std::string(test.param); });

} // namespace
} // namespace medley::iss::aarch64::test
