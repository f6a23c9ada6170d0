#include "peripherals/timer/sp804.h"

#include "medley/base/error.h"
#include "peripherals/common/notify.h"
#include "peripherals/common/prime_cell.h"

#include <string>

namespace medley::periph {

namespace {

// TimerXControl (DDI 0271D, table 3-3).
constexpr std::uint64_t kOneShot = 1 << 0, kWide = 1 << 1, kInterrupt = 1 << 5, kPeriodic = 1 << 6, kEnable = 1 << 7;
constexpr std::uint64_t kControlReset = kInterrupt;
constexpr Picoseconds kSecond = 1'000'000'000'000;

/// Undefined 3 counts as 0.
unsigned prescaler(std::uint64_t control) {
    static constexpr unsigned kPrescalers[] = {1, 16, 256, 1};
    return kPrescalers[bits(control, 2, 2)];
}

} // namespace

struct Sp804::Map {
    using S = Sp804;
    static constexpr RegisterShape kBoth{.count = 2, .stride = 0x20};
    static constexpr std::array rows{
        //     offset name           reset          write           on read           on write
        Reg<S>{0x000, "TimerLoad",    0,             command(),      &S::read_load,    &S::write_load, "value to count from", kBoth},
        Reg<S>{0x004, "TimerValue",   0xffff'ffff,   kReadOnly,      &S::read_value,   nullptr, "value of the counter", kBoth},
        Reg<S>{0x008, "TimerControl", kControlReset, command(0xef),  &S::read_control, &S::write_control, "enable, mode, size, prescaler", kBoth},
        Reg<S>{0x00c, "TimerIntClr",  0,             write_only(),   nullptr,          &S::clear_interrupt, "any write clears the interrupt", kBoth},
        Reg<S>{0x010, "TimerRIS",     0,             kReadOnly,      &S::read_raw,     nullptr, "bit 0: interrupt", kBoth},
        Reg<S>{0x014, "TimerMIS",     0,             kReadOnly,      &S::read_masked,  nullptr, "bit 0: interrupt that is let through", kBoth},
        Reg<S>{0x018, "TimerBGLoad",  0,             command(),      &S::read_load,    &S::write_background_load,
               "as TimerLoad, from the next period on", kBoth},
        Reg<S>{kPrimeCellIds, "TimerPeriphID/PCellID", 0, kReadOnly, &S::read_identification, nullptr, "identification", kPrimeCellIdsShape},
    };
    static_assert(well_formed(rows));
};

Sp804::Sp804(const sc_core::sc_module_name& name, std::uint64_t frequency)
    : RegisterPeripheral(name, Map::rows, {.sizes = kBytes | kHalfwords | kWords, .holes = Holes::ReadZero, .span = kSpan, .latency = 0}),
      frequency_(frequency) {
    if (frequency == 0 || frequency > kSecond)
        throw UserError("sp804 '" + std::string(name) + "': clock is out of range, expected 1Hz to 1000GHz");
    add_port("irq", combined_);
    add_port("irq1", counters_[0].irq);
    add_port("irq2", counters_[1].irq);
    SC_METHOD(expired);
    sensitive << counters_[0].due << counters_[1].due;
    dont_initialize();
    reset();
}

void Sp804::reset() {
    RegisterPeripheral::reset();
    for (auto& counter : counters_) {
        counter.load = 0;
        counter.control = kControlReset;
        counter.from = 0xffff'ffff;
        counter.raw = false;
        counter.due.cancel();
    }
    update();
}

bool Sp804::masked(const Counter& counter) { return counter.raw && (counter.control & kInterrupt) != 0; }

std::uint64_t Sp804::period(const Counter& counter) {
    const auto range = (counter.control & kWide) != 0 ? std::uint64_t{1} << 32 : std::uint64_t{1} << 16;
    return (counter.control & kPeriodic) != 0 ? counter.load & (range - 1) : range;
}

std::uint64_t Sp804::ticks(const Counter& counter, Picoseconds now) const {
    if ((counter.control & kEnable) == 0)
        return 0;
    const auto step = static_cast<unsigned __int128>(kSecond) * prescaler(counter.control);
    return static_cast<std::uint64_t>(static_cast<unsigned __int128>(now - counter.since) * frequency_ / step);
}

/// Rounded up, so that so many ticks have passed by then; kNever when that is out of range.
Picoseconds Sp804::time_of(const Counter& counter, unsigned __int128 count) const {
    const auto time = (count * kSecond * prescaler(counter.control) + frequency_ - 1) / frequency_ + counter.since;
    return time >= kNever ? kNever : static_cast<Picoseconds>(time);
}

std::uint64_t Sp804::value(const Counter& counter, Picoseconds now) const {
    const auto passed = ticks(counter, now);
    if (passed < counter.from)
        return counter.from - passed;
    const auto around = period(counter);
    if ((counter.control & kOneShot) != 0 || around == 0)
        return 0;
    const auto beyond = (passed - counter.from) % around;
    return (counter.control & kPeriodic) != 0 || beyond != 0 ? around - beyond : 0;
}

void Sp804::rebase(Counter& counter) {
    const auto now = registers().now();
    const auto mask = (counter.control & kWide) != 0 ? low_mask(32) : low_mask(16);
    const auto present = value(counter, now) & mask;
    const auto start = (counter.control & kEnable) != 0 ? time_of(counter, ticks(counter, now)) : now;
    counter.from = present;
    counter.since = std::min(start, now);
}

void Sp804::write_load(unsigned i, std::uint64_t value) {
    auto& counter = counters_[i];
    counter.load = counter.from = value;
    if ((counter.control & kWide) == 0)
        counter.from &= low_mask(16);
    counter.since = registers().now();
    schedule(counter);
}

void Sp804::write_background_load(unsigned i, std::uint64_t value) {
    rebase(counters_[i]);
    counters_[i].load = value;
    schedule(counters_[i]);
}

void Sp804::write_control(unsigned i, std::uint64_t value) {
    auto& counter = counters_[i];
    rebase(counter);
    counter.control = value;
    if ((counter.control & kWide) == 0)
        counter.from &= low_mask(16);
    schedule(counter);
}

void Sp804::clear_interrupt(unsigned i, std::uint64_t) {
    rebase(counters_[i]);
    counters_[i].raw = false;
    schedule(counters_[i]);
}

/// While an interrupt waits, what expires changes nothing and needs no event.
void Sp804::schedule(Counter& counter) {
    counter.due.cancel();
    const auto now = registers().now();
    const bool counts = (counter.control & kEnable) != 0 && !counter.raw;
    if (counts && counter.from == 0 && (counter.control & kOneShot) == 0 && period(counter) == 0)
        counter.raw = true;
    else if (counts && (counter.from != 0 || (counter.control & kOneShot) == 0)) {
        const auto left = counter.from != 0 ? counter.from : period(counter);
        notify_at(counter.due, std::max(time_of(counter, left), now));
    }
    update();
}

void Sp804::expired() {
    const auto now = registers().now();
    for (auto& counter : counters_) {
        const auto left = counter.from != 0 ? counter.from : period(counter);
        if ((counter.control & kEnable) != 0 && !counter.raw && left != 0 && ticks(counter, now) >= left)
            counter.raw = true;
    }
    update();
}

void Sp804::update() {
    for (auto& counter : counters_)
        counter.irq.set(masked(counter));
    combined_.set(masked(counters_[0]) || masked(counters_[1]));
}

std::uint64_t Sp804::read_identification(unsigned element) const { return prime_cell_id(0x0014'1804, element); }

std::vector<RegisterInfo> Sp804::describe() { return describe_registers(Map::rows); }

void register_sp804(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "sp804";
    kind.description = "dual timer; interrupt outputs \"irq1\", \"irq2\" and, of either, \"irq\"";
    kind.document = "Arm Dual-Timer Module (SP804) Technical Reference Manual, r1p2 (DDI 0271D)";
    kind.parameters = {{"clock", ParameterType::Frequency, "1MHz", "rate of the counters before the prescaler", false}};
    kind.registers = Sp804::describe();
    kind.address_size = Sp804::kSpan;
    kind.make = [](const char* name, const Configuration& configuration, const Services&) {
        return std::unique_ptr<Peripheral>(std::make_unique<Sp804>(name, configuration.number("clock")));
    };
    kind.tree = [](const Configuration& configuration) {
        auto tree = prime_cell_tree("timer", "arm,sp804");
        const auto frequency = configuration.number("clock");
        tree.clocks = {{"timer0clk", frequency}, {"timer1clk", frequency}, {"apb_pclk", frequency}};
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
