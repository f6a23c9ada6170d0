#include "peripherals/irq/gic/gicv3.h"

#include "peripherals/irq/gic/gicv3_registers.h"
#include "peripherals/irq/gic/its.h"
#include "peripherals/irq/gic/local_interrupts.h"
#include "peripherals/irq/gic/tree.h"

#include "medley/base/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace medley::periph {

using namespace gic;

namespace {

constexpr RegisterPolicy kPolicy{
    .sizes = kBytes | kHalfwords | kWords | kDoublewords, .holes = Holes::ReadZero, .span = Gicv3::kSpan};

unsigned checked(const std::string& name, const Configuration& configuration, const char* parameter, unsigned most, unsigned multiple) {
    const auto value = configuration.number(parameter);
    if (value == 0 || value > most || value % multiple != 0)
        throw UserError(fmt::format("gicv3 '{}': {} is {}, must be {}{} to {}", name, parameter, value,
                                    multiple == 1 ? "" : fmt::format("a multiple of {}, ", multiple), multiple, most));
    return static_cast<unsigned>(value);
}

} // namespace

Gicv3::Gicv3(const sc_core::sc_module_name& name, const Configuration& configuration, const Services&)
    : Peripheral(name), affinity_(static_cast<std::uint32_t>(configuration.number("affinity"))), secure_(configuration.flag("secure")),
      shared_(checked(std::string(name), configuration, "spis", kMostShared, 32) / 32), routes_(shared_.size() * 32),
      targets_(shared_.size() * 32), distributor_("dist", *this, Map::rows, kPolicy) {
    const auto count = checked(std::string(name), configuration, "cpus", kMostCpus, 1);
    const auto words = static_cast<unsigned>(shared_.size());
    for (const auto row : Map::kWordRows)
        distributor_.limit(row, words);
    distributor_.limit(Map::kPriority, words * 32);
    distributor_.limit(Map::kTrigger, words * 2);
    distributor_.limit(Map::kAccess, words * 2);
    distributor_.limit(Map::kRoute, words * 32);
    if (configuration.flag("its")) {
        its_ = std::make_unique<Its>(*this);
        add_port("its", its_->socket());
        add_port("bus", bus_);
    }
    add_port("dist", distributor_.socket());
    add_port("redist", *frames_.target_socket(""));
    for (unsigned number = 0; number < count; ++number) {
        auto& each = *cpus_.emplace_back(std::make_unique<LocalInterrupts>(*this, number, number + 1 == count));
        frames_.map(number * kFrames, kFrames, each.frames(), fmt::format("redistributor {}", number));
        add_interface(number, each.interface());
    }
    make_inputs(count);
    const auto maintenance = maintenance_input(std::string(name), configuration);
    for (unsigned number = 0; number < count; ++number)
        cpus_[number]->interface().virtual_interface().maintenance().connect(inputs_[number * (kPrivate - kSgis) + maintenance]);
    reset();
}

void Gicv3::add_interface(unsigned number, CpuInterface& interface) {
    add_port(fmt::format("cpu.{}", number), interface.registers());
    add_port(fmt::format("irq.{}", number), interface.irq());
    add_port(fmt::format("fiq.{}", number), interface.fiq());
    add_port(fmt::format("irq_ns.{}", number), interface.irq_of_group(kNonSecureGroup1));
    add_port(fmt::format("irq_s.{}", number), interface.irq_of_group(kSecureGroup1));
    auto& guest = interface.virtual_interface();
    add_port(fmt::format("virq.{}", number), guest.irq());
    add_port(fmt::format("vfiq.{}", number), guest.fiq());
    add_port(fmt::format("maintenance.{}", number), guest.maintenance());
}

Gicv3::~Gicv3() = default;

void Gicv3::make_inputs(unsigned cpus) {
    for (unsigned cpu = 0; cpu < cpus; ++cpu)
        for (unsigned i = 0; i < kPrivate - kSgis; ++i) {
            inputs_.emplace_back([this, cpu, i](bool level) { cpus_[cpu]->input(kSgis + i, level); });
            add_port(fmt::format("ppi.{}.{}", cpu, i), inputs_.back());
        }
    for (unsigned i = 0; i < 32 * shared_.size(); ++i) {
        inputs_.emplace_back([this, i](bool level) {
            shared_[i / 32].input(i % 32, level);
            update();
        });
        add_port(fmt::format("spi.{}", i), inputs_.back());
    }
}

void Gicv3::reset() {
    distributor_.reset();
    groups_ = 0;
    two_states_ = secure_;
    for (auto& bank : shared_)
        bank.reset();
    std::ranges::fill(routes_, std::uint64_t{0});
    std::ranges::fill(targets_, static_cast<std::uint8_t>(cpu_at(0).value_or(kNobody)));
    if (its_)
        its_->reset();
    for (auto& cpu : cpus_)
        cpu->reset();
    update();
}

std::optional<unsigned> Gicv3::cpu_at(std::uint64_t affinity) const {
    // Aff3 stands apart from the others, as in a CPU's own register for it.
    const auto packed = bits(affinity, 0, 24) | bits(affinity, 32, 8) << 24;
    if (packed < affinity_ || packed - affinity_ >= cpus_.size())
        return std::nullopt;
    return static_cast<unsigned>(packed - affinity_);
}

void Gicv3::choose_shared(Request& best, unsigned cpu, unsigned groups) const {
    for (unsigned word = 0; word < shared_.size(); ++word) {
        const auto& bank = shared_[word];
        std::uint32_t wanted = 0;
        for (auto left = bank.candidates() & in_groups(bank, groups); left != 0; left &= left - 1) {
            const auto number = static_cast<unsigned>(std::countr_zero(left));
            const auto id = kPrivate + 32 * word + number;
            const auto target = targets_[32 * word + number];
            const bool is_mine = target == kAnyone ? choose_cpu({id, bank.priority[number], bank.group_of(number)}) == cpu : target == cpu;
            wanted |= is_mine ? std::uint32_t{1} << number : 0;
        }
        choose(best, bank, wanted, kPrivate + 32 * word);
    }
}

/// One of those that participate, so that it is signalled to one CPU at a time (IHI 0069H 4.7.1, 1 of N).
unsigned Gicv3::choose_cpu(const Request& request) const {
    for (unsigned number = 0; number < cpus_.size(); ++number)
        if (cpus_[number]->would_signal(request))
            return number;
    for (unsigned number = 0; number < cpus_.size(); ++number)
        if (cpus_[number]->participates(request.group))
            return number;
    return kNobody;
}

unsigned Gicv3::group_of_shared(unsigned id) const {
    return id >= kPrivate && id < kPrivate + 32 * shared_.size() ? shared_[id / 32 - 1].group_of(id % 32) : kNonSecureGroup1;
}

void Gicv3::acknowledge_shared(unsigned id) { shared_[id / 32 - 1].acknowledge(id % 32); }

void Gicv3::deactivate_shared(unsigned id) {
    if (id < kPrivate + 32 * shared_.size())
        shared_[id / 32 - 1].active &= ~(std::uint32_t{1} << id % 32);
}

void Gicv3::send(unsigned sender, std::uint64_t value, unsigned groups, bool restricted) {
    const auto id = static_cast<unsigned>(bits(value, 24, 4));
    if (bit(value, 40)) { // IRM: to all but the sender.
        for (unsigned number = 0; number < cpus_.size(); ++number)
            if (number != sender)
                cpus_[number]->receive(id, groups, restricted);
    } else if (bits(value, 44, 4) == 0) { // RS: no more than 16 CPUs to a cluster.
        const auto cluster = bits(value, 48, 8) << 32 | bits(value, 32, 8) << 16 | bits(value, 16, 8) << 8;
        for (unsigned i = 0; i < 16; ++i)
            if (const auto number = bit(value, i) ? cpu_at(cluster | i) : std::nullopt)
                cpus_[*number]->receive(id, groups, restricted);
    }
    update();
}

void Gicv3::update() {
    for (auto& cpu : cpus_)
        cpu->update();
}

bool Gicv3::access(tlm::tlm_command command, Address address, std::span<unsigned char> data) {
    // A table that lies on this device's own registers, which look at tables, must not lead round in circles.
    if (bus_.size() == 0 || accessing_)
        return false;
    accessing_ = true;
    tlm::tlm_generic_payload transaction;
    transaction.set_command(command);
    transaction.set_address(address);
    transaction.set_data_ptr(data.data());
    transaction.set_data_length(static_cast<unsigned>(data.size()));
    transaction.set_streaming_width(static_cast<unsigned>(data.size()));
    auto delay = sc_core::SC_ZERO_TIME;
    bus_->b_transport(transaction, delay);
    accessing_ = false;
    return transaction.is_response_ok();
}

std::vector<std::pair<std::string, std::uint64_t>> Gicv3::statistics() const {
    std::vector<std::pair<std::string, std::uint64_t>> result;
    for (unsigned i = 0; i < cpus_.size(); ++i)
        result.emplace_back(fmt::format("acknowledged.{}", i), cpus_[i]->interface().acknowledged());
    return result;
}

std::vector<RegisterInfo> Gicv3::describe() { return describe_registers(Map::rows); }

void register_gicv3(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "gicv3";
    kind.description = "generic interrupt controller, version 3; target sockets \"dist\", \"redist\", \"its\" and, for private buses, cpu.N; inputs "
                       "spi.N and ppi.CPU.N, outputs irq.CPU, fiq.CPU, virq.CPU, vfiq.CPU, maintenance.CPU and, with secure, irq_ns.CPU and "
                       "irq_s.CPU";
    kind.document = "Arm Generic Interrupt Controller Architecture Specification 3 and 4 (IHI 0069H)";
    kind.parameters = {
        {"cpus", ParameterType::Integer, "1", "CPUs served, 1 to 16", false},
        {"spis", ParameterType::Integer, "256", "shared interrupts: inputs spi.0 and so on, a multiple of 32", false},
        {"affinity", ParameterType::Integer, "0", "of the first CPU; the others follow", false},
        {"its", ParameterType::Boolean, "false", "whether there are LPIs and a translation service, which needs a bus master port", false},
    };
    const auto common = common_parameters();
    kind.parameters.insert(kind.parameters.end(), common.begin(), common.end());
    kind.registers = Gicv3::describe();
    kind.address_size = Gicv3::kSpan;
    kind.make = [](const char* name, const Configuration& configuration, const Services& services) {
        return std::make_unique<Gicv3>(name, configuration, services);
    };
    kind.tree = [](const Configuration& configuration) {
        auto tree = tree_info(0, configuration);
        tree.compatible = {"arm,gic-v3"};
        tree.reg_ports = {"dist", "redist"};
        tree.cells.push_back({"#redistributor-regions", {1}});
        tree.children = {{"msi-controller", "its", {"arm,gic-v3-its"}, {{"#msi-cells", {1}}}, {"msi-controller"}}};
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
