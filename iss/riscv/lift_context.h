/// \file
/// What a translation depends on besides the code itself: the fields of the translation key.
#pragma once

#include "iss/riscv/state.h"
#include "medley/base/bits.h"

#include <cstdint>

namespace medley::iss::riscv {

/// mstatus.FS; only these three make a difference to code.
enum class FloatState : std::uint8_t { Off, Clean, Dirty };

struct LiftMode {
    Privilege privilege = Privilege::Machine;
    /// Off: floating-point instructions are illegal. Clean: the first one that changes floating-point state sets
    /// mstatus.FS to dirty and ends the block, so that a new key holds behind it.
    FloatState float_state = FloatState::Dirty;
    /// fcsr.frm, 0 to 7.
    std::uint8_t frm = 0;
    /// MemOp::mem_index of all loads and stores (privilege after MPRV, SUM, MXR: what TargetCore::translate makes of
    /// it).
    std::uint8_t data_index = 0;
    /// Whether an execute trigger may be armed: the lifter then calls the trigger helper before each instruction.
    bool execute_triggers = false;

    [[nodiscard]] constexpr std::uint64_t encode() const {
        return static_cast<std::uint64_t>(privilege) | static_cast<std::uint64_t>(float_state) << 2 |
               std::uint64_t{frm} << 4 | std::uint64_t{data_index} << 8 | std::uint64_t{execute_triggers} << 12;
    }
    [[nodiscard]] static constexpr LiftMode decode(std::uint64_t key) {
        return {static_cast<Privilege>(bits(key, 0, 2)), static_cast<FloatState>(bits(key, 2, 2)),
                static_cast<std::uint8_t>(bits(key, 4, 3)), static_cast<std::uint8_t>(bits(key, 8, 4)), bit(key, 12)};
    }
    friend constexpr bool operator==(const LiftMode&, const LiftMode&) = default;
};

} // namespace medley::iss::riscv
