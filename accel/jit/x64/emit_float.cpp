// Floating-point arithmetic on the host's unit: all exceptions are masked, and their flags gather there until somebody asks
// for the guest's. What the host does otherwise than the guest is done again in C++, out of line; which environments and
// operations that leaves to the host altogether, is_native_float() says.
#include "accel/jit/x64/emitter.h"

#include <algorithm>
#include <array>

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;
namespace Inst = x86::Inst;
using asmjit::Operand;

namespace {

/// Whether a result can be inexact and below the least normal number: what adds or takes roots is exact there.
bool can_underflow(const ir::Operation& operation) {
    switch (operation.opcode) {
    case ir::Opcode::FMul:
    case ir::Opcode::FDiv:
    case ir::Opcode::FMulAdd: return true;
    case ir::Opcode::FConvert: return operation.type == ir::Type::F32;
    default: return false;
    }
}

} // namespace

/// Whether the operation is emitted. The host flushes by other rules than guests do, and does not round ties away.
bool Emitter::is_native_float(const Operation& operation) const {
    const auto opcode = operation.opcode;
    const auto type = operation.type;
    if (opcode == Opcode::Bitcast)
        return type != Type::V128 && type_of(operation.arguments[0]) != Type::V128;
    if (opcode < Opcode::FAdd || opcode > Opcode::FCopySign)
        return false;
    const auto env = ir::FloatOp::decode(operation.imm).env;
    if (opcode == Opcode::FNeg || opcode == Opcode::FAbs || opcode == Opcode::FCopySign)
        return is_host_float(type);
    if (env.flush_inputs || env.flush_outputs)
        return false;
    const bool ties_away = env.rounding == Rounding::NearestAway;
    if (opcode == Opcode::SToF || opcode == Opcode::UToF)
        return is_host_float(type) && !ties_away;
    if (opcode == Opcode::FConvert)
        return is_native_convert(operation);
    if (!is_host_float(type_of(operation.arguments[0])))
        return false;
    switch (opcode) {
    case Opcode::FAdd:
    case Opcode::FSub:
    case Opcode::FMul:
    case Opcode::FDiv:
    case Opcode::FSqrt: return !ties_away;
    case Opcode::FMulAdd: return !ties_away && features_.fma;
    case Opcode::FRound: return features_.sse41;
    case Opcode::FToS:
    case Opcode::FToU: return features_.sse41 || env.rounding == Rounding::TowardZero;
    default: return true;
    }
}

bool Emitter::emit_float(Value, const Operation& operation) {
    if (!is_native_float(operation))
        return false;
    switch (operation.opcode) {
    case Opcode::FAdd: emit_arithmetic(operation, kFloatAdd); break;
    case Opcode::FSub: emit_arithmetic(operation, kFloatSub); break;
    case Opcode::FMul: emit_arithmetic(operation, kFloatMul); break;
    case Opcode::FDiv: emit_arithmetic(operation, kFloatDiv); break;
    case Opcode::FSqrt: emit_square_root(operation); break;
    case Opcode::FMulAdd: emit_multiply_add(operation); break;
    case Opcode::FMin: emit_extreme(operation, kFloatMin, kFloatOr); break;
    case Opcode::FMax: emit_extreme(operation, kFloatMax, kFloatAnd); break;
    case Opcode::FCompareEq:
    case Opcode::FCompareLt:
    case Opcode::FCompareLe:
    case Opcode::FUnordered: emit_float_compare(operation); break;
    case Opcode::FConvert: emit_float_convert(operation); break;
    case Opcode::FRound: emit_float_round(operation); break;
    case Opcode::FToS:
    case Opcode::FToU: emit_to_integer(operation); break;
    case Opcode::SToF:
    case Opcode::UToF: emit_from_integer(operation); break;
    case Opcode::FNeg:
    case Opcode::FAbs:
    case Opcode::FCopySign: emit_float_sign(operation); break;
    default: emit_bitcast(operation); break;
    }
    return true;
}

// --- pieces

void Emitter::move_float(const Xmm& to, const Xmm& from) {
    if (to == from)
        return;
    if (features_.avx)
        a.vmovaps(to, from);
    else
        a.movaps(to, from);
}

/// to = left op right. `to` may be one of them, but only left, or for what commutes also right, without AVX.
void Emitter::emit_three(const FloatInstruction& instruction, bool wide, const Xmm& to, const Xmm& left, const Operand& right) {
    if (features_.avx) {
        a.emit(instruction.vex[wide], to, left, right);
        return;
    }
    if (instruction.commutes && right.isReg() && to == right.as<Xmm>()) {
        a.emit(instruction.legacy[wide], to, left);
        return;
    }
    move_float(to, left);
    a.emit(instruction.legacy[wide], to, right);
}

/// An operand that need not be in a register: in memory where nobody needs it afterwards.
Operand Emitter::float_source(Value value) {
    const auto memory = values_.is_last_use(value) ? values_.memory(value, type_of(value)) : std::nullopt;
    if (memory)
        return *memory;
    return values_.floating(value);
}

/// Changes the host's rounding; exception flags stay. \see Frame::rounding
void Emitter::set_rounding(Rounding rounding) {
    const auto control = at_address(&frame_.now_control, 4);
    a.stmxcsr(control);
    a.and_(control, ~host_rounding(Rounding::TowardZero));
    if (const auto bits = host_rounding(rounding); bits != 0)
        a.or_(control, bits);
    a.ldmxcsr(control);
}

/// Does it all again in C++. For the way out of line.
void Emitter::redo_in_software(std::uint32_t site, std::initializer_list<Xmm> operands) {
    unsigned index = 0;
    for (const auto& operand : operands)
        a.movsd(at_address(&frame_.arguments[index++].low, 8), operand);
    set_site(site);
    call(thunks_.value);
}

/// Jumps where the host may have gone another way than the guest: by how NaNs come out, and, where the guest finds tininess
/// before rounding, at a result that may have been rounded up to the least normal number. (Below it both find it tiny.)
void Emitter::jump_if_odd(const Operation& operation, const Xmm& result, const Label& odd) {
    const auto env = ir::FloatOp::decode(operation.imm).env;
    const bool wide = operation.type == Type::F64;
    if (!env.tininess_before_rounding || !can_underflow(operation)) {
        compare_quietly(wide, result, result);
        a.jp(odd);
        return;
    }
    // Equal or unordered.
    if (const auto magnitude = features_.avx ? values_.spare_float_temporary() : std::nullopt) {
        a.vandpd(*magnitude, result, at_address(wide ? &frame_.magnitude_double : &frame_.magnitude_single, 16));
        compare_quietly(wide, *magnitude, wide ? at_address(&frame_.least_normal[0].wide, 8) : at_address(&frame_.least_normal[0].narrow, 4));
        a.je(odd);
        return;
    }
    for (const auto& least : frame_.least_normal) {
        compare_quietly(wide, result, wide ? at_address(&least.wide, 8) : at_address(&least.narrow, 4));
        a.je(odd);
    }
}

bool Emitter::can_defer(const Operation& operation) {
    const auto env = ir::FloatOp::decode(operation.imm).env;
    return env.nan == NanRule::Default && !(env.tininess_before_rounding && can_underflow(operation));
}

/// Makes a result by `body(to)`, in the environment of the operation, and sees to it that it is the guest's.
void Emitter::emit_rounded(const Operation& operation, std::initializer_list<Xmm> operands, const std::function<void(const Xmm&)>& body) {
    const auto rounding = ir::FloatOp::decode(operation.imm).env.rounding;
    const bool switches = rounding != frame_.rounding;
    const bool deferred = can_defer(operation);
    const auto to = values_.make_floating(deferred ? operation.arguments[0] : ir::kNoValue);
    bool overlaps = false;
    for (const auto& operand : operands)
        overlaps |= operand == to;
    const auto work = !deferred && overlaps ? values_.float_temporary() : to;
    if (switches)
        set_rounding(rounding);
    body(work);
    if (switches)
        set_rounding(frame_.rounding);
    if (deferred)
        return defer(operation.type);
    const auto odd = a.newLabel();
    const auto back = a.newLabel();
    const auto site = add_site(operation);
    jump_if_odd(operation, work, odd);
    a.bind(back);
    move_float(to, work);
    std::array<Xmm, 2> kept;
    std::copy(operands.begin(), operands.end(), kept.begin());
    later([=, this, count = operands.size()] {
        a.bind(odd);
        if (count == 1)
            redo_in_software(site, {kept[0]});
        else
            redo_in_software(site, {kept[0], kept[1]});
        a.movsd(work, at_address(&frame_.result.low, 8));
        a.jmp(back);
    });
}

// --- operations

/// What is above a result comes from the first operand, and should be zeros. \see Uses::significant_bits
bool Emitter::right_has_fewer_bits(const Operation& operation) const {
    const auto bits = [&](unsigned i) { return values_.uses().significant_bits(values_.uses().root(operation.arguments[i])); };
    return bits(1) < bits(0);
}

void Emitter::emit_arithmetic(const Operation& operation, const FloatInstruction& instruction) {
    const bool wide = operation.type == Type::F64;
    const auto left = values_.floating(operation.arguments[0]);
    if (can_defer(operation) && features_.avx) {
        const auto right = float_source(operation.arguments[1]);
        emit_rounded(operation, {left}, [&](const Xmm& to) { emit_three(instruction, wide, to, left, right); });
        return;
    }
    const auto right = values_.floating(operation.arguments[1]);
    if (instruction.commutes && right_has_fewer_bits(operation))
        return emit_rounded(operation, {left, right}, [&](const Xmm& to) { emit_three(instruction, wide, to, right, left); });
    emit_rounded(operation, {left, right}, [&](const Xmm& to) {
        if (to == right && to != left && !features_.avx && !instruction.commutes) {
            const auto work = values_.float_temporary();
            move_float(work, right);
            move_float(to, left);
            a.emit(instruction.legacy[wide], to, work);
            return;
        }
        emit_three(instruction, wide, to, left, right);
    });
}

void Emitter::emit_square_root(const Operation& operation) {
    const bool wide = operation.type == Type::F64;
    const auto from = values_.floating(operation.arguments[0]);
    emit_rounded(operation, {from}, [&](const Xmm& to) {
        if (features_.avx)
            return static_cast<void>(a.emit(wide ? Inst::kIdVsqrtsd : Inst::kIdVsqrtss, to, from, from));
        move_float(to, from); // What is above.
        a.emit(wide ? Inst::kIdSqrtsd : Inst::kIdSqrtss, to, from);
    });
}

/// The host raises no Invalid for infinity times zero plus a quiet NaN: where the result is a NaN, it is looked at again. Where
/// every NaN is the default one, the result itself can stand for the addend then: the factors are what decides.
void Emitter::emit_multiply_add(const Operation& operation) {
    const bool wide = operation.type == Type::F64;
    const auto env = ir::FloatOp::decode(operation.imm).env;
    const auto first = values_.floating(operation.arguments[0]);
    const auto second = values_.floating(operation.arguments[1]);
    const auto third = values_.floating(operation.arguments[2]);
    const bool factors_decide = can_defer(operation);
    const auto to = values_.make_floating(factors_decide ? operation.arguments[2] : ir::kNoValue);
    const bool overwrites = to == first || to == second || (to == third && !factors_decide);
    const auto work = overwrites ? values_.float_temporary() : to;
    const bool switches = env.rounding != frame_.rounding;
    const auto odd = a.newLabel();
    const auto back = a.newLabel();
    const auto site = add_site(operation);
    if (switches)
        set_rounding(env.rounding);
    move_float(work, third);
    a.emit(wide ? Inst::kIdVfmadd231sd : Inst::kIdVfmadd231ss, work, first, second);
    if (switches)
        set_rounding(frame_.rounding);
    jump_if_odd(operation, work, odd);
    a.bind(back);
    move_float(to, work);
    later([=, this, addend = factors_decide ? work : third] {
        a.bind(odd);
        redo_in_software(site, {first, second, addend});
        a.movsd(work, at_address(&frame_.result.low, 8));
        a.jmp(back);
    });
}

/// The host's instructions know no order among zeros and NaNs. Equal operands differ in their sign at most.
void Emitter::emit_extreme(const Operation& operation, const FloatInstruction& instruction, const FloatInstruction& of_equals) {
    const bool wide = operation.type == Type::F64;
    const auto left = values_.floating(operation.arguments[0]);
    const auto right = values_.floating(operation.arguments[1]);
    const auto to = values_.make_floating(operation.arguments[0]);
    const auto odd = a.newLabel();
    const auto back = a.newLabel();
    const auto site = add_site(operation);
    compare_quietly(wide, left, right);
    a.je(odd);
    emit_three(instruction, wide, to, left, right);
    a.bind(back);
    later([=, this] {
        const auto is_nan = a.newLabel();
        a.bind(odd);
        a.jp(is_nan);
        emit_three(of_equals, wide, to, left, right);
        a.jmp(back);
        a.bind(is_nan);
        redo_in_software(site, {left, right});
        a.movsd(to, at_address(&frame_.result.low, 8));
        a.jmp(back);
    });
}

void Emitter::emit_float_sign(const Operation& operation) {
    const auto wide = operation.type == Type::F64;
    const auto sign = at_address(wide ? &frame_.sign_double : &frame_.sign_single, 16);
    const auto magnitude = at_address(wide ? &frame_.magnitude_double : &frame_.magnitude_single, 16);
    const auto from = values_.floating(operation.arguments[0]);
    if (operation.opcode != Opcode::FCopySign) {
        const auto to = values_.make_floating(operation.arguments[0]);
        if (operation.opcode == Opcode::FNeg)
            emit_three(kFloatXor, wide, to, from, sign);
        else
            emit_three(kFloatAnd, wide, to, from, magnitude);
        return;
    }
    const auto other = values_.floating(operation.arguments[1]);
    const auto work = values_.float_temporary();
    emit_three(kFloatAnd, wide, work, other, sign);
    const auto to = values_.make_floating(operation.arguments[0]);
    emit_three(kFloatAnd, wide, to, from, magnitude);
    emit_three(kFloatOr, wide, to, to, work);
}

/// b is compared with a, so that unordered operands come out as false.
void Emitter::emit_float_compare(const Operation& operation) {
    const bool wide = type_of(operation.arguments[0]) == Type::F64;
    const bool signalling = ir::FloatOp::decode(operation.imm).signalling;
    const bool swaps = operation.opcode == Opcode::FCompareLt || operation.opcode == Opcode::FCompareLe;
    const auto left = values_.floating(operation.arguments[swaps ? 1 : 0]);
    const auto right = float_source(operation.arguments[swaps ? 0 : 1]);
    const auto to = values_.make_integer();
    const auto equal = operation.opcode == Opcode::FCompareEq ? values_.temporary() : Gp();
    if (!signalling)
        compare_quietly(wide, left, right);
    else if (features_.avx)
        a.emit(wide ? Inst::kIdVcomisd : Inst::kIdVcomiss, left, right);
    else
        a.emit(wide ? Inst::kIdComisd : Inst::kIdComiss, left, right);
    switch (operation.opcode) {
    case Opcode::FCompareLt: a.seta(to.r8()); break;
    case Opcode::FCompareLe: a.setae(to.r8()); break;
    case Opcode::FUnordered: a.setp(to.r8()); break;
    default:
        a.sete(equal.r8());
        a.setnp(to.r8());
        a.and_(to.r8(), equal.r8());
        break;
    }
    a.movzx(to.r32(), to.r8());
}

} // namespace medley::accel::jit::x64
