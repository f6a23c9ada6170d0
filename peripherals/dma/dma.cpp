#include "peripherals/dma/dma.h"

#include "medley/tlm/time.h"

#include <algorithm>
#include <utility>

namespace medley::periph {

namespace {

constexpr std::uint64_t kStart = 1 << 0;   // CONTROL
constexpr std::uint64_t kIrqEnable = 1 << 1;
constexpr std::uint64_t kAbort = 1 << 2;
constexpr std::uint64_t kFixedSource = 1 << 3;
constexpr std::uint64_t kFixedDestination = 1 << 4;

constexpr std::uint64_t kBusy = 1 << 0;   // STATUS
constexpr std::uint64_t kDone = 1 << 1;
constexpr std::uint64_t kError = 1 << 2;

/// No burst crosses a boundary of this size, so that none crosses from one target into the next.
constexpr Address kBoundary = 4096;
constexpr unsigned kWord = 4;

} // namespace

struct Dma::Map {
    static constexpr std::array rows{
        //       offset name          reset       write                            on read  on write
        Reg<Dma>{0x00, "ID",         0x444d4131, kReadOnly,                       nullptr, nullptr,
                 "identifies the device: \"DMA1\""},
        Reg<Dma>{0x04, "CONTROL",    0,          0x1f,                            nullptr, &Dma::control,
                 "bit 0 START, bit 1 interrupt enable, bit 2 ABORT, bit 3 fixed source, bit 4 fixed destination"},
        Reg<Dma>{0x08, "STATUS",     0,          write_one_clears(kDone | kError), nullptr, &Dma::status_written,
                 "bit 0 BUSY, bit 1 DONE, bit 2 ERROR"},
        Reg<Dma>{0x10, "SRC_LO",     0,          0xffff'ffff,                     nullptr, nullptr, "source, bits 31:0"},
        Reg<Dma>{0x14, "SRC_HI",     0,          0xffff'ffff,                     nullptr, nullptr, "source, bits 63:32"},
        Reg<Dma>{0x18, "DST_LO",     0,          0xffff'ffff,                     nullptr, nullptr, "destination, bits 31:0"},
        Reg<Dma>{0x1c, "DST_HI",     0,          0xffff'ffff,                     nullptr, nullptr, "destination, bits 63:32"},
        Reg<Dma>{0x20, "LENGTH",     0,          0xffff'ffff,                     nullptr, nullptr, "bytes to copy"},
        Reg<Dma>{0x24, "DONE_BYTES", 0,          kReadOnly,                       nullptr, nullptr, "bytes copied so far"},
    };
    static_assert(well_formed(rows));
    static constexpr auto kControl = row_of(rows, "CONTROL");
    static constexpr auto kStatus = row_of(rows, "STATUS");
    static constexpr auto kSource = row_of(rows, "SRC_LO");
    static constexpr auto kSourceHigh = row_of(rows, "SRC_HI");
    static constexpr auto kDestination = row_of(rows, "DST_LO");
    static constexpr auto kDestinationHigh = row_of(rows, "DST_HI");
    static constexpr auto kLength = row_of(rows, "LENGTH");
    static constexpr auto kDoneBytes = row_of(rows, "DONE_BYTES");
};

Dma::Dma(const sc_core::sc_module_name& name, Picoseconds burst_period)
    : RegisterPeripheral(name, Map::rows, {.sizes = kWords, .holes = Holes::Error, .span = kSpan, .latency = 0}),
      period_(to_sc_time(burst_period)) {
    add_port("bus", bus_);
    add_port("irq", irq_);
    SC_THREAD(engine);
}

void Dma::reset() {
    cancel();
    RegisterPeripheral::reset();
    update_irq();
}

bool Dma::busy() const { return (registers().value(Map::kStatus) & kBusy) != 0; }

void Dma::update_irq() {
    irq_.set((registers().value(Map::kStatus) & (kDone | kError)) != 0 &&
             (registers().value(Map::kControl) & kIrqEnable) != 0);
}

void Dma::control(std::uint64_t value) {
    registers().value(Map::kControl) &= ~(kStart | kAbort);
    if ((value & kAbort) != 0)
        cancel();
    if ((value & kStart) != 0 && !busy())
        start();
    update_irq();
}

void Dma::start() {
    auto& block = registers();
    const auto options = block.value(Map::kControl);
    transfer_.source = block.value(Map::kSource) | (block.value(Map::kSourceHigh) << 32);
    transfer_.destination = block.value(Map::kDestination) | (block.value(Map::kDestinationHigh) << 32);
    transfer_.left = block.value(Map::kLength);
    transfer_.begin = to_sc_time(block.now());
    transfer_.fixed_source = (options & kFixedSource) != 0;
    transfer_.fixed_destination = (options & kFixedDestination) != 0;
    block.value(Map::kDoneBytes) = 0;
    block.value(Map::kStatus) = kBusy;
    ++transfers_;
    ++generation_;
    if (transfer_.left == 0)
        finish(kDone);
    else
        changed_.notify(sc_core::SC_ZERO_TIME);
}

void Dma::cancel() {
    ++generation_;
    registers().value(Map::kStatus) &= ~kBusy;
    changed_.notify(sc_core::SC_ZERO_TIME);
}

void Dma::finish(std::uint64_t status_bit) {
    auto& status = registers().value(Map::kStatus);
    status = (status & ~kBusy) | status_bit;
    errors_ += status_bit == kError ? 1 : 0;
    update_irq();
}

void Dma::engine() {
    for (;;) {
        while (!busy())
            wait(changed_);
        run();
    }
}

bool Dma::wait_until(const sc_core::sc_time& time) {
    const auto generation = generation_;
    while (generation_ == generation && sc_core::sc_time_stamp() < time)
        wait(time - sc_core::sc_time_stamp(), changed_);
    return generation_ == generation;
}

void Dma::run() {
    const auto generation = generation_;
    auto transfer = transfer_;
    auto next = transfer.begin + period_;
    while (wait_until(next)) {
        const auto length = next_burst(transfer);
        auto delay = sc_core::SC_ZERO_TIME;
        const bool moved = move(transfer, length, delay);
        // The targets may have waited, and the registers of this device are targets too.
        if (generation_ != generation)
            return;
        if (!moved) {
            finish(kError);
            return;
        }
        registers().value(Map::kDoneBytes) += length;
        bytes_ += length;
        transfer.left -= length;
        transfer.source += transfer.fixed_source ? 0 : length;
        transfer.destination += transfer.fixed_destination ? 0 : length;
        // What the targets take overlaps with the burst's own time.
        const auto now = sc_core::sc_time_stamp();
        if (delay > period_ && !wait_until(now + (delay - period_)))
            return;
        if (transfer.left == 0) {
            finish(kDone);
            return;
        }
        next = sc_core::sc_time_stamp() + period_;
    }
}

unsigned Dma::next_burst(const Transfer& transfer) {
    auto length = std::min<std::uint64_t>(kBurst, transfer.left);
    if (!transfer.fixed_source)
        length = std::min(length, kBoundary - transfer.source % kBoundary);
    if (!transfer.fixed_destination)
        length = std::min(length, kBoundary - transfer.destination % kBoundary);
    if ((transfer.fixed_source || transfer.fixed_destination) && length > kWord)
        length -= length % kWord;
    return static_cast<unsigned>(length);
}

bool Dma::move(const Transfer& transfer, unsigned length, sc_core::sc_time& delay) {
    const auto generation = generation_;
    return access(tlm::TLM_READ_COMMAND, transfer.source, length, transfer.fixed_source, delay) &&
           generation_ == generation &&
           access(tlm::TLM_WRITE_COMMAND, transfer.destination, length, transfer.fixed_destination, delay);
}

bool Dma::access(tlm::tlm_command command, Address address, unsigned length, bool fixed, sc_core::sc_time& delay) {
    if (bus_.size() == 0)
        return false;
    tlm::tlm_generic_payload transaction;
    transaction.set_command(command);
    transaction.set_address(address);
    transaction.set_data_ptr(buffer_.data());
    transaction.set_data_length(length);
    const unsigned beat = address % kWord == 0 && length % kWord == 0 ? kWord : 1;
    transaction.set_streaming_width(fixed ? beat : length);
    bus_->b_transport(transaction, delay);
    return transaction.is_response_ok();
}

std::vector<std::pair<std::string, std::uint64_t>> Dma::statistics() const {
    return {{"transfers", transfers_}, {"bytes", bytes_}, {"errors", errors_}};
}

std::vector<RegisterInfo> Dma::describe() { return describe_registers(Map::rows); }

void register_dma(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "dma";
    kind.description = "DMA controller with one channel; target socket \"\", initiator socket \"bus\", interrupt output \"irq\"";
    kind.document = "docs/boards.md, section DMA controller";
    kind.parameters = {{"burst_period", ParameterType::Time, "64ns", "simulated time for each burst of up to 64 bytes", false}};
    kind.registers = Dma::describe();
    kind.address_size = Dma::kSpan;
    kind.make = [](const char* name, const Configuration& configuration, const Services&) {
        return std::unique_ptr<Peripheral>(std::make_unique<Dma>(name, configuration.number("burst_period")));
    };
    kind.tree = [](const Configuration&) {
        TreeInfo tree;
        tree.node_name = "dma-controller";
        tree.compatible = {"medley,dma"};
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
