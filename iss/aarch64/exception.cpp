// Exception entry: where exceptions go, and what they leave in ESR, FAR, HPFAR, ELR and SPSR. Arm ARM DDI 0487, D1.3.
#include "iss/aarch64/exception_names.h"
#include "iss/aarch64/fault_bits.h"
#include "iss/aarch64/pmu.h"
#include "iss/aarch64/sys.h"
#include "iss/aarch64/sys_bits.h"
#include "iss/aarch64/syndrome.h"
#include "medley/base/bits.h"

#include <algorithm>

#include <fmt/format.h>

namespace medley::iss::aarch64 {
namespace {

namespace status = syndrome::status;

/// "Exception vectors": offsets of vectors, by where the exception comes from, then by kind.
constexpr Address kFromSp0 = 0x000;
constexpr Address kFromSpx = 0x200;
constexpr Address kFromLower = 0x400;
constexpr Address kVectorAlignment = 0x800;
constexpr Address kKindStride = 0x80;

constexpr std::uint64_t kModeAarch32 = 0x10;

} // namespace

unsigned System::default_target() const {
    if (el() == 0)
        return (effective_hcr() & hcr::kTge) != 0 ? 2 : 1;
    return el();
}

std::uint64_t& System::elr(unsigned level) {
    return level == 1 ? regs().elr_el1 : level == 2 ? regs().elr_el2 : regs().elr_el3;
}
std::uint64_t& System::spsr(unsigned level) {
    return level == 1 ? regs().spsr_el1 : level == 2 ? regs().spsr_el2 : regs().spsr_el3;
}

std::uint64_t System::saved_state() const {
    const auto& p = regs().pstate;
    const auto flag = [](std::uint64_t value, unsigned at) { return (value & 1) << at; };
    return flag(state_.n, 31) | flag(state_.z, 30) | flag(state_.c, 29) | flag(state_.v, 28) | flag(p.dit, 24) | flag(p.uao, 23) |
           flag(p.pan, 22) | flag(p.ss, 21) | flag(p.il, 20) | flag(p.ssbs, 12) | std::uint64_t{p.daif} << 6 |
           std::uint64_t{p.el} << 2 | (p.el != 0 ? p.sp_sel & 1 : 0);
}

void System::trace(const Exception& exception) const {
    const bool interrupt = exception.kind != Exception::Kind::Synchronous;
    host_.trace_event(interrupt, fmt::format("{} EL{}->EL{} pc={:#x} esr={:#x} far={:#x}", exception_name(exception), el(),
                                             exception.target, state_.pc, exception.syndrome,
                                             exception.fault_address.value_or(0)));
}

void System::take(const Exception& exception) {
    if (host_.tracing_events())
        trace(exception);
    auto& r = regs();
    auto& p = r.pstate;
    const auto target = exception.target;
    count_event(pmu::kExceptions);
    const auto offset = target != p.el ? kFromLower : p.sp_sel != 0 ? kFromSpx : kFromSp0;
    change_counting([&] {
        spsr(target) = saved_state();
        elr(target) = exception.return_address;
        if (exception.kind == Exception::Kind::Synchronous || exception.kind == Exception::Kind::SError)
            (target == 1 ? r.esr_el1 : target == 2 ? r.esr_el2 : r.esr_el3) = exception.syndrome;
        if (exception.fault_address)
            (target == 1 ? r.far_el1 : target == 2 ? r.far_el2 : r.far_el3) = *exception.fault_address;
        if (exception.intermediate)
            r.hpfar_el2 = (*exception.intermediate >> 12) << 4;
        p.el = target;
        p.sp_sel = 1;
        p.daif = 0xf;
        p.il = 0;
        p.ss = 0;
        p.uao = 0;
        const auto control = sctlr();
        // SCTLR_EL1.SPAN says whether PAN stays.
        const bool has_users = target == 1 || (target == 2 && host_user());
        if (config_.has(Feature::PAN) && has_users && (control & sctlr::kSpan) == 0)
            p.pan = 1;
        if (config_.has(Feature::SSBS))
            p.ssbs = (control & sctlr::kDssbs) != 0 ? 1 : 0;
        r.step_syndrome = 0;
        const auto base = target == 1 ? r.vbar_el1 : target == 2 ? r.vbar_el2 : r.vbar_el3;
        state_.pc = branch_address(align_down(base, kVectorAlignment), target) + offset +
                    static_cast<Address>(exception.kind) * kKindStride;
    });
    update_attention();
}

void System::raise(const Fault& fault) {
    // "Software Step exceptions": an instruction that does not complete is stepped again, but the calls are complete once they are taken.
    const auto exception_class = syndrome::class_of(fault.code);
    const bool call = fault.kind == FaultKind::Instruction &&
                      (exception_class == ec::kSvc || exception_class == ec::kHvc || exception_class == ec::kSmc);
    if (step_running() && stepping() && !call && !(fault.kind == FaultKind::Instruction && exception_class == ec::kStepLower))
        regs().pstate.ss = 1;
    if (fault.kind == FaultKind::Instruction)
        raise_instruction(fault);
    else
        raise_abort(fault);
}

void System::raise_instruction(const Fault& fault) {
    Exception exception;
    exception.syndrome = fault.code;
    exception.return_address = state_.pc;
    exception.target = default_target();
    const auto debug_target = debug_exception_target();
    switch (syndrome::class_of(fault.code)) {
    case ec::kSvc: exception.return_address += 4; break;
    case ec::kHvc:
        exception.return_address += 4;
        exception.target = std::max(2U, el());
        break;
    case ec::kSmc:
        // Trapped to EL2 it has not been executed (HCR_EL2.TSC); else EL3 has it.
        exception.target = fault.value == 2 ? 2 : 3;
        exception.return_address += exception.target == 3 ? 4 : 0;
        break;
    case ec::kSystem:
    case ec::kWfx:
    case ec::kPointerAuth:
    case ec::kEret: exception.target = std::max(static_cast<unsigned>(fault.value), default_target()); break;
    case ec::kFloatAccess:
        exception.target = std::max(float_trap(), el() == 0 ? 1U : el());
        if (exception.target == 1)
            exception.target = default_target();
        // With TGE, what EL1 would take as a floating-point trap is reported as unknown (HCR_EL2.TGE).
        if (el() == 0 && exception.target == 2 && float_trap() == 1)
            exception.syndrome = syndrome::kUndefined;
        break;
    case ec::kPcAlignment: exception.fault_address = fault.value; break;
    case ec::kBrk: exception.target = debug_target; break;
    case ec::kBreakpointLower:
        exception.target = debug_target;
        exception.syndrome = syndrome::make(ec::kBreakpointLower + (debug_target == el() ? 1 : 0), status::kDebug);
        break;
    case ec::kStepLower:
        exception.target = debug_target;
        exception.syndrome = syndrome::make(ec::kStepLower + (debug_target == el() ? 1 : 0),
                                            status::kDebug | step_iss(regs().step_syndrome));
        break;
    default: break;
    }
    take(exception);
}

void System::raise_abort(const Fault& fault) {
    const bool fetch = fault.access == Access::Fetch;
    Exception exception;
    exception.return_address = state_.pc;
    exception.target = default_target();
    exception.fault_address = fault.address;
    std::uint32_t iss = fault.kind == FaultKind::Bus         ? status::kExternal
                        : fault.kind == FaultKind::Alignment ? status::kAlignment
                                                             : fault.code & syndrome::abort::kStatusMask;
    const bool translation = fault.kind == FaultKind::Translation;
    const bool maintenance = translation && (fault.code & fault_bits::kMaintenance) != 0;
    const bool external = iss == status::kExternal || status::is_external_on_walk(iss);
    if (translation && (fault.code & fault_bits::kWatchpoint) != 0) {
        exception.target = debug_exception_target();
        iss = status::kDebug | (fault.access == Access::Write ? syndrome::abort::kWrite : 0) | (maintenance ? syndrome::abort::kCacheMaintenance : 0);
        exception.syndrome = syndrome::make(ec::kWatchpointLower + (exception.target == el() ? 1 : 0), iss);
        return take(exception);
    }
    if (fault.access == Access::Write)
        exception.fault_address = zeroed_address().value_or(fault.address);
    if (external)
        exception.target = external_abort_target();
    if (translation && (fault.code & fault_bits::kStage2) != 0) {
        exception.target = external ? std::max(exception.target, 2U) : 2;
        exception.intermediate = fault.value;
        const bool on_walk = (fault.code & fault_bits::kStage1Walk) != 0;
        if (on_walk)
            iss |= syndrome::abort::kStage1Walk;
        else if (!fetch && !maintenance && !external)
            iss |= stage2_instruction_syndrome();
    }
    if (maintenance)
        iss |= syndrome::abort::kCacheMaintenance | syndrome::abort::kWrite;
    else if (fault.access == Access::Write && writes_first(fault))
        iss |= syndrome::abort::kWrite;
    const auto base = fetch ? ec::kFetchLower : ec::kDataLower;
    exception.syndrome = syndrome::make(base + (exception.target == el() ? 1 : 0), iss);
    take(exception);
}

/// SCR_EL3.EA and HCR_EL2.TEA send synchronous external aborts up.
unsigned System::external_abort_target() const {
    if (config_.has_el3 && (regs().scr_el3 & scr::kEa) != 0)
        return 3;
    if (el() < 2 && config_.has(Feature::RAS) && (effective_hcr() & hcr::kTea) != 0)
        return 2;
    return default_target();
}

/// WnR is clear for an atomic instruction that could not even read, as it cannot where it must be aligned (ESR_ELx, "ISS encoding for an exception from a Data Abort").
bool System::writes_first(const Fault& fault) {
    if (fault.kind == FaultKind::Bus)
        return true;
    const auto word = instruction_at(state_.pc);
    constexpr std::uint32_t kUser = AccessIndex{false, false}.encode();
    const bool is_atomic = (word & 0x3b20'0c00) == 0x3820'0000 || (word & 0x3fa0'7c00) == 0x08a0'7c00 ||
                           (word & 0xbfa0'7c00) == 0x0820'7c00;
    if (!is_atomic)
        return true;
    if (fault.kind == FaultKind::Alignment)
        return false;
    const auto index = el() == 0 ? kUser : AccessIndex{true, pan_applies()}.encode();
    return translate(fault.address, 1, Access::Read, index).ok;
}

/// What DC ZVA was given, which is what FAR_ELx has of its data aborts, not the start of the block.
std::optional<Address> System::zeroed_address() {
    constexpr std::uint32_t kDcZva = 0xd50b'7420;
    constexpr unsigned kZeroRegister = 31;
    const auto word = instruction_at(state_.pc);
    const auto rt = word & 31;
    if ((word & ~std::uint32_t{31}) != kDcZva)
        return std::nullopt;
    return rt == kZeroRegister ? 0 : state_.x[rt];
}

std::uint32_t System::instruction_at(Address address) {
    const auto physical = translate_debug(address);
    std::uint32_t word = 0;
    if (!physical || host_.memory().peek(*physical, std::as_writable_bytes(std::span(&word, 1))) != sizeof word)
        return 0;
    return word;
}

/// ESR_EL2, ISV to AR: what a hypervisor wants to know of a load or store of one general register.
std::uint32_t System::stage2_instruction_syndrome() {
    const auto word = instruction_at(state_.pc);
    auto size = word >> 30;
    const auto rt = word & 31;
    bool sign = false;
    bool wide = size == 3;
    bool ordered = false;
    if ((word & 0x3fff'fc00) == 0x38bf'c000) {
        ordered = true; // LDAPR
    } else if ((word & 0x3f00'0000) == 0x3900'0000 || ((word & 0x3f00'0000) == 0x3800'0000)) {
        // LDR, STR, LDUR, STUR, LDTR, STTR: immediate and register offset; without writeback.
        const bool unsigned_offset = (word & 0x0100'0000) != 0;
        const bool register_offset = (word & 0x0020'0c00) == 0x0020'0800;
        const auto mode = word >> 10 & 3;
        if (!unsigned_offset && !register_offset && ((word & 0x0020'0000) != 0 || (mode != 0 && mode != 2)))
            return 0;
        const auto opc = word >> 22 & 3;
        if (size == 3 && opc == 2)
            return 0; // PRFM
        sign = opc >= 2;
        wide = sign ? opc == 2 : size == 3;
    } else if ((word & 0x3f80'7c00) == 0x0880'7c00 && (word & 0x0020'0000) == 0) {
        ordered = true; // LDAR, STLR, LDLAR, STLLR
    } else if ((word & 0x3f20'0c00) == 0x1900'0000) {
        ordered = true; // LDAPUR, STLUR
        const auto opc = word >> 22 & 3;
        sign = opc >= 2;
        wide = sign ? opc == 2 : size == 3;
    } else if ((word & 0x3f00'0000) == 0x1800'0000 && size != 3) { // LDR, LDRSW (literal), whose size is in other bits
        sign = size == 2;
        wide = size != 0;
        size = size == 1 ? 3 : 2;
    } else {
        return 0;
    }
    return syndrome::abort::kSyndromeValid | size << 22 | (sign ? 1U << 21 : 0) | rt << 16 | (wide ? 1U << 15 : 0) |
           (ordered ? 1U << 14 : 0);
}

std::uint64_t System::exception_return() {
    auto& r = regs();
    auto& p = r.pstate;
    const auto from = p.el;
    const auto saved = spsr(from);
    const auto target = static_cast<unsigned>(bits(saved, 2, 2));
    const auto hcr = config_.has_el2 ? r.hcr_el2 : 0;
    // "Illegal return events".
    const bool to_secure_world = config_.has_el3 && (r.scr_el3 & scr::kNs) == 0;
    const bool illegal = (saved & kModeAarch32) != 0 || bit(saved, 1) || target > from || (target == 0 && bit(saved, 0)) ||
                         (target == 2 && (!config_.has_el2 || to_secure_world)) ||
                         (target == 1 && !to_secure_world && (hcr & hcr::kTge) != 0);
    const auto next = elr(from);
    count_event(pmu::kExceptionReturns);
    change_counting([&] {
        const bool step_from_here = debug_enabled();
        state_.n = bit(saved, 31);
        state_.z = bit(saved, 30);
        state_.c = bit(saved, 29);
        state_.v = bit(saved, 28);
        p.daif = static_cast<std::uint32_t>(bits(saved, 6, 4));
        p.pan = config_.has(Feature::PAN) ? bit(saved, 22) : 0;
        p.uao = config_.has(Feature::UAO) ? bit(saved, 23) : 0;
        p.dit = config_.has(Feature::DIT) ? bit(saved, 24) : 0;
        p.ssbs = config_.has(Feature::SSBS) ? bit(saved, 12) : 0;
        p.il = illegal || bit(saved, 20) ? 1 : 0;
        p.ss = 0;
        if (!illegal) {
            p.el = target;
            p.sp_sel = bit(saved, 0);
        }
        // A return clears the local monitor and is an event (AArch64.ExceptionReturn).
        r.monitor_armed = 0;
        set_event();
        // "Software Step exceptions": stepping starts on a return from where debug exceptions are off to where they are on.
        r.step_syndrome = 0;
        if ((r.mdscr_el1 & mdscr::kSs) != 0 && !step_from_here && debug_enabled())
            p.ss = bit(saved, 21);
    });
    update_attention();
    return illegal ? next : branch_address(next, target);
}

Address System::branch_address(Address target, unsigned level) const {
    const auto of = level == 3                               ? Regime::El3
                    : level == 2                             ? (e2h() ? Regime::El20 : Regime::El2)
                    : level == 0 && host_user()              ? Regime::El20
                                                             : Regime::El10;
    if (!tag_ignored(of, target, true))
        return target;
    return has_two_ranges(of) ? sign_extend(target, 56) : bits(target, 0, 56);
}

/// CPACR_EL1, CPTR_EL2 and CPTR_EL3 (AArch64.CheckFPEnabled).
unsigned System::float_trap() const {
    const auto& r = regs();
    const auto level = el();
    const auto closed = [&](std::uint64_t control, unsigned at) {
        const auto field = bits(control, at, 2);
        return field == 0 || field == 2 || (field == 1 && level == 0);
    };
    if (level < 2 && !host_user() && closed(r.cpacr_el1, 20))
        return 1;
    if (level < 3 && el2_enabled()) {
        if (e2h()) {
            const auto field = bits(r.cptr_el2, 20, 2);
            const bool user_of_host = level == 0 && host_user();
            if (field == 0 || field == 2 || (field == 1 && user_of_host))
                return 2;
        } else if (bit(r.cptr_el2, 10)) {
            return 2;
        }
    }
    if (config_.has_el3 && bit(r.cptr_el3, 10))
        return 3;
    return 0;
}

} // namespace medley::iss::aarch64
