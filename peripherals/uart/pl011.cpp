#include "peripherals/uart/pl011.h"

#include "peripherals/common/notify.h"
#include "peripherals/common/prime_cell.h"

#include <algorithm>
#include <string>

namespace medley::periph {

namespace {

constexpr std::size_t kFifoDepth = 16;
constexpr std::uint32_t kOverrunBit = 1 << 11;                                                               // DR
constexpr std::uint32_t kOverrunStatus = 1 << 3;                                                             // RSR
constexpr std::uint32_t kCts = 1 << 0, kDsr = 1 << 1, kDcd = 1 << 2, kBusy = 1 << 3, kReceiveEmpty = 1 << 4; // FR
constexpr std::uint32_t kTransmitFull = 1 << 5, kReceiveFull = 1 << 6, kTransmitEmpty = 1 << 7, kRing = 1 << 8;
constexpr std::uint64_t kLineParity = 1 << 1, kLineStop2 = 1 << 3, kLineFifos = 1 << 4;                      // LCR_H
constexpr std::uint64_t kEnable = 1 << 0, kLoopback = 1 << 7, kReceiveEnable = 1 << 9, kDtr = 1 << 10;       // CR
constexpr std::uint64_t kRts = 1 << 11, kOut1 = 1 << 12, kOut2 = 1 << 13;
constexpr std::uint32_t kReceiveInt = 1 << 4, kTransmitInt = 1 << 5, kTimeoutInt = 1 << 6, kOverrunInt = 1 << 10; // RIS
constexpr std::uint32_t kInterrupts = 0x7ff;

/// Of the FIFO's depth, in eighths (DDI 0183G, table 3-13).
std::size_t eighths(std::uint64_t selection) {
    static constexpr std::size_t kEighths[] = {1, 2, 4, 6, 7, 7, 7, 7};
    return kEighths[selection & 7] * kFifoDepth / 8;
}

} // namespace

struct Pl011::Map {
    using U = Pl011;
    static constexpr std::array rows{
        //     offset name          reset  write                     on read         on write
        Reg<U>{0x000, "UARTDR",     0,     0xff,                     &U::read_data,  &U::write_data, "a character; error bits above it"},
        Reg<U>{0x004, "UARTRSR/ECR", 0,    command(),                nullptr,        &U::clear_errors, "errors of the last character; any write clears"},
        Reg<U>{0x018, "UARTFR",     0x97,  kReadOnly,                &U::read_flags, nullptr, "modem inputs, busy, FIFOs full and empty"},
        Reg<U>{0x020, "UARTILPR",   0,     0xff,                     nullptr,        nullptr, "IrDA divisor (no function)"},
        Reg<U>{0x024, "UARTIBRD",   0,     0xffff,                   nullptr,        nullptr, "integer part of the divisor"},
        Reg<U>{0x028, "UARTFBRD",   0,     0x3f,                     nullptr,        nullptr, "fraction of the divisor, in 64ths"},
        Reg<U>{0x02c, "UARTLCR_H",  0,     0xff,                     nullptr,        &U::write_line_control, "line control; bit 4 enables the FIFOs"},
        Reg<U>{0x030, "UARTCR",     0x300, 0xff87,                   nullptr,        &U::write_control, "enables, loopback, modem outputs"},
        Reg<U>{0x034, "UARTIFLS",   0x12,  0x3f,                     nullptr,        &U::write_levels, "FIFO levels that interrupt"},
        Reg<U>{0x038, "UARTIMSC",   0,     kInterrupts,              nullptr,        &U::write_mask, "interrupts that are let through"},
        Reg<U>{0x03c, "UARTRIS",    0,     kReadOnly,                &U::read_raw,   nullptr, "interrupts"},
        Reg<U>{0x040, "UARTMIS",    0,     kReadOnly,                &U::read_masked, nullptr, "interrupts that are let through"},
        Reg<U>{0x044, "UARTICR",    0,     write_only(kInterrupts),  nullptr,        &U::clear_interrupts, "ones clear interrupts"},
        Reg<U>{0x048, "UARTDMACR",  0,     7,                        nullptr,        nullptr, "DMA control (no function)"},
        Reg<U>{kPrimeCellIds, "UARTPeriphID/PCellID", 0, kReadOnly, &U::read_identification, nullptr, "identification", kPrimeCellIdsShape},
    };
    static_assert(well_formed(rows));
    static constexpr auto kData = row_of(rows, "UARTDR");
    static constexpr auto kErrors = row_of(rows, "UARTRSR/ECR");
    static constexpr auto kIntegerDivisor = row_of(rows, "UARTIBRD");
    static constexpr auto kFraction = row_of(rows, "UARTFBRD");
    static constexpr auto kLine = row_of(rows, "UARTLCR_H");
    static constexpr auto kControl = row_of(rows, "UARTCR");
    static constexpr auto kLevels = row_of(rows, "UARTIFLS");
    static constexpr auto kMask = row_of(rows, "UARTIMSC");
};

Pl011::Pl011(const sc_core::sc_module_name& name, const Configuration& configuration, const Services& services)
    : RegisterPeripheral(name, Map::rows, {.sizes = kBytes | kHalfwords | kWords, .holes = Holes::ReadZero, .span = kSpan, .latency = 0}),
      line_("line", "pl011 '" + std::string(name) + "'", *this, registers(), configuration, services) {
    add_port("irq", irq_);
    modem_before_ = modem_inputs();
    SC_METHOD(timed_out);
    sensitive << timeout_event_;
    dont_initialize();
}

void Pl011::reset() {
    clear_fifos();
    RegisterPeripheral::reset();
    line_.reset();
    overrun_ = fifos_before_ = false;
    raw_ = 0;
    modem_before_ = modem_inputs();
    update();
}

std::uint64_t Pl011::read_data() {
    if (receive_fifo_.empty())
        return 0;
    const auto character = receive_fifo_.front();
    receive_fifo_.pop_front();
    registers().value(Map::kErrors) = character >> 8 & 0xf;
    // The interrupt ends when the level falls below the trigger, and the timeout with the last character (DDI 0183G, 2.8).
    if (receive_fifo_.size() < receive_level())
        raw_ &= ~kReceiveInt;
    restart_timeout();
    line_.pull();
    return character;
}

/// A full FIFO drops the character.
void Pl011::write_data(std::uint64_t value) {
    if (line_.transmit_fifo().size() < depth()) {
        line_.transmit(static_cast<std::uint8_t>(value));
        if (line_.transmit_fifo().size() > transmit_level())
            raw_ &= ~kTransmitInt;
    }
    update();
}

void Pl011::clear_errors(std::uint64_t) { registers().value(Map::kErrors) = 0; }

std::uint64_t Pl011::read_flags() const {
    std::uint32_t flags = modem_inputs();
    flags |= receive_fifo_.empty() ? kReceiveEmpty : 0;
    flags |= receive_fifo_.size() >= depth() ? kReceiveFull : 0;
    flags |= line_.transmit_fifo().empty() ? kTransmitEmpty : 0;
    flags |= line_.transmit_fifo().size() >= depth() ? kTransmitFull : 0;
    flags |= line_.shifting() ? kBusy : 0;
    return flags;
}

/// Enabling or disabling the FIFOs empties them.
void Pl011::write_line_control(std::uint64_t) {
    if (fifos() != fifos_before_)
        clear_fifos();
    fifos_before_ = fifos();
    line_.pull();
}

void Pl011::write_control(std::uint64_t) {
    const auto inputs = modem_inputs();
    const auto changed = inputs ^ modem_before_;
    modem_before_ = inputs;
    // RIS bits 0 to 3 are RI, CTS, DCD and DSR.
    raw_ |= ((changed & kRing) != 0 ? 1U : 0) | ((changed & kCts) != 0 ? 2U : 0) | ((changed & kDcd) != 0 ? 4U : 0) |
            ((changed & kDsr) != 0 ? 8U : 0);
    line_.pull();
}

void Pl011::write_levels(std::uint64_t) { update(); }

void Pl011::write_mask(std::uint64_t) { update(); }

std::uint64_t Pl011::read_masked() const { return raw_ & registers().value(Map::kMask); }

void Pl011::clear_interrupts(std::uint64_t value) {
    raw_ &= ~static_cast<std::uint32_t>(value);
    update();
}

bool Pl011::fifos() const { return (registers().value(Map::kLine) & kLineFifos) != 0; }

bool Pl011::loopback() const { return (registers().value(Map::kControl) & kLoopback) != 0; }

std::size_t Pl011::depth() const { return fifos() ? kFifoDepth : 1; }

std::size_t Pl011::receive_level() const { return fifos() ? eighths(registers().value(Map::kLevels) >> 3) : 1; }

std::size_t Pl011::transmit_level() const { return fifos() ? eighths(registers().value(Map::kLevels)) : 0; }

/// 16 x (integer + fraction / 64) clocks; a divisor below 1, which the manual forbids, counts as 1.
Picoseconds Pl011::bit_time() const {
    const auto divisor = registers().value(Map::kIntegerDivisor) << 6 | registers().value(Map::kFraction);
    const auto quarters = std::max<std::uint64_t>(divisor, 64);
    return static_cast<Picoseconds>(static_cast<unsigned __int128>(quarters) * 1'000'000'000'000U / (4 * line_.clock()));
}

Picoseconds Pl011::frame_time() const {
    const auto line = registers().value(Map::kLine);
    return bit_time() * (1 + 5 + (line >> 5 & 3) + ((line & kLineParity) != 0 ? 1 : 0) + ((line & kLineStop2) != 0 ? 2 : 1));
}

/// In loopback the outputs come back as inputs (DDI 0183G, 2.4.7).
std::uint32_t Pl011::modem_inputs() const {
    if (!loopback())
        return kCts | kDsr | kDcd;
    const auto outputs = registers().value(Map::kControl);
    return ((outputs & kRts) != 0 ? kCts : 0) | ((outputs & kDtr) != 0 ? kDsr : 0) | ((outputs & kOut1) != 0 ? kDcd : 0) |
           ((outputs & kOut2) != 0 ? kRing : 0);
}

/// The interrupt comes with the passage through the level, not with the level (DDI 0183G, 2.8.3): at once, without a pace.
void Pl011::frame_begun() {
    if (!line_.paced() || line_.transmit_fifo().size() == transmit_level())
        raw_ |= kTransmitInt;
}

bool Pl011::receives() const {
    constexpr auto kOn = kEnable | kReceiveEnable;
    return (registers().value(Map::kControl) & kOn) == kOn && receive_fifo_.size() < depth();
}

void Pl011::received(std::uint8_t byte) {
    if (receive_fifo_.size() >= depth()) {
        overrun_ = true;
        raw_ |= kOverrunInt;
        registers().value(Map::kErrors) |= kOverrunStatus;
        return;
    }
    receive_fifo_.push_back(static_cast<Character>(byte | (std::exchange(overrun_, false) ? kOverrunBit : 0)));
    if (receive_fifo_.size() >= receive_level())
        raw_ |= kReceiveInt;
    restart_timeout();
}

void Pl011::clear_fifos() {
    line_.give_back(receive_fifo_, 0);
    receive_fifo_.clear();
    line_.transmit_fifo().clear();
    raw_ &= ~(kReceiveInt | kTimeoutInt);
    timeout_event_.cancel();
}

/// Characters wait, and for 32 bits' time none came or was read (DDI 0183G, 2.8.4).
void Pl011::restart_timeout() {
    timeout_event_.cancel();
    if (receive_fifo_.empty())
        raw_ &= ~kTimeoutInt;
    else
        notify_at(timeout_event_, registers().now() + 32 * bit_time());
}

void Pl011::timed_out() {
    raw_ |= kTimeoutInt;
    update();
}

/// The interrupt line, and what a debugger sees of DR.
void Pl011::update() {
    registers().value(Map::kData) = receive_fifo_.empty() ? 0 : receive_fifo_.front();
    irq_.set(read_masked() != 0);
}

std::uint64_t Pl011::read_identification(unsigned element) const { return prime_cell_id(0x0014'1011, element); }

std::vector<RegisterInfo> Pl011::describe() { return describe_registers(Map::rows); }

void register_pl011(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "pl011";
    kind.description = "PrimeCell UART with 16-character FIFOs";
    kind.document = "PrimeCell UART (PL011) Technical Reference Manual, r1p4 (DDI 0183G)";
    kind.parameters = {
        {"clock", ParameterType::Frequency, "24MHz", "input clock of the baud rate generator", false},
        {"paced", ParameterType::Boolean, "false", "characters take the time that the baud rate says, instead of none", false},
    };
    kind.registers = Pl011::describe();
    kind.address_size = Pl011::kSpan;
    kind.character_device = true;
    kind.make = [](const char* name, const Configuration& configuration, const Services& services) {
        return std::make_unique<Pl011>(name, configuration, services);
    };
    kind.tree = [](const Configuration& configuration) {
        auto tree = prime_cell_tree("serial", "arm,pl011");
        const auto frequency = configuration.number("clock");
        tree.clocks = {{"uartclk", frequency}, {"apb_pclk", frequency}};
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
