#include "peripherals/uart/ns16550a.h"

#include "medley/base/error.h"
#include "peripherals/common/time.h"

#include <algorithm>
#include <cstring>

namespace medley::periph {

namespace {

// Registers (PC16550D, table II). Two names: read / write; the first two are the divisor latch while LCR bit 7 is set.
enum Register : unsigned { kData, kInterruptEnable, kInterruptId, kLineControl, kModemControl, kLineStatus, kModemStatus, kScratch };
constexpr unsigned kRegisters = 8;
constexpr std::uint64_t kSpan = 0x100;

constexpr std::uint8_t kIerReceive = 1, kIerTransmit = 2, kIerLine = 4, kIerModem = 8;
// Interrupt identities with bit 0 clear: "pending" (PC16550D, table IV).
constexpr std::uint8_t kIdModem = 0, kIdNone = 1, kIdTransmit = 2, kIdReceive = 4, kIdLine = 6, kIdTimeout = 12, kIdFifos = 0xc0;
constexpr std::uint8_t kFcrEnable = 1, kFcrClearReceive = 2, kFcrClearTransmit = 4, kFcrTrigger = 0xc0;
constexpr std::uint8_t kLcrStop = 4, kLcrParity = 8, kLcrDivisor = 0x80;
constexpr std::uint8_t kMcrDtr = 1, kMcrRts = 2, kMcrOut1 = 4, kMcrOut2 = 8, kMcrLoop = 16;
constexpr std::uint8_t kLsrReady = 1, kLsrOverrun = 2, kLsrErrors = 0x1e, kLsrThrEmpty = 0x20, kLsrEmpty = 0x40;
constexpr std::uint8_t kMsrCts = 0x10, kMsrDsr = 0x20, kMsrRing = 0x40, kMsrDcd = 0x80;

constexpr unsigned kFifoDepth = 16;

std::vector<RegisterInfo> register_table() {
    return {
        {0, 1, "RBR/THR", 0, 0xff, "receiver buffer (read), transmitter holding (write); DLL while LCR.DLAB"},
        {1, 1, "IER", 0, 0x0f, "interrupt enable: receive, transmit, line status, modem status; DLM while LCR.DLAB"},
        {2, 1, "IIR/FCR", 1, 0xff, "interrupt identification (read), FIFO control (write)"},
        {3, 1, "LCR", 0, 0xff, "line control: word length, stop bits, parity, break, divisor latch access"},
        {4, 1, "MCR", 0, 0x1f, "modem control: DTR, RTS, OUT1, OUT2, loopback"},
        {5, 1, "LSR", 0x60, 0, "line status"},
        {6, 1, "MSR", 0xb0, 0, "modem status"},
        {7, 1, "SCR", 0, 0xff, "scratch"},
    };
}

} // namespace

Ns16550a::Ns16550a(const char* name, const Configuration& configuration, const Services& services)
    : Peripheral(sc_core::sc_module_name(name)), chardev_(*services.chardev), clock_(configuration.number("clock")),
      shift_(static_cast<unsigned>(configuration.number("reg-shift"))), paced_(configuration.flag("paced")) {
    // Below 1 kHz a frame with the largest divisor would not fit SystemC's time.
    if (clock_ < 1000)
        throw UserError("ns16550a '" + std::string(name) + "': clock is below 1 kHz");
    if (shift_ > 3)
        throw UserError("ns16550a '" + std::string(name) + "': reg-shift is " + std::to_string(shift_) + ", must be 0 to 3");
    socket_.register_b_transport(this, &Ns16550a::b_transport);
    socket_.register_transport_dbg(this, &Ns16550a::transport_dbg);
    add_port("", socket_);
    add_port("irq", irq_);
    chardev_.on_input([this] { pull(); });
    SC_METHOD(frame_sent);
    sensitive << frame_event_;
    dont_initialize();
    SC_METHOD(pull);
    sensitive << receive_event_;
    dont_initialize();
    SC_METHOD(timed_out);
    sensitive << timeout_event_;
    dont_initialize();
}

void Ns16550a::reset() {
    receive_fifo_.clear();
    transmit_fifo_.clear();
    frame_event_.cancel();
    timeout_event_.cancel();
    receive_event_.cancel();
    receive_ready_ = sc_core::SC_ZERO_TIME;
    shifting_ = transmit_interrupt_ = character_timeout_ = false;
    interrupt_enable_ = fifo_control_ = line_control_ = modem_control_ = 0;
    line_errors_ = modem_deltas_ = scratch_ = 0;
    divisor_ = 0;
    update_irq();
    pull();
}

std::vector<std::pair<std::string, std::uint64_t>> Ns16550a::statistics() const {
    return {{"bytes sent", sent_}, {"bytes received", received_count_}};
}

// Any width reaches the one register at the address: the device sits on the lowest byte lane, the other lanes read
// as zero and swallow what is written. So does an address between two registers.
void Ns16550a::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    const auto stride = std::uint64_t{1} << shift_;
    const auto index = payload.get_address() >> shift_;
    if (index >= kRegisters) {
        payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    const auto length = payload.get_data_length();
    if (length > 8 || payload.get_byte_enable_ptr() != nullptr || payload.get_streaming_width() < length) {
        payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    offset_ = delay;
    auto* data = payload.get_data_ptr();
    const bool decoded = payload.get_address() % stride == 0 && length > 0;
    if (payload.is_read()) {
        std::memset(data, 0, length);
        if (decoded)
            data[0] = read(static_cast<unsigned>(index));
    } else if (payload.is_write() && decoded) {
        write(static_cast<unsigned>(index), data[0]);
    }
    offset_ = sc_core::SC_ZERO_TIME;
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

// Debuggers see the registers without the side effects of reading, and change nothing.
unsigned Ns16550a::transport_dbg(tlm::tlm_generic_payload& payload) {
    if (!payload.is_read())
        return 0;
    const auto length = payload.get_data_length();
    const auto end = std::uint64_t{kRegisters} << shift_;
    unsigned done = 0;
    for (; done < length && payload.get_address() + done < end; ++done) {
        const auto address = payload.get_address() + done;
        const bool decoded = address % (std::uint64_t{1} << shift_) == 0;
        payload.get_data_ptr()[done] = decoded ? peek(static_cast<unsigned>(address >> shift_)) : 0;
    }
    return done;
}

std::uint8_t Ns16550a::peek(unsigned index) const {
    const bool latch = (line_control_ & kLcrDivisor) != 0;
    switch (index) {
    case kData: return latch ? static_cast<std::uint8_t>(divisor_) : receive_fifo_.empty() ? 0 : receive_fifo_.front();
    case kInterruptEnable: return latch ? static_cast<std::uint8_t>(divisor_ >> 8) : interrupt_enable_;
    case kInterruptId: return interrupt_id() | ((fifo_control_ & kFcrEnable) != 0 ? kIdFifos : 0);
    case kLineControl: return line_control_;
    case kModemControl: return modem_control_;
    case kLineStatus: return line_status();
    case kModemStatus: return modem_inputs() | modem_deltas_;
    default: return scratch_;
    }
}

std::uint8_t Ns16550a::read(unsigned index) {
    const bool latch = (line_control_ & kLcrDivisor) != 0;
    switch (index) {
    case kData: return latch ? peek(index) : read_receiver();
    case kInterruptId: return read_interrupt_id();
    case kLineStatus: return read_line_status();
    case kModemStatus: return read_modem_status();
    default: return peek(index);
    }
}

void Ns16550a::write(unsigned index, std::uint8_t value) {
    const bool latch = (line_control_ & kLcrDivisor) != 0;
    switch (index) {
    case kData:
        if (latch)
            divisor_ = static_cast<std::uint16_t>((divisor_ & 0xff00) | value);
        else
            write_transmitter(value);
        break;
    case kInterruptEnable:
        if (latch)
            divisor_ = static_cast<std::uint16_t>((divisor_ & 0xff) | value << 8);
        else
            write_interrupt_enable(value);
        break;
    case kInterruptId: write_fifo_control(value); break;
    case kLineControl: line_control_ = value; break;
    case kModemControl: write_modem_control(value); break;
    case kScratch: scratch_ = value; break;
    default: break; // LSR and MSR: writing them is for factory tests (PC16550D, 8.4 and 8.7); ignored.
    }
}

std::uint8_t Ns16550a::read_receiver() {
    if (receive_fifo_.empty())
        return 0;
    const auto byte = receive_fifo_.front();
    receive_fifo_.pop_front();
    restart_timeout();
    pull();
    update_irq();
    return byte;
}

// Reading the identity acknowledges the transmitter's interrupt, but only when that is the one it shows.
std::uint8_t Ns16550a::read_interrupt_id() {
    const auto value = peek(kInterruptId);
    if (interrupt_id() == kIdTransmit) {
        transmit_interrupt_ = false;
        update_irq();
    }
    return value;
}

std::uint8_t Ns16550a::read_line_status() {
    const auto value = line_status();
    line_errors_ = 0;
    update_irq();
    return value;
}

std::uint8_t Ns16550a::read_modem_status() {
    const auto value = peek(kModemStatus);
    modem_deltas_ = 0;
    update_irq();
    return value;
}

void Ns16550a::write_transmitter(std::uint8_t byte) {
    transmit_interrupt_ = false;
    if (!paced_) {
        deliver(byte);
        transmitter_empty();
        return;
    }
    if (transmit_fifo_.size() < fifo_depth())
        transmit_fifo_.push_back(byte);
    else if (fifo_depth() == 1)
        transmit_fifo_.back() = byte; // THR is overwritten; a full FIFO drops the byte instead.
    if (!shifting_)
        begin_frame();
    update_irq();
}

void Ns16550a::write_interrupt_enable(std::uint8_t value) {
    const auto risen = value & ~interrupt_enable_;
    interrupt_enable_ = value & 0x0f;
    // Enabling the transmitter's interrupt while THR is empty raises it at once: drivers start sending this way.
    if ((risen & kIerTransmit) != 0 && (line_status() & kLsrThrEmpty) != 0)
        transmit_interrupt_ = true;
    update_irq();
}

void Ns16550a::write_fifo_control(std::uint8_t value) {
    const bool toggled = ((value ^ fifo_control_) & kFcrEnable) != 0;
    // Other bits are programmed only together with the enable bit (PC16550D, 8.5).
    if (toggled || (value & kFcrEnable) != 0) {
        if (toggled || (value & kFcrClearReceive) != 0) {
            receive_fifo_.clear();
            restart_timeout();
        }
        if ((toggled || (value & kFcrClearTransmit) != 0) && !transmit_fifo_.empty()) {
            transmit_fifo_.clear();
            transmitter_empty();
        }
    }
    fifo_control_ = (value & kFcrEnable) != 0 ? value & (kFcrEnable | kFcrTrigger) : 0;
    pull();
    update_irq();
}

void Ns16550a::write_modem_control(std::uint8_t value) {
    const auto before = modem_inputs();
    modem_control_ = value & 0x1f;
    update_modem_inputs(before);
    pull();
}

/// The pending interrupt of the highest priority (PC16550D, table IV).
std::uint8_t Ns16550a::interrupt_id() const {
    if ((interrupt_enable_ & kIerLine) != 0 && line_errors_ != 0)
        return kIdLine;
    if ((interrupt_enable_ & kIerReceive) != 0) {
        if (receive_fifo_.size() >= receive_trigger())
            return kIdReceive;
        if (character_timeout_)
            return kIdTimeout;
    }
    if ((interrupt_enable_ & kIerTransmit) != 0 && transmit_interrupt_)
        return kIdTransmit;
    if ((interrupt_enable_ & kIerModem) != 0 && modem_deltas_ != 0)
        return kIdModem;
    return kIdNone;
}

std::uint8_t Ns16550a::line_status() const {
    std::uint8_t status = line_errors_ & kLsrErrors;
    if (!receive_fifo_.empty())
        status |= kLsrReady;
    if (transmit_fifo_.empty())
        status |= shifting_ ? kLsrThrEmpty : kLsrThrEmpty | kLsrEmpty;
    return status;
}

/// In loopback the outputs come back as inputs (PC16550D, 8.6 bit 4).
std::uint8_t Ns16550a::modem_inputs() const {
    if ((modem_control_ & kMcrLoop) == 0)
        return kMsrCts | kMsrDsr | kMsrDcd;
    std::uint8_t inputs = 0;
    inputs |= (modem_control_ & kMcrRts) != 0 ? kMsrCts : 0;
    inputs |= (modem_control_ & kMcrDtr) != 0 ? kMsrDsr : 0;
    inputs |= (modem_control_ & kMcrOut1) != 0 ? kMsrRing : 0;
    inputs |= (modem_control_ & kMcrOut2) != 0 ? kMsrDcd : 0;
    return inputs;
}

unsigned Ns16550a::fifo_depth() const { return (fifo_control_ & kFcrEnable) != 0 ? kFifoDepth : 1; }

unsigned Ns16550a::receive_trigger() const {
    static constexpr std::uint8_t kLevels[] = {1, 4, 8, 14};
    return (fifo_control_ & kFcrEnable) != 0 ? kLevels[fifo_control_ >> 6] : 1;
}

/// Start, data, parity and stop bits, of 16 x divisor clocks each. A divisor of 0, which the data sheet leaves open, counts as 1.
sc_core::sc_time Ns16550a::frame_time() const {
    const auto data_bits = 5U + (line_control_ & 3U);
    const auto frame_bits = 1 + data_bits + ((line_control_ & kLcrParity) != 0 ? 1 : 0) + ((line_control_ & kLcrStop) != 0 ? 2 : 1);
    const auto clocks = static_cast<std::uint64_t>(frame_bits) * 16 * std::max<std::uint64_t>(divisor_, 1);
    const auto picoseconds = static_cast<unsigned __int128>(clocks) * 1'000'000'000'000U / clock_;
    return to_sc_time(static_cast<Picoseconds>(picoseconds));
}

/// Takes what has arrived from outside, as far as there is room: the line is as good as flow-controlled, nothing is lost.
void Ns16550a::pull() {
    if ((modem_control_ & kMcrLoop) != 0)
        return;
    std::uint8_t byte = 0;
    while (receive_fifo_.size() < fifo_depth()) {
        if (paced_ && receive_ready_ > now()) {
            receive_event_.notify(receive_ready_ - sc_core::sc_time_stamp());
            return;
        }
        if (!chardev_.receive(byte))
            return;
        receive_ready_ = paced_ ? now() + frame_time() : now();
        received(byte);
    }
}

void Ns16550a::received(std::uint8_t byte) {
    ++received_count_;
    if (receive_fifo_.size() < fifo_depth()) {
        receive_fifo_.push_back(byte);
    } else {
        // Without FIFOs the new byte replaces the unread one; with them it is lost in the shift register (8.4 bit 1).
        if (fifo_depth() == 1)
            receive_fifo_.back() = byte;
        line_errors_ |= kLsrOverrun;
    }
    restart_timeout();
    update_irq();
}

/// The character timeout: bytes wait, and for four frames none came or was read (PC16550D, 8.5 "FIFO interrupt mode").
void Ns16550a::restart_timeout() {
    character_timeout_ = false;
    timeout_event_.cancel();
    if ((fifo_control_ & kFcrEnable) != 0 && !receive_fifo_.empty())
        timeout_event_.notify(offset_ + 4 * frame_time());
}

void Ns16550a::timed_out() {
    character_timeout_ = true;
    update_irq();
}

void Ns16550a::begin_frame() {
    shift_register_ = transmit_fifo_.front();
    transmit_fifo_.pop_front();
    shifting_ = true;
    frame_event_.notify(offset_ + frame_time());
    if (transmit_fifo_.empty())
        transmitter_empty();
}

void Ns16550a::frame_sent() {
    shifting_ = false;
    deliver(shift_register_);
    if (!transmit_fifo_.empty())
        begin_frame();
}

void Ns16550a::transmitter_empty() {
    transmit_interrupt_ = true;
    update_irq();
}

void Ns16550a::deliver(std::uint8_t byte) {
    if ((modem_control_ & kMcrLoop) != 0) {
        received(byte);
        return;
    }
    ++sent_;
    chardev_.send(byte);
}

void Ns16550a::update_modem_inputs(std::uint8_t before) {
    const auto after = modem_inputs();
    const auto changed = before ^ after;
    // DCTS, DDSR and DDCD on any change; TERI only when RI ends (8.7).
    modem_deltas_ |= (changed & (kMsrCts | kMsrDsr | kMsrDcd)) >> 4;
    if ((changed & before & kMsrRing) != 0)
        modem_deltas_ |= kMsrRing >> 4;
    update_irq();
}

void Ns16550a::update_irq() { irq_.set(interrupt_id() != kIdNone); }

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
    kind.registers = register_table();
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
