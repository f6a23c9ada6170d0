// Operations on lanes as the host's own; what it has no instruction for calls out.
#include "accel/jit/x64/emitter.h"
#include "accel/jit/x64/vector_instructions.h"

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;
namespace Inst = x86::Inst;
using ir::VectorOp;

namespace {

bool commutes(ir::Opcode opcode) {
    using ir::Opcode;
    return opcode != Opcode::VSub && opcode != Opcode::VSubSatS && opcode != Opcode::VSubSatU && opcode != Opcode::VCompareGtS;
}

} // namespace

/// False when nothing was emitted.
bool Emitter::emit_vector(const Operation& operation) {
    if (!features_.avx)
        return false;
    const auto op = VectorOp::decode(operation.imm);
    switch (operation.opcode) {
    case Opcode::Bitcast: return emit_vector_bitcast(operation);
    case Opcode::Select: return operation.type == Type::V128 && (emit_vector_select(operation), true);
    case Opcode::VExtract: return emit_extract(operation);
    case Opcode::VInsert: return emit_insert(operation);
    case Opcode::VSplat: return emit_splat(operation);
    case Opcode::VAndNot: emit_lanes(Inst::kIdVpandn, operation, true); return true;
    case Opcode::VSelect: emit_bit_select(operation); return true;
    case Opcode::VCompareGeS:
    case Opcode::VCompareGtU:
    case Opcode::VCompareGeU: return emit_vector_compare(operation);
    case Opcode::VShl:
    case Opcode::VShrU:
    case Opcode::VShrS: return emit_vector_shift(operation);
    case Opcode::VWidenLowS:
    case Opcode::VWidenLowU:
    case Opcode::VWidenHighS:
    case Opcode::VWidenHighU: emit_widen(operation); return true;
    case Opcode::VNarrow: emit_narrow(operation); return true;
    case Opcode::VShuffle: emit_shuffle(operation); return true;
    case Opcode::VTable: emit_table(operation); return true;
    case Opcode::VAnyNonZero: {
        const auto from = values_.floating(operation.arguments[0]);
        const auto to = values_.make_integer();
        a.xor_(to.r32(), to.r32());
        a.vptest(from, from);
        a.setne(to.r8());
        return true;
    }
    case Opcode::VAbs:
        if (op.lane_log2 == 3)
            return false;
        a.emit(kVectorAbs[op.lane_log2], values_.make_floating(), values_.floating(operation.arguments[0]));
        return true;
    default: break;
    }
    const auto instruction = lane_instruction(operation.opcode, op.lane_log2);
    if (instruction == Inst::kIdNone)
        return emit_vector_float(operation);
    emit_lanes(instruction, operation, false);
    return true;
}

/// to = a op b, or with \p swapped b op a.
void Emitter::emit_lanes(asmjit::InstId instruction, const Operation& operation, bool swapped) {
    auto first = operation.arguments[swapped ? 1 : 0];
    auto second = operation.arguments[swapped ? 0 : 1];
    if (commutes(operation.opcode) && !swapped && values_.memory(first, Type::V128))
        std::swap(first, second);
    const auto left = values_.floating(first);
    const auto right = values_.is_last_use(second) ? values_.memory(second, Type::V128) : std::nullopt;
    if (right)
        return static_cast<void>(a.emit(instruction, values_.make_floating(), left, *right));
    const auto held = values_.floating(second);
    a.emit(instruction, values_.make_floating(), left, held);
}

/// Where a result is made that operands are still needed for: in its own place unless one of them is there.
Xmm Emitter::work_for(const Xmm& to, std::initializer_list<Xmm> needed) {
    for (const auto& each : needed)
        if (each == to)
            return values_.float_temporary();
    return to;
}

// --- moving

void Emitter::emit_low_bits(Type type, const Gp& bits) {
    const auto to = values_.make_integer();
    a.mov(sized(to, type), sized(bits, type));
    if (type == Type::I1)
        a.and_(to.r32(), 1);
}

/// Between vectors and everything else; among others is emit_bitcast's.
bool Emitter::emit_vector_bitcast(const Operation& operation) {
    const auto value = operation.arguments[0];
    const auto from = type_of(value);
    if (operation.type != Type::V128) {
        const auto bits = values_.integer(value);
        if (is_host_float(operation.type))
            a.vmovq(values_.make_floating(), bits);
        else
            emit_low_bits(operation.type, bits);
        return true;
    }
    if (is_host_float(from)) {
        const auto held = values_.floating(value);
        const auto to = values_.make_floating();
        if (from == Type::F64)
            a.vmovq(to, held);
        else
            a.vinsertps(to, held, held, 0x0e);
        return true;
    }
    const auto held = values_.integer(value);
    const auto to = values_.make_floating();
    if (from == Type::I64) {
        a.vmovq(to, held);
    } else if (from == Type::F16) {
        const auto work = values_.temporary();
        a.movzx(work.r32(), held.r16());
        a.vmovd(to, work.r32());
    } else {
        a.vmovd(to, held.r32());
    }
    return true;
}

void Emitter::emit_vector_select(const Operation& operation) {
    const auto chooser = flags_ ? Gp() : values_.integer(operation.arguments[0]);
    const auto yes = values_.floating(operation.arguments[1]);
    const auto no = values_.floating(operation.arguments[2]);
    const auto to = values_.make_floating();
    const auto work = to == no ? values_.float_temporary() : to;
    auto condition = x86::CondCode::kNotZero;
    if (flags_)
        condition = *std::exchange(flags_, std::nullopt);
    else
        a.test(chooser.r32(), chooser.r32());
    const auto chosen = a.newLabel();
    move_float(work, yes);
    a.emit(Inst::jccFromCond(condition), chosen);
    move_float(work, no);
    a.bind(chosen);
    move_float(to, work);
}

bool Emitter::emit_extract(const Operation& operation) {
    const auto op = VectorOp::decode(operation.imm);
    const auto from = values_.floating(operation.arguments[0]);
    if (is_host_float(operation.type)) {
        const auto to = values_.make_floating();
        if (op.lane_log2 == 3)
            a.vpermilpd(to, from, op.amount);
        else
            a.vpermilps(to, from, op.amount);
        return true;
    }
    const auto to = values_.make_integer();
    switch (op.lane_log2) {
    case 0: a.vpextrb(to.r32(), from, op.amount); break;
    case 1: a.vpextrw(to.r32(), from, op.amount); break;
    case 2: a.vpextrd(to.r32(), from, op.amount); break;
    default: a.vpextrq(to.r64(), from, op.amount); break;
    }
    return true;
}

bool Emitter::emit_insert(const Operation& operation) {
    const auto op = VectorOp::decode(operation.imm);
    const auto vector = values_.floating(operation.arguments[0]);
    const auto lane = operation.arguments[1];
    if (is_host_float(type_of(lane)) && op.lane_log2 >= 2) {
        const auto from = values_.floating(lane);
        const auto to = values_.make_floating();
        if (op.lane_log2 == 2)
            a.vinsertps(to, vector, from, op.amount << 4);
        else if (op.amount == 0)
            a.vshufpd(to, from, vector, 2);
        else
            a.vunpcklpd(to, vector, from);
        return true;
    }
    const auto from = values_.integer(lane);
    const auto to = values_.make_floating();
    switch (op.lane_log2) {
    case 0: a.vpinsrb(to, vector, from.r32(), op.amount); break;
    case 1: a.vpinsrw(to, vector, from.r32(), op.amount); break;
    case 2: a.vpinsrd(to, vector, from.r32(), op.amount); break;
    default: a.vpinsrq(to, vector, from.r64(), op.amount); break;
    }
    return true;
}

bool Emitter::emit_splat(const Operation& operation) {
    const auto op = VectorOp::decode(operation.imm);
    const auto value = operation.arguments[0];
    const bool in_vector = is_host_float(type_of(value));
    const auto source = in_vector ? values_.floating(value) : values_.float_temporary();
    if (!in_vector) {
        const auto from = values_.integer(value);
        if (op.lane_log2 == 3)
            a.vmovq(source, from);
        else
            a.vmovd(source, from.r32());
    }
    const auto zero = op.lane_log2 == 0 ? values_.float_temporary() : source;
    const auto to = values_.make_floating();
    switch (op.lane_log2) {
    case 0:
        a.vpxor(zero, zero, zero);
        a.vpshufb(to, source, zero);
        break;
    case 1:
        a.vpshuflw(to, source, 0);
        a.vpunpcklqdq(to, to, to);
        break;
    case 2: a.vpshufd(to, source, 0); break;
    default: a.vpunpcklqdq(to, source, source); break;
    }
    return true;
}

/// c ^ ((b ^ c) & a)
void Emitter::emit_bit_select(const Operation& operation) {
    const auto chooser = values_.floating(operation.arguments[0]);
    const auto yes = values_.floating(operation.arguments[1]);
    const auto no = values_.floating(operation.arguments[2]);
    const auto to = values_.make_floating();
    const auto work = work_for(to, {chooser, no});
    a.vpxor(work, yes, no);
    a.vpand(work, work, chooser);
    a.vpxor(to, work, no);
}

// --- integers

/// The host only has equality and signed "greater".
bool Emitter::emit_vector_compare(const Operation& operation) {
    const auto log2 = VectorOp::decode(operation.imm).lane_log2;
    const bool is_signed = operation.opcode == Opcode::VCompareGeS;
    if (log2 == 3 && !is_signed)
        return false;
    const auto left = values_.floating(operation.arguments[0]);
    const auto right = values_.floating(operation.arguments[1]);
    const auto to = values_.make_floating();
    const auto work = work_for(to, {left});
    if (is_signed) { // not b > a
        a.emit(kVectorGreater[log2], work, right, left);
    } else if (operation.opcode == Opcode::VCompareGeU) { // max(a, b) == a
        a.emit(kVectorMaxU[log2], work, left, right);
        a.emit(kVectorEqual[log2], to, work, left);
        return true;
    } else { // not min(a, b) == a
        a.emit(kVectorMinU[log2], work, left, right);
        a.emit(kVectorEqual[log2], work, work, left);
    }
    const auto ones = values_.float_temporary();
    a.vpcmpeqd(ones, ones, ones);
    a.vpxor(to, work, ones);
    return true;
}

/// Bytes are shifted as words, without what comes from the neighbour.
bool Emitter::emit_vector_shift(const Operation& operation) {
    const auto op = VectorOp::decode(operation.imm);
    const auto opcode = operation.opcode;
    const auto amount = std::min<unsigned>(op.amount, op.lane_bits());
    const auto instruction = shift_instruction(opcode, op.lane_log2 == 0 ? 1U : op.lane_log2);
    if (instruction == Inst::kIdNone || (op.lane_log2 == 0 && opcode == Opcode::VShrS))
        return false;
    const auto from = values_.floating(operation.arguments[0]);
    if (op.lane_log2 != 0) {
        a.emit(instruction, values_.make_floating(), from, opcode == Opcode::VShrS ? std::min(amount, op.lane_bits() - 1) : amount);
        return true;
    }
    const auto mask = values_.float_temporary();
    const std::uint64_t kept = opcode == Opcode::VShl ? 0xffU << amount & 0xff : 0xffU >> amount;
    const auto pattern = kept * std::uint64_t{0x0101'0101'0101'0101};
    load_vector(mask, {pattern, pattern});
    const auto to = values_.make_floating();
    a.emit(instruction, to, from, amount);
    a.vpand(to, to, mask);
    return true;
}

void Emitter::emit_widen(const Operation& operation) {
    const auto log2 = VectorOp::decode(operation.imm).lane_log2;
    const auto opcode = operation.opcode;
    const bool is_signed = opcode == Opcode::VWidenLowS || opcode == Opcode::VWidenHighS;
    const bool high = opcode == Opcode::VWidenHighS || opcode == Opcode::VWidenHighU;
    auto from = values_.floating(operation.arguments[0]);
    if (high) {
        const auto work = values_.float_temporary();
        a.vpsrldq(work, from, 8);
        from = work;
    }
    a.emit(is_signed ? kVectorExtendS[log2] : kVectorExtendU[log2], values_.make_floating(), from);
}

void Emitter::emit_narrow(const Operation& operation) {
    const auto log2 = VectorOp::decode(operation.imm).lane_log2;
    const auto low = values_.floating(operation.arguments[0]);
    const auto high = values_.floating(operation.arguments[1]);
    if (log2 == 3)
        return static_cast<void>(a.vshufps(values_.make_floating(), low, high, 0x88));
    const auto mask = values_.float_temporary();
    const auto to = values_.make_floating();
    const auto work = work_for(to, {high});
    a.vpcmpeqd(mask, mask, mask);
    if (log2 == 1)
        a.vpsrlw(mask, mask, 8);
    else
        a.vpsrld(mask, mask, 16);
    a.vpand(work, low, mask);
    a.vpand(mask, high, mask);
    if (log2 == 1)
        a.vpackuswb(to, work, mask);
    else
        a.vpackusdw(to, work, mask);
}

// --- permutations

void Emitter::emit_shuffle(const Operation& operation) {
    const Shuffle shuffle(operation.imm, operation.imm2);
    const auto first = values_.floating(operation.arguments[0]);
    const auto second = values_.floating(operation.arguments[1]);
    if (const auto order = shuffle.words_of_first()) {
        a.vpshufd(values_.make_floating(), first, *order);
        return;
    }
    if (const auto by = shuffle.rotation()) {
        a.vpalignr(values_.make_floating(), second, first, *by);
        return;
    }
    if (const auto instruction = shuffle.interleaving(); instruction != Inst::kIdNone) {
        a.emit(instruction, values_.make_floating(), first, second);
        return;
    }
    const auto mask = values_.float_temporary();
    const auto to = values_.make_floating();
    const auto work = work_for(to, {second});
    load_vector(mask, shuffle.bytes_of(0));
    a.vpshufb(work, first, mask);
    if (shuffle.uses_second()) {
        load_vector(mask, shuffle.bytes_of(16));
        a.vpshufb(mask, second, mask);
        a.vpor(work, work, mask);
    }
    move_float(to, work);
}

/// An index of 16 and more gets its top bit set, which the host's instruction takes for "0".
void Emitter::emit_table(const Operation& operation) {
    const auto table = values_.floating(operation.arguments[0]);
    const auto index = values_.floating(operation.arguments[1]);
    const auto work = values_.float_temporary();
    load_vector(work, {0x7070'7070'7070'7070, 0x7070'7070'7070'7070});
    a.vpaddusb(work, work, index);
    a.vpshufb(values_.make_floating(), table, work);
}

void Emitter::load_vector(const Xmm& to, const Wide& bits) {
    const auto work = values_.temporary();
    a.mov(work, static_cast<std::int64_t>(bits.low));
    a.vmovq(to, work);
    if (bits.high == bits.low) {
        a.vpunpcklqdq(to, to, to);
    } else {
        a.mov(work, static_cast<std::int64_t>(bits.high));
        a.vpinsrq(to, to, work, 1);
    }
    values_.release(work);
}

// --- floats

/// Lanes of binary32 and binary64 to nearest. A result with a NaN, or one that may have been rounded up to the least normal
/// number where that is tiny for the guest, is made again in C++; the flags that the host has raised are right in both cases.
bool Emitter::emit_vector_float(const Operation& operation) {
    const auto op = VectorOp::decode(operation.imm);
    const auto& env = op.fp.env;
    if (op.lane_log2 < 2 || env.rounding != frame_.rounding || env.flush_inputs || env.flush_outputs)
        return false;
    const bool wide = op.lane_log2 == 3;
    const bool multiplies = operation.opcode == Opcode::VFMul || operation.opcode == Opcode::VFDiv;
    if (env.tininess_before_rounding && multiplies)
        return emit_checked(operation, float_lane_instruction(operation.opcode, wide), true);
    if (const auto instruction = float_lane_instruction(operation.opcode, wide); instruction != Inst::kIdNone)
        return emit_checked(operation, instruction, false);
    if (operation.opcode == Opcode::VFCompareEq || operation.opcode == Opcode::VFCompareLt || operation.opcode == Opcode::VFCompareLe)
        return emit_float_lane_compare(operation, wide);
    if (operation.opcode == Opcode::VSToF && !wide) {
        a.vcvtdq2ps(values_.make_floating(), values_.floating(operation.arguments[0]));
        return true;
    }
    return false;
}

bool Emitter::emit_float_lane_compare(const Operation& operation, bool wide) {
    const bool signalling = VectorOp::decode(operation.imm).fp.signalling;
    // Predicates: 0, 1, 2 are equal (quiet), less and less or equal (signalling); 16 ahead the other way.
    unsigned predicate = operation.opcode == Opcode::VFCompareEq ? 0 : operation.opcode == Opcode::VFCompareLt ? 1 : 2;
    if (signalling == (predicate == 0))
        predicate += 16;
    const auto left = values_.floating(operation.arguments[0]);
    const auto right = values_.floating(operation.arguments[1]);
    if (wide)
        a.vcmppd(values_.make_floating(), left, right, predicate);
    else
        a.vcmpps(values_.make_floating(), left, right, predicate);
    return true;
}

bool Emitter::emit_checked(const Operation& operation, asmjit::InstId instruction, bool can_be_tiny) {
    const bool wide = VectorOp::decode(operation.imm).lane_log2 == 3;
    const bool binary = operation.argument_count == 2;
    const auto left = values_.floating(operation.arguments[0]);
    const auto right = binary ? values_.floating(operation.arguments[1]) : left;
    const auto check = values_.float_temporary();
    const auto to = values_.make_floating();
    const auto work = work_for(to, {left, right});
    const auto odd = a.newLabel();
    const auto back = a.newLabel();
    const auto site = add_site(operation);
    if (binary)
        a.emit(instruction, work, left, right);
    else
        a.emit(instruction, work, left);
    a.emit(wide ? Inst::kIdVcmppd : Inst::kIdVcmpps, check, work, work, 3); // unordered
    a.vptest(check, check);
    a.jnz(odd);
    if (can_be_tiny) {
        emit_least_normal_check(wide, check, work);
        a.jnz(odd);
    }
    a.bind(back);
    move_float(to, work);
    later([=, this] {
        a.bind(odd);
        a.vmovups(at_address(&frame_.arguments[0].low, 16), left);
        if (binary)
            a.vmovups(at_address(&frame_.arguments[1].low, 16), right);
        set_site(site);
        call(thunks_.value);
        a.vmovups(work, at_address(&frame_.result.low, 16));
        a.jmp(back);
    });
    return true;
}

/// The flags say whether a lane has the magnitude of the least normal number.
void Emitter::emit_least_normal_check(bool wide, const Xmm& check, const Xmm& work) {
    if (wide) {
        a.vpsllq(check, work, 1);
        a.vpcmpeqq(check, check, at_address(&frame_.least_normal_lanes[1], 16));
    } else {
        a.vpslld(check, work, 1);
        a.vpcmpeqd(check, check, at_address(&frame_.least_normal_lanes[0], 16));
    }
    a.vptest(check, check);
}

} // namespace medley::accel::jit::x64
