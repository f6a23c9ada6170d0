#include "iss/riscv/lift_float.h"

namespace medley::iss::riscv {

namespace {

/// Rounding modes (Unprivileged, "Floating-Point Control and Status Register").
std::optional<Rounding> rounding_mode(unsigned encoded) {
    switch (encoded) {
    case 0: return Rounding::NearestEven;
    case 1: return Rounding::TowardZero;
    case 2: return Rounding::Down;
    case 3: return Rounding::Up;
    case 4: return Rounding::NearestAway;
    default: return std::nullopt;
    }
}
constexpr unsigned kDynamic = 7;

std::uint64_t canonical_nan(Type type) {
    switch (type) {
    case Type::F16: return 0x7e00;
    case Type::F32: return 0x7fc0'0000;
    default: return 0x7ff8'0000'0000'0000;
    }
}

} // namespace

bool FloatLifting::allowed() {
    if (l.mode().float_state != FloatState::Off)
        return true;
    l.illegal();
    return false;
}

bool FloatLifting::allowed_with_rounding(const Operands& o) {
    const auto rounding = rounding_mode(o.rm == kDynamic ? l.mode().frm : o.rm);
    if (l.mode().float_state == FloatState::Off || !rounding) {
        l.illegal();
        return false;
    }
    env.env.rounding = *rounding;
    return true;
}

void FloatLifting::finish() {
    if (l.mode().float_state == FloatState::Dirty)
        return;
    const auto status = b.get(slot::kMstatus, Type::I64);
    b.put(slot::kMstatus, b.bit_or(status, b.constant(Type::I64, mstatus::kFs)));
    l.resync();
}

Value FloatLifting::read_raw(unsigned index, Type integer) {
    const auto value = b.get(slot::f(index), l.ft());
    if (l.ft() == Type::F64 && integer == Type::I32)
        return b.truncate(Type::I32, b.bitcast(Type::I64, value));
    return b.bitcast(integer, value);
}

Value FloatLifting::read(unsigned index, Type type) {
    if (type == l.ft())
        return b.get(slot::f(index), type);
    const auto width = bits_of(type);
    const auto integer = l.ft() == Type::F64 ? Type::I64 : Type::I32;
    const auto raw = read_raw(index, integer);
    if ((boxed(width) >> index & 1) != 0)
        return b.bitcast(type, raw);
    const auto box = low_mask(bits_of(integer)) & ~low_mask(width);
    const auto is_boxed = b.op(Opcode::CompareLeU, {b.constant(integer, box), raw});
    return b.bitcast(type, b.select(is_boxed, raw, b.constant(integer, canonical_nan(type))));
}

void FloatLifting::write(unsigned index, Value value, Type type) {
    if (type == l.ft()) {
        b.put(slot::f(index), value);
        l.boxed16_ &= ~(1U << index);
        l.boxed32_ &= ~(1U << index);
        return;
    }
    write_raw(index, b.bitcast(Type::I64, value), bits_of(type));
}

void FloatLifting::write_raw(unsigned index, Value bits, unsigned width) {
    const auto flen = bits_of(l.ft());
    auto value = bits;
    if (width < flen)
        value = b.bit_or(value, b.constant(Type::I64, ~low_mask(width)));
    b.put(slot::f(index), b.bitcast(l.ft(), value));
    const auto mask = 1U << index;
    l.boxed16_ = width == 16 ? l.boxed16_ | mask : l.boxed16_ & ~mask;
    l.boxed32_ = width == 32 ? l.boxed32_ | mask : l.boxed32_ & ~mask;
}

} // namespace medley::iss::riscv
