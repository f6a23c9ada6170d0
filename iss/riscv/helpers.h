/// \file
/// Ids, declarations and signatures of the helpers that lifted code calls.
#pragma once

#include "iss/riscv/isa.h"
#include "medley/cpu/helper.h"

#include <vector>

namespace medley::iss::riscv {

/// Exception causes (Privileged 1.13, table 14). Raise carries them as its code.
namespace cause {
inline constexpr std::uint32_t kInstructionMisaligned = 0;
inline constexpr std::uint32_t kInstructionAccess = 1;
inline constexpr std::uint32_t kIllegalInstruction = 2;
inline constexpr std::uint32_t kBreakpoint = 3;
inline constexpr std::uint32_t kLoadMisaligned = 4;
inline constexpr std::uint32_t kLoadAccess = 5;
inline constexpr std::uint32_t kStoreMisaligned = 6;
inline constexpr std::uint32_t kStoreAccess = 7;
/// Plus the privilege level that makes the call.
inline constexpr std::uint32_t kEnvironmentCall = 8;
inline constexpr std::uint32_t kInstructionPageFault = 12;
inline constexpr std::uint32_t kLoadPageFault = 13;
inline constexpr std::uint32_t kStorePageFault = 15;
} // namespace cause

/// Indices into the helper table.
namespace helper {
enum Id : ir::HelperId {
#define HELPER(name, result, arguments, effects) name,
#include "iss/riscv/helpers.def"
};
} // namespace helper

// The functions themselves. Arguments that a row does not name are 0.
#define HELPER(name, result, arguments, effects)                                                                       \
    std::uint64_t helper_##name(HelperContext&, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t);
#include "iss/riscv/helpers.def"

/// The table in the order of the ids, with the types of \p isa.
[[nodiscard]] std::vector<Helper> make_helpers(const Isa& isa);

} // namespace medley::iss::riscv
