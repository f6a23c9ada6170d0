// CSR accesses and privileged instructions: Zicsr, the privileged architecture, Svinval.

#include "iss/riscv/lifting.h"

namespace medley::iss::riscv {

namespace {

/// Registers that software keeps values in, and that nothing else looks at before a trap or a trap return: writing one
/// of them need not end the block.
bool is_plain_storage(std::uint64_t csr) {
    switch (csr) {
    case 0x105: // stvec
    case 0x140: // sscratch
    case 0x141: // sepc
    case 0x142: // scause
    case 0x143: // stval
    case 0x305: // mtvec
    case 0x340: // mscratch
    case 0x341: // mepc
    case 0x342: // mcause
    case 0x343: // mtval
        return true;
    default: return false;
    }
}

constexpr std::uint64_t kFflags = 0x001;
constexpr std::uint64_t kFrm = 0x002;
constexpr std::uint64_t kFcsr = 0x003;

bool is_float_csr(std::uint64_t csr) {
    return csr == kFflags || csr == kFrm || csr == kFcsr;
}

bool write_ends_block(const Lifting& l, std::uint64_t csr) {
    if (is_plain_storage(csr))
        return false;
    return csr != kFflags || l.mode().float_state != FloatState::Dirty;
}

Value encoding_of(Lifting& l) {
    return l.word(l.encoding());
}

/// The floating-point registers do not exist while FS is Off (Privileged 1.13, 3.1.6.6); the lifter knows it.
bool refused(Lifting& l, const Operands& o) {
    if (!is_float_csr(o.imm) || l.mode().float_state != FloatState::Off)
        return false;
    l.illegal();
    return true;
}

void read(Lifting& l, const Operands& o) {
    if (!refused(l, o))
        l.set_x(o.rd, l.b.call(helper::csr_read, l.xt(), {encoding_of(l)}));
}

void modify(Lifting& l, const Operands& o, ir::HelperId id, Value value) {
    if (id == helper::csr_swap && o.rd == 0)
        l.b.call(helper::csr_write, Type::None, {encoding_of(l), value});
    else
        l.set_x(o.rd, l.b.call(id, l.xt(), {encoding_of(l), value}));
    if (write_ends_block(l, o.imm))
        l.resync();
}

/// With x0 or an immediate of 0 as the mask there is no write, also not in terms of access rights (Unprivileged,
/// "Zicsr").
void modify_bits(Lifting& l, const Operands& o, ir::HelperId id, bool immediate) {
    if (o.rs1 == 0)
        read(l, o);
    else if (!refused(l, o))
        modify(l, o, id, immediate ? l.constant(o.rs1) : l.x(o.rs1));
}

void trap_return(Lifting& l, ir::HelperId id) {
    l.b.stop_computed(l.b.call(id, l.xt(), {encoding_of(l)}), ir::StopReason::Resync);
}

} // namespace

// Most lifters are one line, and read best as a table.
// clang-format off

// csrrw rd, csr, rs1
void lift_csrrw(Lifting& l, const Operands& o) {
    if (!refused(l, o))
        modify(l, o, helper::csr_swap, l.x(o.rs1));
}
void lift_csrrwi(Lifting& l, const Operands& o) {
    if (!refused(l, o))
        modify(l, o, helper::csr_swap, l.constant(o.rs1));
}
// csrrs rd, csr, rs1
void lift_csrrs(Lifting& l, const Operands& o) { modify_bits(l, o, helper::csr_set, false); }
void lift_csrrc(Lifting& l, const Operands& o) { modify_bits(l, o, helper::csr_clear, false); }
void lift_csrrsi(Lifting& l, const Operands& o) { modify_bits(l, o, helper::csr_set, true); }
void lift_csrrci(Lifting& l, const Operands& o) { modify_bits(l, o, helper::csr_clear, true); }

// mret
void lift_mret(Lifting& l, const Operands&) { trap_return(l, helper::mret); }
// sret
void lift_sret(Lifting& l, const Operands&) { trap_return(l, helper::sret); }
// wfi
void lift_wfi(Lifting& l, const Operands&) {
    l.b.call(helper::wfi, Type::None, {encoding_of(l)});
    l.b.stop(l.next_pc(), ir::StopReason::WaitForInterrupt);
}

// sfence.vma rs1, rs2; sinval.vma rs1, rs2
void lift_sfence_vma(Lifting& l, const Operands& o) {
    const auto encoding = encoding_of(l);
    const auto address = l.x(o.rs1);
    l.b.call(helper::sfence_vma, Type::None, {encoding, address, l.x(o.rs2)});
    l.resync();
}
// sfence.w.inval; sfence.inval.ir
void lift_sfence_order(Lifting& l, const Operands&) {
    l.b.call(helper::sfence_order, Type::None, {encoding_of(l)});
    l.resync();
}

// clang-format on

} // namespace medley::iss::riscv
