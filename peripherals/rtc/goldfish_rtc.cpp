#include "peripherals/rtc/goldfish_rtc.h"

#include "medley/base/error.h"
#include "peripherals/common/notify.h"

#include <string>

namespace medley::periph {

namespace {

constexpr std::uint64_t kSpan = 0x1000;
constexpr std::uint64_t kNanosecond = 1000;         // In picoseconds.
constexpr std::uint64_t kSecond = 1'000'000'000;    // In nanoseconds.
constexpr std::size_t kTimeHigh = 1, kAlarmHigh = 3, kInterruptEnable = 4;

constexpr std::array kTable{
    Reg<GoldfishRtc>{0x00, "TIME_LOW", 0, 0xffffffff, &GoldfishRtc::read_time_low, &GoldfishRtc::write_time_low,
                     "low half of the time; reading latches TIME_HIGH, writing sets the clock"},
    Reg<GoldfishRtc>{0x04, "TIME_HIGH", 0, 0xffffffff, nullptr, nullptr, "high half of the time"},
    Reg<GoldfishRtc>{0x08, "ALARM_LOW", 0, 0xffffffff, nullptr, &GoldfishRtc::write_alarm_low, "low half of the alarm; writing arms it"},
    Reg<GoldfishRtc>{0x0c, "ALARM_HIGH", 0, 0xffffffff, nullptr, nullptr, "high half of the alarm"},
    Reg<GoldfishRtc>{0x10, "IRQ_ENABLED", 0, 1, nullptr, &GoldfishRtc::enable_interrupt, "bit 0 lets the alarm interrupt"},
    Reg<GoldfishRtc>{0x14, "CLEAR_ALARM", 0, write_only(), nullptr, &GoldfishRtc::clear_alarm, "any value disarms the alarm"},
    Reg<GoldfishRtc>{0x18, "ALARM_STATUS", 0, kReadOnly, &GoldfishRtc::read_alarm_status, nullptr, "bit 0: the alarm is armed"},
    Reg<GoldfishRtc>{0x1c, "CLEAR_INTERRUPT", 0, write_only(), nullptr, &GoldfishRtc::clear_interrupt, "any value ends the interrupt"},
};
static_assert(well_formed(kTable));

} // namespace

GoldfishRtc::GoldfishRtc(const sc_core::sc_module_name& name, const Configuration& configuration, const Services&)
    : RegisterPeripheral(name, kTable, {.sizes = kWords, .holes = Holes::ReadZero, .span = kSpan}),
      epoch_(configuration.number("epoch") * kSecond) {
    // 2^64 ns are 584 years; the simulation's own limit of 213 days fits above this.
    if (configuration.number("epoch") > 18'000'000'000)
        throw UserError("goldfish_rtc '" + std::string(name) + "': epoch is after the year 2540; it is in seconds since 1970");
    add_port("irq", irq_);
    SC_METHOD(ring);
    sensitive << alarm_event_;
    dont_initialize();
}

void GoldfishRtc::reset() {
    RegisterPeripheral::reset();
    alarm_event_.cancel();
    armed_ = pending_ = false;
    update_irq();
}

std::uint64_t GoldfishRtc::read_time_low() {
    const auto time = nanoseconds();
    registers().value(kTimeHigh) = time >> 32;
    return time & 0xffffffff;
}

void GoldfishRtc::write_time_low(std::uint64_t low) {
    offset_ += (registers().value(kTimeHigh) << 32 | low) - nanoseconds();
    if (armed_)
        schedule();
}

void GoldfishRtc::write_alarm_low(std::uint64_t low) {
    alarm_ = registers().value(kAlarmHigh) << 32 | low;
    armed_ = true;
    schedule();
}

void GoldfishRtc::clear_alarm(std::uint64_t) {
    armed_ = false;
    alarm_event_.cancel();
}

void GoldfishRtc::enable_interrupt(std::uint64_t) { update_irq(); }

void GoldfishRtc::clear_interrupt(std::uint64_t) {
    pending_ = false;
    update_irq();
}

std::uint64_t GoldfishRtc::nanoseconds() const { return epoch_ + offset_ + registers().now() / kNanosecond; }

/// An alarm in the past rings at once.
void GoldfishRtc::schedule() {
    alarm_event_.cancel();
    const auto now = nanoseconds();
    if (alarm_ <= now) {
        ring();
        return;
    }
    // Whole nanoseconds on both sides: to the start of the one that the alarm names.
    const auto start = registers().now() / kNanosecond * kNanosecond;
    notify_at(alarm_event_, start + static_cast<unsigned __int128>(alarm_ - now) * kNanosecond);
}

void GoldfishRtc::ring() {
    armed_ = false;
    pending_ = true;
    update_irq();
}

void GoldfishRtc::update_irq() { irq_.set(pending_ && registers().value(kInterruptEnable) != 0); }

void register_goldfish_rtc(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "goldfish_rtc";
    kind.description = "real-time clock with alarm, in nanoseconds";
    kind.document = "GOLDFISH-VIRTUAL-HARDWARE (Android emulator); device tree binding google,goldfish-rtc";
    kind.parameters = {{"epoch", ParameterType::Integer, "1735689600", "seconds since 1970 at the start of the simulation", false}};
    kind.registers = describe_registers(kTable);
    kind.address_size = kSpan;
    kind.make = [](const char* name, const Configuration& configuration, const Services& services) {
        return std::make_unique<GoldfishRtc>(name, configuration, services);
    };
    kind.tree = [](const Configuration&) {
        TreeInfo tree;
        tree.node_name = "rtc";
        tree.compatible = {"google,goldfish-rtc"};
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
