/// \file
/// Core-local interruptor: software and timer interrupts for a number of harts, with the register layout of chapter 9
/// of the "SiFive FU540-C000 Manual" (v1p0), which the "RISC-V Advanced Core Local Interruptor Specification" 1.0-rc4
/// describes as an MSWI device at 0, an MTIMER device at 0x4000 and no SSWI device.
///
/// Left out: the SSWI device. Accesses are 4 or 8 bytes wide; others are bus errors. Registers of harts that do not exist read
/// as zero. After reset the comparators hold the largest value (the documents leave it open).
#pragma once

#include "medley/periph/register_block.h"

#include <deque>

namespace medley::periph {

class Aclint final : public RegisterPeripheral<Aclint> {
public:
    Aclint(const sc_core::sc_module_name& name, const Configuration& configuration, const Services& services);

    void reset() override;

    void write_software(unsigned hart, std::uint64_t value);
    void write_compare(unsigned hart, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_time() const;
    void write_time(std::uint64_t value);

private:
    SC_HAS_PROCESS(Aclint);

    struct Hart {
        Picoseconds deadline = kNever; ///< When the timer's line changes next.
        IrqOut software;
        IrqOut timer;
    };

    void update(unsigned hart, Picoseconds now);
    void update_all(Picoseconds now);
    void schedule();
    void deadline_reached();

    SystemCounter& counter_;
    std::deque<Hart> harts_;
    sc_core::sc_event alarm_;
};

/// The catalogue entry "aclint".
void register_aclint(PeripheralRegistry& registry);

} // namespace medley::periph
