// Loads, stores, fences and atomics: I, A.

#include "iss/riscv/lifting.h"

namespace medley::iss::riscv {

namespace {

/// A load into x0 is still performed.
void load(Lifting& l, const Operands& o, unsigned size_log2, bool sign) {
    l.set_x(o.rd, l.b.load(l.xt(), l.data_address(o), l.mem(size_log2, sign)));
}

void store(Lifting& l, const Operands& o, unsigned size_log2) {
    const auto address = l.data_address(o);
    l.b.store(address, l.x(o.rs2), l.mem(size_log2));
}

ir::MemOp atomic(const Lifting& l, const Operands& o, unsigned size_log2) {
    auto mem = l.mem(size_log2, true);
    mem.acquire = o.aq;
    mem.release = o.rl;
    mem.require_alignment = true;
    return mem;
}

void load_reserved(Lifting& l, const Operands& o, unsigned size_log2) {
    l.set_x(o.rd, l.b.op_as(Opcode::LoadExclusive, l.xt(), {l.x(o.rs1)}, atomic(l, o, size_log2).encode()));
}

void store_conditional(Lifting& l, const Operands& o, unsigned size_log2) {
    const auto address = l.x(o.rs1);
    const auto failed = l.b.op(Opcode::StoreExclusive, {address, l.x(o.rs2)}, atomic(l, o, size_log2).encode());
    l.set_x_bool(o.rd, failed);
}

void amo(Lifting& l, const Operands& o, unsigned size_log2, ir::RmwOp rmw) {
    const auto address = l.x(o.rs1);
    const auto old = l.b.op_as(Opcode::AtomicRmw, l.xt(), {address, l.x(o.rs2)}, atomic(l, o, size_log2).encode(),
                               static_cast<std::uint64_t>(rmw));
    l.set_x(o.rd, old);
}

} // namespace

// Most lifters are one line, and read best as a table.
// clang-format off

// lb rd, imm(rs1)
void lift_lb(Lifting& l, const Operands& o) { load(l, o, 0, true); }
void lift_lh(Lifting& l, const Operands& o) { load(l, o, 1, true); }
void lift_lw(Lifting& l, const Operands& o) { load(l, o, 2, true); }
void lift_ld(Lifting& l, const Operands& o) { load(l, o, 3, false); }
void lift_lbu(Lifting& l, const Operands& o) { load(l, o, 0, false); }
void lift_lhu(Lifting& l, const Operands& o) { load(l, o, 1, false); }
void lift_lwu(Lifting& l, const Operands& o) { load(l, o, 2, false); }

// sb rs2, imm(rs1)
void lift_sb(Lifting& l, const Operands& o) { store(l, o, 0); }
void lift_sh(Lifting& l, const Operands& o) { store(l, o, 1); }
void lift_sw(Lifting& l, const Operands& o) { store(l, o, 2); }
void lift_sd(Lifting& l, const Operands& o) { store(l, o, 3); }

// lr.w rd, (rs1)
void lift_lr_w(Lifting& l, const Operands& o) { load_reserved(l, o, 2); }
void lift_lr_d(Lifting& l, const Operands& o) { load_reserved(l, o, 3); }
// sc.w rd, rs2, (rs1)
void lift_sc_w(Lifting& l, const Operands& o) { store_conditional(l, o, 2); }
void lift_sc_d(Lifting& l, const Operands& o) { store_conditional(l, o, 3); }

// amoadd.w rd, rs2, (rs1)
void lift_amoswap_w(Lifting& l, const Operands& o) { amo(l, o, 2, ir::RmwOp::Swap); }
void lift_amoadd_w(Lifting& l, const Operands& o) { amo(l, o, 2, ir::RmwOp::Add); }
void lift_amoxor_w(Lifting& l, const Operands& o) { amo(l, o, 2, ir::RmwOp::Xor); }
void lift_amoand_w(Lifting& l, const Operands& o) { amo(l, o, 2, ir::RmwOp::And); }
void lift_amoor_w(Lifting& l, const Operands& o) { amo(l, o, 2, ir::RmwOp::Or); }
void lift_amomin_w(Lifting& l, const Operands& o) { amo(l, o, 2, ir::RmwOp::MinS); }
void lift_amomax_w(Lifting& l, const Operands& o) { amo(l, o, 2, ir::RmwOp::MaxS); }
void lift_amominu_w(Lifting& l, const Operands& o) { amo(l, o, 2, ir::RmwOp::MinU); }
void lift_amomaxu_w(Lifting& l, const Operands& o) { amo(l, o, 2, ir::RmwOp::MaxU); }
void lift_amoswap_d(Lifting& l, const Operands& o) { amo(l, o, 3, ir::RmwOp::Swap); }
void lift_amoadd_d(Lifting& l, const Operands& o) { amo(l, o, 3, ir::RmwOp::Add); }
void lift_amoxor_d(Lifting& l, const Operands& o) { amo(l, o, 3, ir::RmwOp::Xor); }
void lift_amoand_d(Lifting& l, const Operands& o) { amo(l, o, 3, ir::RmwOp::And); }
void lift_amoor_d(Lifting& l, const Operands& o) { amo(l, o, 3, ir::RmwOp::Or); }
void lift_amomin_d(Lifting& l, const Operands& o) { amo(l, o, 3, ir::RmwOp::MinS); }
void lift_amomax_d(Lifting& l, const Operands& o) { amo(l, o, 3, ir::RmwOp::MaxS); }
void lift_amominu_d(Lifting& l, const Operands& o) { amo(l, o, 3, ir::RmwOp::MinU); }
void lift_amomaxu_d(Lifting& l, const Operands& o) { amo(l, o, 3, ir::RmwOp::MaxU); }

// fence pred, succ
void lift_fence(Lifting& l, const Operands& o) {
    // I counts with R and O with W: device accesses are memory accesses here.
    const bool reads_before = (o.predecessor & 0b1010) != 0;
    const bool writes_before = (o.predecessor & 0b0101) != 0;
    const bool reads_after = (o.successor & 0b1010) != 0;
    const bool writes_after = (o.successor & 0b0101) != 0;
    const unsigned orders = (reads_before && reads_after ? ir::fence::kReadRead : 0) |
                            (reads_before && writes_after ? ir::fence::kReadWrite : 0) |
                            (writes_before && reads_after ? ir::fence::kWriteRead : 0) |
                            (writes_before && writes_after ? ir::fence::kWriteWrite : 0);
    if (orders != 0)
        l.b.op(Opcode::Fence, {}, orders);
}
// fence.tso: everything but earlier writes against later reads
void lift_fence_tso(Lifting& l, const Operands&) {
    l.b.op(Opcode::Fence, {}, ir::fence::kFull & ~ir::fence::kWriteRead);
}
// fence.i
void lift_fence_i(Lifting& l, const Operands&) {
    l.b.call(helper::fence_i, Type::None, {});
    l.resync();
}
// pause
void lift_pause(Lifting& l, const Operands&) { l.b.stop(l.next_pc(), ir::StopReason::Yield); }

// clang-format on

} // namespace medley::iss::riscv
