// The event register, WFE and SEV, event streams of the counters. Arm ARM DDI 0487, "Wait for Event" and CNTKCTL_EL1.
#include "iss/aarch64/alarms.h"
#include "iss/aarch64/event.h"
#include "iss/aarch64/sys.h"
#include "iss/aarch64/sys_bits.h"
#include "medley/base/bits.h"

#include <algorithm>
#include <array>
#include <utility>

namespace medley::iss::aarch64 {
namespace {

/// Values of the slot `event_wait`: what the last WFI or WFE was about.
constexpr std::uint64_t kForInterrupt = 0;
constexpr std::uint64_t kForEvent = 1;
constexpr std::uint64_t kOver = 2; ///< There was an event.

/// EVNTEN, EVNTDIR, EVNTI and EVNTIS of CNTKCTL_EL1 (the virtual count) and CNTHCTL_EL2 (the physical one).
struct Stream {
    std::uint64_t control;
    std::uint64_t offset;

    [[nodiscard]] bool enabled() const { return bit(control, 2); }
    /// The bit of the count; with EVNTIS those from 8 on.
    [[nodiscard]] unsigned index() const { return static_cast<unsigned>(bits(control, 4, 4)) + (bit(control, 17) ? 8 : 0); }
    /// Half a period where events come with the bit's rise, not with its fall.
    [[nodiscard]] std::uint64_t phase() const { return bit(control, 3) ? 0 : one_bit(index()); }
    [[nodiscard]] std::uint64_t shifted(std::uint64_t counter) const { return counter - offset + phase(); }
    /// Which period a count is in.
    [[nodiscard]] std::uint64_t period(std::uint64_t counter) const { return shifted(counter) >> (index() + 1); }
    /// From a count to the next event.
    [[nodiscard]] std::uint64_t distance(std::uint64_t counter) const {
        return one_bit(index() + 1) - (shifted(counter) & low_mask(index() + 1));
    }
};

std::array<Stream, 2> streams(const System& system) {
    const auto& r = system.regs();
    // CNTKCTL_EL1 has no stream with a host at EL2, CNTHCTL_EL2 no effect where EL2 is not enabled.
    return {Stream{system.host_user() ? 0 : r.cntkctl_el1, r.cntvoff_el2}, Stream{system.el2_enabled() ? r.cnthctl_el2 : 0, 0}};
}

} // namespace

void System::wait_for_interrupt() { regs().event_wait = kForInterrupt; }

bool System::waits_for_event() const { return regs().event_wait != kForInterrupt; }

bool System::waits_for_memory() const { return regs().event_wait == kForEvent && regs().monitor_armed != 0; }

/// Interrupts wake where they are taken ("WFE wake-up events"), unlike those that end a WFI. A stepped WFE need not wait.
bool System::is_event_wait_over() const {
    const auto& r = regs();
    return r.event_wait == kOver || r.event_register != 0 || step_running() || next_interrupt();
}

bool System::wait_for_event() {
    note_stream_events();
    auto& r = regs();
    if (std::exchange(r.event_register, 0) != 0) {
        r.event_wait = kOver;
        return false;
    }
    r.event_wait = kForEvent;
    host_.set_alarm(alarm::kEventStream, next_stream_event());
    return true;
}

void System::send_event(bool local) {
    set_event();
    if (!local)
        host_.broadcast({{kEventMessage, 0, 0, 0}});
}

void System::set_event() { regs().event_register = 1; }

/// Events of the streams since they were last looked for are in the event register.
void System::note_stream_events() {
    auto& r = regs();
    const auto now = host_.counter();
    for (const auto& stream : streams(*this))
        if (stream.enabled() && stream.period(now) != stream.period(r.event_seen))
            set_event();
    r.event_seen = now;
}

Picoseconds System::next_stream_event() {
    const auto now = host_.counter();
    auto when = kNever;
    for (const auto& stream : streams(*this))
        if (stream.enabled())
            when = std::min(when, host_.counter_reaches(now + stream.distance(now)));
    return when;
}

/// The alarm may be early, and it is set by waits alone.
void System::on_event_stream() {
    if (regs().event_wait != kForEvent)
        return;
    note_stream_events();
    if (regs().event_register == 0)
        host_.set_alarm(alarm::kEventStream, next_stream_event());
}

} // namespace medley::iss::aarch64
