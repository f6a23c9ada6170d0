// Floating point: bit patterns in, bit patterns out, flags into the core's slot.
#include "accel/common/softfloat/fast.h"
#include "accel/common/softfloat/softfloat.h"
#include "accel/interp/access.h"
#include "accel/interp/handlers.h"

namespace medley::accel::interp {
namespace {

namespace soft = medley::accel::softfloat;
using ir::FloatOp;
using ir::Opcode;
using ir::Type;
using Half = std::uint16_t;
using Single = std::uint32_t;
using DoubleBits = std::uint64_t;

/// The flags are kept in the machine while an operation runs: a local that is passed by reference would cost
/// the tail call.
class Flags {
public:
    explicit Flags(Machine& machine) : machine_(machine) {
        machine_.float_scratch = static_cast<std::uint8_t>(*machine_.float_flags);
    }
    [[nodiscard]] std::uint8_t& get() { return machine_.float_scratch; }
    void put() { *machine_.float_flags |= machine_.float_scratch; }

private:
    Machine& machine_;
};

/// Shortcuts exist for the formats that the host has.
#define MEDLEY_BY_FORMAT(Bits, call)                                                                                   \
    [&] {                                                                                                              \
        if constexpr (sizeof(Bits) == 2)                                                                               \
            return soft::call;                                                                                         \
        else                                                                                                           \
            return soft::fast::call;                                                                                   \
    }()

template <Opcode>
struct Meaning;

#define MEDLEY_FLOAT(name, ...)                                                                                        \
    template <>                                                                                                        \
    struct Meaning<Opcode::name> {                                                                                     \
        template <class Bits>                                                                                          \
        static auto apply(Bits a, Bits b, const FloatOp& op, std::uint8_t& flags) {                                    \
            static_cast<void>(b);                                                                                      \
            return __VA_ARGS__;                                                                                        \
        }                                                                                                              \
    };
inline soft::NanCompare nan_compare(const FloatOp& op) {
    return op.signalling ? soft::NanCompare::Signalling : soft::NanCompare::Quiet;
}
MEDLEY_FLOAT(FAdd, MEDLEY_BY_FORMAT(Bits, add(a, b, op.env, flags)))
MEDLEY_FLOAT(FSub, MEDLEY_BY_FORMAT(Bits, sub(a, b, op.env, flags)))
MEDLEY_FLOAT(FMul, MEDLEY_BY_FORMAT(Bits, mul(a, b, op.env, flags)))
MEDLEY_FLOAT(FDiv, MEDLEY_BY_FORMAT(Bits, div(a, b, op.env, flags)))
MEDLEY_FLOAT(FSqrt, MEDLEY_BY_FORMAT(Bits, sqrt(a, op.env, flags)))
MEDLEY_FLOAT(FMin, soft::min(a, b, op.min_max, op.env, flags))
MEDLEY_FLOAT(FMax, soft::max(a, b, op.min_max, op.env, flags))
MEDLEY_FLOAT(FCompareEq, static_cast<std::uint8_t>(MEDLEY_BY_FORMAT(Bits, eq(a, b, nan_compare(op), op.env, flags))))
MEDLEY_FLOAT(FCompareLt, static_cast<std::uint8_t>(MEDLEY_BY_FORMAT(Bits, lt(a, b, nan_compare(op), op.env, flags))))
MEDLEY_FLOAT(FCompareLe, static_cast<std::uint8_t>(MEDLEY_BY_FORMAT(Bits, le(a, b, nan_compare(op), op.env, flags))))
MEDLEY_FLOAT(FUnordered, static_cast<std::uint8_t>(soft::unordered(a, b, nan_compare(op), op.env, flags)))
MEDLEY_FLOAT(FRound, op.exact ? soft::round_to_int_exact(a, op.env, flags) : soft::round_to_int(a, op.env, flags))
#undef MEDLEY_FLOAT

template <Opcode Code, class Bits, bool TwoOperands>
const Op* arithmetic(const Op* op, Machine& machine, std::int64_t left) {
    Flags flags(machine);
    const auto a = read<Bits>(op->a);
    const auto b = TwoOperands ? read<Bits>(op->b) : Bits{0};
    const auto result = Meaning<Code>::template apply<Bits>(a, b, data_of(op).float_op, flags.get());
    flags.put();
    write(op->d, result);
    MEDLEY_NEXT(op + 2, machine, left);
}

template <Opcode Code, bool TwoOperands>
Handler arithmetic_form(Type type) {
    switch (type) {
    case Type::F16: return &arithmetic<Code, Half, TwoOperands>;
    case Type::F32: return &arithmetic<Code, Single, TwoOperands>;
    case Type::F64: return &arithmetic<Code, DoubleBits, TwoOperands>;
    default: return nullptr;
    }
}

template <class Bits>
const Op* mul_add(const Op* op, Machine& machine, std::int64_t left) {
    Flags flags(machine);
    const auto& pointers = data_of(op).pointers;
    const auto& how = data_of(op + 1).float_op;
    const auto a = read<Bits>(pointers[0]);
    const auto b = read<Bits>(pointers[1]);
    const auto c = read<Bits>(pointers[2]);
    const auto result = MEDLEY_BY_FORMAT(Bits, fma(a, b, c, how.env, flags.get()));
    flags.put();
    write(op->d, result);
    MEDLEY_NEXT(op + 3, machine, left);
}

// --- sign manipulation: pure

template <Opcode Code, class Bits>
const Op* sign_change(const Op* op, Machine& machine, std::int64_t left) {
    constexpr Bits kSign = soft::Format<Bits>::kSign;
    const auto a = read<Bits>(op->a);
    Bits result = 0;
    if constexpr (Code == Opcode::FNeg)
        result = static_cast<Bits>(a ^ kSign);
    else if constexpr (Code == Opcode::FAbs)
        result = static_cast<Bits>(a & static_cast<Bits>(~kSign));
    else
        result = static_cast<Bits>((a & static_cast<Bits>(~kSign)) | (read<Bits>(op->b) & kSign));
    write(op->d, result);
    MEDLEY_NEXT(op + 2, machine, left);
}

template <Opcode Code>
Handler sign_form(Type type) {
    switch (type) {
    case Type::F16: return &sign_change<Code, Half>;
    case Type::F32: return &sign_change<Code, Single>;
    case Type::F64: return &sign_change<Code, DoubleBits>;
    default: return nullptr;
    }
}

// --- conversions

template <class To, class From>
const Op* convert(const Op* op, Machine& machine, std::int64_t left) {
    Flags flags(machine);
    const auto a = read<From>(op->a);
    const auto& env = data_of(op).float_op.env;
    To result = 0;
    if constexpr (sizeof(To) == 2 || sizeof(From) == 2 || sizeof(To) == sizeof(From))
        result = soft::convert<To>(a, env, flags.get());
    else
        result = soft::fast::convert<To>(a, env, flags.get());
    flags.put();
    write(op->d, result);
    MEDLEY_NEXT(op + 2, machine, left);
}

template <class Int, class From>
const Op* to_integer(const Op* op, Machine& machine, std::int64_t left) {
    Flags flags(machine);
    const auto a = read<From>(op->a);
    const auto& how = data_of(op).float_op;
    Int result = 0;
    if constexpr (sizeof(From) == 2)
        result = soft::to_int<Int>(a, how.nan_to_int, how.env, flags.get());
    else
        result = soft::fast::to_int<Int>(a, how.nan_to_int, how.env, flags.get());
    flags.put();
    write(op->d, result);
    MEDLEY_NEXT(op + 2, machine, left);
}

template <class To, class Int>
const Op* from_integer(const Op* op, Machine& machine, std::int64_t left) {
    Flags flags(machine);
    const auto a = read<Int>(op->a);
    const auto& env = data_of(op).float_op.env;
    To result = 0;
    if constexpr (sizeof(To) == 2)
        result = soft::from_int<To>(a, env, flags.get());
    else
        result = soft::fast::from_int<To>(a, env, flags.get());
    flags.put();
    write(op->d, result);
    MEDLEY_NEXT(op + 2, machine, left);
}

/// Calls `make` with a zero of the type that holds the format's bits.
template <class Make>
Handler with_format(Type type, Make make) {
    switch (type) {
    case Type::F16: return make(Half{});
    case Type::F32: return make(Single{});
    case Type::F64: return make(DoubleBits{});
    default: return nullptr;
    }
}

template <class Narrow, class Full>
Handler to_integer_form(Type to, Type from) {
    return with_format(from, [to]<class From>(From) -> Handler {
        return to == Type::I32 ? &to_integer<Narrow, From> : &to_integer<Full, From>;
    });
}

template <class Narrow, class Full>
Handler from_integer_form(Type to, Type from) {
    return with_format(to, [from]<class To>(To) -> Handler {
        return from == Type::I32 ? &from_integer<To, Narrow> : &from_integer<To, Full>;
    });
}

} // namespace

Handler float_handler(Opcode opcode, Type type) {
    switch (opcode) {
#define MEDLEY_FORM(name, two) \
    case Opcode::name: return arithmetic_form<Opcode::name, two>(type);
        MEDLEY_FORM(FAdd, true) MEDLEY_FORM(FSub, true) MEDLEY_FORM(FMul, true) MEDLEY_FORM(FDiv, true)
        MEDLEY_FORM(FSqrt, false) MEDLEY_FORM(FMin, true) MEDLEY_FORM(FMax, true) MEDLEY_FORM(FCompareEq, true)
        MEDLEY_FORM(FCompareLt, true) MEDLEY_FORM(FCompareLe, true) MEDLEY_FORM(FUnordered, true)
        MEDLEY_FORM(FRound, false)
#undef MEDLEY_FORM
    case Opcode::FNeg: return sign_form<Opcode::FNeg>(type);
    case Opcode::FAbs: return sign_form<Opcode::FAbs>(type);
    case Opcode::FCopySign: return sign_form<Opcode::FCopySign>(type);
    default: return nullptr;
    }
}

Handler float_mul_add_handler(Type type) {
    return with_format(type, []<class Bits>(Bits) -> Handler { return &mul_add<Bits>; });
}

Handler float_convert_handler(Opcode opcode, Type to, Type from) {
    switch (opcode) {
    case Opcode::FToS: return to_integer_form<std::int32_t, std::int64_t>(to, from);
    case Opcode::FToU: return to_integer_form<std::uint32_t, std::uint64_t>(to, from);
    case Opcode::SToF: return from_integer_form<std::int32_t, std::int64_t>(to, from);
    case Opcode::UToF: return from_integer_form<std::uint32_t, std::uint64_t>(to, from);
    case Opcode::FConvert:
        return with_format(to, [from]<class To>(To) {
            return with_format(from, []<class From>(From) -> Handler { return &convert<To, From>; });
        });
    default: return nullptr;
    }
}

} // namespace medley::accel::interp
