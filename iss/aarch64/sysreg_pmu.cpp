// Registers of the performance monitors: Arm ARM DDI 0487, D19.5.
#include "iss/aarch64/pmu.h"
#include "iss/aarch64/sysreg_functions.h"

namespace medley::iss::aarch64::sysreg {
namespace {

constexpr Value kAllCounters = one_bit(kCycleCounter) | (one_bit(kEventCounters) - 1);

/// The event counters that the current level reaches: below EL2 those below HPMN.
unsigned reachable(const System& s) {
    if (s.el() < 2 && s.el2_enabled())
        return static_cast<unsigned>(std::min<Value>(bits(s.regs().mdcr_el2, 0, 5), kEventCounters));
    return kEventCounters;
}

unsigned selected(const System& s) { return static_cast<unsigned>(s.regs().pmselr_el0); }

Value legal_type(const Config& config, Value value) {
    return value & (pmu::kFilters | (config.has(Feature::PMUv3p1) ? 0xffff : 0x3ff));
}

void set_filter(System& s, Value& place, Value value) {
    s.change_counting([&] { place = value; });
    s.update_pmu();
}

Value counter(System& s, unsigned index) {
    s.update_pmu(); // the counter below may have overflowed into this one
    return index < reachable(s) ? s.event_counter(index) & low_mask(32) : 0;
}
void set_counter(System& s, unsigned index, Value value) {
    if (index < reachable(s))
        s.set_event_counter(index, value & low_mask(32));
}

} // namespace

Value visible_counters(const System& s) { return kAllCounters & (one_bit(kCycleCounter) | (one_bit(reachable(s)) - 1)); }

Value read_pmcr(System& system, unsigned) {
    constexpr unsigned kNumberShift = 11;
    constexpr unsigned kIdShift = 16;
    return (system.regs().pmcr_el0 & (pmu::kEnable | pmu::kDisableWhereProhibited)) | pmu::kLongCycles | Value{reachable(system)} << kNumberShift | bits(system.midr(), 4, 8) << kIdShift | bits(system.midr(), 24, 8) << 24;
}

void write_pmcr(System& system, unsigned, Value value) {
    constexpr Value kMask = pmu::kEnable | pmu::kDisableWhereProhibited;
    system.change_counting([&] { system.regs().pmcr_el0 = value & kMask; });
    if ((value & pmu::kResetCycles) != 0)
        system.set_event_counter(kEventCounters, 0);
    if ((value & pmu::kResetEvents) != 0)
        for (unsigned index = 0; index < reachable(system); ++index)
            system.set_event_counter(index, 0);
    system.update_pmu();
}

Value read_pmovs(System& system, unsigned) {
    system.update_pmu();
    return system.regs().pmovs_el0 & visible_counters(system);
}

void write_pmswinc(System& system, unsigned, Value value) {
    for (unsigned index = 0; index < reachable(system); ++index) {
        const bool is_software = bits(system.regs().pmevtyper[index], 0, 16) == pmu::kSoftwareIncrement;
        if (bit(value, index) && is_software && pmu::counts(system, index))
            ++system.regs().pmevcntr[index];
    }
    system.update_pmu();
}

Value read_pmceid0(System&, unsigned) {
    return one_bit(pmu::kSoftwareIncrement) | one_bit(pmu::kInstructions) | one_bit(pmu::kExceptions) | one_bit(pmu::kExceptionReturns) |
           one_bit(pmu::kContextWrites) | one_bit(pmu::kCycles) | one_bit(pmu::kSpeculativeInstructions) | one_bit(pmu::kChain);
}

Value read_pmccntr(System& system, unsigned) {
    system.update_pmu();
    return system.event_counter(kEventCounters);
}
void write_pmccntr(System& system, unsigned, Value value) { system.set_event_counter(kEventCounters, value); }

Value read_pmevcntr(System& system, unsigned index) { return counter(system, index); }
void write_pmevcntr(System& system, unsigned index, Value value) { set_counter(system, index, value); }
Value read_pmevtyper(System& system, unsigned index) {
    return index < reachable(system) ? system.regs().pmevtyper[index] : 0;
}
void write_pmevtyper(System& system, unsigned index, Value value) {
    if (index < reachable(system))
        set_filter(system, system.regs().pmevtyper[index], legal_type(system.config(), value));
}
void write_pmccfiltr(System& system, unsigned, Value value) {
    set_filter(system, system.regs().pmccfiltr, value & pmu::kFilters);
}

Value read_pmxevtyper(System& system, unsigned) {
    const auto index = selected(system);
    return index == kCycleCounter ? system.regs().pmccfiltr : index < kEventCounters ? read_pmevtyper(system, index) : 0;
}
void write_pmxevtyper(System& system, unsigned, Value value) {
    const auto index = selected(system);
    if (index == kCycleCounter)
        write_pmccfiltr(system, 0, value);
    else if (index < kEventCounters)
        write_pmevtyper(system, index, value);
}
Value read_pmxevcntr(System& system, unsigned) { return counter(system, selected(system)); }
void write_pmxevcntr(System& system, unsigned, Value value) { set_counter(system, selected(system), value); }

} // namespace medley::iss::aarch64::sysreg
