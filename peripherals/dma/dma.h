/// \file
/// DMA controller after docs/boards.md, section "DMA controller": a bus master with the initiator socket "bus", registers behind the target
/// socket "" and the interrupt output "irq".
#pragma once

#include "medley/periph/register_block.h"

#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <cstdint>

namespace medley::periph {

class Dma : public RegisterPeripheral<Dma> {
public:
    static constexpr std::uint64_t kSpan = 0x1000;

    Dma(const sc_core::sc_module_name& name, Picoseconds burst_period);

    void reset() override;
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const override;
    [[nodiscard]] static std::vector<RegisterInfo> describe();

private:
    SC_HAS_PROCESS(Dma);

    static constexpr unsigned kBurst = 64;

    struct Map;
    /// The registers as they were at START: later writes are for the next transfer.
    struct Transfer {
        Address source = 0;
        Address destination = 0;
        std::uint64_t left = 0;
        sc_core::sc_time begin;   ///< When the initiator, which may be ahead of the kernel, wrote START.
        bool fixed_source = false;
        bool fixed_destination = false;
    };

    void control(std::uint64_t value);
    void status_written(std::uint64_t) { update_irq(); }

    void start();
    /// Ends what is under way; the engine notices before it touches anything more.
    void cancel();
    void finish(std::uint64_t status_bit);
    void update_irq();
    [[nodiscard]] bool busy() const;

    void engine();
    void run();
    /// Waits until \p time, or less when the transfer is cancelled; true: it still runs.
    bool wait_until(const sc_core::sc_time& time);
    [[nodiscard]] static unsigned next_burst(const Transfer& transfer);
    /// Moves one burst; false when the bus refused it.
    bool move(const Transfer& transfer, unsigned length, sc_core::sc_time& delay);
    bool access(tlm::tlm_command command, Address address, unsigned length, bool fixed, sc_core::sc_time& delay);

    sc_core::sc_time period_;
    Transfer transfer_;
    std::uint64_t generation_ = 0;   ///< Changes with every start and cancellation.
    std::array<unsigned char, kBurst> buffer_{};
    std::uint64_t bytes_ = 0;
    std::uint64_t transfers_ = 0;
    std::uint64_t errors_ = 0;
    IrqOut irq_;
    sc_core::sc_event changed_{"changed"};
    tlm_utils::simple_initiator_socket_optional<Dma> bus_{"bus"};
};

void register_dma(PeripheralRegistry& registry);

} // namespace medley::periph
