/// \file
/// What one core is: its model and parameters, parsed and checked.
#pragma once

#include "iss/riscv/isa.h"
#include "medley/cpu/target.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace medley::iss::riscv {

/// The largest translation scheme that satp takes (Privileged 1.13, 10.1.11).
enum class MmuMode : std::uint8_t { Bare, Sv32, Sv39, Sv48, Sv57 };

struct Config {
    Isa isa;
    MmuMode mmu = MmuMode::Bare;
    unsigned pmp_regions = 16;
    std::uint64_t vendor_id = 0;
    std::uint64_t architecture_id = 0;
    std::uint64_t implementation_id = 0;
    std::uint64_t hart_id = 0;
    bool has_reset_vector = false;
    Address reset_vector = 0;

    [[nodiscard]] unsigned xlen() const { return isa.xlen(); }
    [[nodiscard]] bool has(Extension extension) const { return isa.has(extension); }
    [[nodiscard]] bool has_supervisor() const { return isa.has(Extension::S); }
    [[nodiscard]] bool has_user() const { return isa.has(Extension::U); }

    /// Throws UserError.
    [[nodiscard]] static Config parse(const CoreConfig& core);
};

[[nodiscard]] std::vector<ParameterInfo> parameter_list();
[[nodiscard]] std::vector<std::string> model_list();

} // namespace medley::iss::riscv
