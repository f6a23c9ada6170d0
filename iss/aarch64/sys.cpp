// Where a core is, reset, and what translated code depends on.
#include "iss/aarch64/sys.h"

#include "iss/aarch64/sys_bits.h"
#include "medley/base/bits.h"

#include <cstddef>

namespace medley::iss::aarch64 {
namespace {

static_assert(std::is_standard_layout_v<SystemState>);

/// What models of this family have after reset: the fields that are 1 for lack of a feature, and no EL0 waits trapped.
constexpr std::uint64_t kSctlrReset = 0x00c5'0838;
constexpr std::uint64_t kSctlrReset2 = 0x30c5'0830;

std::uint32_t offset_in_state(std::size_t offset) {
    return static_cast<std::uint32_t>(offsetof(State, sys) + offset);
}

void add_array(StateLayout& layout, const std::string& prefix, const std::string& suffix, std::size_t offset, unsigned count) {
    for (unsigned i = 0; i < count; ++i)
        layout.add({prefix + std::to_string(i) + suffix, offset_in_state(offset + 8 * i), ir::Type::I64, SlotRole::System, 0});
}

} // namespace

System::System(const Config& config, CoreHost& host, State& state) : config_(config), host_(host), state_(state) {}

void System::add_slots(StateLayout& layout) const {
    const auto flag = [&](const char* name, std::size_t offset) {
        layout.add({name, offset_in_state(offsetof(SystemState, pstate) + offset), ir::Type::I32, SlotRole::System, 0});
    };
    // The registers come first: plan_sysreg counts on their order.
#define SYS_SLOT(name) layout.add({#name, offset_in_state(offsetof(SystemState, name)), ir::Type::I64, SlotRole::System, 0});
#include "iss/aarch64/sys_slots.def"
    flag("el", offsetof(Pstate, el));
    flag("spsel", offsetof(Pstate, sp_sel));
    flag("daif", offsetof(Pstate, daif));
    flag("il", offsetof(Pstate, il));
    flag("ss", offsetof(Pstate, ss));
    flag("pan", offsetof(Pstate, pan));
    flag("uao", offsetof(Pstate, uao));
    flag("dit", offsetof(Pstate, dit));
    flag("ssbs", offsetof(Pstate, ssbs));
    add_array(layout, "dbgbvr", "_el1", offsetof(SystemState, dbgbvr), kBreakpoints);
    add_array(layout, "dbgbcr", "_el1", offsetof(SystemState, dbgbcr), kBreakpoints);
    add_array(layout, "dbgwvr", "_el1", offsetof(SystemState, dbgwvr), kWatchpoints);
    add_array(layout, "dbgwcr", "_el1", offsetof(SystemState, dbgwcr), kWatchpoints);
    add_array(layout, "pmevcntr", "_el0", offsetof(SystemState, pmevcntr), kEventCounters);
    add_array(layout, "pmevtyper", "_el0", offsetof(SystemState, pmevtyper), kEventCounters);
    layout.add({"pmccntr_el0", offset_in_state(offsetof(SystemState, pmccntr)), ir::Type::I64, SlotRole::System, 0});
    layout.add({"pmccfiltr_el0", offset_in_state(offsetof(SystemState, pmccfiltr)), ir::Type::I64, SlotRole::System, 0});
    add_array(layout, "pmc_seen", "", offsetof(SystemState, pmc_seen), kEventCounters + 1);
    layout.add({"inputs", offset_in_state(offsetof(SystemState, inputs)), ir::Type::I64, SlotRole::Internal, 0});
    layout.add({"serror_pending", offset_in_state(offsetof(SystemState, serror_pending)), ir::Type::I64, SlotRole::Internal, 0});
    layout.add({"step_syndrome", offset_in_state(offsetof(SystemState, step_syndrome)), ir::Type::I64, SlotRole::Internal, 0});
    layout.add({"reset_address", offset_in_state(offsetof(SystemState, reset_address)), ir::Type::I64, SlotRole::Internal, 0});
    layout.add({"random", offset_in_state(offsetof(SystemState, random)), ir::Type::I64, SlotRole::Internal, 0});
}

void System::reset(Address entry) {
    const auto inputs = regs().inputs; // wires do not know of our reset
    state_ = State{};
    state_.pc = entry;
    auto& r = regs();
    r.inputs = inputs;
    r.reset_address = entry;
    r.pstate.el = config_.highest_el();
    r.sctlr_el1 = kSctlrReset;
    r.sctlr_el2 = kSctlrReset2;
    r.sctlr_el3 = kSctlrReset2;
    r.hcr_el2 = 0;
    r.cptr_el2 = 0x33ff; // the fields that are 1 without SVE
    r.vpidr_el2 = 0;
    r.mdcr_el2 = kEventCounters; // HPMN
    r.cntfrq_el0 = host_.counter_frequency();
    r.oslock = 1;
    r.random = 0x9e37'79b9'7f4a'7c15 * (config_.index + 1);
    r.vmpidr_el2 = mpidr();
    r.vpidr_el2 = midr();
    // Without EL3 the core is Non-secure for good; without EL2 nothing depends on the bits below.
    r.scr_el3 = config_.has_el3 ? 0 : scr::kNs | scr::kRw | scr::kHce;
    flush_translations();
    update_timers();
    update_pmu();
    update_attention();
}

/// What has its value from cold resets alone stays: the frequency that firmware has written, and self-hosted debug's breakpoints,
/// watchpoints, claim tags and locks (the "On a Cold reset" of their fields).
void System::warm_reset() {
    const auto old = regs();
    reset(old.reset_address);
    auto& r = regs();
    r.cntfrq_el0 = old.cntfrq_el0;
    r.dbgbvr = old.dbgbvr;
    r.dbgbcr = old.dbgbcr;
    r.dbgwvr = old.dbgwvr;
    r.dbgwcr = old.dbgwcr;
    r.oslock = old.oslock;
    r.osdlr_el1 = old.osdlr_el1;
    r.oseccr_el1 = old.oseccr_el1;
    r.dbgclaim_el1 = old.dbgclaim_el1;
    r.dbgprcr_el1 = old.dbgprcr_el1;
    flush_translations();
}

/// PSCI (DEN 0022, 6.4): the new core is at the level of its starter, the highest that Non-secure software has, with the
/// argument in x0, exceptions masked and translation off.
void System::start(Address entry, std::uint64_t argument) {
    const auto reset_address = regs().reset_address;
    reset(entry);
    auto& r = regs();
    r.reset_address = reset_address;
    if (config_.has_el3)
        r.scr_el3 |= scr::kNs | scr::kRw | scr::kHce;
    r.pstate.el = config_.psci == Conduit::Smc && config_.has_el2 ? 2 : 1;
    state_.x[0] = argument;
    update_attention();
}

/// A debugger has written anything.
void System::state_written() {
    flush_translations();
    update_timers();
    update_pmu();
    update_attention();
}

bool System::secure_below_el3() const { return config_.has_el3 && (regs().scr_el3 & scr::kNs) == 0; }

bool System::e2h() const { return el2_enabled() && config_.has(Feature::VHE) && (regs().hcr_el2 & hcr::kE2h) != 0; }

bool System::host_user() const { return e2h() && (regs().hcr_el2 & hcr::kTge) != 0; }

Regime System::regime() const {
    switch (el()) {
    case 0: return host_user() ? Regime::El20 : Regime::El10;
    case 1: return Regime::El10;
    case 2: return e2h() ? Regime::El20 : Regime::El2;
    default: return Regime::El3;
    }
}

std::uint64_t System::sctlr() const {
    switch (regime()) {
    case Regime::El10: return regs().sctlr_el1;
    case Regime::El2:
    case Regime::El20: return regs().sctlr_el2;
    case Regime::El3: break;
    }
    return regs().sctlr_el3;
}

std::uint64_t System::mpidr() const { return std::uint64_t{1} << 31 | config_.affinity(); }

LiftMode System::lift_mode() const {
    const auto& p = regs().pstate;
    const auto control = sctlr();
    LiftMode mode;
    mode.el = static_cast<std::uint8_t>(p.el);
    mode.sp_sel = p.el != 0 && p.sp_sel != 0;
    mode.fp_enabled = float_trap() == 0;
    const auto of = regime();
    constexpr Address zero = 0;
    constexpr Address high = ~Address{0};
    // While stage 1 is off, data is Device memory, where misaligned accesses fault ("Device memory").
    const bool all_device = !stage1_enabled(of) && !(of == Regime::El10 && (effective_hcr() & hcr::kDc) != 0);
    mode.check_alignment = (control & sctlr::kA) != 0 || all_device;
    mode.check_sp = (control & (p.el == 0 ? sctlr::kSa0 : sctlr::kSa)) != 0;
    mode.sp_misaligned = mode.check_sp && state_.sp[mode.sp_sel ? p.el : 0] % 16 != 0;
    mode.big_endian = (control & (p.el == 0 ? sctlr::kE0e : sctlr::kEe)) != 0;
    mode.two_ranges = has_two_ranges(of);
    mode.tbi_branch_low = tag_ignored(of, zero, true);
    mode.tbi_branch_high = mode.two_ranges ? tag_ignored(of, high, true) : mode.tbi_branch_low;
    mode.illegal_state = p.il != 0;
    if (stepping()) {
        mode.single_step = p.ss != 0;
        mode.step_pending = p.ss == 0;
    }
    mode.breakpoints = breakpoints_armed();
    mode.zva_checked = p.el < 2 && zva_may_trap();
    mode.data_index = static_cast<std::uint8_t>(AccessIndex{p.el != 0, pan_applies()}.encode());
    mode.unprivileged_index = static_cast<std::uint8_t>(unprivileged_index());
    if (mode.fp_enabled) {
        const auto fpcr = state_.fpcr;
        mode.rounding = static_cast<std::uint8_t>(bits(fpcr, 22, 2));
        mode.flush_to_zero = bit(fpcr, 24);
        mode.flush_to_zero16 = bit(fpcr, 19);
        mode.default_nan = bit(fpcr, 25);
        mode.alternative_half = bit(fpcr, 26);
    }
    return mode;
}

/// LDTR and STTR ("Load/store unprivileged"): as at EL0 from EL1, and from EL2 where it is the host; UAO makes them plain.
unsigned System::unprivileged_index() const {
    const auto& p = regs().pstate;
    const bool as_user = p.el == 0 || ((p.el == 1 || (p.el == 2 && host_user())) && p.uao == 0);
    return as_user ? AccessIndex{false, false}.encode() : AccessIndex{true, pan_applies()}.encode();
}

/// PSTATE.PAN changes nothing where there is no EL0 in the regime.
bool System::pan_applies() const {
    const auto& p = regs().pstate;
    return p.pan != 0 && p.el != 0 && has_two_ranges(regime());
}

bool System::zva_may_trap() const {
    if ((effective_hcr() & hcr::kTdz) != 0 && !host_user())
        return true;
    return el() == 0 && (sctlr() & sctlr::kDze) == 0;
}

} // namespace medley::iss::aarch64
