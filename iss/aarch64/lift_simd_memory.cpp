// Advanced SIMD load and store structures.

#include "iss/aarch64/lift_simd.h"

#include <algorithm>
#include <array>
#include <vector>

namespace medley::iss::aarch64 {

namespace {

/// Where a byte of a transfer comes from or goes to: a register of the list, and a byte of it.
struct Place {
    unsigned which;
    unsigned byte;
};

/// A load or store of whole registers.
struct Transfer {
    unsigned registers; ///< Of the list.
    unsigned structure; ///< Registers that elements are dealt out to: 1 to 4.
    unsigned lane;
    unsigned length; ///< Bytes of each register.

    [[nodiscard]] unsigned total() const { return registers * length; }
    /// The register's byte that stands at an offset in memory.
    [[nodiscard]] Place place(unsigned offset) const {
        if (structure == 1)
            return {offset / length, offset % length};
        const unsigned element = offset >> lane;
        return {element % structure, (element / structure << lane) + offset % (1U << lane)};
    }
};

Transfer multiple_transfer(const Operands& o) {
    const unsigned lane = bits(o.word, 10, 2);
    const unsigned length = bit(o.word, 30) ? 16 : 8;
    switch (bits(o.word, 12, 4)) {
    case 0b0000: return {4, 4, lane, length};
    case 0b0010: return {4, 1, lane, length};
    case 0b0100: return {3, 3, lane, length};
    case 0b0110: return {3, 1, lane, length};
    case 0b0111: return {1, 1, lane, length};
    case 0b1000: return {2, 2, lane, length};
    default: return {2, 1, lane, length};
    }
}

/// What is read or written in one piece; wide pieces only where neither the order of bytes nor alignment counts by
/// elements.
unsigned piece_log2(const Lifting& l, const Transfer& t, unsigned offset) {
    if (l.mode().check_alignment || (l.mode().big_endian && t.lane != 0))
        return t.lane;
    return t.total() - offset >= 16 ? 4 : 3;
}

/// Bytes have no order, in whatever pieces they are moved.
ir::MemOp piece_access(const Lifting& l, const Transfer& t, unsigned size_log2) {
    auto access = l.mem(size_log2);
    access.big_endian = access.big_endian && t.lane != 0;
    return access;
}

/// Adds the size of the transfer or a register to the base.
void advance(Lifting& l, const Operands& o, Value base, unsigned size) {
    if (!bit(o.word, 23))
        return;
    const auto by = o.rm == 31 ? l.constant(size) : l.x(o.rm);
    l.set_or_sp(true, o.rn, l.b.add(base, by));
}

/// Puts bytes of several vectors together: byte i of the result is byte `from(i).byte` of vectors[from(i).which].
template <class From>
Value gathered(Simd& s, const std::vector<Value>& vectors, From from) {
    Value result = ir::kNoValue;
    for (unsigned first = 0; first < vectors.size(); first += 2) {
        Simd::Bytes bytes{};
        bool any = false;
        for (unsigned i = 0; i < 16; ++i) {
            const Place place = from(i);
            const bool here = place.which / 2 == first / 2;
            any = any || here;
            bytes[i] = static_cast<std::uint8_t>(here ? place.byte + (place.which % 2 != 0 ? 16 : 0) : 0xff);
        }
        if (!any)
            continue;
        const auto second = vectors[std::min<std::size_t>(first + 1, vectors.size() - 1)];
        const auto part = s.shuffle(vectors[first], second, bytes);
        result = result == ir::kNoValue ? part : s.bitwise(Opcode::VOr, result, part);
    }
    return result;
}
/// No vector has it: the byte becomes 0.
constexpr Place kNowhere{~0U - 1, 0};

/// The bytes of the transfer in pieces of 16, as they stand in memory.
std::vector<Value> load_pieces(Simd& s, const Transfer& t, Value base) {
    std::vector<Value> pieces((t.total() + 15) / 16, ir::kNoValue);
    for (unsigned offset = 0; offset < t.total();) {
        const unsigned size = piece_log2(s.l, t, offset);
        const auto address = s.l.offset(base, offset);
        auto& piece = pieces[offset / 16];
        if (size == 4) {
            piece = s.b.load(Type::V128, address, piece_access(s.l, t, 4));
        } else {
            const auto value = s.b.load(size == 3 ? Type::I64 : Type::I32, address, piece_access(s.l, t, size));
            const unsigned index = offset % 16 >> size;
            piece = index == 0 ? s.b.bitcast(Type::V128, value) : s.insert(piece, value, size, index);
        }
        offset += 1U << size;
    }
    return pieces;
}

void store_pieces(Simd& s, const Transfer& t, Value base, const std::vector<Value>& pieces) {
    for (unsigned offset = 0; offset < t.total();) {
        const unsigned size = piece_log2(s.l, t, offset);
        const auto address = s.l.offset(base, offset);
        const auto piece = pieces[offset / 16];
        if (size == 4)
            s.b.store(address, piece, piece_access(s.l, t, 4));
        else
            s.b.store(address, s.extract(size == 3 ? Type::I64 : Type::I32, piece, size, offset % 16 >> size),
                      piece_access(s.l, t, size));
        offset += 1U << size;
    }
}

unsigned list_register(const Operands& o, unsigned index) {
    return (o.rd + index) % 32;
}

/// Single structures: 1 to 4 registers by R and the lowest bit of opcode.
unsigned structure_of(const Operands& o) {
    return 1 + static_cast<unsigned>(bits(o.word, 21, 1)) + 2 * static_cast<unsigned>(bits(o.word, 13, 1));
}

std::vector<Value> load_elements(Simd& s, Value base, unsigned lane, unsigned count) {
    std::vector<Value> elements;
    for (unsigned i = 0; i < count; ++i)
        elements.push_back(s.b.load(lane == 3 ? Type::I64 : Type::I32, s.l.offset(base, i << lane), s.l.mem(lane)));
    return elements;
}

void load_lane(Lifting& l, const Operands& o, unsigned lane) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned count = structure_of(o);
        const auto base = l.base(o.rn);
        const auto elements = load_elements(s, base, lane, count);
        for (unsigned i = 0; i < count; ++i) {
            const unsigned index = list_register(o, i);
            l.set_v(index, s.insert(l.v(index), elements[i], lane, o.imms));
        }
        advance(l, o, base, count << lane);
    });
}

void store_lane(Lifting& l, const Operands& o, unsigned lane) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned count = structure_of(o);
        const auto base = l.base(o.rn);
        for (unsigned i = 0; i < count; ++i) {
            const auto value = s.extract(lane == 3 ? Type::I64 : Type::I32, l.v(list_register(o, i)), lane, o.imms);
            l.b.store(l.offset(base, i << lane), value, l.mem(lane));
        }
        advance(l, o, base, count << lane);
    });
}

} // namespace

// ld1 {vt.t, ...}, [xn]; ld2; ld3; ld4
void lift_ld_multiple(Lifting& l, const Operands& o) {
    lift_simd(l, o, [&](Simd& s) {
        const auto t = multiple_transfer(o);
        const auto base = l.base(o.rn);
        const auto pieces = load_pieces(s, t, base);
        // Where each byte of each register stands in memory.
        std::array<std::array<unsigned, 16>, 4> offsets{};
        for (unsigned offset = 0; offset < t.total(); ++offset)
            offsets[t.place(offset).which][t.place(offset).byte] = offset;
        for (unsigned r = 0; r < t.registers; ++r) {
            const bool is_piece = t.structure == 1 && t.length == 16;
            const auto value = is_piece ? pieces[r] : gathered(s, pieces, [&](unsigned i) {
                return i < t.length ? Place{offsets[r][i] / 16, offsets[r][i] % 16} : kNowhere;
            });
            l.set_v(list_register(o, r), value);
        }
        advance(l, o, base, t.total());
    });
}

// st1 {vt.t, ...}, [xn]; st2; st3; st4
void lift_st_multiple(Lifting& l, const Operands& o) {
    lift_simd(l, o, [&](Simd& s) {
        const auto t = multiple_transfer(o);
        const auto base = l.base(o.rn);
        std::vector<Value> registers;
        for (unsigned r = 0; r < t.registers; ++r)
            registers.push_back(l.v(list_register(o, r)));
        std::vector<Value> pieces;
        for (unsigned offset = 0; offset < t.total(); offset += 16) {
            const bool is_register = t.structure == 1 && t.length == 16;
            pieces.push_back(is_register ? registers[offset / 16] : gathered(s, registers, [&](unsigned i) {
                return offset + i < t.total() ? t.place(offset + i) : kNowhere;
            }));
        }
        store_pieces(s, t, base, pieces);
        advance(l, o, base, t.total());
    });
}

// ld1 {vt.t, ...}[i], [xn]; ld2; ld3; ld4
void lift_ld_lane_b(Lifting& l, const Operands& o) {
    load_lane(l, o, 0);
}
void lift_ld_lane_h(Lifting& l, const Operands& o) {
    load_lane(l, o, 1);
}
void lift_ld_lane_s(Lifting& l, const Operands& o) {
    load_lane(l, o, 2);
}
void lift_ld_lane_d(Lifting& l, const Operands& o) {
    load_lane(l, o, 3);
}
// st1 {vt.t, ...}[i], [xn]; st2; st3; st4
void lift_st_lane_b(Lifting& l, const Operands& o) {
    store_lane(l, o, 0);
}
void lift_st_lane_h(Lifting& l, const Operands& o) {
    store_lane(l, o, 1);
}
void lift_st_lane_s(Lifting& l, const Operands& o) {
    store_lane(l, o, 2);
}
void lift_st_lane_d(Lifting& l, const Operands& o) {
    store_lane(l, o, 3);
}

// ld1r {vt.t, ...}, [xn]
void lift_ld_replicate(Lifting& l, const Operands& o) {
    lift_simd(l, o, [&](Simd& s) {
        const unsigned lane = o.size;
        const unsigned count = structure_of(o);
        const auto base = l.base(o.rn);
        const auto elements = load_elements(s, base, lane, count);
        for (unsigned i = 0; i < count; ++i) {
            ir::VectorOp how;
            how.lane_log2 = static_cast<std::uint8_t>(lane);
            const auto value = l.b.op_as(Opcode::VSplat, Type::V128, {elements[i]}, how.encode());
            l.set_v(list_register(o, i), s.isolated(value, lane));
        }
        advance(l, o, base, count << lane);
    });
}

} // namespace medley::iss::aarch64
