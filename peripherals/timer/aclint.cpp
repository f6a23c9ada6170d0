#include "peripherals/timer/aclint.h"

#include "medley/base/error.h"
#include "medley/tlm/time.h"

#include <algorithm>
#include <string>

namespace medley::periph {

namespace {

constexpr std::uint64_t kSpan = 0x10000;
constexpr unsigned kMaximumHarts = 4095; // ACLINT 1.0-rc4, 2.1 and 3.1: both devices end there.
constexpr std::size_t kSoftware = 0, kCompare = 1;

// FU540-C000 Manual, table 38.
constexpr std::array kTable{
    Reg<Aclint>{0x0000, "MSIP", 0, 1, nullptr, &Aclint::write_software, "software interrupt of each hart", {.count = kMaximumHarts}},
    Reg<Aclint>{0x4000, "MTIMECMP", kNever, kNever, nullptr, &Aclint::write_compare, "timer compare of each hart",
                {.size = 8, .count = kMaximumHarts}},
    Reg<Aclint>{0xbff8, "MTIME", 0, kNever, &Aclint::read_time, &Aclint::write_time, "the platform's counter", {.size = 8}},
};
static_assert(well_formed(kTable));

} // namespace

Aclint::Aclint(const sc_core::sc_module_name& name, const Configuration& configuration, const Services& services)
    : RegisterPeripheral(name, kTable, {.sizes = kWords | kDoublewords, .holes = Holes::ReadZero, .span = kSpan}),
      counter_(services.counter) {
    const auto count = configuration.number("harts");
    if (count == 0 || count > kMaximumHarts)
        throw UserError("aclint '" + std::string(name) + "': harts is " + std::to_string(count) + ", must be 1 to 4095");
    registers().limit(kSoftware, static_cast<unsigned>(count));
    registers().limit(kCompare, static_cast<unsigned>(count));
    for (std::uint64_t i = 0; i < count; ++i) {
        auto& hart = harts_.emplace_back();
        add_port("msip." + std::to_string(i), hart.software);
        add_port("mtip." + std::to_string(i), hart.timer);
    }
    // This device, or another one of the same counter, has set it.
    counter_.on_set([this](Picoseconds now) { update_all(now); });
    SC_METHOD(deadline_reached);
    sensitive << alarm_;
    dont_initialize();
}

void Aclint::reset() {
    RegisterPeripheral::reset();
    for (auto& hart : harts_)
        hart.software.set(false);
    counter_.set(0, registers().now());
}

void Aclint::write_software(unsigned hart, std::uint64_t value) { harts_[hart].software.set(value != 0); }

void Aclint::write_compare(unsigned hart, std::uint64_t) {
    update(hart, registers().now());
    schedule();
}

std::uint64_t Aclint::read_time() const { return counter_.value_at(registers().now()); }

void Aclint::write_time(std::uint64_t value) { counter_.set(value, registers().now()); }

/// Compares at the local time \p now: initiators run ahead of the kernel, and what they have reached must not wait for it.
void Aclint::update(unsigned hart, Picoseconds now) {
    const auto compare = registers().value(kCompare, hart);
    const bool reached = counter_.value_at(now) >= compare;
    harts_[hart].deadline = reached ? counter_.wraps(now) : counter_.reaches(compare, now);
    harts_[hart].timer.set(reached);
}

void Aclint::update_all(Picoseconds now) {
    for (unsigned hart = 0; hart < harts_.size(); ++hart)
        update(hart, now);
    schedule();
}

void Aclint::schedule() {
    alarm_.cancel();
    Picoseconds next = kNever;
    for (const auto& hart : harts_)
        next = std::min(next, hart.deadline);
    if (next == kNever)
        return;
    const auto now = to_picoseconds(sc_core::sc_time_stamp());
    alarm_.notify(to_sc_time(next > now ? next - now : 0));
}

void Aclint::deadline_reached() {
    const auto now = to_picoseconds(sc_core::sc_time_stamp());
    for (unsigned hart = 0; hart < harts_.size(); ++hart)
        if (harts_[hart].deadline <= now)
            update(hart, now);
    schedule();
}

void register_aclint(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "aclint";
    kind.description = "software and timer interrupts of a number of harts, and their time";
    kind.document = "SiFive FU540-C000 Manual v1p0, chapter 9; RISC-V ACLINT 1.0-rc4";
    kind.parameters = {{"harts", ParameterType::Integer, "1", "harts served: outputs msip.N and mtip.N", false}};
    kind.registers = describe_registers(kTable);
    kind.address_size = kSpan;
    kind.make = [](const char* name, const Configuration& configuration, const Services& services) {
        return std::make_unique<Aclint>(name, configuration, services);
    };
    kind.tree = [](const Configuration&) {
        TreeInfo tree;
        tree.node_name = "clint";
        tree.compatible = {"sifive,clint0", "riscv,clint0"};
        tree.extended_outputs = {"msip", "mtip"};
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
