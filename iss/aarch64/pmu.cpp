// Performance counters. A counter that runs holds the difference to its source, so that nothing has to be done for each
// instruction; overflows are looked for at points in time that are computed ahead.
#include "iss/aarch64/pmu.h"

#include "iss/aarch64/alarms.h"
#include "iss/aarch64/sys.h"
#include "iss/aarch64/sys_bits.h"
#include "iss/aarch64/wires.h"
#include "medley/base/bits.h"

#include <algorithm>

namespace medley::iss::aarch64 {
namespace {

constexpr unsigned kCounters = kEventCounters + 1;
constexpr unsigned kCycleIndex = kEventCounters; ///< Of the cycle counter in arrays.

/// The bit of a counter in PMCNTENSET and its like.
unsigned bit_of(unsigned index) { return index == kCycleIndex ? kCycleCounter : index; }

std::uint64_t filter_of(const SystemState& r, unsigned index) {
    return index == kCycleIndex ? r.pmccfiltr : r.pmevtyper[index];
}

std::uint64_t& stored(SystemState& r, unsigned index) { return index == kCycleIndex ? r.pmccntr : r.pmevcntr[index]; }

/// Counters from MDCR_EL2.HPMN on belong to EL2, with an enable of their own (HPME).
bool globally_enabled(const System& s, unsigned index) {
    const auto& r = s.regs();
    const bool of_el2 = s.config().has_el2 && index != kCycleIndex && index >= bits(r.mdcr_el2, 0, 5);
    return of_el2 ? bit(r.mdcr_el2, 7) : (r.pmcr_el0 & pmu::kEnable) != 0;
}

/// D13.6: where counting is prohibited altogether.
bool prohibited(const System& s, unsigned index) {
    const auto& r = s.regs();
    bool is = false;
    if (s.secure_now() && s.config().has_el3)
        is = (r.mdcr_el3 & mdcr::kHpmd) == 0; // SPME
    // MDCR_EL2.HPMD leaves those alone that are EL2's own.
    if (s.el() == 2 && s.config().has(Feature::PMUv3p1) && (index == kCycleIndex || index < bits(r.mdcr_el2, 0, 5)))
        is = is || (r.mdcr_el2 & mdcr::kHpmd) != 0;
    return is && (index != kCycleIndex || (r.pmcr_el0 & pmu::kDisableWhereProhibited) != 0);
}

/// D13.8: the filter bits of the current level; NSK, NSU and M work by differing from P and U.
bool filtered(const System& s, std::uint64_t filter) {
    const bool privileged = bit(filter, pmu::kPrivilegedBit);
    const bool user = bit(filter, pmu::kUserBit);
    const bool nonsecure = s.config().has_el3 && !s.secure_below_el3();
    switch (s.el()) {
    case 0: return nonsecure ? user != bit(filter, pmu::kSecureUserBit) : user;
    case 1: return nonsecure ? privileged != bit(filter, pmu::kSecurePrivilegedBit) : privileged;
    case 2: return !bit(filter, pmu::kHypervisorBit);
    default: return privileged != bit(filter, pmu::kMonitorBit);
    }
}

} // namespace

bool pmu::counts(const System& s, unsigned index) {
    return bit(s.regs().pmcnten_el0, bit_of(index)) && globally_enabled(s, index) && !prohibited(s, index) &&
           !filtered(s, filter_of(s.regs(), index));
}

namespace {

using pmu::counts;

/// The bits that a counter has, whose overflow is noticed.
std::uint64_t width_mask(unsigned index) { return index == kCycleIndex ? ~std::uint64_t{0} : low_mask(32); }

std::uint64_t event_of(const SystemState& r, unsigned index) { return bits(r.pmevtyper[index], 0, 16); }

enum class Source : std::uint8_t { None, Cycles, Instructions };

Source source_of(const System& s, unsigned index) {
    if (s.regs().pmcnten_el0 == 0 || !counts(s, index))
        return Source::None;
    if (index == kCycleIndex)
        return Source::Cycles;
    switch (event_of(s.regs(), index)) {
    case pmu::kCycles: return Source::Cycles;
    case pmu::kInstructions:
    case pmu::kSpeculativeInstructions: return Source::Instructions;
    default: return Source::None;
    }
}

} // namespace

std::uint64_t System::counter_source(unsigned index) {
    switch (source_of(*this, index)) {
    case Source::Cycles: return host_.cycles();
    case Source::Instructions: return host_.executed();
    case Source::None: break;
    }
    return 0;
}

/// The whole value, which goes on counting behind the register's width until settle_counters has seen it.
std::uint64_t System::event_counter(unsigned index) { return stored(regs(), index) + counter_source(index); }

void System::set_event_counter(unsigned index, std::uint64_t value) {
    stored(regs(), index) = value - counter_source(index);
    regs().pmc_seen[index] = value;
    update_pmu();
}

System::CounterValues System::counter_values() {
    CounterValues values{};
    for (unsigned index = 0; index < kCounters; ++index)
        values[index] = event_counter(index);
    return values;
}

void System::restore_counters(const CounterValues& values) {
    for (unsigned index = 0; index < kCounters; ++index)
        stored(regs(), index) = values[index] - counter_source(index);
}

/// Notices overflows, and takes counters back into their width. A counter comes before the one that it is chained to (the CHAIN event).
void System::settle_counters() {
    auto& r = regs();
    for (unsigned index = 0; index < kCounters; ++index) {
        const auto mask = width_mask(index);
        const auto value = event_counter(index);
        const auto seen = r.pmc_seen[index] & mask;
        const auto counted = value - r.pmc_seen[index];
        r.pmc_seen[index] = value & width_mask(index);
        stored(r, index) = (value & width_mask(index)) - counter_source(index);
        if (counted <= mask - seen)
            continue;
        r.pmovs_el0 |= one_bit(bit_of(index));
        const auto upper = index + 1;
        if (index % 2 == 0 && upper < kEventCounters && event_of(r, upper) == pmu::kChain && counts(*this, upper))
            r.pmevcntr[upper] += (seen + counted) >> 32;
    }
}

/// An event that is not counted by differences happens now.
void System::count_event(std::uint64_t event) {
    auto& r = regs();
    if (r.pmcnten_el0 == 0)
        return;
    bool counted = false;
    for (unsigned index = 0; index < kEventCounters; ++index)
        if (event_of(r, index) == event && counts(*this, index)) {
            ++r.pmevcntr[index];
            counted = true;
        }
    if (counted)
        update_pmu();
}

/// The time by which the first of the counters that may interrupt overflows, by the shortest time that a count has taken so
/// far; it may be early, and is then computed again.
Picoseconds System::next_overflow() {
    const auto& r = regs();
    auto first = kNever;
    const auto now = host_.now();
    for (unsigned index = 0; index < kCounters; ++index) {
        const auto source = source_of(*this, index);
        const bool chained = source != Source::None && index % 2 == 0 && index + 1 < kEventCounters && event_of(r, index + 1) == pmu::kChain &&
                             bit(r.pminten_el1, bit_of(index + 1));
        const bool interrupts = bit(r.pminten_el1, bit_of(index)) && !bit(r.pmovs_el0, bit_of(index));
        if (source == Source::None || (!interrupts && !chained))
            continue;
        const auto mask = width_mask(index);
        const auto remaining = mask - (event_counter(index) & mask) + 1;
        const auto counted = source == Source::Cycles ? host_.cycles() : host_.executed();
        const double each = counted == 0 ? 1.0 : static_cast<double>(now) / static_cast<double>(counted);
        auto& shortest = source == Source::Cycles ? cycle_time_ : instruction_time_;
        shortest = shortest == 0 ? each : std::min(shortest, each);
        const double distance = static_cast<double>(remaining) * shortest;
        if (remaining != 0 && distance < 1e18)
            first = std::min(first, now + std::max<Picoseconds>(1, static_cast<Picoseconds>(distance)));
    }
    return first;
}

void System::update_pmu() {
    settle_counters();
    const auto& r = regs();
    bool pending = false;
    for (unsigned index = 0; index < kCounters; ++index)
        pending = pending || (bit(r.pmovs_el0 & r.pminten_el1, bit_of(index)) && globally_enabled(*this, index));
    host_.set_output(static_cast<unsigned>(Output::Pmu), pending);
    host_.set_alarm(alarm::kPmu, r.pmcnten_el0 == 0 ? kNever : next_overflow());
}

} // namespace medley::iss::aarch64
