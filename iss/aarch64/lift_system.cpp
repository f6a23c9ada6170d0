// Hints, barriers, and instructions that reach system registers.

#include "iss/aarch64/lifting.h"
#include "iss/aarch64/sys.h"
#include "iss/aarch64/sysreg.h"

namespace medley::iss::aarch64 {

namespace {

/// op0:op1:CRn:CRm:op2 of an MRS or MSR instruction.
constexpr std::uint32_t number(unsigned op0, unsigned op1, unsigned crn, unsigned crm, unsigned op2) {
    return op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2;
}
std::uint32_t number_of(std::uint32_t instruction) {
    return instruction >> 5 & 0xffff;
}
constexpr auto kNzcv = number(3, 3, 4, 2, 0);
constexpr auto kRandom = number(3, 3, 2, 4, 0), kRandomReseeded = number(3, 3, 2, 4, 1); // RNDR, RNDRRS
constexpr auto kFpcr = number(3, 3, 4, 4, 0);
constexpr auto kFpsr = number(3, 3, 4, 4, 1);
constexpr auto kCurrentEl = number(3, 0, 4, 2, 2);

bool is_float_register(std::uint32_t which) {
    return which == kFpcr || which == kFpsr;
}

/// The NZCV register: the flags in bits 31 to 28.
Value read_nzcv(Lifting& l) {
    auto value = l.constant(0);
    unsigned bit = 31;
    for (const auto flag : {l.flags().n(), l.flags().z(), l.flags().c(), l.flags().v()})
        value = l.b.bit_or(value, l.b.shl(l.b.zero_extend(Type::I64, flag, 1), l.constant(bit--)));
    return value;
}

void write_nzcv(Lifting& l, Value value) {
    const auto flag = [&](unsigned bit) {
        return l.b.truncate(Type::I1, l.b.shr_u(value, l.constant(bit)));
    };
    const auto n = flag(31);
    const auto z = flag(30);
    const auto c = flag(29);
    l.flags().set(n, z, c, flag(28));
}

Value pac(Lifting& l, const Operands& o, ir::HelperId id, unsigned index, Value modifier) {
    const auto key = o.n ? PacKey::InstructionB : PacKey::InstructionA;
    return l.b.call(id, Type::I64, {l.x(index), modifier, l.word(static_cast<unsigned>(key))});
}

constexpr unsigned kLink = 30;
constexpr unsigned kPacModifier = 16;
constexpr unsigned kPacPointer = 17;

/// Pointer authentication in the space of hints does nothing on cores without it.
void pac_hint(Lifting& l, const Operands& o, ir::HelperId id, unsigned index, unsigned modifier) {
    if (l.has(Feature::PAuth))
        l.set_x(index, pac(l, o, id, index, l.x(modifier)));
}
void pac_hint_sp(Lifting& l, const Operands& o, ir::HelperId id) {
    if (l.has(Feature::PAuth))
        l.set_x(kLink, pac(l, o, id, kLink, l.x_or_sp(kZeroOrSp)));
}

/// Whether a SYS instruction leaves translations and code as they are: data cache maintenance and address translation.
bool goes_on(std::uint32_t instruction) {
    const auto crn = bits(instruction, 12, 4);
    const auto crm = bits(instruction, 8, 4);
    return crn == 7 && crm != 1 && crm != 5;
}


} // namespace

void lift_nop(Lifting&, const Operands&) {}

// yield
void lift_yield(Lifting& l, const Operands&) {
    l.b.stop(l.next_pc(), ir::StopReason::Yield);
}
// wfe: another core's event ends the wait, or the loss of the monitor (TargetCore::waits_for_memory)
void lift_wfe(Lifting& l, const Operands&) {
    l.b.call(helper::wait, Type::None, {l.encoding_value()});
    l.b.stop(l.next_pc(), ir::StopReason::WaitForInterrupt);
}
void lift_wfi(Lifting& l, const Operands&) {
    l.b.call(helper::wait, Type::None, {l.encoding_value()});
    l.b.stop(l.next_pc(), ir::StopReason::WaitForInterrupt);
}
// esb: without FEAT_RAS a hint
void lift_esb(Lifting& l, const Operands&) {
    if (!l.has(Feature::RAS))
        return;
    l.b.call(helper::error_barrier, Type::None, {});
    l.resync();
}
// sev, sevl
void lift_sev(Lifting& l, const Operands&) {
    l.b.call(helper::set_event, Type::None, {l.encoding_value()});
}

// xpaclri
void lift_xpaclri(Lifting& l, const Operands&) {
    if (l.has(Feature::PAuth))
        l.set_x(kLink, l.b.call(helper::pac_strip, Type::I64, {l.x(kLink), l.word(0)}));
}
// pacia1716
void lift_pac1716(Lifting& l, const Operands& o) {
    pac_hint(l, o, helper::pac_sign, kPacPointer, kPacModifier);
}
void lift_aut1716(Lifting& l, const Operands& o) {
    pac_hint(l, o, helper::pac_authenticate, kPacPointer, kPacModifier);
}
// paciaz
void lift_pacz(Lifting& l, const Operands& o) {
    pac_hint(l, o, helper::pac_sign, kLink, kZeroOrSp);
}
void lift_autz(Lifting& l, const Operands& o) {
    pac_hint(l, o, helper::pac_authenticate, kLink, kZeroOrSp);
}
// paciasp
void lift_pacsp(Lifting& l, const Operands& o) {
    pac_hint_sp(l, o, helper::pac_sign);
}
void lift_autsp(Lifting& l, const Operands& o) {
    pac_hint_sp(l, o, helper::pac_authenticate);
}

// clrex
void lift_clrex(Lifting& l, const Operands&) {
    l.b.op(Opcode::ClearExclusive, {});
    l.b.put(slot::kMonitorArmed, l.constant(0));
}
// dmb, dsb: the low bits of CRm are the kinds of accesses: loads, stores, or all of them
void lift_barrier(Lifting& l, const Operands& o) {
    const auto kind = o.imm & 3;
    const unsigned orders = kind == 1   ? ir::fence::kReadRead | ir::fence::kReadWrite
                            : kind == 2 ? ir::fence::kWriteWrite
                                        : ir::fence::kFull;
    l.b.op(Opcode::Fence, {}, orders);
}
// sb
void lift_sb(Lifting& l, const Operands&) {
    l.b.op(Opcode::Fence, {}, ir::fence::kFull);
}
// isb
void lift_isb(Lifting& l, const Operands&) {
    l.b.call(helper::instruction_barrier, Type::None, {});
    l.resync();
}

// msr pstatefield, #imm
void lift_msr_imm(Lifting& l, const Operands& o) {
    constexpr unsigned kDaifSetOp1 = 3;
    constexpr unsigned kDaifSetOp2 = 6;
    l.b.call(helper::msr_immediate, Type::None, {l.encoding_value()});
    // Masking more cannot make an interrupt due.
    if (o.option != kDaifSetOp1 || o.imms != kDaifSetOp2)
        l.resync();
}
void lift_cfinv(Lifting& l, const Operands&) {
    auto& flags = l.flags();
    const auto n = flags.n();
    const auto z = flags.z();
    const auto c = l.inverted(flags.c());
    flags.set(n, z, c, flags.v());
}
// xaflag: from the other format of floating-point comparisons
void lift_xaflag(Lifting& l, const Operands&) {
    auto& flags = l.flags();
    const auto c = flags.c();
    const auto z = flags.z();
    const auto n = l.inverted(l.b.bit_or(c, z));
    const auto new_z = l.b.bit_and(z, c);
    const auto new_c = l.b.bit_or(c, z);
    flags.set(n, new_z, new_c, l.b.op(Opcode::AndNot, {z, c}));
}
void lift_axflag(Lifting& l, const Operands&) {
    auto& flags = l.flags();
    const auto v = flags.v();
    const auto z = l.b.bit_or(flags.z(), v);
    const auto c = l.b.op(Opcode::AndNot, {flags.c(), v});
    const auto clear = l.boolean(false);
    flags.set(clear, z, c, clear);
}

// sys #op1, cn, cm, #op2, xt
void lift_sys(Lifting& l, const Operands& o) {
    const auto encoding = l.encoding_value();
    l.b.call(helper::sys, Type::None, {encoding, l.x(o.rd)});
    if (!goes_on(l.encoding()))
        l.resync();
}
void lift_sysl(Lifting& l, const Operands& o) {
    l.set_x(o.rd, l.b.call(helper::sysl, Type::I64, {l.encoding_value()}));
}
// dc zva, xt
void lift_dc_zva(Lifting& l, const Operands& o) {
    if (l.mode().zva_checked)
        l.b.call(helper::zva_check, Type::None, {l.encoding_value()});
    const auto block = l.b.bit_and(l.x(o.rd), l.constant(~std::uint64_t{kZeroedBytes - 1}));
    const auto zero = l.b.constant(Type::V128, 0);
    auto mem = l.mem(4);
    mem.big_endian = false;
    auto index = AccessIndex::decode(mem.mem_index);
    index.zeroes_block = true;
    mem.mem_index = static_cast<std::uint8_t>(index.encode());
    for (unsigned at = 0; at < kZeroedBytes; at += 16)
        l.b.store(l.offset(block, at), zero, mem);
}

// mrs xt, register
void lift_mrs(Lifting& l, const Operands& o) {
    const auto which = number_of(l.encoding());
    if (is_float_register(which) && l.float_trapped())
        return;
    if (which == kNzcv) {
        l.set_x(o.rd, read_nzcv(l));
        return;
    }
    if (which == kFpcr) {
        l.set_x(o.rd, l.b.zero_extend(Type::I64, l.b.get(slot::kFpcr, Type::I32), 32));
        return;
    }
    if (which == kCurrentEl && l.mode().el != 0) {
        l.set_x(o.rd, l.constant(std::uint64_t{l.mode().el} << 2));
        return;
    }
    const auto plan = plan_sysreg(l.config(), l.mode(), l.encoding());
    switch (plan.kind) {
    case SysregPlan::Kind::Zero: l.set_x(o.rd, l.constant(0)); break;
    case SysregPlan::Kind::Slot: l.set_x(o.rd, l.b.get(plan.slot, Type::I64)); break;
    case SysregPlan::Kind::Helper:
        l.set_x(o.rd, l.b.call(helper::sysreg_read, Type::I64, {l.encoding_value()}));
        if (which == kRandom || which == kRandomReseeded) // They set the flags.
            l.flags().forget();
        break;
    }
}
// msr register, xt
void lift_msr(Lifting& l, const Operands& o) {
    const auto which = number_of(l.encoding());
    if (is_float_register(which) && l.float_trapped())
        return;
    if (which == kNzcv) {
        write_nzcv(l, l.x(o.rd));
        return;
    }
    const auto plan = plan_sysreg(l.config(), l.mode(), l.encoding());
    switch (plan.kind) {
    case SysregPlan::Kind::Zero: break;
    case SysregPlan::Kind::Slot: l.b.put(plan.slot, l.x(o.rd)); break;
    case SysregPlan::Kind::Helper: {
        const auto encoding = l.encoding_value();
        l.b.call(helper::sysreg_write, Type::None, {encoding, l.x(o.rd)});
        break;
    }
    }
    if (!plan.write_goes_on && plan.kind != SysregPlan::Kind::Zero && which != kFpsr)
        l.resync();
}

} // namespace medley::iss::aarch64
