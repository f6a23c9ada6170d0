#include "peripherals/uart/ns16550a.h"

#include "medley/base/error.h"
#include "peripherals/common/notify.h"

#include <algorithm>
#include <array>
#include <string>

namespace medley::periph {

namespace {

constexpr std::uint64_t kSpan = 0x100;
constexpr std::uint64_t kMaximumShift = 3;
constexpr std::size_t kFifoDepth = 16;
constexpr unsigned kReturnFrames = 16;

constexpr std::uint8_t kIerReceive = 1, kIerTransmit = 2, kIerLine = 4, kIerModem = 8;
// Interrupt identities with bit 0 clear: "pending" (PC16550D, table IV).
constexpr std::uint8_t kIdModem = 0, kIdNone = 1, kIdTransmit = 2, kIdReceive = 4, kIdLine = 6, kIdTimeout = 12, kIdFifos = 0xc0;
constexpr std::uint8_t kFcrEnable = 1, kFcrClearReceive = 2, kFcrClearTransmit = 4, kFcrTrigger = 0xc0;
constexpr std::uint8_t kLcrStop = 4, kLcrParity = 8, kLcrDivisor = 0x80;
constexpr std::uint8_t kMcrDtr = 1, kMcrRts = 2, kMcrOut1 = 4, kMcrOut2 = 8, kMcrLoop = 16;
constexpr std::uint8_t kLsrReady = 1, kLsrOverrun = 2, kLsrThrEmpty = 0x20, kLsrEmpty = 0x40;
constexpr std::uint8_t kMsrCts = 0x10, kMsrDsr = 0x20, kMsrRing = 0x40, kMsrDcd = 0x80;

// Places in the table.
constexpr std::size_t kData = 0, kInterruptEnable = 1, kInterruptId = 2, kLineControl = 3, kModemControl = 4, kLineStatus = 5, kModemStatus = 6;

using Uart = Ns16550a;

/// PC16550D, table II, with the registers 2^shift bytes apart.
constexpr std::array<Reg<Uart>, 8> table(unsigned shift) {
    const auto at = [shift](std::uint64_t index) { return index << shift; };
    constexpr RegisterShape byte{.size = 1};
    return {{
        {at(0), "RBR/THR", 0, 0xff, &Uart::read_data, &Uart::write_data,
         "receiver buffer (read), transmitter holding (write); DLL while LCR bit 7 is set", byte},
        {at(1), "IER", 0, 0xff, &Uart::read_interrupt_enable, &Uart::write_interrupt_enable,
         "interrupt enable: receive, transmit, line status, modem status; DLM while LCR bit 7 is set", byte},
        {at(2), "IIR/FCR", 1, 0xff, &Uart::read_interrupt_id, &Uart::write_fifo_control, "interrupt identification (read), FIFO control (write)",
         byte},
        {at(3), "LCR", 0, 0xff, nullptr, nullptr, "line control: word length, stop bits, parity, break, divisor latch access", byte},
        {at(4), "MCR", 0, 0x1f, nullptr, &Uart::write_modem_control, "modem control: DTR, RTS, OUT1, OUT2, loopback", byte},
        {at(5), "LSR", 0x60, kReadOnly, &Uart::read_line_status, nullptr, "line status", byte},
        {at(6), "MSR", 0xb0, kReadOnly, &Uart::read_modem_status, nullptr, "modem status", byte},
        {at(7), "SCR", 0, 0xff, nullptr, nullptr, "scratch", byte},
    }};
}
constexpr std::array kTables{table(0), table(1), table(2), table(3)};
static_assert(well_formed(kTables[0]) && well_formed(kTables[3]));

unsigned checked_shift(const char* name, const Configuration& configuration) {
    const auto shift = configuration.number("reg-shift");
    if (shift > kMaximumShift)
        throw UserError("ns16550a '" + std::string(name) + "': reg-shift is " + std::to_string(shift) + ", must be 0 to 3");
    return static_cast<unsigned>(shift);
}

} // namespace

Ns16550a::Ns16550a(const sc_core::sc_module_name& name, const Configuration& configuration, const Services& services)
    : RegisterPeripheral(name, kTables[checked_shift(name, configuration)],
                         {.sizes = kBytes | kHalfwords | kWords | kDoublewords, .holes = Holes::ReadZero, .span = kSpan}),
      line_("line", "ns16550a '" + std::string(name) + "'", *this, registers(), configuration, services) {
    add_port("irq", irq_);
    modem_inputs_before_ = modem_inputs();
    SC_METHOD(timed_out);
    sensitive << timeout_event_;
    dont_initialize();
}

void Ns16550a::reset() {
    clear_receiver();
    RegisterPeripheral::reset();
    line_.reset();
    timeout_event_.cancel();
    transmit_interrupt_ = character_timeout_ = false;
    interrupt_enable_ = fifo_control_ = line_errors_ = modem_deltas_ = 0;
    divisor_ = 0;
    modem_inputs_before_ = modem_inputs();
    line_.pull();
}

std::uint64_t Ns16550a::read_data() {
    if (divisor_latch())
        return divisor_ & 0xff;
    if (receive_fifo_.empty())
        return 0;
    const auto byte = receive_fifo_.front();
    receive_fifo_.pop_front();
    restart_timeout();
    line_.pull();
    return byte;
}

void Ns16550a::write_data(std::uint64_t value) {
    if (divisor_latch())
        divisor_ = static_cast<std::uint16_t>((divisor_ & 0xff00) | value);
    else
        transmit(static_cast<std::uint8_t>(value));
    update();
}

std::uint64_t Ns16550a::read_interrupt_enable() const { return divisor_latch() ? divisor_ >> 8 : interrupt_enable_; }

void Ns16550a::write_interrupt_enable(std::uint64_t value) {
    if (divisor_latch()) {
        divisor_ = static_cast<std::uint16_t>((divisor_ & 0xff) | value << 8);
        return;
    }
    const auto risen = value & ~std::uint64_t{interrupt_enable_};
    interrupt_enable_ = value & 0x0f;
    // Enabling the transmitter's interrupt while THR is empty raises it at once: drivers start sending this way.
    if ((risen & kIerTransmit) != 0 && (line_status() & kLsrThrEmpty) != 0)
        transmit_interrupt_ = true;
    update();
}

/// Acknowledges the transmitter's interrupt, but only when that is the one it shows.
std::uint64_t Ns16550a::read_interrupt_id() {
    const auto id = interrupt_id();
    if (id == kIdTransmit)
        transmit_interrupt_ = false;
    update();
    return id | (fifos() ? kIdFifos : 0);
}

void Ns16550a::write_fifo_control(std::uint64_t value) {
    const bool toggled = ((value ^ fifo_control_) & kFcrEnable) != 0;
    const bool enable = (value & kFcrEnable) != 0;
    fifo_control_ = enable ? value & (kFcrEnable | kFcrTrigger) : 0;
    // The other bits are programmed only together with the enable bit, whose change clears both FIFOs (PC16550D, 8.5).
    if (toggled || (enable && (value & kFcrClearReceive) != 0))
        clear_receiver();
    if ((toggled || (enable && (value & kFcrClearTransmit) != 0)) && !line_.transmit_fifo().empty()) {
        line_.transmit_fifo().clear();
        transmit_interrupt_ = true;
    }
    restart_timeout();
    line_.pull();
}

void Ns16550a::write_modem_control(std::uint64_t) {
    const auto inputs = modem_inputs();
    const auto changed = inputs ^ modem_inputs_before_;
    // DCTS, DDSR and DDCD on any change, TERI only when RI ends (PC16550D, 8.8).
    modem_deltas_ |= static_cast<std::uint8_t>((changed & (kMsrCts | kMsrDsr | kMsrDcd)) >> 4);
    modem_deltas_ |= static_cast<std::uint8_t>((changed & modem_inputs_before_ & kMsrRing) >> 4);
    modem_inputs_before_ = inputs;
    line_.pull();
}

std::uint64_t Ns16550a::read_line_status() {
    const auto status = line_status();
    line_errors_ = 0;
    update();
    return status;
}

std::uint64_t Ns16550a::read_modem_status() {
    const auto status = modem_inputs() | modem_deltas_;
    modem_deltas_ = 0;
    update();
    return static_cast<std::uint64_t>(status);
}

bool Ns16550a::divisor_latch() const { return (registers().value(kLineControl) & kLcrDivisor) != 0; }

bool Ns16550a::loopback() const { return (registers().value(kModemControl) & kMcrLoop) != 0; }

std::size_t Ns16550a::fifo_depth() const { return fifos() ? kFifoDepth : 1; }

std::size_t Ns16550a::receive_trigger() const {
    static constexpr std::uint8_t kLevels[] = {1, 4, 8, 14};
    return fifos() ? kLevels[fifo_control_ >> 6] : 1;
}

/// The pending interrupt of the highest priority (PC16550D, table IV).
std::uint8_t Ns16550a::interrupt_id() const {
    const auto enabled = [this](std::uint8_t source) { return (interrupt_enable_ & source) != 0; };
    if (enabled(kIerLine) && line_errors_ != 0)
        return kIdLine;
    if (enabled(kIerReceive) && receive_fifo_.size() >= receive_trigger())
        return kIdReceive;
    if (enabled(kIerReceive) && character_timeout_)
        return kIdTimeout;
    if (enabled(kIerTransmit) && transmit_interrupt_)
        return kIdTransmit;
    return enabled(kIerModem) && modem_deltas_ != 0 ? kIdModem : kIdNone;
}

std::uint8_t Ns16550a::line_status() const {
    std::uint8_t status = line_errors_;
    if (!receive_fifo_.empty())
        status |= kLsrReady;
    if (line_.transmit_fifo().empty())
        status |= line_.shifting() ? kLsrThrEmpty : kLsrThrEmpty | kLsrEmpty;
    return status;
}

/// In loopback the outputs come back as inputs (PC16550D, 8.7 bit 4).
std::uint8_t Ns16550a::modem_inputs() const {
    if (!loopback())
        return kMsrCts | kMsrDsr | kMsrDcd;
    const auto outputs = registers().value(kModemControl);
    std::uint8_t inputs = 0;
    inputs |= (outputs & kMcrRts) != 0 ? kMsrCts : 0;
    inputs |= (outputs & kMcrDtr) != 0 ? kMsrDsr : 0;
    inputs |= (outputs & kMcrOut1) != 0 ? kMsrRing : 0;
    inputs |= (outputs & kMcrOut2) != 0 ? kMsrDcd : 0;
    return inputs;
}

/// Start, data, parity and stop bits, of 16 x divisor clocks each. A divisor of 0, which the data sheet leaves open, counts as 1.
Picoseconds Ns16550a::frame_time() const {
    const auto line = registers().value(kLineControl);
    const auto frame_bits = 1 + 5 + (line & 3) + ((line & kLcrParity) != 0 ? 1 : 0) + ((line & kLcrStop) != 0 ? 2 : 1);
    const auto clocks = frame_bits * 16 * std::max<std::uint64_t>(divisor_, 1);
    return static_cast<Picoseconds>(static_cast<unsigned __int128>(clocks) * 1'000'000'000'000U / line_.clock());
}

void Ns16550a::transmit(std::uint8_t byte) {
    transmit_interrupt_ = false;
    auto& fifo = line_.transmit_fifo();
    if (fifo.size() < fifo_depth())
        line_.transmit(byte);
    else if (!fifos())
        fifo.back() = byte; // THR is overwritten; a full FIFO drops the byte instead.
}

void Ns16550a::frame_begun() { transmit_interrupt_ = transmit_interrupt_ || line_.transmit_fifo().empty(); }

/// What was not looped back waits for long enough that a driver's sequence of clears sees an empty receiver.
void Ns16550a::clear_receiver() {
    line_.give_back(receive_fifo_, kReturnFrames);
    receive_fifo_.clear();
}

bool Ns16550a::receives() const { return receive_fifo_.size() < fifo_depth(); }

void Ns16550a::received(std::uint8_t byte) {
    if (receive_fifo_.size() < fifo_depth()) {
        receive_fifo_.push_back(byte);
    } else {
        // Without FIFOs the new byte replaces the unread one; with them it is lost in the shift register (PC16550D, 8.4 bit 1).
        if (!fifos())
            receive_fifo_.back() = byte;
        line_errors_ |= kLsrOverrun;
    }
    restart_timeout();
}

/// The character timeout: bytes wait, and for four frames none came or was read (PC16550D, 8.5 "FIFO interrupt mode").
void Ns16550a::restart_timeout() {
    character_timeout_ = false;
    timeout_event_.cancel();
    if (fifos() && !receive_fifo_.empty())
        notify_at(timeout_event_, registers().now() + 4 * frame_time());
}

void Ns16550a::timed_out() {
    character_timeout_ = true;
    update();
}

/// The interrupt line, and what a debugger sees of registers whose reading has side effects.
void Ns16550a::update() {
    const auto id = interrupt_id();
    registers().value(kData) = divisor_latch() ? divisor_ & 0xffU : receive_fifo_.empty() ? 0U : receive_fifo_.front();
    registers().value(kInterruptEnable) = read_interrupt_enable();
    registers().value(kInterruptId) = id | (fifos() ? kIdFifos : 0U);
    registers().value(kLineStatus) = line_status();
    registers().value(kModemStatus) = static_cast<std::uint64_t>(modem_inputs() | modem_deltas_);
    irq_.set(id != kIdNone);
}

void register_ns16550a(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "ns16550a";
    kind.description = "UART with 16-byte FIFOs";
    kind.document = "National Semiconductor PC16550D data sheet, June 1995";
    kind.parameters = {
        {"clock", ParameterType::Frequency, "3686400", "input clock of the baud rate generator", false},
        {"reg-shift", ParameterType::Integer, "0", "registers are 2^n bytes apart (0 to 3)", false},
        {"paced", ParameterType::Boolean, "false", "bytes take the time that the baud rate says, instead of none", false},
    };
    kind.registers = describe_registers(kTables[0]);
    kind.address_size = kSpan;
    kind.character_device = true;
    kind.make = [](const char* name, const Configuration& configuration, const Services& services) {
        return std::make_unique<Ns16550a>(name, configuration, services);
    };
    kind.tree = [](const Configuration& configuration) {
        TreeInfo tree;
        tree.node_name = "serial";
        tree.compatible = {"ns16550a"};
        tree.clock_parameter = "clock";
        if (const auto shift = configuration.number("reg-shift"); shift != 0)
            tree.cells.push_back({"reg-shift", {static_cast<std::uint32_t>(shift)}});
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
