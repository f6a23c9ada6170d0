// Pure integer operations and moves.
#include "accel/interp/access.h"
#include "accel/interp/handlers.h"
#include "accel/interp/semantics.h"

namespace medley::accel::interp {
namespace {

using ir::Opcode;
using ir::Type;

/// The result of a 32-bit operation as the lowering wants it.
template <Widen How, class T>
auto widened(T value) {
    if constexpr (How == Widen::Sign)
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<Signed<T>>(value)));
    else if constexpr (How == Widen::Zero)
        return static_cast<std::uint64_t>(value);
    else
        return value;
}

template <class T, bool Immediate>
T second(const Op* op) {
    if constexpr (Immediate)
        return static_cast<T>(op->imm);
    else
        return read<T>(op->b);
}

template <class Meaning, class T, bool Immediate, Widen How>
const Op* binary(const Op* op, Machine& machine, std::int64_t left) {
    write(op->d, widened<How>(Meaning::template apply<T>(read<T>(op->a), second<T, Immediate>(op))));
    MEDLEY_NEXT(op + 1, machine, left);
}

template <class Meaning, class T, bool Immediate>
Handler widened_binary(Widen widen) {
    if constexpr (sizeof(T) == 4) {
        if (widen == Widen::Sign)
            return &binary<Meaning, T, Immediate, Widen::Sign>;
        if (widen == Widen::Zero)
            return &binary<Meaning, T, Immediate, Widen::Zero>;
    }
    return widen == Widen::No ? &binary<Meaning, T, Immediate, Widen::No> : nullptr;
}

template <class Meaning>
Handler typed_binary(Type type, bool immediate, Widen widen) {
    if (type == Type::I32)
        return immediate ? widened_binary<Meaning, std::uint32_t, true>(widen)
                         : widened_binary<Meaning, std::uint32_t, false>(widen);
    if (type == Type::I64)
        return immediate ? widened_binary<Meaning, std::uint64_t, true>(widen)
                         : widened_binary<Meaning, std::uint64_t, false>(widen);
    return nullptr;
}

/// Operations that also work on I1. On a byte that is 0 or 1 their results are 0 or 1.
template <class Meaning>
Handler logical_binary(Type type, bool immediate, Widen widen) {
    if (type != Type::I1)
        return typed_binary<Meaning>(type, immediate, widen);
    return immediate ? &binary<Meaning, std::uint8_t, true, Widen::No> : &binary<Meaning, std::uint8_t, false, Widen::No>;
}

template <class Meaning, class T, bool Immediate, class Result>
const Op* compare(const Op* op, Machine& machine, std::int64_t left) {
    write(op->d, static_cast<Result>(Meaning::template apply<T>(read<T>(op->a), second<T, Immediate>(op))));
    MEDLEY_NEXT(op + 1, machine, left);
}

template <class Meaning, class T, bool Immediate>
Handler compare_into(unsigned size) {
    switch (size) {
    case 1: return &compare<Meaning, T, Immediate, std::uint8_t>;
    case 4: return &compare<Meaning, T, Immediate, std::uint32_t>;
    case 8: return &compare<Meaning, T, Immediate, std::uint64_t>;
    default: return nullptr;
    }
}

template <class Meaning, class T>
Handler sized_compare(bool immediate, unsigned size) {
    return immediate ? compare_into<Meaning, T, true>(size) : compare_into<Meaning, T, false>(size);
}

template <class Meaning>
Handler typed_compare(Type type, bool immediate, unsigned size) {
    switch (type) {
    case Type::I1: return sized_compare<Meaning, std::uint8_t>(immediate, size);
    case Type::I32: return sized_compare<Meaning, std::uint32_t>(immediate, size);
    case Type::I64: return sized_compare<Meaning, std::uint64_t>(immediate, size);
    default: return nullptr;
    }
}

template <class Meaning, class T>
const Op* unary(const Op* op, Machine& machine, std::int64_t left) {
    write(op->d, Meaning::template apply<T>(read<T>(op->a)));
    MEDLEY_NEXT(op + 1, machine, left);
}

template <class Meaning>
Handler typed_unary(Type type) {
    return type == Type::I32 ? &unary<Meaning, std::uint32_t> : type == Type::I64 ? &unary<Meaning, std::uint64_t> : nullptr;
}

template <class From, class To>
const Op* extend(const Op* op, Machine& machine, std::int64_t left) {
    write(op->d, static_cast<To>(read<From>(op->a)));
    MEDLEY_NEXT(op + 1, machine, left);
}

/// Of the lowest bit.
template <bool Sign, class To>
const Op* extend_bit(const Op* op, Machine& machine, std::int64_t left) {
    const auto bit = static_cast<To>(read<std::uint8_t>(op->a) & 1);
    write(op->d, Sign ? static_cast<To>(0 - bit) : bit);
    MEDLEY_NEXT(op + 1, machine, left);
}

template <class To>
Handler extend_to(bool sign, unsigned from) {
    switch (from) {
    case 1: return sign ? &extend_bit<true, To> : &extend_bit<false, To>;
    case 8: return sign ? &extend<std::int8_t, To> : &extend<std::uint8_t, To>;
    case 16: return sign ? &extend<std::int16_t, To> : &extend<std::uint16_t, To>;
    case 32: return sign ? &extend<std::int32_t, To> : &extend<std::uint32_t, To>;
    default: return nullptr;
    }
}

template <class From, class To>
const Op* move(const Op* op, Machine& machine, std::int64_t left) {
    write(op->d, static_cast<To>(read<From>(op->a)));
    MEDLEY_NEXT(op + 1, machine, left);
}

template <class To>
Handler move_from(unsigned from) {
    switch (from) {
    case 1: return &move<std::uint8_t, To>;
    case 2: return &move<std::uint16_t, To>;
    case 4: return &move<std::uint32_t, To>;
    case 8: return &move<std::uint64_t, To>;
    case 16: return &move<Unsigned128, To>;
    default: return nullptr;
    }
}

template <class T>
const Op* move_imm(const Op* op, Machine& machine, std::int64_t left) {
    write(op->d, static_cast<T>(op->imm));
    MEDLEY_NEXT(op + 1, machine, left);
}

template <class T>
const Op* select(const Op* op, Machine& machine, std::int64_t left) {
    const auto* chosen = read<std::uint8_t>(data_of(op).pointers[0]) != 0 ? op->a : op->b;
    write(op->d, read<T>(chosen));
    MEDLEY_NEXT(op + 2, machine, left);
}

template <class T>
const Op* insert_lane(const Op* op, Machine& machine, std::int64_t left) {
    const auto lane = reinterpret_cast<std::uintptr_t>(data_of(op).pointers[0]);
    const auto value = read<T>(op->b);
    write(op->d, read<Unsigned128>(op->a));
    write(static_cast<T*>(op->d) + lane, value);
    MEDLEY_NEXT(op + 2, machine, left);
}

} // namespace

Handler binary_handler(Opcode opcode, Type type, bool immediate, Widen widen) {
    switch (opcode) {
#define MEDLEY_FORM(name) \
    case Opcode::name: return typed_binary<Binary<Opcode::name>>(type, immediate, widen);
        MEDLEY_FORM(Add) MEDLEY_FORM(Sub) MEDLEY_FORM(Mul) MEDLEY_FORM(MulHighS) MEDLEY_FORM(MulHighU)
        MEDLEY_FORM(MulHighSU) MEDLEY_FORM(RemS) MEDLEY_FORM(RemU) MEDLEY_FORM(OrNot) MEDLEY_FORM(Shl) MEDLEY_FORM(ShrU)
        MEDLEY_FORM(ShrS) MEDLEY_FORM(RotateRight) MEDLEY_FORM(CarrylessMulLow) MEDLEY_FORM(CarrylessMulHigh)
#undef MEDLEY_FORM
#define MEDLEY_FORM(name) \
    case Opcode::name: return logical_binary<Binary<Opcode::name>>(type, immediate, widen);
        MEDLEY_FORM(And) MEDLEY_FORM(Or) MEDLEY_FORM(Xor) MEDLEY_FORM(AndNot)
#undef MEDLEY_FORM
    default: return nullptr;
    }
}

Handler division_handler(Opcode opcode, Type type, ir::DivideByZero rule, Widen widen) {
    using ir::DivideByZero;
    const bool zero = rule == DivideByZero::Zero;
    if (opcode == Opcode::DivS)
        return zero ? typed_binary<Division<Opcode::DivS, DivideByZero::Zero>>(type, false, widen)
                    : typed_binary<Division<Opcode::DivS, DivideByZero::AllOnes>>(type, false, widen);
    return zero ? typed_binary<Division<Opcode::DivU, DivideByZero::Zero>>(type, false, widen)
                : typed_binary<Division<Opcode::DivU, DivideByZero::AllOnes>>(type, false, widen);
}

Handler compare_handler(Opcode opcode, Type type, bool immediate, unsigned size) {
    switch (opcode) {
#define MEDLEY_FORM(name) \
    case Opcode::name: return typed_compare<Comparison<Opcode::name>>(type, immediate, size);
        MEDLEY_FORM(CompareEq) MEDLEY_FORM(CompareNe) MEDLEY_FORM(CompareLtS) MEDLEY_FORM(CompareLeS)
        MEDLEY_FORM(CompareLtU) MEDLEY_FORM(CompareLeU) MEDLEY_FORM(AddOverflowS) MEDLEY_FORM(SubOverflowS)
#undef MEDLEY_FORM
    default: return nullptr;
    }
}

Handler unary_handler(Opcode opcode, Type type) {
    switch (opcode) {
#define MEDLEY_FORM(name) \
    case Opcode::name: return typed_unary<Unary<Opcode::name>>(type);
        MEDLEY_FORM(CountLeadingZeros) MEDLEY_FORM(CountTrailingZeros) MEDLEY_FORM(PopCount) MEDLEY_FORM(ByteSwap)
        MEDLEY_FORM(BitReverse)
#undef MEDLEY_FORM
    default: return nullptr;
    }
}

Handler extend_handler(bool sign, unsigned from, Type type) {
    return type == Type::I32 ? extend_to<std::uint32_t>(sign, from) : extend_to<std::uint64_t>(sign, from);
}

Handler truncate_bit_handler() { return &extend_bit<false, std::uint8_t>; }

Handler move_handler(unsigned size, unsigned from) {
    switch (size) {
    case 1: return move_from<std::uint8_t>(from);
    case 2: return move_from<std::uint16_t>(from);
    case 4: return move_from<std::uint32_t>(from);
    case 8: return move_from<std::uint64_t>(from);
    case 16: return move_from<Unsigned128>(from);
    default: return nullptr;
    }
}

Handler move_imm_handler(unsigned size) {
    switch (size) {
    case 1: return &move_imm<std::uint8_t>;
    case 2: return &move_imm<std::uint16_t>;
    case 4: return &move_imm<std::uint32_t>;
    case 8: return &move_imm<std::uint64_t>;
    default: return nullptr;
    }
}

Handler select_handler(unsigned size) {
    switch (size) {
    case 1: return &select<std::uint8_t>;
    case 2: return &select<std::uint16_t>;
    case 4: return &select<std::uint32_t>;
    case 8: return &select<std::uint64_t>;
    case 16: return &select<Unsigned128>;
    default: return nullptr;
    }
}

} // namespace medley::accel::interp
