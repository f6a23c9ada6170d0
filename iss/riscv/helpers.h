/// \file
/// Ids, declarations and signatures of the helpers that lifted code calls.
#pragma once

#include "iss/riscv/isa.h"
#include "medley/cpu/helper.h"

#include <vector>

namespace medley::iss::riscv {

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
