// Advanced SIMD pairwise operations and reductions of integer lanes.

#include "iss/aarch64/lift_simd.h"

namespace medley::iss::aarch64 {

namespace {

/// addp and the like: the pairs of vn, then those of vm.
void pairwise(Lifting& l, const Operands& o, Opcode opcode) {
    lift_simd(l, o, [opcode](Simd& s) {
        const auto n = s.n();
        const auto m = s.m();
        s.put(s.op(opcode, {s.every_second(n, m, s.size, 0), s.every_second(n, m, s.size, 1)}, s.size), s.size);
    });
}

/// The sums of neighbours, twice as wide.
Value long_pairs(Simd& s, Value value, unsigned lane, Extend extend) {
    const unsigned bits = 8U << lane;
    const auto shift = extend == Extend::Sign ? Opcode::VShrS : Opcode::VShrU;
    const auto odd = s.shift(shift, value, lane + 1, bits);
    const auto even = s.shift(shift, s.shift(Opcode::VShl, value, lane + 1, bits), lane + 1, bits);
    return s.op(Opcode::VAdd, {even, odd}, lane + 1);
}

void add_long_pairs(Lifting& l, const Operands& o, Extend extend, bool accumulate) {
    lift_simd(l, o, [&](Simd& s) {
        const auto sums = long_pairs(s, s.n(), s.size, extend);
        s.put(accumulate ? s.op(Opcode::VAdd, {s.d(), sums}, s.size + 1) : sums, 3);
    });
}

/// Halves the lanes until the lowest one has the result. The upper lanes hold whatever comes of it.
Value reduced(Simd& s, Value value, Opcode opcode, unsigned lane, unsigned lanes) {
    for (; lanes > 1; lanes /= 2) {
        const unsigned offset = lanes / 2 << lane;
        Simd::Bytes bytes{};
        for (unsigned i = 0; i < 16; ++i)
            bytes[i] = static_cast<std::uint8_t>((i + offset) % 16);
        value = s.op(opcode, {value, s.shuffle(value, value, bytes)}, lane);
    }
    return value;
}

unsigned lanes_of(const Simd& s, unsigned lane) {
    return (s.q ? 16U : 8U) >> lane;
}

/// Writes the lowest lane alone.
void put_lowest(Simd& s, Value value, unsigned lane) {
    s.l.set_scalar(s.o.rd, s.extract(lane == 0 ? Type::I32 : float_type(lane), value, lane));
}

void across(Lifting& l, const Operands& o, Opcode opcode) {
    lift_simd(l, o,
              [opcode](Simd& s) { put_lowest(s, reduced(s, s.n(), opcode, s.size, lanes_of(s, s.size)), s.size); });
}

void long_across(Lifting& l, const Operands& o, Extend extend) {
    lift_simd(l, o, [extend](Simd& s) {
        const auto sums = long_pairs(s, s.n(), s.size, extend);
        put_lowest(s, reduced(s, sums, Opcode::VAdd, s.size + 1, lanes_of(s, s.size + 1)), s.size + 1);
    });
}

} // namespace

// addp vd.t, vn.t, vm.t
void lift_v_addp(Lifting& l, const Operands& o) {
    pairwise(l, o, Opcode::VAdd);
}
void lift_v_smaxp(Lifting& l, const Operands& o) {
    pairwise(l, o, Opcode::VMaxS);
}
void lift_v_umaxp(Lifting& l, const Operands& o) {
    pairwise(l, o, Opcode::VMaxU);
}
void lift_v_sminp(Lifting& l, const Operands& o) {
    pairwise(l, o, Opcode::VMinS);
}
void lift_v_uminp(Lifting& l, const Operands& o) {
    pairwise(l, o, Opcode::VMinU);
}
// addp dd, vn.2d
void lift_s_addp(Lifting& l, const Operands& o) {
    lift_simd(l, o, [](Simd& s) { put_lowest(s, reduced(s, s.n(), Opcode::VAdd, 3, 2), 3); });
}
// saddlp vd.ta, vn.t
void lift_v_saddlp(Lifting& l, const Operands& o) {
    add_long_pairs(l, o, Extend::Sign, false);
}
void lift_v_uaddlp(Lifting& l, const Operands& o) {
    add_long_pairs(l, o, Extend::Zero, false);
}
void lift_v_sadalp(Lifting& l, const Operands& o) {
    add_long_pairs(l, o, Extend::Sign, true);
}
void lift_v_uadalp(Lifting& l, const Operands& o) {
    add_long_pairs(l, o, Extend::Zero, true);
}
// addv vd, vn.t
void lift_v_addv(Lifting& l, const Operands& o) {
    across(l, o, Opcode::VAdd);
}
void lift_v_smaxv(Lifting& l, const Operands& o) {
    across(l, o, Opcode::VMaxS);
}
void lift_v_umaxv(Lifting& l, const Operands& o) {
    across(l, o, Opcode::VMaxU);
}
void lift_v_sminv(Lifting& l, const Operands& o) {
    across(l, o, Opcode::VMinS);
}
void lift_v_uminv(Lifting& l, const Operands& o) {
    across(l, o, Opcode::VMinU);
}
// saddlv vd, vn.t
void lift_v_saddlv(Lifting& l, const Operands& o) {
    long_across(l, o, Extend::Sign);
}
void lift_v_uaddlv(Lifting& l, const Operands& o) {
    long_across(l, o, Extend::Zero);
}

} // namespace medley::iss::aarch64
