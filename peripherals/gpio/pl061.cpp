#include "peripherals/gpio/pl061.h"

#include "peripherals/common/prime_cell.h"

#include <fmt/format.h>

namespace medley::periph {

struct Pl061::Map {
    using G = Pl061;
    static constexpr std::array rows{
        //     offset name         reset write             on read         on write
        Reg<G>{0x000, "GPIODATA",  0,    command(0xff),    &G::read_data,  &G::write_data, "the pins that address bits 9 to 2 select",
               {.count = 256}},
        Reg<G>{0x400, "GPIODIR",   0,    0xff,             nullptr,        &G::changed, "1: output"},
        Reg<G>{0x404, "GPIOIS",    0,    0xff,             nullptr,        &G::changed, "1: levels interrupt, 0: edges do"},
        Reg<G>{0x408, "GPIOIBE",   0,    0xff,             nullptr,        &G::changed, "1: both edges interrupt"},
        Reg<G>{0x40c, "GPIOIEV",   0,    0xff,             nullptr,        &G::changed, "1: rising edge or high level"},
        Reg<G>{0x410, "GPIOIE",    0,    0xff,             nullptr,        &G::changed, "1 lets the interrupt through"},
        Reg<G>{0x414, "GPIORIS",   0,    kReadOnly,        &G::read_raw,   nullptr, "interrupts"},
        Reg<G>{0x418, "GPIOMIS",   0,    kReadOnly,        &G::read_masked, nullptr, "interrupts that are let through"},
        Reg<G>{0x41c, "GPIOIC",    0,    write_only(0xff), nullptr,        &G::clear_edges, "ones clear edges"},
        Reg<G>{0x420, "GPIOAFSEL", 0,    0xff,             nullptr,        nullptr, "hardware control (no function)"},
        Reg<G>{kPrimeCellIds, "GPIOPeriphID/PCellID", 0, kReadOnly, &G::read_identification, nullptr, "identification", kPrimeCellIdsShape},
    };
    static_assert(well_formed(rows));
    static constexpr auto kDirection = row_of(rows, "GPIODIR");
    static constexpr auto kLevel = row_of(rows, "GPIOIS");
    static constexpr auto kBoth = row_of(rows, "GPIOIBE");
    static constexpr auto kHigh = row_of(rows, "GPIOIEV");
    static constexpr auto kEnable = row_of(rows, "GPIOIE");
};

Pl061::Pl061(const sc_core::sc_module_name& name)
    : RegisterPeripheral(name, Map::rows, {.sizes = kBytes | kHalfwords | kWords, .holes = Holes::ReadZero, .span = kSpan, .latency = 0}) {
    add_port("irq", irq_);
    for (unsigned pin = 0; pin < kPins; ++pin) {
        in_.emplace_back([this, pin](bool level) {
            inputs_ = static_cast<std::uint8_t>(with_bits(inputs_, pin, 1, level ? 1 : 0));
            update();
        });
        add_port(fmt::format("in.{}", pin), in_.back());
        add_port(fmt::format("out.{}", pin), out_[pin]);
    }
}

void Pl061::reset() {
    RegisterPeripheral::reset();
    data_ = edges_ = 0;
    before_ = levels();
    update();
}

std::uint8_t Pl061::levels() const {
    const auto outputs = reg(Map::kDirection);
    return static_cast<std::uint8_t>((data_ & outputs) | (inputs_ & ~outputs));
}

std::uint64_t Pl061::read_data(unsigned mask) const { return levels() & mask; }

/// Pins that are inputs ignore it (DDI 0190B, 3.3.1).
void Pl061::write_data(unsigned mask, std::uint64_t value) {
    const auto selected = mask & reg(Map::kDirection);
    data_ = static_cast<std::uint8_t>((data_ & ~selected) | (value & selected));
    update();
}

void Pl061::changed(std::uint64_t) { update(); }

void Pl061::clear_edges(std::uint64_t value) {
    edges_ = static_cast<std::uint8_t>(edges_ & ~value);
    update();
}

std::uint64_t Pl061::read_raw() const {
    const auto by_level = reg(Map::kLevel);
    const auto active = ~(levels() ^ reg(Map::kHigh));
    return static_cast<std::uint8_t>((by_level & active) | (~by_level & edges_));
}

std::uint64_t Pl061::read_masked() const { return read_raw() & reg(Map::kEnable); }

void Pl061::update() {
    const auto now = levels();
    const auto moved = now ^ before_;
    const auto wanted = reg(Map::kBoth) | ~(now ^ reg(Map::kHigh));
    edges_ = static_cast<std::uint8_t>(edges_ | (moved & wanted & ~reg(Map::kLevel)));
    before_ = now;
    for (unsigned pin = 0; pin < kPins; ++pin)
        out_[pin].set(bit(data_ & reg(Map::kDirection), pin));
    irq_.set(read_masked() != 0);
}

std::uint64_t Pl061::read_identification(unsigned element) const { return prime_cell_id(0x0004'1061, element); }

std::vector<RegisterInfo> Pl061::describe() { return describe_registers(Map::rows); }

void register_pl061(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "pl061";
    kind.description = "PrimeCell GPIO: eight lines; inputs in.N, outputs out.N";
    kind.document = "PrimeCell General Purpose Input/Output (PL061) Technical Reference Manual, r1p0 (DDI 0190B)";
    kind.registers = Pl061::describe();
    kind.address_size = Pl061::kSpan;
    kind.make = [](const char* name, const Configuration&, const Services&) {
        return std::unique_ptr<Peripheral>(std::make_unique<Pl061>(name));
    };
    kind.tree = [](const Configuration&) {
        auto tree = prime_cell_tree("gpio", "arm,pl061");
        tree.flags = {"gpio-controller"};
        tree.cells = {{"#gpio-cells", {2}}};
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
