/// \file
/// What names in assembly templates stand for.
#pragma once

#include "iss/aarch64/decode/row.h"
#include "medley/base/types.h"

#include <span>
#include <string>
#include <string_view>

namespace medley::iss::aarch64 {

/// `{name}`: an operand, or a part of one.
struct PrintedOperand {
    std::string_view name;
    std::string (*print)(const Operands& o, Address address);
};
/// `[name]` in front of an alternative: when it is preferred.
struct AliasCondition {
    std::string_view name;
    bool (*holds)(const Operands& o);
};

[[nodiscard]] std::span<const PrintedOperand> base_operands();
[[nodiscard]] std::span<const AliasCondition> base_conditions();
[[nodiscard]] std::span<const PrintedOperand> simd_operands();
[[nodiscard]] std::span<const AliasCondition> simd_conditions();

/// x0 to x30, w0 to w30; 31 is xzr or wzr, or sp or wsp.
[[nodiscard]] std::string print_register(bool sf, unsigned index);
[[nodiscard]] std::string print_register_or_sp(bool sf, unsigned index);
[[nodiscard]] std::string_view print_condition(unsigned condition);

/// The register of an MRS or MSR instruction; `s3_0_c1_c2_3` where it has no name.
[[nodiscard]] std::string print_sysreg(std::uint32_t instruction);
/// The whole of a SYS instruction, such as "dc cvac, x0".
[[nodiscard]] std::string print_sys(const Operands& o);
/// The whole of an MSR (immediate) instruction.
[[nodiscard]] std::string print_msr_immediate(const Operands& o);

} // namespace medley::iss::aarch64
