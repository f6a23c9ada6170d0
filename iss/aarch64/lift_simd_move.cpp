// Advanced SIMD copy, permute, extract, table lookup.

#include "iss/aarch64/lift_simd.h"

#include <bit>

namespace medley::iss::aarch64 {

namespace {

/// The lowest bit set in imm5 is the size of the lanes.
unsigned copy_lane(const Operands& o) {
    return static_cast<unsigned>(std::countr_zero(bits(o.word, 16, 5)));
}

/// Lane `index` of the concatenation of two vectors.
struct Pick {
    unsigned index;
    bool second;
};

/// vd = lanes that \p choose(i, lanes) picks of vn and vm.
template <class Choose>
void permute(Lifting& l, const Operands& o, Choose choose) {
    lift_simd(l, o, [choose](Simd& s) {
        const unsigned lanes = (s.q ? 16U : 8U) >> s.size;
        Simd::Bytes bytes{};
        for (unsigned i = 0; i < 16; ++i) {
            const Pick pick = choose(i >> s.size, lanes);
            const unsigned from = (pick.index << s.size) + i % (1U << s.size) + (pick.second ? 16 : 0);
            bytes[i] = static_cast<std::uint8_t>(i < lanes << s.size ? from : 0xff);
        }
        // Lanes that do not count are 0 already.
        s.l.set_v(s.o.rd, s.shuffle(s.n(), s.m(), bytes));
    });
}

template <unsigned part>
Pick unzipped(unsigned i, unsigned lanes) {
    const unsigned from = 2 * i + part;
    return {from % lanes, from >= lanes};
}
template <unsigned part>
Pick zipped(unsigned i, unsigned lanes) {
    return {part * lanes / 2 + i / 2, i % 2 != 0};
}
template <unsigned part>
Pick transposed(unsigned i, unsigned) {
    return {i / 2 * 2 + part, i % 2 != 0};
}

/// The lookup of vm in \p registers registers from vn on.
Value looked_up(Simd& s, unsigned registers) {
    const auto index = s.m();
    Value result = ir::kNoValue;
    for (unsigned i = 0; i < registers; ++i) {
        // An index that is not of this register is out of the range that a lookup has.
        const auto own = i == 0 ? index : s.op(Opcode::VSub, {index, s.every(0, 16 * i)}, 0);
        const auto found = s.b.op(Opcode::VTable, {s.l.v((s.o.rn + i) % 32), own});
        result = i == 0 ? found : s.bitwise(Opcode::VOr, result, found);
    }
    return result;
}

unsigned table_registers(const Operands& o) {
    return static_cast<unsigned>(o.imm) + 1;
}

} // namespace

// dup vd.t, vn.t[i]
void lift_dup_lane(Lifting& l, const Operands& o) {
    lift_simd(l, o, [&](Simd& s) { s.put(s.repeat(s.n(), copy_lane(o), static_cast<unsigned>(o.imm)), 3); });
}
// mov bd, vn.b[i]
void lift_dup_scalar(Lifting& l, const Operands& o) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned lane = copy_lane(o);
        const auto type = lane == 0 ? Type::I32 : float_type(lane);
        l.set_scalar(o.rd, s.extract(type, s.n(), lane, static_cast<unsigned>(o.imm)));
    });
}
// dup vd.t, wn
void lift_dup_general(Lifting& l, const Operands& o) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned lane = copy_lane(o);
        ir::VectorOp how;
        how.lane_log2 = static_cast<std::uint8_t>(lane);
        s.put(l.b.op_as(Opcode::VSplat, Type::V128, {l.reg(lane == 3, o.rn)}, how.encode()), 3);
    });
}
// mov vd.t[i], wn
void lift_ins_general(Lifting& l, const Operands& o) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned lane = copy_lane(o);
        l.set_v(o.rd, s.insert(s.d(), l.reg(lane == 3, o.rn), lane, static_cast<unsigned>(o.imm)));
    });
}
// mov vd.t[i], vn.t[j]
void lift_ins_lane(Lifting& l, const Operands& o) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned lane = copy_lane(o);
        const auto type = lane == 0 ? Type::I32 : float_type(lane);
        l.set_v(o.rd, s.insert(s.d(), s.extract(type, s.n(), lane, o.amount), lane, static_cast<unsigned>(o.imm)));
    });
}
// umov wd, vn.t[i]
void lift_umov(Lifting& l, const Operands& o) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned lane = copy_lane(o);
        const bool sf = lane == 3;
        l.set(sf, o.rd, s.extract(Lifting::type_of(sf), s.n(), lane, static_cast<unsigned>(o.imm)));
    });
}
// smov wd, vn.t[i]
void lift_smov(Lifting& l, const Operands& o) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned lane = copy_lane(o);
        const auto value = s.extract(Type::I32, s.n(), lane, static_cast<unsigned>(o.imm));
        l.set(s.q, o.rd, l.b.sign_extend(Lifting::type_of(s.q), value, 8U << lane));
    });
}

// clang-format off

// uzp1 vd.t, vn.t, vm.t
void lift_v_uzp1(Lifting& l, const Operands& o) { permute(l, o, unzipped<0>); }
void lift_v_uzp2(Lifting& l, const Operands& o) { permute(l, o, unzipped<1>); }
void lift_v_zip1(Lifting& l, const Operands& o) { permute(l, o, zipped<0>); }
void lift_v_zip2(Lifting& l, const Operands& o) { permute(l, o, zipped<1>); }
void lift_v_trn1(Lifting& l, const Operands& o) { permute(l, o, transposed<0>); }
void lift_v_trn2(Lifting& l, const Operands& o) { permute(l, o, transposed<1>); }

// clang-format on

// ext vd.t, vn.t, vm.t, #index
void lift_ext(Lifting& l, const Operands& o) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned length = s.q ? 16 : 8;
        Simd::Bytes bytes{};
        for (unsigned i = 0; i < 16; ++i) {
            const unsigned from = static_cast<unsigned>(o.imm) + i;
            bytes[i] = static_cast<std::uint8_t>(i >= length ? 0xff : from < length ? from : from - length + 16);
        }
        l.set_v(o.rd, s.shuffle(s.n(), s.m(), bytes));
    });
}

// tbl vd.t, {vn.16b, ...}, vm.t
void lift_tbl(Lifting& l, const Operands& o) {
    lift_simd(l, o, [&](Simd& s) { s.put(looked_up(s, table_registers(o)), 0); });
}
// tbx vd.t, {vn.16b, ...}, vm.t
void lift_tbx(Lifting& l, const Operands& o) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned registers = table_registers(o);
        const auto in_range = s.op(Opcode::VCompareGtU, {s.every(0, 16 * registers), s.m()}, 0);
        s.put(s.select(in_range, looked_up(s, registers), s.d()), 0);
    });
}

} // namespace medley::iss::aarch64
