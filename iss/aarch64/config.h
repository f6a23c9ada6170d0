/// \file
/// What one core is: its model and parameters, parsed and checked.
#pragma once

#include "iss/aarch64/features.h"
#include "medley/cpu/target.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace medley::iss::aarch64 {

/// The modelled processor, for the identification registers.
enum class Model : std::uint8_t { CortexA53, CortexA57, CortexA72, Max };

/// The instruction by which guests call the power-control firmware (PSCI) that the core offers.
enum class Conduit : std::uint8_t { None, Smc, Hvc };

struct Config {
    Model model = Model::CortexA53;
    FeatureSet features;
    bool has_el2 = false;
    bool has_el3 = false;
    Conduit psci = Conduit::Hvc;
    bool semihosting = false;
    /// The folder of the host that semihosting may open files below; empty: none.
    std::string semihosting_folder;
    /// Number of the core among those of its board; the affinity follows from it.
    std::uint32_t index = 0;
    /// Cores to a cluster: the lowest affinity field counts to it.
    unsigned cluster_size = 16;
    bool has_reset_vector = false;
    Address reset_vector = 0;

    [[nodiscard]] bool has(Feature feature) const { return features.has(feature); }
    /// Exception level after reset.
    [[nodiscard]] unsigned highest_el() const { return has_el3 ? 3 : has_el2 ? 2 : 1; }
    /// Affinity fields as MPIDR_EL1 has them (Aff3 in bits 39 to 32, Aff2 to Aff0 in bits 23 to 0).
    [[nodiscard]] std::uint64_t affinity() const { return affinity_of(index); }
    [[nodiscard]] std::uint64_t affinity_of(std::uint32_t core) const {
        return std::uint64_t{core / cluster_size} << 8 | core % cluster_size;
    }
    /// Granules of 4 and 64 KiB are there in all models.
    [[nodiscard]] bool has_16k_granule() const { return model == Model::Max; }
    [[nodiscard]] std::string_view compatible() const;

    /// Throws UserError.
    [[nodiscard]] static Config parse(const CoreConfig& core);
};

[[nodiscard]] std::vector<ParameterInfo> parameter_list();
[[nodiscard]] std::vector<std::string> model_list();

} // namespace medley::iss::aarch64
