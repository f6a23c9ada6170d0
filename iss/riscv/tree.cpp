// Devicetree bindings riscv/cpus.yaml and riscv/extensions.yaml, interrupt-controller/riscv,cpu-intc.yaml.
#include "iss/riscv/tree.h"

#include "iss/riscv/inputs.h"

#include <fmt/format.h>

namespace medley::iss::riscv {
namespace {

constexpr std::uint32_t kBlockBytes = 64; ///< Of Zicbom and Zicboz; the lifter's constant for CBO.ZERO.

std::string mmu_type(MmuMode mode) {
    switch (mode) {
    case MmuMode::Sv32: return "riscv,sv32";
    case MmuMode::Sv39: return "riscv,sv39";
    case MmuMode::Sv48: return "riscv,sv48";
    case MmuMode::Sv57: return "riscv,sv57";
    case MmuMode::Bare: break;
    }
    return "riscv,none";
}

std::vector<std::string> extension_names(const Config& config) {
    std::vector<std::string> names;
    for (unsigned i = 0; i < kExtensionCount; ++i) {
        const auto extension = static_cast<Extension>(i);
        if (config.has(extension) && extension != Extension::S && extension != Extension::U)
            names.emplace_back(Isa::name(extension));
    }
    return names;
}

} // namespace

CoreTree make_tree(const Config& config) {
    using Text = std::vector<std::string>;
    using Cells = std::vector<std::uint32_t>;
    CoreTree tree;
    tree.properties = {
        {"device_type", Text{"cpu"}},
        {"reg", Cells{static_cast<std::uint32_t>(config.hart_id)}},
        {"status", Text{"okay"}},
        {"compatible", Text{"riscv"}},
        {"riscv,isa", Text{config.isa.canonical()}},
        {"riscv,isa-base", Text{fmt::format("rv{}i", config.xlen())}},
        {"riscv,isa-extensions", extension_names(config)},
        {"mmu-type", Text{mmu_type(config.mmu)}},
    };
    if (config.has(Extension::Zicbom))
        tree.properties.push_back({"riscv,cbom-block-size", Cells{kBlockBytes}});
    if (config.has(Extension::Zicboz))
        tree.properties.push_back({"riscv,cboz-block-size", Cells{kBlockBytes}});
    tree.interrupt_controller = {
        {"compatible", Text{"riscv,cpu-intc"}},
        {"#interrupt-cells", Cells{1}},
        {"interrupt-controller", std::monostate{}},
    };
    tree.interrupt_cells = 1;
    for (const auto& input : kInputs)
        tree.input_specifiers.push_back(input.code);
    return tree;
}

} // namespace medley::iss::riscv
