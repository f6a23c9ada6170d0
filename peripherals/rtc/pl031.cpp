#include "peripherals/rtc/pl031.h"

#include "medley/base/error.h"
#include "peripherals/common/notify.h"
#include "peripherals/common/prime_cell.h"

#include <string>

namespace medley::periph {

namespace {

constexpr Picoseconds kSecond = 1'000'000'000'000;
constexpr std::uint64_t kLatestEpoch = 0xffff'ffff;

} // namespace

struct Pl031::Map {
    using R = Pl031;
    static constexpr std::array rows{
        //     offset name      reset write         on read          on write
        Reg<R>{0x000, "RTCDR",   0, kReadOnly,     &R::seconds,     nullptr, "the time, in seconds"},
        Reg<R>{0x004, "RTCMR",   0, 0xffff'ffff,   nullptr,         &R::write_match, "time that interrupts"},
        Reg<R>{0x008, "RTCLR",   0, 0xffff'ffff,   nullptr,         &R::load, "sets the time"},
        Reg<R>{0x00c, "RTCCR",   1, kReadOnly,     nullptr,         nullptr, "bit 0: the clock runs; it cannot be stopped"},
        Reg<R>{0x010, "RTCIMSC", 0, 1,             nullptr,         &R::write_mask, "bit 0 lets the interrupt through"},
        Reg<R>{0x014, "RTCRIS",  0, kReadOnly,     &R::read_raw,    nullptr, "bit 0: interrupt"},
        Reg<R>{0x018, "RTCMIS",  0, kReadOnly,     &R::read_masked, nullptr, "bit 0: interrupt that is let through"},
        Reg<R>{0x01c, "RTCICR",  0, write_only(1), nullptr,         &R::clear_interrupt, "bit 0 clears the interrupt"},
        Reg<R>{kPrimeCellIds, "RTCPeriphID/PCellID", 0, kReadOnly, &R::read_identification, nullptr, "identification", kPrimeCellIdsShape},
    };
    static_assert(well_formed(rows));
    static constexpr auto kMatch = row_of(rows, "RTCMR");
    static constexpr auto kMask = row_of(rows, "RTCIMSC");
};

Pl031::Pl031(const sc_core::sc_module_name& name, const Configuration& configuration, const Services&)
    : RegisterPeripheral(name, Map::rows, {.sizes = kBytes | kHalfwords | kWords, .holes = Holes::ReadZero, .span = kSpan, .latency = 0}),
      offset_(static_cast<std::uint32_t>(configuration.number("epoch"))) {
    if (configuration.number("epoch") > kLatestEpoch)
        throw UserError("pl031 '" + std::string(name) + "': epoch is after the year 2106; it is in seconds since 1970");
    add_port("irq", irq_);
    SC_METHOD(matched);
    sensitive << match_;
    dont_initialize();
}

void Pl031::reset() {
    RegisterPeripheral::reset();
    match_.cancel();
    raw_ = false;
    update();
}

std::uint64_t Pl031::seconds() const { return static_cast<std::uint32_t>(offset_ + registers().now() / kSecond); }

void Pl031::write_match(std::uint64_t) { schedule(); }

void Pl031::load(std::uint64_t value) {
    offset_ += static_cast<std::uint32_t>(value - seconds());
    schedule();
}

std::uint64_t Pl031::read_masked() const { return raw_ ? registers().value(Map::kMask) : 0; }

void Pl031::write_mask(std::uint64_t) { update(); }

void Pl031::clear_interrupt(std::uint64_t value) {
    raw_ = raw_ && value == 0;
    update();
}

/// The comparison is for equality (DDI 0224C, 2.2): the time that is now matches at once, one that is past when the count comes round again.
void Pl031::schedule() {
    match_.cancel();
    const auto distance = static_cast<std::uint32_t>(registers().value(Map::kMatch) - seconds());
    if (distance == 0) {
        matched();
        return;
    }
    notify_at(match_, static_cast<unsigned __int128>(registers().now() / kSecond + distance) * kSecond);
}

void Pl031::matched() {
    raw_ = true;
    update();
}

std::uint64_t Pl031::read_identification(unsigned element) const { return prime_cell_id(0x0004'1031, element); }

std::vector<RegisterInfo> Pl031::describe() { return describe_registers(Map::rows); }

void register_pl031(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "pl031";
    kind.description = "PrimeCell real-time clock, in seconds";
    kind.document = "PrimeCell Real Time Clock (PL031) Technical Reference Manual, r1p0 (DDI 0224C)";
    kind.parameters = {{"epoch", ParameterType::Integer, "1735689600", "seconds since 1970 at the start of the simulation", false}};
    kind.registers = Pl031::describe();
    kind.address_size = Pl031::kSpan;
    kind.make = [](const char* name, const Configuration& configuration, const Services& services) {
        return std::make_unique<Pl031>(name, configuration, services);
    };
    kind.tree = [](const Configuration&) { return prime_cell_tree("rtc", "arm,pl031"); };
    registry.add(std::move(kind));
}

} // namespace medley::periph
