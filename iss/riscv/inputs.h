/// \file
/// The interrupt inputs, in the order of Target::interrupt_inputs.
#pragma once

#include "iss/riscv/privileged.h"

#include <array>
#include <string_view>

namespace medley::iss::riscv {

struct Input {
    std::string_view name;
    /// Bit in mip, and the specifier that a device tree uses for it.
    unsigned code;
};
inline constexpr std::array<Input, 4> kInputs{{{"msip", interrupt::kMachineSoftware},
                                               {"mtip", interrupt::kMachineTimer},
                                               {"meip", interrupt::kMachineExternal},
                                               {"seip", interrupt::kSupervisorExternal}}};

} // namespace medley::iss::riscv
