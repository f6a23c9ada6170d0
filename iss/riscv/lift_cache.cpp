// Cache-block operations: Zicbom, Zicboz, Zicbop.

#include "iss/riscv/lifting.h"

namespace medley::iss::riscv {

namespace {

/// Size of a cache block in bytes, as the device tree reports it.
constexpr unsigned kCacheBlock = 64;

void manage(Lifting& l, const Operands& o) {
    const auto encoding = l.word(l.encoding());
    l.b.call(helper::cbo_manage, Type::None, {encoding, l.x(o.rs1), l.word(l.mode().data_index)});
}

} // namespace

// cbo.inval (rs1)
void lift_cbo_inval(Lifting& l, const Operands& o) {
    manage(l, o);
}
// cbo.clean (rs1)
void lift_cbo_clean(Lifting& l, const Operands& o) {
    manage(l, o);
}
// cbo.flush (rs1)
void lift_cbo_flush(Lifting& l, const Operands& o) {
    manage(l, o);
}

// cbo.zero (rs1): stores to the block; it need not be atomic (Unprivileged, "CMO" extensions)
void lift_cbo_zero(Lifting& l, const Operands& o) {
    l.b.call(helper::cbo_zero_check, Type::None, {l.word(l.encoding())});
    const auto block = l.b.op(Opcode::And, {l.x(o.rs1), l.constant(~std::uint64_t{kCacheBlock - 1})});
    const auto zero = l.b.constant(Type::I64, 0);
    for (unsigned offset = 0; offset < kCacheBlock; offset += 8)
        l.b.store(l.b.add(block, l.constant(offset)), zero, l.mem(3));
}

// prefetch.i imm(rs1), prefetch.r, prefetch.w: hints; nothing is cached here
void lift_prefetch(Lifting&, const Operands&) {}

} // namespace medley::iss::riscv
