#include "iss/riscv/boot.h"
#include "iss/riscv/core.h"
#include "iss/riscv/inputs.h"
#include "iss/riscv/register.h"
#include "iss/riscv/tree.h"

namespace medley {
namespace iss::riscv {
namespace {

constexpr auto kInputNames = [] {
    std::array<std::string_view, kInputs.size()> names;
    for (std::size_t i = 0; i < names.size(); ++i)
        names[i] = kInputs[i].name;
    return names;
}();

class RiscvTarget final : public Target {
public:
    [[nodiscard]] std::string_view name() const override { return "riscv"; }
    [[nodiscard]] std::string_view description() const override {
        return "RISC-V, RV32 and RV64, with machine, supervisor and user mode";
    }
    [[nodiscard]] std::vector<std::string> models() const override { return model_list(); }
    [[nodiscard]] std::vector<ParameterInfo> parameters() const override { return parameter_list(); }
    [[nodiscard]] std::span<const std::string_view> interrupt_inputs() const override { return kInputNames; }
    [[nodiscard]] std::span<const std::string_view> outputs() const override { return {}; }
    [[nodiscard]] std::unique_ptr<TargetCore> make_core(const CoreConfig& config, CoreHost& host) const override {
        return std::make_unique<Core>(Config::parse(config), host);
    }
    [[nodiscard]] CoreTree device_tree(const CoreConfig& config) const override {
        return make_tree(Config::parse(config));
    }
    [[nodiscard]] ImagePlacement placement(const CoreConfig& config) const override {
        return make_placement(Config::parse(config));
    }
    [[nodiscard]] BootPlan boot(const CoreConfig& config, const BootRequest& request) const override {
        return make_boot_plan(Config::parse(config), request);
    }
    [[nodiscard]] std::string model_for_elf(std::uint16_t machine, bool is_64_bit, std::uint32_t) const override {
        if (machine != kElfMachine)
            return {};
        return is_64_bit ? "rv64" : "rv32";
    }
};

} // namespace
} // namespace iss::riscv

void register_riscv(CpuRegistry& registry) {
    registry.targets.add(std::make_unique<iss::riscv::RiscvTarget>());
}

} // namespace medley
