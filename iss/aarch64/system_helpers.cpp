// Helpers of system instructions.
#include "iss/aarch64/core.h"
#include "iss/aarch64/helpers.h"
#include "iss/aarch64/lift.h"
#include "iss/aarch64/semihosting.h"
#include "iss/aarch64/syndrome.h"
#include "iss/aarch64/sys_bits.h"
#include "iss/aarch64/sys_instruction.h"
#include "iss/aarch64/sysreg_functions.h"
#include "iss/aarch64/sysreg_table.h"

#include <fmt/format.h>

namespace medley::iss::aarch64 {
namespace {

System& system_of(HelperContext& context) { return core_of(context).system(); }

std::uint32_t word_of(std::uint64_t encoding) { return static_cast<std::uint32_t>(encoding); }

std::uint64_t fail(HelperContext& context, std::uint32_t code, std::uint64_t value = 0) {
    context.raise({FaultKind::Instruction, Access::Fetch, code, 0, value});
    return 0;
}

void report_unmodelled(System& system, std::uint32_t instruction, const char* what) {
    const auto key = sysreg_key(instruction);
    const auto text = fmt::format("s{}_{}_c{}_c{}_{}", key >> 14, key >> 11 & 7, key >> 7 & 15, key >> 3 & 15, key & 7);
    system.host().log().report_once("aarch64 " + text, "aarch64",
                                    fmt::format("pc={:#x}: {} is not modelled: {}", system.state().pc, text, what));
}

/// Fields of PSTATE that MSR (immediate) writes, by op1 and op2.
constexpr unsigned field(unsigned op1, unsigned op2) { return op1 << 3 | op2; }

/// Whether waiting is trapped: by EL1 for EL0, by EL2 for what is below, by EL3 (SCTLR_EL1.nTWI, HCR_EL2.TWI, SCR_EL3.TWI).
unsigned wait_trap(const System& s, bool event) {
    const auto level = s.el();
    if (level == 0 && !s.host_user() && (s.regs().sctlr_el1 & (event ? sctlr::kNtwe : sctlr::kNtwi)) == 0)
        return s.default_target();
    if (level == 0 && s.host_user() && (s.regs().sctlr_el2 & (event ? sctlr::kNtwe : sctlr::kNtwi)) == 0)
        return 2;
    if (level < 2 && !(level == 0 && s.host_user()) && (s.effective_hcr() & (event ? hcr::kTwe : hcr::kTwi)) != 0)
        return 2;
    if (level < 3 && s.config().has_el3 && (s.regs().scr_el3 & (event ? scr::kTwe : scr::kTwi)) != 0)
        return 3;
    return 0;
}

} // namespace

// MRS xt, register
std::uint64_t helper_sysreg_read(HelperContext& context, std::uint64_t encoding, std::uint64_t, std::uint64_t, std::uint64_t) {
    auto& system = system_of(context);
    const auto decision = decide_sysreg(system, word_of(encoding), false);
    if (decision.fault) {
        context.raise(*decision.fault);
        return 0;
    }
    if (decision.place.row == nullptr) {
        report_unmodelled(system, word_of(encoding), "reads as 0");
        return 0;
    }
    return decision.place.row->read(system, decision.place.index);
}

// MSR register, xt
std::uint64_t helper_sysreg_write(HelperContext& context, std::uint64_t encoding, std::uint64_t value, std::uint64_t, std::uint64_t) {
    auto& system = system_of(context);
    const auto decision = decide_sysreg(system, word_of(encoding), true);
    if (decision.fault) {
        context.raise(*decision.fault);
        return 0;
    }
    if (decision.place.row == nullptr) {
        report_unmodelled(system, word_of(encoding), "the write is ignored");
        return 0;
    }
    if (sysreg::asks_for_reset(*decision.place.row, value))
        return fail(context, kWarmReset);
    decision.place.row->write(system, decision.place.index, value);
    system.update_attention();
    return 0;
}

// SYS #op1, cn, cm, #op2, xt
std::uint64_t helper_sys(HelperContext& context, std::uint64_t encoding, std::uint64_t value, std::uint64_t, std::uint64_t) {
    if (const auto fault = execute_sys(system_of(context), word_of(encoding), value))
        context.raise(*fault);
    return 0;
}

// SYSL xt, #op1, cn, cm, #op2: there are none but those that an implementation defines
std::uint64_t helper_sysl(HelperContext& context, std::uint64_t encoding, std::uint64_t, std::uint64_t, std::uint64_t) {
    auto& system = system_of(context);
    const auto crn = encoding >> 12 & 15;
    if ((crn != 11 && crn != 15) || system.el() == 0)
        return fail(context, syndrome::kUndefined);
    const auto verdict = sysreg::trap_tidcp(system, {});
    if (const auto fault = fault_of(system, verdict, word_of(encoding)))
        context.raise(*fault);
    return 0;
}

// MSR pstatefield, #imm
std::uint64_t helper_msr_immediate(HelperContext& context, std::uint64_t encoding, std::uint64_t, std::uint64_t, std::uint64_t) {
    auto& system = system_of(context);
    auto& p = system.regs().pstate;
    const auto& config = system.config();
    const auto value = static_cast<std::uint32_t>(encoding >> 8 & 15);
    const auto which = field(encoding >> 16 & 7, encoding >> 5 & 7);
    const bool is_mask = which == field(3, 6) || which == field(3, 7);
    const bool user = system.el() == 0;
    if (is_mask)
        if (const auto fault = fault_of(system, sysreg::trap_uma(system, {}), word_of(encoding))) {
            context.raise(*fault);
            return 0;
        }
    switch (which) {
    case field(3, 6): system.set_masks(p.daif | static_cast<std::uint32_t>(value)); break;  // DAIFSet
    case field(3, 7): system.set_masks(p.daif & ~static_cast<std::uint32_t>(value)); break; // DAIFClr
    case field(0, 5):                          // SPSel
        if (user)
            return fail(context, syndrome::kUndefined);
        p.sp_sel = value & 1;
        break;
    case field(0, 4): // PAN
        if (user || !config.has(Feature::PAN))
            return fail(context, syndrome::kUndefined);
        p.pan = value & 1;
        break;
    case field(0, 3): // UAO
        if (user || !config.has(Feature::UAO))
            return fail(context, syndrome::kUndefined);
        p.uao = value & 1;
        break;
    case field(3, 2): // DIT
        if (!config.has(Feature::DIT))
            return fail(context, syndrome::kUndefined);
        p.dit = value & 1;
        break;
    case field(3, 1): // SSBS
        if (!config.has(Feature::SSBS))
            return fail(context, syndrome::kUndefined);
        p.ssbs = value & 1;
        break;
    default: return fail(context, syndrome::kUndefined);
    }
    system.update_attention();
    return 0;
}

// ERET; ERETAA; ERETAB
std::uint64_t helper_exception_return(HelperContext& context, std::uint64_t encoding, std::uint64_t, std::uint64_t, std::uint64_t) {
    auto& system = system_of(context);
    if (system.el() == 0)
        return fail(context, syndrome::kUndefined);
    constexpr std::uint64_t kAuthenticated = one_bit(11);
    if ((encoding & kAuthenticated) != 0) {
        const auto level = system.el();
        const auto key = (encoding & one_bit(10)) != 0 ? PacKey::InstructionB : PacKey::InstructionA;
        const auto pointer = helper_pac_authenticate(context, system.elr(level), system.state().sp[system.regs().pstate.sp_sel != 0 ? level : 0],
                                                     static_cast<std::uint64_t>(key), 0);
        if (context.faulted)
            return 0;
        const auto kept = system.elr(level);
        system.elr(level) = pointer;
        const auto next = system.exception_return();
        system.elr(level) = kept;
        return next;
    }
    return system.exception_return();
}

// WFI; WFE
std::uint64_t helper_wait(HelperContext& context, std::uint64_t encoding, std::uint64_t, std::uint64_t, std::uint64_t) {
    auto& system = system_of(context);
    const bool event = (encoding >> 5 & 7) == 2;
    // A wait that ends at once is not trapped.
    if (event && !system.wait_for_event())
        return 0;
    if (!event)
        system.wait_for_interrupt();
    if (system.wakes_up())
        return 0;
    if (const auto level = wait_trap(system, event); level != 0)
        return fail(context, syndrome::wait(event ? syndrome::Wait::Wfe : syndrome::Wait::Wfi), level);
    return 0;
}

// SEV; SEVL
std::uint64_t helper_set_event(HelperContext& context, std::uint64_t encoding, std::uint64_t, std::uint64_t, std::uint64_t) {
    constexpr std::uint64_t kLocal = one_bit(5);
    system_of(context).send_event((encoding & kLocal) != 0);
    return 0;
}

// HVC #imm
std::uint64_t helper_hypervisor_call(HelperContext& context, std::uint64_t encoding, std::uint64_t, std::uint64_t, std::uint64_t) {
    auto& system = system_of(context);
    const auto imm = static_cast<std::uint32_t>(encoding >> 5 & 0xffff);
    if (system.el() == 0)
        return fail(context, syndrome::kUndefined);
    if (system.is_conduit(Conduit::Hvc)) {
        system.call_firmware();
        return 0;
    }
    const auto& config = system.config();
    const bool enabled = config.has_el3 ? (system.regs().scr_el3 & scr::kHce) != 0 : (system.regs().hcr_el2 & hcr::kHcd) == 0;
    if (!config.has_el2 || !enabled || (system.el() == 1 && !system.el2_enabled()))
        return fail(context, syndrome::kUndefined);
    return fail(context, syndrome::hvc(imm));
}

// SMC #imm
std::uint64_t helper_monitor_call(HelperContext& context, std::uint64_t encoding, std::uint64_t, std::uint64_t, std::uint64_t) {
    auto& system = system_of(context);
    const auto imm = static_cast<std::uint32_t>(encoding >> 5 & 0xffff);
    if (system.el() == 0)
        return fail(context, syndrome::kUndefined);
    if (system.el() == 1 && (system.effective_hcr() & hcr::kTsc) != 0)
        return fail(context, syndrome::smc(imm), 2);
    if (system.is_conduit(Conduit::Smc)) {
        system.call_firmware();
        return 0;
    }
    if (!system.config().has_el3 || (system.regs().scr_el3 & scr::kSmd) != 0)
        return fail(context, syndrome::kUndefined);
    return fail(context, syndrome::smc(imm), 3);
}

// HLT #imm: halting debug is off, so that it is undefined but for semihosting
std::uint64_t helper_halt(HelperContext& context, std::uint64_t encoding, std::uint64_t, std::uint64_t, std::uint64_t) {
    auto& system = system_of(context);
    const auto imm = static_cast<unsigned>(encoding >> 5 & 0xffff);
    if (!system.config().semihosting || imm != kSemihostingHalt)
        return fail(context, syndrome::kUndefined);
    call_semihosting(system, system.host_files());
    return 0;
}

// ESB
std::uint64_t helper_error_barrier(HelperContext& context, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t) {
    system_of(context).synchronize_errors();
    return 0;
}

// ISB
std::uint64_t helper_instruction_barrier(HelperContext& context, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t) {
    system_of(context).host().instruction_barrier();
    return 0;
}

// DC ZVA at EL0
std::uint64_t helper_zva_check(HelperContext& context, std::uint64_t encoding, std::uint64_t, std::uint64_t, std::uint64_t) {
    auto& system = system_of(context);
    if (!system.zva_may_trap())
        return 0;
    const bool by_el1 = system.el() == 0 && (system.sctlr() & sctlr::kDze) == 0;
    const auto fault = fault_of(system, by_el1 ? Verdict::TrapEl1 : Verdict::TrapEl2, word_of(encoding));
    context.raise(*fault);
    return 0;
}

// Before an instruction while breakpoints are armed
std::uint64_t helper_execute_breakpoint(HelperContext& context, std::uint64_t address, std::uint64_t, std::uint64_t, std::uint64_t) {
    if (const auto fault = system_of(context).breakpoint_at(address))
        context.raise(*fault);
    return 0;
}

// Before an instruction that is stepped
std::uint64_t helper_step_begin(HelperContext& context, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t) {
    system_of(context).begin_step();
    return 0;
}

} // namespace medley::iss::aarch64
