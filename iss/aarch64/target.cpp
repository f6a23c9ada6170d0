#include "iss/aarch64/boot.h"
#include "iss/aarch64/core.h"
#include "iss/aarch64/register.h"
#include "iss/aarch64/tree.h"
#include "iss/aarch64/wires.h"

namespace medley {
namespace iss::aarch64 {
namespace {

class Aarch64Target final : public Target {
public:
    [[nodiscard]] std::string_view name() const override { return "aarch64"; }
    [[nodiscard]] std::string_view description() const override {
        return "Armv8-A in AArch64 state, EL0 to EL3, with floating point and Advanced SIMD";
    }
    [[nodiscard]] std::vector<std::string> models() const override { return model_list(); }
    [[nodiscard]] std::vector<ParameterInfo> parameters() const override { return parameter_list(); }
    [[nodiscard]] std::span<const std::string_view> interrupt_inputs() const override { return kInputNames; }
    [[nodiscard]] std::span<const std::string_view> outputs() const override { return kOutputNames; }
    [[nodiscard]] std::unique_ptr<TargetCore> make_core(const CoreConfig& config, CoreHost& host) const override {
        return std::make_unique<Core>(Config::parse(config), host);
    }
    [[nodiscard]] CoreTree device_tree(const CoreConfig& config) const override {
        return make_tree(Config::parse(config));
    }
    [[nodiscard]] std::vector<TreeNode> machine_tree(const CoreConfig& config) const override {
        return make_machine_tree(Config::parse(config));
    }
    [[nodiscard]] ImagePlacement placement(const CoreConfig&) const override { return make_placement(); }
    [[nodiscard]] BootPlan boot(const CoreConfig& config, const BootRequest& request) const override {
        return make_boot_plan(Config::parse(config), request);
    }
    [[nodiscard]] std::string model_for_elf(std::uint16_t machine, bool is_64_bit, std::uint32_t) const override {
        return machine == kElfMachine && is_64_bit ? "max" : "";
    }
};

} // namespace
} // namespace iss::aarch64

void register_aarch64(CpuRegistry& registry) {
    registry.targets.add(std::make_unique<iss::aarch64::Aarch64Target>());
}

} // namespace medley
