/// \file
/// Ids, declarations and signatures of the helpers that lifted code calls.
#pragma once

#include "medley/cpu/helper.h"

#include <vector>

namespace medley::iss::aarch64 {

/// Indices into the helper table.
namespace helper {
enum Id : ir::HelperId {
#define HELPER(name, result, arguments, effects) name,
#define VECTOR_HELPER(name, result, arguments, effects) name,
#include "iss/aarch64/helpers.def"
};
} // namespace helper

// The functions themselves. Arguments that a row does not name are 0.
#define HELPER(name, result, arguments, effects)                                                                       \
    std::uint64_t helper_##name(HelperContext&, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t);
#define VECTOR_HELPER(name, result, arguments, effects)                                                                \
    void helper_##name(HelperContext&, const Vector128*, Vector128&);
#include "iss/aarch64/helpers.def"

/// The table in the order of the ids.
[[nodiscard]] std::vector<Helper> make_helpers();

} // namespace medley::iss::aarch64
