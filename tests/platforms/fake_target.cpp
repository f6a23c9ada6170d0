#include "tests/platforms/fake_target.h"

#include <array>

namespace medley::test {

namespace {

class FakeCore final : public TargetCore {
public:
    explicit FakeCore(bool is_64_bit) {
        layout_.program_counter = layout_.add({"pc", 0, is_64_bit ? ir::Type::I64 : ir::Type::I32, SlotRole::ProgramCounter, 0});
        layout_.size = sizeof(state_);
    }
    const StateLayout& layout() const override { return layout_; }
    std::byte* state() override { return state_.data(); }
    std::span<const Helper> helpers() const override { return {}; }
    void reset(Address) override {}
    std::uint64_t translation_key() const override { return 0; }
    LiftResult lift(Address, const LiftLimits&, CodeReader&, ir::Builder&) override { return {}; }
    Translation translate(Address, unsigned, Access, unsigned) override { return {}; }
    unsigned fetch_mem_index() const override { return 0; }
    std::uint64_t address_space() const override { return 0; }
    std::optional<Address> translate_debug(Address) override { return std::nullopt; }
    void raise(const Fault&) override {}
    void set_interrupt(unsigned, bool) override {}
    bool take_interrupt() override { return false; }
    bool wakes_up() const override { return false; }
    void on_alarm(unsigned) override {}
    std::string disassemble(Address, std::span<const std::byte>, unsigned& length) const override {
        length = 4;
        return "fake";
    }

private:
    StateLayout layout_;
    alignas(16) std::array<std::byte, 16> state_{};
};

class FakeTarget final : public Target {
public:
    std::string_view name() const override { return "fake"; }
    std::string_view description() const override { return "exists on paper"; }
    std::vector<std::string> models() const override { return {"f64", "f32"}; }
    std::vector<ParameterInfo> parameters() const override { return {{"level", "1", "1 to 3"}}; }
    std::span<const std::string_view> interrupt_inputs() const override {
        static constexpr std::array<std::string_view, 2> kInputs{"irq", "timer"};
        return kInputs;
    }
    std::span<const std::string_view> outputs() const override {
        static constexpr std::array<std::string_view, 1> kOutputs{"wake"};
        return kOutputs;
    }
    std::unique_ptr<TargetCore> make_core(const CoreConfig& config, CoreHost&) const override {
        const auto level = config.parameters.find("level");
        if (level != config.parameters.end() && level->second != "1" && level->second != "2" && level->second != "3")
            throw UserError("level: expected 1 to 3, found '" + level->second + "'");
        return std::make_unique<FakeCore>(config.model == "f64");
    }
    CoreTree device_tree(const CoreConfig&) const override {
        return {{{"compatible", std::vector<std::string>{"medley,fake"}}},
                {{"compatible", std::vector<std::string>{"medley,fake-intc"}}},
                1,
                {11, 7}};
    }
    std::vector<TreeNode> machine_tree(const CoreConfig&) const override {
        return {{"beat", {{"compatible", std::vector<std::string>{"medley,beat"}}}, {"wake"}}};
    }
    ImagePlacement placement(const CoreConfig&) const override { return {0, 0x20'0000, 0x20'0000, kFakeMachine}; }
    BootPlan boot(const CoreConfig&, const BootRequest& request) const override {
        BootPlan plan;
        plan.entry = request.firmware ? request.firmware->entry : request.kernel ? request.kernel->entry : request.program->entry;
        return plan;
    }
    std::string model_for_elf(std::uint16_t machine, bool is_64_bit, std::uint32_t) const override {
        return machine != kFakeMachine ? "" : is_64_bit ? "f64" : "f32";
    }
};

class PaperAccelerator final : public AcceleratorKind {
public:
    std::string_view name() const override { return "interp"; }
    std::string_view description() const override { return "runs nothing"; }
    std::vector<ParameterInfo> parameters() const override { return {{"depth", "1", "a number"}}; }
    std::unique_ptr<Accelerator> make(TargetCore&, GuestMemory&, const AcceleratorOptions& options) const override {
        const auto depth = options.find("depth");
        if (depth != options.end() && depth->second == "deep")
            throw UserError("depth: expected a number");
        return nullptr;
    }
};

periph::PeripheralKind kind(const std::string& name, std::uint64_t span, std::vector<periph::Parameter> parameters) {
    periph::PeripheralKind result;
    result.name = name;
    result.description = name;
    result.address_size = span;
    result.parameters = std::move(parameters);
    result.tree = [name](const periph::Configuration&) {
        periph::TreeInfo info;
        info.node_name = name;
        info.compatible = {"medley," + name};
        return info;
    };
    return result;
}

} // namespace

void fill(board::Catalogue& catalogue) {
    using periph::ParameterType;
    catalogue.cpus.targets.add(std::make_unique<FakeTarget>());
    catalogue.cpus.accelerators.add(std::make_unique<PaperAccelerator>());
    auto& peripherals = catalogue.peripherals;
    peripherals.add(kind("wire_bus", 0, {}));
    auto cells = kind("cells", 0, {{"size", ParameterType::Size, "", "bytes", true}, {"latency", ParameterType::Time, "0ns", "of an access", false}});
    cells.tree = nullptr;
    peripherals.add(std::move(cells));
    auto controller = kind("line_controller", 0x1000, {{"lines", ParameterType::Integer, "16", "inputs", false},
                                                        {"cells", ParameterType::Integer, "1", "of a specifier", false}});
    controller.tree = [](const periph::Configuration& configuration) {
        periph::TreeInfo info;
        info.node_name = "interrupt-controller";
        info.compatible = {"medley,lines"};
        info.interrupt_controller = true;
        info.extended_outputs = {"out"};
        info.reg_ports = {"a", "b"};
        info.children = {{"its", "c", {"medley,its"}, {{"#msi-cells", {1}}}, {"msi-controller"}}};
        if (configuration.number("cells") == 3) {
            info.interrupt_cells = 3;
            info.specifier = [](const std::string& input) {
                return input == "none" ? std::vector<std::uint32_t>{} : std::vector<std::uint32_t>{9, static_cast<std::uint32_t>(input.size()), 4};
            };
        }
        return info;
    };
    peripherals.add(std::move(controller));
    auto port = kind("port", 0x100, {{"clock", ParameterType::Frequency, "1MHz", "input clock", false},
                                     {"key", ParameterType::Text, "", "must be given", true}});
    port.character_device = true;
    port.tree = [](const periph::Configuration&) {
        periph::TreeInfo info;
        info.node_name = "serial";
        info.compatible = {"medley,port"};
        info.clock_parameter = "clock";
        info.clocks = {{"busclk", 24'000'000}, {"portclk", 1'000'000}};
        info.regmap_nodes = {{"poweroff", {"syscon-poweroff"}, {{"offset", {0}}, {"value", {0x5555}}}}};
        return info;
    };
    peripherals.add(std::move(port));
}

} // namespace medley::test
