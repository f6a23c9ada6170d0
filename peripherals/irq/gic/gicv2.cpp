#include "peripherals/irq/gic/gicv2.h"

#include "peripherals/irq/gic/gicv2_registers.h"
#include "peripherals/irq/gic/tree.h"

#include "medley/base/error.h"

#include <fmt/format.h>

namespace medley::periph {

using namespace gic;

namespace {

constexpr unsigned kMostShared = 960;
constexpr std::uint32_t kFiqEnable = 1 << 3; // GICC_CTLR
// Narrow accesses reach the registers of one byte; those to others act on the bytes that they name.
constexpr RegisterPolicy kPolicy{.sizes = kBytes | kHalfwords | kWords, .holes = Holes::ReadZero, .span = Gicv2::kSpan};

} // namespace

Gicv2::Gicv2(const sc_core::sc_module_name& name, const Configuration& configuration, const Services&)
    : Peripheral(name), security_(configuration.flag("secure")), distributor_("dist", *this, DistributorMap::rows, kPolicy),
      interface_("cpu", *this, InterfaceMap::rows, kPolicy) {
    const auto cpus = configuration.number("cpus");
    const auto spis = configuration.number("spis");
    if (cpus == 0 || cpus > kMostCpus)
        throw UserError(fmt::format("gicv2 '{}': cpus is {}, must be 1 to {}", std::string(name), cpus, kMostCpus));
    if (spis == 0 || spis % 32 != 0 || spis > kMostShared)
        throw UserError(fmt::format("gicv2 '{}': spis is {}, must be a multiple of 32, at most {}", std::string(name), spis, kMostShared));
    shared_.resize(spis / 32);
    targets_.resize(spis);
    const auto words = static_cast<unsigned>(shared_.size()) + 1;
    for (const auto row : DistributorMap::kWordRows)
        distributor_.limit(row, words);
    for (const auto row : DistributorMap::kByteRows)
        distributor_.limit(row, words * 32);
    distributor_.limit(DistributorMap::kTrigger, words * 2);
    add_port("dist", distributor_.socket());
    add_port("cpu", interface_.socket());
    for (unsigned cpu = 0; cpu < cpus; ++cpu) {
        auto& each = cpus_.emplace_back();
        add_port(fmt::format("irq.{}", cpu), each.irq);
        add_port(fmt::format("fiq.{}", cpu), each.fiq);
    }
    make_inputs(static_cast<unsigned>(cpus));
    Gicv2Virtual::Owner& owner = *this;
    virtual_ = std::make_unique<Gicv2Virtual>(owner, static_cast<unsigned>(cpus), kSpan);
    add_port("hyp", virtual_->control());
    add_port("vcpu", virtual_->guest());
    const auto maintenance = maintenance_input(std::string(name), configuration);
    for (unsigned cpu = 0; cpu < cpus; ++cpu) {
        virtual_->of(cpu).maintenance().connect(inputs_[cpu * (kPrivate - kSgis) + maintenance]);
        add_port(fmt::format("virq.{}", cpu), virtual_->of(cpu).irq());
        add_port(fmt::format("vfiq.{}", cpu), virtual_->of(cpu).fiq());
        add_port(fmt::format("maintenance.{}", cpu), virtual_->of(cpu).maintenance());
    }
    reset();
}

void Gicv2::make_inputs(unsigned cpus) {
    for (unsigned cpu = 0; cpu < cpus; ++cpu)
        for (unsigned i = 0; i < kPrivate - kSgis; ++i) {
            inputs_.emplace_back([this, cpu, i](bool level) {
                cpus_[cpu].own.input(kSgis + i, level);
                update(cpu);
            });
            add_port(fmt::format("ppi.{}.{}", cpu, i), inputs_.back());
        }
    for (unsigned i = 0; i < targets_.size(); ++i) {
        inputs_.emplace_back([this, i](bool level) {
            shared_[i / 32].input(i % 32, level);
            update();
        });
        add_port(fmt::format("spi.{}", i), inputs_.back());
    }
}

void Gicv2::reset() {
    distributor_.reset();
    interface_.reset();
    groups_ = 0;
    for (auto& bank : shared_)
        bank.reset();
    std::fill(targets_.begin(), targets_.end(), std::uint8_t{0});
    for (auto& cpu : cpus_) {
        cpu.own.reset();
        cpu.own.enabled = cpu.own.edge = low_mask(kSgis);
        cpu.senders = {};
        cpu.control = 0;
        cpu.priorities = {};
    }
    virtual_->reset();
    update();
}

/// "irq.2" makes the CPU behind it the owner of interface 2.
void Gicv2::wired_to(std::string_view output, std::uint32_t initiator) {
    const auto dot = output.rfind('.');
    if (dot != std::string_view::npos && dot + 2 == output.size() && output[dot + 1] >= '0' && output[dot + 1] <= '9')
        interface_of_[initiator] = static_cast<unsigned>(output[dot + 1] - '0');
}

unsigned Gicv2::requester(const RegisterBlockBase& block) const {
    const auto initiator = block.initiator();
    if (!initiator)
        return 0;
    if (interface_of_.empty())
        return *initiator < cpus_.size() ? *initiator : 0;
    const auto known = interface_of_.find(*initiator);
    return known == interface_of_.end() ? 0 : known->second;
}

/// The pending interrupt of the highest priority among those of \p groups that are forwarded to a CPU (IHI 0048B 3.2.2).
gic::Request Gicv2::best(unsigned cpu, unsigned groups) const {
    Request request;
    const auto& own = cpus_[cpu].own;
    choose(request, own, own.candidates() & in_groups(own, groups), 0);
    for (unsigned word = 0; word < shared_.size(); ++word) {
        const auto& bank = shared_[word];
        std::uint32_t wanted = 0;
        for (auto left = bank.candidates() & in_groups(bank, groups); left != 0; left &= left - 1) {
            const auto number = static_cast<unsigned>(std::countr_zero(left));
            if (cpus_.size() == 1 || bit(targets_[32 * word + number], cpu))
                wanted |= std::uint32_t{1} << number;
        }
        choose(request, bank, wanted, kPrivate + 32 * word);
    }
    return request;
}

void Gicv2::update() {
    for (unsigned cpu = 0; cpu < cpus_.size(); ++cpu)
        update(cpu);
}

/// Group 0 uses the FIQ when the interface says so (IHI 0048B 2.3.2).
void Gicv2::update(unsigned number) {
    auto& cpu = cpus_[number];
    const auto request = best(number, groups_ & cpu.control & 3);
    const bool signal = cpu.priorities.allows(request);
    const bool fast = request.group == 0 && (cpu.control & kFiqEnable) != 0;
    cpu.irq.set(signal && !fast);
    cpu.fiq.set(signal && fast);
}

std::vector<std::pair<std::string, std::uint64_t>> Gicv2::statistics() const {
    std::vector<std::pair<std::string, std::uint64_t>> result;
    for (unsigned i = 0; i < cpus_.size(); ++i)
        result.emplace_back(fmt::format("acknowledged.{}", i), cpus_[i].acknowledged);
    return result;
}

std::vector<RegisterInfo> Gicv2::describe() {
    auto all = describe_registers(DistributorMap::rows);
    const auto more = describe_registers(InterfaceMap::rows);
    all.insert(all.end(), more.begin(), more.end());
    const auto virtual_ones = Gicv2Virtual::describe();
    all.insert(all.end(), virtual_ones.begin(), virtual_ones.end());
    return all;
}

void register_gicv2(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "gicv2";
    kind.description = "generic interrupt controller, version 2; target sockets \"dist\", \"cpu\", \"hyp\" and \"vcpu\"; inputs "
                       "spi.N and ppi.CPU.N, outputs irq.CPU, fiq.CPU, virq.CPU, vfiq.CPU and maintenance.CPU";
    kind.document = "Arm Generic Interrupt Controller Architecture Specification 2.0 (IHI 0048B)";
    kind.parameters = {
        {"cpus", ParameterType::Integer, "1", "CPUs served, 1 to 8", false},
        {"spis", ParameterType::Integer, "256", "shared interrupts: inputs spi.0 and so on, a multiple of 32", false},
    };
    const auto common = common_parameters();
    kind.parameters.insert(kind.parameters.end(), common.begin(), common.end());
    kind.registers = Gicv2::describe();
    kind.address_size = Gicv2::kSpan;
    kind.make = [](const char* name, const Configuration& configuration, const Services& services) {
        return std::make_unique<Gicv2>(name, configuration, services);
    };
    kind.tree = [](const Configuration& configuration) {
        // The second half of a private interrupt's flags names the CPUs.
        auto tree = tree_info(low_mask(static_cast<unsigned>(configuration.number("cpus"))) << 8, configuration);
        tree.compatible = {"arm,cortex-a15-gic"};
        tree.reg_ports = {"dist", "cpu"};
        if (configuration.flag("virtualization"))
            tree.reg_ports.insert(tree.reg_ports.end(), {"hyp", "vcpu"});
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
