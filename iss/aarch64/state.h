/// \file
/// The state block of a core. Accelerators address it by the offsets that slots.cpp publishes; the target's own code
/// addresses it as this struct.
#pragma once

#include "iss/aarch64/sys_state.h"
#include "medley/cpu/helper.h"

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace medley::iss::aarch64 {

struct State {
    // --- what lifted code touches
    std::uint64_t x[31] = {};
    std::uint64_t pc = 0;
    /// SP_EL0 to SP_EL3. Which one SP is, the translation key says.
    std::uint64_t sp[4] = {};
    /// PSTATE's condition flags, 0 or 1 each.
    std::uint8_t n = 0;
    std::uint8_t z = 0;
    std::uint8_t c = 0;
    std::uint8_t v = 0;
    /// Accumulated exceptions as float_flag bits, not in the order of FPSR.
    std::uint32_t float_flags = 0;
    /// FPSR.QC: 0, or anything else where a result was saturated.
    std::uint32_t saturated = 0;
    /// FPCR as it reads. Its modes are a part of the translation key.
    std::uint32_t fpcr = 0;
    std::uint32_t attention = 0;
    std::uint32_t padding = 0;
    Vector128 vector[32] = {};

    // --- system registers, PSTATE's other fields and whatever else the core remembers
    SystemState sys;

    /// FPSR as it reads (Arm ARM, FPSR).
    [[nodiscard]] std::uint32_t fpsr() const;
    void set_fpsr(std::uint32_t value);
};

static_assert(std::is_standard_layout_v<State>);
static_assert(offsetof(State, x) == 0);
static_assert(offsetof(State, pc) == 248);
static_assert(offsetof(State, sp) == 256);
static_assert(offsetof(State, n) == 288);
static_assert(offsetof(State, float_flags) == 292);
static_assert(offsetof(State, attention) == 304);
static_assert(offsetof(State, vector) == 320);
static_assert(sizeof(State) < 30 * 1024, "accelerators use 16-bit offsets");

} // namespace medley::iss::aarch64
