// Interrupts: RISC-V Privileged 1.13, 3.1.8 and 3.1.9; Sstc 1.0.
#include "iss/riscv/core.h"

#include "iss/riscv/inputs.h"
#include "medley/base/bits.h"

#include <array>

namespace medley::iss::riscv {
namespace {

/// Most urgent first (3.1.9); those for machine mode are looked at before those for supervisor mode.
constexpr std::array kByUrgency{interrupt::kMachineExternal,    interrupt::kMachineSoftware,
                                interrupt::kMachineTimer,       interrupt::kSupervisorExternal,
                                interrupt::kSupervisorSoftware, interrupt::kSupervisorTimer};

std::optional<unsigned> most_urgent(std::uint64_t candidates) {
    for (const auto code : kByUrgency)
        if (bit(candidates, code))
            return code;
    return std::nullopt;
}

constexpr unsigned kSupervisorTimerAlarm = 0;

} // namespace

bool Core::supervisor_timer() const {
    return has(Extension::Sstc) && (csr().menvcfg & envcfg::kStce) != 0;
}

std::uint64_t Core::pending() const {
    const auto own = supervisor_timer() ? interrupt::kStip : 0;
    return (csr().mip & ~own) | csr().mip_inputs;
}

/// In line: handing it back in memory costs each instruction that writes a CSR the host's store forwarding.
inline std::optional<unsigned> Core::next_interrupt() const {
    const auto candidates = pending() & csr().mie;
    if (candidates == 0)
        return std::nullopt;
    const bool machine_enabled = state_.privilege != Privilege::Machine || (state_.mstatus & mstatus::kMie) != 0;
    if (const auto code = machine_enabled ? most_urgent(candidates & ~csr().mideleg) : std::nullopt)
        return code;
    const bool supervisor_enabled = state_.privilege == Privilege::User || (state_.privilege == Privilege::Supervisor &&
                                                                            (state_.mstatus & mstatus::kSie) != 0);
    return supervisor_enabled ? most_urgent(candidates & csr().mideleg) : std::nullopt;
}

void Core::update_attention() {
    state_.attention = next_interrupt() ? 1 : 0;
}

void Core::update_supervisor_timer() {
    if (!has(Extension::Sstc))
        return;
    const bool reached = supervisor_timer() && host_.counter() >= csr().stimecmp;
    csr().mip_inputs = (csr().mip_inputs & ~interrupt::kStip) | (reached ? interrupt::kStip : 0);
    const bool waits = supervisor_timer() && !reached;
    host_.set_alarm(kSupervisorTimerAlarm, waits ? host_.counter_reaches(csr().stimecmp) : kNever);
    update_attention();
}

void Core::on_alarm(unsigned id) {
    if (id == kSupervisorTimerAlarm)
        update_supervisor_timer();
}

void Core::set_interrupt(unsigned line, bool level) {
    const auto mask = std::uint64_t{1} << kInputs[line].code;
    if ((mask & interrupt::kSupervisorAll) != 0 && !config_.has_supervisor())
        return;
    csr().mip_inputs = level ? csr().mip_inputs | mask : csr().mip_inputs & ~mask;
    update_attention();
}

bool Core::wakes_up() const {
    return (pending() & csr().mie) != 0;
} // 3.3.3: whatever the global enables and delegation say

bool Core::take_interrupt() {
    const auto code = next_interrupt();
    if (!code)
        return false;
    enter_trap(*code, true, 0);
    return true;
}

} // namespace medley::iss::riscv
