// Floating point on the host's unit. Translated code runs to nearest with all exceptions masked; the host accumulates their
// flags until somebody asks for the guest's. What the host would do otherwise than the guest calls out.
#include "accel/jit/x64/emitter.h"

#include <algorithm>
#include <array>

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;
namespace Inst = x86::Inst;
using asmjit::InstId;

/// Rounds to nearest, flushes nothing, finds tininess after rounding, and makes default NaNs only.
bool Emitter::is_host_environment(const Operation& operation) const {
    return ir::FloatOp::decode(operation.imm).env == FloatEnv{};
}

bool Emitter::emit_float(Value, const Operation& operation) {
    const auto type = operation.type;
    const auto opcode = operation.opcode;
    if (opcode == Opcode::Bitcast) {
        if (type == Type::V128 || type_of(operation.arguments[0]) == Type::V128)
            return false;
        emit_bitcast(operation);
        return true;
    }
    if (opcode < Opcode::FAdd || opcode > Opcode::FCopySign)
        return false;
    const auto from = type_of(operation.arguments[0]);
    if (opcode == Opcode::FNeg || opcode == Opcode::FAbs || opcode == Opcode::FCopySign)
        return is_host_float(type) && (emit_float_sign(operation), true);
    if (opcode == Opcode::SToF || opcode == Opcode::UToF)
        return is_host_float(type) && is_host_environment(operation) && emit_from_integer(operation);
    if (!is_host_float(from))
        return false;
    if (opcode == Opcode::FToS || opcode == Opcode::FToU)
        return emit_to_integer(operation);
    if (!is_host_environment(operation))
        return false;
    switch (opcode) {
    case Opcode::FAdd: emit_float_binary(operation, Inst::kIdAddss, Inst::kIdAddsd); return true;
    case Opcode::FSub: emit_float_binary(operation, Inst::kIdSubss, Inst::kIdSubsd); return true;
    case Opcode::FMul: emit_float_binary(operation, Inst::kIdMulss, Inst::kIdMulsd); return true;
    case Opcode::FDiv: emit_float_binary(operation, Inst::kIdDivss, Inst::kIdDivsd); return true;
    case Opcode::FSqrt: emit_square_root(operation); return true;
    case Opcode::FMulAdd: return features_.fma && (emit_multiply_add(operation), true);
    case Opcode::FCompareEq:
    case Opcode::FCompareLt:
    case Opcode::FCompareLe:
    case Opcode::FUnordered: emit_float_compare(operation); return true;
    case Opcode::FConvert: return is_host_float(type) && type != from && (emit_float_convert(operation), true);
    default: return false;
    }
}

/// Any NaN becomes the default one. The comparison raises nothing: results are never signalling NaNs.
void Emitter::canonicalise(const Xmm& value, Type type) {
    const auto is_nan = a.newLabel();
    const auto back = a.newLabel();
    if (type == Type::F32)
        a.ucomiss(value, value);
    else
        a.ucomisd(value, value);
    a.jp(is_nan);
    a.bind(back);
    later([=, this] {
        a.bind(is_nan);
        if (type == Type::F32)
            a.movss(value, at_address(&frame_.default_nan_single, 4));
        else
            a.movsd(value, at_address(&frame_.default_nan_double, 8));
        a.jmp(back);
    });
}

void Emitter::emit_float_binary(const Operation& operation, InstId single, InstId dual) {
    const auto type = operation.type;
    const bool commutes = operation.opcode == Opcode::FAdd || operation.opcode == Opcode::FMul;
    const auto left = values_.floating(operation.arguments[0]);
    const auto right = values_.floating(operation.arguments[1]);
    const auto to = values_.make_floating(operation.arguments[0]);
    const auto instruction = type == Type::F32 ? single : dual;
    if (to == right && to != left && commutes) {
        a.emit(instruction, to, left);
    } else if (to == right && to != left) {
        const auto work = values_.float_temporary();
        a.movaps(work, left);
        a.emit(instruction, work, right);
        a.movaps(to, work);
    } else {
        if (to != left)
            a.movaps(to, left);
        a.emit(instruction, to, right);
    }
    canonicalise(to, type);
}

void Emitter::emit_square_root(const Operation& operation) {
    const auto from = values_.floating(operation.arguments[0]);
    const auto to = values_.make_floating(operation.arguments[0]);
    if (operation.type == Type::F32)
        a.sqrtss(to, from);
    else
        a.sqrtsd(to, from);
    canonicalise(to, operation.type);
}

/// Where the result is a NaN everything is done again in C++: the host does not raise Invalid for infinity times zero plus a
/// quiet NaN.
void Emitter::emit_multiply_add(const Operation& operation) {
    const auto type = operation.type;
    const auto first = values_.floating(operation.arguments[0]);
    const auto second = values_.floating(operation.arguments[1]);
    const auto third = values_.floating(operation.arguments[2]);
    const auto work = values_.float_temporary();
    const auto is_nan = a.newLabel();
    const auto back = a.newLabel();
    const auto site = add_site(operation);
    a.vmovaps(work, first);
    if (type == Type::F32) {
        a.vfmadd213ss(work, second, third);
        a.vucomiss(work, work);
    } else {
        a.vfmadd213sd(work, second, third);
        a.vucomisd(work, work);
    }
    a.jp(is_nan);
    a.bind(back);
    later([=, this] {
        a.bind(is_nan);
        const std::array operands{first, second, third};
        for (unsigned i = 0; i < operands.size(); ++i)
            a.movsd(at_address(&frame_.arguments[i].low, 8), operands[i]);
        set_site(site);
        call(thunks_.value);
        a.movsd(work, at_address(&frame_.result.low, 8));
        a.jmp(back);
    });
    for (const auto& operand : {first, second, third})
        values_.release(operand);
    a.movaps(values_.make_floating(), work);
}

void Emitter::emit_float_sign(const Operation& operation) {
    const auto wide = operation.type == Type::F64;
    const auto* sign = wide ? &frame_.sign_double : &frame_.sign_single;
    const auto* magnitude = wide ? &frame_.magnitude_double : &frame_.magnitude_single;
    const auto from = values_.floating(operation.arguments[0]);
    if (operation.opcode == Opcode::FCopySign) {
        const auto other = values_.floating(operation.arguments[1]);
        const auto work = values_.float_temporary();
        a.movaps(work, other);
        a.andps(work, at_address(sign, 16));
        const auto to = values_.make_floating(operation.arguments[0]);
        if (to != from)
            a.movaps(to, from);
        a.andps(to, at_address(magnitude, 16));
        a.orps(to, work);
        return;
    }
    const auto to = values_.make_floating(operation.arguments[0]);
    if (to != from)
        a.movaps(to, from);
    if (operation.opcode == Opcode::FNeg)
        a.xorps(to, at_address(sign, 16));
    else
        a.andps(to, at_address(magnitude, 16));
}

/// b is compared with a, so that unordered operands come out as false.
void Emitter::emit_float_compare(const Operation& operation) {
    const bool wide = type_of(operation.arguments[0]) == Type::F64;
    const bool signalling = ir::FloatOp::decode(operation.imm).signalling;
    const auto first = values_.floating(operation.arguments[0]);
    const auto second = values_.floating(operation.arguments[1]);
    const auto quiet = wide ? Inst::kIdUcomisd : Inst::kIdUcomiss;
    const auto loud = wide ? Inst::kIdComisd : Inst::kIdComiss;
    const auto to = values_.make_integer();
    const auto equal = operation.opcode == Opcode::FCompareEq ? values_.temporary() : Gp();
    a.emit(signalling ? loud : quiet, second, first);
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

void Emitter::emit_float_convert(const Operation& operation) {
    const auto from = values_.floating(operation.arguments[0]);
    const auto to = values_.make_floating(operation.arguments[0]);
    if (operation.type == Type::F64)
        a.cvtss2sd(to, from);
    else
        a.cvtsd2ss(to, from);
    canonicalise(to, operation.type);
}

/// The host answers everything that does not fit with the least number, and raises Invalid alone: then C++ decides.
bool Emitter::emit_to_integer(const Operation& operation) {
    auto env = ir::FloatOp::decode(operation.imm).env;
    const bool truncates = env.rounding == Rounding::TowardZero;
    if (truncates)
        env.rounding = Rounding::NearestEven;
    env.nan = NanRule::Default;
    if (operation.opcode == Opcode::FToU || !(env == FloatEnv{}))
        return false;
    const bool from_wide = type_of(operation.arguments[0]) == Type::F64;
    const auto type = operation.type;
    const auto from = values_.floating(operation.arguments[0]);
    const auto to = values_.make_integer();
    const auto work = sized(values_.temporary(), type);
    const auto instruction = from_wide ? (truncates ? Inst::kIdCvttsd2si : Inst::kIdCvtsd2si)
                                       : (truncates ? Inst::kIdCvttss2si : Inst::kIdCvtss2si);
    const auto odd = a.newLabel();
    const auto back = a.newLabel();
    const auto site = add_site(operation);
    a.emit(instruction, work, from);
    // Only the least number minus one overflows.
    a.cmp(work, 1);
    a.jo(odd);
    a.bind(back);
    a.mov(sized(to, type), work);
    later([=, this] {
        a.bind(odd);
        a.movsd(at_address(&frame_.arguments[0].low, 8), from);
        set_site(site);
        call(thunks_.value);
        a.mov(work.r64(), at_address(&frame_.result.low, 8));
        a.jmp(back);
    });
    return true;
}

bool Emitter::emit_from_integer(const Operation& operation) {
    const bool wide = type_of(operation.arguments[0]) == Type::I64;
    const bool is_signed = operation.opcode == Opcode::SToF;
    if (!is_signed && wide)
        return false;
    auto from = values_.integer(operation.arguments[0]);
    if (!is_signed) {
        const auto extended = values_.temporary();
        a.mov(extended.r32(), from.r32());
        from = extended;
    }
    const Gp source = wide || !is_signed ? Gp(from.r64()) : Gp(from.r32());
    const auto to = values_.make_floating();
    a.xorps(to, to); // Breaks the dependency on what was there.
    if (operation.type == Type::F64)
        a.cvtsi2sd(to, source);
    else
        a.cvtsi2ss(to, source);
    return true;
}

/// Between integers, narrow floats and host floats: everything through the bits.
void Emitter::emit_bitcast(const Operation& operation) {
    const auto type = operation.type;
    const auto value = operation.arguments[0];
    const auto from = type_of(value);
    if (is_host_float(type)) {
        const bool whole = ir::size_of(from) >= ir::size_of(type);
        const auto bits = values_.integer(value);
        if (whole) {
            const auto to = values_.make_floating();
            if (type == Type::F32)
                a.movd(to, bits.r32());
            else
                a.movq(to, bits);
            return;
        }
        const auto work = values_.temporary();
        if (ir::size_of(from) == 2)
            a.movzx(work.r32(), bits.r16());
        else
            a.mov(work.r32(), bits.r32());
        a.movq(values_.make_floating(), work);
        return;
    }
    const auto bits = values_.integer(value);
    const auto to = values_.make_integer(value);
    const auto width = std::min(ir::bits_of(from), ir::bits_of(type));
    switch (width) {
    case 1:
        if (to != bits)
            a.mov(to.r32(), bits.r32());
        a.and_(to.r32(), 1);
        break;
    case 16: a.movzx(to.r32(), bits.r16()); break;
    case 32: a.mov(to.r32(), bits.r32()); break;
    default:
        if (to != bits)
            a.mov(to, bits);
        break;
    }
}

} // namespace medley::accel::jit::x64
