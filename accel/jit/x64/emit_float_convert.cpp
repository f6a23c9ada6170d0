// Conversions between floats and integers, between formats, and to integral values.
#include "accel/jit/x64/emitter.h"

#include <algorithm>

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;
namespace Inst = x86::Inst;

namespace {

/// Immediate of the host's rounding instructions: they raise no Inexact.
constexpr unsigned kSilent = 8;
constexpr unsigned kTruncate = 3;

/// NearestAway has none.
unsigned immediate_of(Rounding rounding) {
    switch (rounding) {
    case Rounding::Down: return 1;
    case Rounding::Up: return 2;
    case Rounding::TowardZero: return kTruncate;
    default: return 0;
    }
}

} // namespace

// --- to integral values

void Emitter::emit_host_round(bool wide, const Xmm& to, const Xmm& from, unsigned immediate) {
    if (features_.avx)
        a.emit(wide ? Inst::kIdVroundsd : Inst::kIdVroundss, to, from, from, immediate);
    else
        a.emit(wide ? Inst::kIdRoundsd : Inst::kIdRoundss, to, from, immediate);
}

/// `to` must be another register than `from`. With \p exact Inexact is raised where it is due.
void Emitter::emit_integral(bool wide, const Xmm& to, const Xmm& from, Rounding rounding, bool exact) {
    const unsigned silent = exact ? 0 : kSilent;
    if (rounding != Rounding::NearestAway)
        return emit_host_round(wide, to, from, immediate_of(rounding) | silent);
    const auto work = values_.float_temporary();
    const auto fraction = a.newLabel();
    const auto back = a.newLabel();
    emit_host_round(wide, to, from, kTruncate | silent);
    compare_quietly(wide, to, from);
    a.jne(fraction); // Neither for equal ones nor for NaNs.
    a.bind(back);
    values_.release(work);
    // What was cut off is exact, and so is adding one.
    later([=, this] {
        const auto constant = [&](const Frame::FloatConstant& each) { return wide ? at_address(&each.wide, 8) : at_address(&each.narrow, 4); };
        const auto in_place = [&](const FloatInstruction& instruction, const asmjit::Operand& right) {
            emit_three(instruction, wide, work, work, right);
        };
        a.bind(fraction);
        emit_three(kFloatSub, wide, work, from, to);
        in_place(kFloatAnd, at_address(wide ? &frame_.magnitude_double : &frame_.magnitude_single, 16));
        compare_quietly(wide, work, constant(frame_.half));
        a.jb(back);
        move_float(work, from);
        in_place(kFloatAnd, at_address(wide ? &frame_.sign_double : &frame_.sign_single, 16));
        in_place(kFloatOr, at_address(wide ? &frame_.one_double : &frame_.one_single, 16));
        emit_three(kFloatAdd, wide, to, to, work);
        a.jmp(back);
    });
}

/// A NaN comes out quiet, and otherwise as it was.
void Emitter::emit_float_round(const Operation& operation) {
    const auto how = ir::FloatOp::decode(operation.imm);
    const auto from = values_.floating(operation.arguments[0]);
    const auto to = values_.make_floating();
    const auto work = to == from ? values_.float_temporary() : to;
    emit_integral(operation.type == Type::F64, work, from, how.env.rounding, how.exact);
    move_float(to, work);
    if (how.env.nan == NanRule::Default)
        defer(operation.type);
}

// --- to integers

/// The host raises Invalid alone for what does not fit, and delivers a number of its own: then, and where that number is right,
/// C++ decides. Other roundings than by truncation or as the host is set take two steps, of which the first is silent; Inexact
/// is raised by truncating what was given, which fits when what was rounded does.
void Emitter::emit_to_integer(const Operation& operation) {
    const auto rounding = ir::FloatOp::decode(operation.imm).env.rounding;
    const bool wide = type_of(operation.arguments[0]) == Type::F64;
    const bool is_signed = operation.opcode == Opcode::FToS;
    const bool as_set = is_signed && rounding == frame_.rounding;
    const bool in_two_steps = rounding != Rounding::TowardZero && !as_set;
    const auto from = values_.floating(operation.arguments[0]);
    const auto rounded = in_two_steps ? values_.float_temporary() : from;
    const auto site = add_site(operation);
    const auto odd = a.newLabel();
    const auto back = a.newLabel();
    const auto to = values_.make_integer();
    // In front of the jumps: what giving it out moves must have moved on every path.
    const auto rest = in_two_steps ? values_.temporary() : to;
    if (in_two_steps)
        emit_integral(wide, rounded, from, rounding, false);
    if (is_signed)
        emit_to_signed(operation.type, wide, to, rounded, as_set && rounding != Rounding::TowardZero, odd);
    else
        emit_to_unsigned(operation.type, wide, to, rounded, odd);
    if (in_two_steps) {
        if (!is_signed && features_.avx512)
            a.emit(wide ? Inst::kIdVcvttsd2usi : Inst::kIdVcvttss2usi, rest, from);
        else
            a.emit(wide ? Inst::kIdCvttsd2si : Inst::kIdCvttss2si, rest, from);
    }
    a.bind(back);
    later([=, this] {
        a.bind(odd);
        redo_in_software(site, {from});
        a.mov(to, at_address(&frame_.result.low, 8));
        a.jmp(back);
    });
}

void Emitter::emit_to_signed(Type type, bool wide, const Gp& to, const Xmm& from, bool as_set, const Label& odd) {
    const auto instruction = wide ? (as_set ? Inst::kIdCvtsd2si : Inst::kIdCvttsd2si) : (as_set ? Inst::kIdCvtss2si : Inst::kIdCvttss2si);
    a.emit(instruction, sized(to, type), from);
    // Only the least number minus one overflows.
    a.cmp(sized(to, type), 1);
    a.jo(odd);
}

void Emitter::emit_to_unsigned(Type type, bool wide, const Gp& to, const Xmm& from, const Label& odd) {
    if (features_.avx512) {
        a.emit(wide ? Inst::kIdVcvttsd2usi : Inst::kIdVcvttss2usi, sized(to, type), from);
        a.cmp(sized(to, type), -1);
        a.je(odd);
        return;
    }
    // Looked at before: what fits the host's signed numbers, but not the guest's unsigned ones, would be Inexact.
    const auto constant = [&](const Frame::FloatConstant& each) { return wide ? at_address(&each.wide, 8) : at_address(&each.narrow, 4); };
    compare_quietly(wide, from, constant(frame_.minus_one));
    a.jbe(odd); // Also for NaNs.
    compare_quietly(wide, from, constant(type == Type::I64 ? frame_.two_to_63 : frame_.two_to_32));
    a.jae(odd);
    a.emit(wide ? Inst::kIdCvttsd2si : Inst::kIdCvttss2si, to, from);
}

// --- from integers

void Emitter::emit_from_integer(const Operation& operation) {
    const bool wide = operation.type == Type::F64;
    const bool from_wide = type_of(operation.arguments[0]) == Type::I64;
    const bool is_signed = operation.opcode == Opcode::SToF;
    const auto rounding = ir::FloatOp::decode(operation.imm).env.rounding;
    const bool switches = rounding != frame_.rounding && (from_wide || !wide);
    auto from = values_.integer(operation.arguments[0]);
    const auto to = values_.make_floating();
    const auto instruction = wide ? Inst::kIdCvtsi2sd : Inst::kIdCvtsi2ss;
    if (switches)
        set_rounding(rounding);
    if (!is_signed && !from_wide) {
        const auto extended = values_.temporary();
        a.mov(extended.r32(), from.r32());
        from = extended;
    }
    // Breaks the dependency on what was there.
    if (features_.avx)
        a.vxorps(to, to, to);
    else
        a.xorps(to, to);
    if (is_signed || !from_wide)
        a.emit(instruction, to, is_signed && !from_wide ? Gp(from.r32()) : Gp(from.r64()));
    else if (features_.avx512)
        a.emit(wide ? Inst::kIdVcvtusi2sd : Inst::kIdVcvtusi2ss, to, to, from);
    else
        emit_from_unsigned(instruction, wide, to, from);
    if (switches)
        set_rounding(frame_.rounding);
}

/// Half of it with the last bit sticky is rounded like the whole.
void Emitter::emit_from_unsigned(asmjit::InstId instruction, bool wide, const Xmm& to, const Gp& from) {
    const auto half = values_.temporary();
    const auto last = values_.temporary();
    const auto small = a.newLabel();
    const auto done = a.newLabel();
    a.test(from, from);
    a.jns(small);
    a.mov(half, from);
    a.mov(last.r32(), from.r32());
    a.shr(half, 1);
    a.and_(last.r32(), 1);
    a.or_(half, last);
    a.emit(instruction, to, half);
    a.emit(wide ? Inst::kIdAddsd : Inst::kIdAddss, to, to);
    a.jmp(done);
    a.bind(small);
    a.emit(instruction, to, from);
    a.bind(done);
}

// --- between formats

/// binary64 to binary16 would round twice.
bool Emitter::is_native_convert(const Operation& operation) const {
    const auto from = type_of(operation.arguments[0]);
    const auto env = ir::FloatOp::decode(operation.imm).env;
    if (from == operation.type)
        return false;
    if (is_host_float(from) && is_host_float(operation.type))
        return operation.type == Type::F64 || env.rounding != Rounding::NearestAway;
    return from == Type::F16 && features_.f16c;
}

void Emitter::emit_float_convert(const Operation& operation) {
    const auto type = operation.type;
    const auto env = ir::FloatOp::decode(operation.imm).env;
    if (type_of(operation.arguments[0]) == Type::F16) {
        emit_from_half(operation);
    } else if (type == Type::F64) {
        // Exact; a NaN comes out quiet, and otherwise as it was.
        const auto from = values_.floating(operation.arguments[0]);
        const auto to = values_.make_floating(operation.arguments[0]);
        if (features_.avx)
            a.vcvtss2sd(to, from, from);
        else
            a.cvtss2sd(to, from);
    } else {
        const auto from = values_.floating(operation.arguments[0]);
        emit_rounded(operation, {from}, [&](const Xmm& to) {
            if (features_.avx)
                a.vcvtsd2ss(to, from, from);
            else
                a.cvtsd2ss(to, from);
        });
        return;
    }
    if (env.nan == NanRule::Default)
        defer(type);
}

/// Exact, and NaNs as in the other widening conversion.
void Emitter::emit_from_half(const Operation& operation) {
    const auto bits = values_.integer(operation.arguments[0]);
    const auto lane = values_.temporary();
    const auto to = values_.make_floating();
    // The host converts four at once: the others are zeros.
    a.movzx(lane.r32(), bits.r16());
    a.vmovd(to, lane.r32());
    a.vcvtph2ps(to, to);
    if (operation.type == Type::F64)
        a.vcvtss2sd(to, to, to);
}

// --- without a change

/// Narrow floats in wide registers, which have ones above them. \see Uses::bypass
void Emitter::emit_bypass(const Operation& operation, Value source) {
    const auto from = values_.floating(source);
    const auto to = values_.make_floating(source);
    if (operation.type == Type::F64) {
        emit_three(kFloatOr, true, to, from, at_address(&frame_.high_ones, 16));
        if (nans_.is_deferred(source))
            defer(Type::F32);
        return;
    }
    const auto high = values_.temporary();
    const auto odd = a.newLabel();
    const auto back = a.newLabel();
    a.movq(high, from);
    move_float(to, from);
    a.shr(high, 32);
    a.cmp(high.r32(), -1);
    a.jne(odd);
    a.bind(back);
    later([=, this, bits = values_.uses().narrow_default(*region_, now_)] {
        a.bind(odd);
        a.mov(high.r32(), bits);
        a.movd(to, high.r32());
        a.jmp(back);
    });
}

/// Between integers, narrow floats and host floats: everything through the bits.
void Emitter::emit_bitcast(const Operation& operation) {
    const auto type = operation.type;
    const auto value = operation.arguments[0];
    const auto from = type_of(value);
    if (const auto source = values_.uses().bypass(now_); source != ir::kNoValue)
        return emit_bypass(operation, source);
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
    const auto held = values_.held_floating(value);
    if (held && from == Type::F64 && type == Type::I64) {
        a.movq(values_.make_integer(), *held);
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
