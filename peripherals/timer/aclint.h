/// \file
/// Core-local interruptor: software and timer interrupts for a number of harts, with the register layout of chapter 9
/// of the "SiFive FU540-C000 Manual" (v1p0), which the "RISC-V Advanced Core Local Interruptor Specification" 1.0-rc4
/// describes as an MSWI device at 0, an MTIMER device at 0x4000 and no SSWI device.
///
/// Left out: the SSWI device. Accesses are 4 or 8 bytes wide and aligned; anything else is a bus error. Registers of harts that do
/// not exist read as zero. After reset the comparators hold the largest value (the documents leave it open).
#pragma once

#include "medley/periph/peripheral.h"

#include <tlm_utils/simple_target_socket.h>

#include <deque>

namespace medley::periph {

class Aclint final : public Peripheral {
public:
    Aclint(const char* name, const Configuration& configuration, const Services& services);

    void reset() override;

private:
    SC_HAS_PROCESS(Aclint);

    struct Hart {
        std::uint64_t compare = kNever;
        Picoseconds deadline = kNever; ///< When the timer's line changes next.
        IrqOut software;
        IrqOut timer;
    };

    void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& payload);
    [[nodiscard]] std::uint32_t read(std::uint64_t offset, Picoseconds now) const;
    void write(std::uint64_t offset, std::uint64_t value, unsigned length, Picoseconds now);
    void write_software(std::uint64_t offset, std::uint64_t value, unsigned length);

    void update(Hart& hart, Picoseconds now);
    void schedule();
    void deadline_reached();

    tlm_utils::simple_target_socket<Aclint> socket_{"socket"};
    SystemCounter& counter_;
    std::deque<Hart> harts_;
    sc_core::sc_event alarm_;
};

/// The catalogue entry "aclint".
void register_aclint(PeripheralRegistry& registry);

} // namespace medley::periph
