#include "iss/aarch64/timer.h"

#include "iss/aarch64/alarms.h"
#include "iss/aarch64/sys.h"
#include "iss/aarch64/sys_bits.h"
#include "medley/base/bits.h"

namespace medley::iss::aarch64 {
namespace {

const TimerRow& row_of(Timer timer) { return kTimerRows[static_cast<unsigned>(timer)]; }

/// The count that a timer compares with (CNTV_CVAL_EL0); it does not depend on who looks.
std::uint64_t timer_count(System& system, Timer timer) {
    return system.host().counter() - (row_of(timer).is_virtual ? system.regs().cntvoff_el2 : 0);
}

bool condition_met(System& system, Timer timer) {
    return timer_count(system, timer) >= system.regs().*row_of(timer).compare;
}

void update(System& system, Timer timer) {
    const auto& row = row_of(timer);
    const auto control = system.regs().*row.control;
    const bool enabled = (control & cntctl::kEnable) != 0;
    const bool met = enabled && condition_met(system, timer);
    system.host().set_output(static_cast<unsigned>(row.output), met && (control & cntctl::kMask) == 0);
    auto when = kNever;
    if (enabled) {
        // The condition compares unsigned numbers (CNTV_CTL_EL0.ISTATUS): what is met is so until the count wraps.
        const auto now = system.host().counter();
        const auto distance = (met ? 0 : system.regs().*row.compare) - timer_count(system, timer);
        if (distance != 0 && distance <= ~now) // beyond the counter's own range it never comes
            when = system.host().counter_reaches(now + distance);
    }
    system.host().set_alarm(alarm::of(timer), when);
}

} // namespace

/// CNTVOFF_EL2 as CNTVCT_EL0 is read with: a host does not see it (CNTVCT_EL0).
std::uint64_t System::virtual_offset() const {
    const bool host = (el() == 2 && e2h()) || (el() == 0 && host_user());
    return host || !config_.has_el2 ? 0 : regs().cntvoff_el2;
}

void System::update_timers() {
    for (unsigned i = 0; i < kTimers; ++i)
        update(*this, static_cast<Timer>(i));
}

void System::on_alarm(unsigned id) {
    if (id < kTimers)
        update(*this, static_cast<Timer>(id));
    else if (id == alarm::kEventStream)
        on_event_stream();
    else
        update_pmu();
}

std::uint64_t read_count(System& system, bool is_virtual) {
    return system.host().counter() - (is_virtual ? system.virtual_offset() : 0);
}

std::uint64_t read_timer_control(System& system, Timer timer) {
    // ISTATUS is UNKNOWN while the timer is off (CNTP_CTL_EL0.ISTATUS); it reads as 0.
    const auto control = system.regs().*row_of(timer).control & (cntctl::kEnable | cntctl::kMask);
    return control | ((control & cntctl::kEnable) != 0 && condition_met(system, timer) ? cntctl::kStatus : 0);
}

void write_timer_control(System& system, Timer timer, std::uint64_t value) {
    system.regs().*row_of(timer).control = value & (cntctl::kEnable | cntctl::kMask);
    update(system, timer);
}

std::uint64_t read_timer_value(System& system, Timer timer) {
    return (system.regs().*row_of(timer).compare - timer_count(system, timer)) & low_mask(32);
}

void write_timer_value(System& system, Timer timer, std::uint64_t value) {
    write_timer_compare(system, timer, timer_count(system, timer) + sign_extend(value, 32));
}

void write_timer_compare(System& system, Timer timer, std::uint64_t value) {
    system.regs().*row_of(timer).compare = value;
    update(system, timer);
}

} // namespace medley::iss::aarch64
