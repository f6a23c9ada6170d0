// Exclusive, ordered and atomic accesses.

#include "iss/aarch64/lifting.h"

namespace medley::iss::aarch64 {

namespace {

enum class Order : std::uint8_t { None = 0, Acquire = 1, Release = 2, Both = 3 };

/// Without FEAT_LSE2, which no model has, exclusive, ordered and atomic accesses must be aligned (Arm ARM, AArch64.UnalignedAccessFaults).
ir::MemOp ordered(const Lifting& l, unsigned size_log2, Order order, bool sign = false) {
    auto mem = l.mem(size_log2, sign);
    mem.acquire = (static_cast<unsigned>(order) & 1) != 0;
    mem.release = (static_cast<unsigned>(order) & 2) != 0;
    mem.require_alignment = true;
    return mem;
}

Order order_of(const Operands& o) {
    return static_cast<Order>((o.a ? 1U : 0U) | (o.r ? 2U : 0U));
}

void load_exclusive(Lifting& l, const Operands& o, Order order) {
    const auto mem = ordered(l, o.size, order);
    l.set_x(o.rd, l.b.op_as(Opcode::LoadExclusive, Type::I64, {l.base(o.rn)}, mem.encode()));
    l.b.put(slot::kMonitorArmed, l.constant(1));
}

void store_exclusive(Lifting& l, const Operands& o, Value data, const ir::MemOp& mem) {
    const auto address = l.base(o.rn);
    l.set_bool(false, o.rs, l.b.op(Opcode::StoreExclusive, {address, data}, mem.encode()));
    l.b.put(slot::kMonitorArmed, l.constant(0));
}

/// Two registers as one value of twice their size; the first one is at the lower address.
Value joined(Lifting& l, bool sf, unsigned first, unsigned second) {
    const auto low = l.x(l.mode().big_endian ? second : first);
    const auto high = l.x(l.mode().big_endian ? first : second);
    if (!sf)
        return l.b.bit_or(l.b.zero_extend(Type::I64, low, 32), l.b.shl(high, l.constant(32)));
    ir::VectorOp lane;
    lane.lane_log2 = 3;
    lane.amount = 1;
    return l.b.op(Opcode::VInsert, {l.b.bitcast(Type::V128, low), high}, lane.encode());
}

void set_both(Lifting& l, bool sf, unsigned first, unsigned second, Value value) {
    ir::VectorOp lane;
    lane.lane_log2 = 3;
    Value low = value;
    Value high = value;
    if (sf) {
        low = l.b.op_as(Opcode::VExtract, Type::I64, {value}, lane.encode());
        lane.amount = 1;
        high = l.b.op_as(Opcode::VExtract, Type::I64, {value}, lane.encode());
    } else {
        low = l.b.zero_extend(Type::I64, value, 32);
        high = l.b.shr_u(value, l.constant(32));
    }
    l.set_x(first, l.mode().big_endian ? high : low);
    l.set_x(second, l.mode().big_endian ? low : high);
}

unsigned pair_size(const Operands& o) {
    return o.sf ? 4 : 3;
}

Type pair_type(const Operands& o) {
    return o.sf ? Type::V128 : Type::I64;
}

void load_exclusive_pair(Lifting& l, const Operands& o, Order order) {
    const auto mem = ordered(l, pair_size(o), order);
    set_both(l, o.sf, o.rd, o.ra, l.b.op_as(Opcode::LoadExclusive, pair_type(o), {l.base(o.rn)}, mem.encode()));
    l.b.put(slot::kMonitorArmed, l.constant(1));
}

void store_exclusive_pair(Lifting& l, const Operands& o, Order order) {
    store_exclusive(l, o, joined(l, o.sf, o.rd, o.ra), ordered(l, pair_size(o), order));
}

void modify(Lifting& l, const Operands& o, ir::RmwOp operation) {
    const auto address = l.base(o.rn);
    const auto mem = ordered(l, o.size, order_of(o));
    const auto old = l.b.op_as(Opcode::AtomicRmw, Type::I64, {address, l.x(o.rs)}, mem.encode(),
                               static_cast<std::uint64_t>(operation));
    l.set_x(o.rd, old);
}

void load_acquire(Lifting& l, const Operands& o) {
    l.set_x(o.rd, l.b.load(Type::I64, l.base(o.rn), ordered(l, o.size, Order::Acquire)));
}

Value unscaled(Lifting& l, const Operands& o) {
    return l.offset(l.base(o.rn), o.imm);
}

} // namespace

// Most lifters are one line, and read best as a table.
// clang-format off

// ldxr rt, [xn|sp]
void lift_ldxr(Lifting& l, const Operands& o) { load_exclusive(l, o, Order::None); }
void lift_ldaxr(Lifting& l, const Operands& o) { load_exclusive(l, o, Order::Acquire); }
// stxr ws, rt, [xn|sp]
void lift_stxr(Lifting& l, const Operands& o) { store_exclusive(l, o, l.x(o.rd), ordered(l, o.size, Order::None)); }
void lift_stlxr(Lifting& l, const Operands& o) { store_exclusive(l, o, l.x(o.rd), ordered(l, o.size, Order::Release)); }
// ldxp rt, rt2, [xn|sp]
void lift_ldxp(Lifting& l, const Operands& o) { load_exclusive_pair(l, o, Order::None); }
void lift_ldaxp(Lifting& l, const Operands& o) { load_exclusive_pair(l, o, Order::Acquire); }
// stxp ws, rt, rt2, [xn|sp]
void lift_stxp(Lifting& l, const Operands& o) { store_exclusive_pair(l, o, Order::None); }
void lift_stlxp(Lifting& l, const Operands& o) { store_exclusive_pair(l, o, Order::Release); }

// ldar rt, [xn|sp]
void lift_ldar(Lifting& l, const Operands& o) { load_acquire(l, o); }
void lift_ldapr(Lifting& l, const Operands& o) { load_acquire(l, o); }
// stlr rt, [xn|sp]
void lift_stlr(Lifting& l, const Operands& o) {
    const auto address = l.base(o.rn);
    l.b.store(address, l.x(o.rd), ordered(l, o.size, Order::Release));
}
// ldapur rt, [xn|sp, #imm]
void lift_ldapur(Lifting& l, const Operands& o) {
    l.set_x(o.rd, l.b.load(Type::I64, unscaled(l, o), ordered(l, o.size, Order::Acquire)));
}
// ldapursb xt, [xn|sp, #imm]
void lift_ldapurs_x(Lifting& l, const Operands& o) {
    if (o.size == 3)
        l.undefined();
    else
        l.set_x(o.rd, l.b.load(Type::I64, unscaled(l, o), ordered(l, o.size, Order::Acquire, true)));
}
// ldapursb wt, [xn|sp, #imm]
void lift_ldapurs_w(Lifting& l, const Operands& o) {
    l.set(false, o.rd, l.b.load(Type::I32, unscaled(l, o), ordered(l, o.size, Order::Acquire, true)));
}
// stlur rt, [xn|sp, #imm]
void lift_stlur(Lifting& l, const Operands& o) {
    const auto address = unscaled(l, o);
    l.b.store(address, l.x(o.rd), ordered(l, o.size, Order::Release));
}

// cas rs, rt, [xn|sp]
void lift_cas(Lifting& l, const Operands& o) {
    const auto address = l.base(o.rn);
    const auto expected = l.x(o.rs);
    const auto mem = ordered(l, o.size, order_of(o));
    l.set_x(o.rs, l.b.op_as(Opcode::CompareExchange, Type::I64, {address, expected, l.x(o.rd)}, mem.encode()));
}
// casp rs, rs+1, rt, rt+1, [xn|sp]
void lift_casp(Lifting& l, const Operands& o) {
    if (((o.rs | o.rd) & 1) != 0) {
        l.undefined();
        return;
    }
    const auto address = l.base(o.rn);
    const auto expected = joined(l, o.sf, o.rs, o.rs + 1U);
    const auto wanted = joined(l, o.sf, o.rd, o.rd + 1U);
    const auto mem = ordered(l, pair_size(o), order_of(o));
    const auto old = l.b.op_as(Opcode::CompareExchange, pair_type(o), {address, expected, wanted}, mem.encode());
    set_both(l, o.sf, o.rs, o.rs + 1U, old);
}

// ldadd rs, rt, [xn|sp]
void lift_ldadd(Lifting& l, const Operands& o) { modify(l, o, ir::RmwOp::Add); }
void lift_ldclr(Lifting& l, const Operands& o) { modify(l, o, ir::RmwOp::AndNot); }
void lift_ldeor(Lifting& l, const Operands& o) { modify(l, o, ir::RmwOp::Xor); }
void lift_ldset(Lifting& l, const Operands& o) { modify(l, o, ir::RmwOp::Or); }
void lift_ldsmax(Lifting& l, const Operands& o) { modify(l, o, ir::RmwOp::MaxS); }
void lift_ldsmin(Lifting& l, const Operands& o) { modify(l, o, ir::RmwOp::MinS); }
void lift_ldumax(Lifting& l, const Operands& o) { modify(l, o, ir::RmwOp::MaxU); }
void lift_ldumin(Lifting& l, const Operands& o) { modify(l, o, ir::RmwOp::MinU); }
void lift_swp(Lifting& l, const Operands& o) { modify(l, o, ir::RmwOp::Swap); }

// clang-format on

} // namespace medley::iss::aarch64
