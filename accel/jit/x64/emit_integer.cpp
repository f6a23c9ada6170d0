// Integer operations.
#include "accel/jit/x64/emitter.h"

#include "medley/base/bits.h"

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;
namespace Inst = x86::Inst;
using asmjit::InstId;

bool Emitter::emit_integer(const Operation& operation) {
    if (!ir::is_integer(operation.type))
        return operation.opcode == Opcode::Select && is_host_float(operation.type) ? (emit_select(operation), true) : false;
    switch (operation.opcode) {
    case Opcode::Add: emit_add(operation); return true;
    case Opcode::Sub: emit_binary(operation, Arithmetic::Sub); return true;
    case Opcode::Mul: emit_multiply(operation); return true;
    case Opcode::And: emit_binary(operation, Arithmetic::And); return true;
    case Opcode::Or: emit_binary(operation, Arithmetic::Or); return true;
    case Opcode::Xor: emit_binary(operation, Arithmetic::Xor); return true;
    case Opcode::AndNot:
    case Opcode::OrNot: emit_and_not(operation); return true;
    case Opcode::Shl: emit_shift(operation, Shift::Left, Inst::kIdShl, Inst::kIdShlx); return true;
    case Opcode::ShrU: emit_shift(operation, Shift::RightUnsigned, Inst::kIdShr, Inst::kIdShrx); return true;
    case Opcode::ShrS: emit_shift(operation, Shift::RightSigned, Inst::kIdSar, Inst::kIdSarx); return true;
    case Opcode::RotateRight: emit_shift(operation, Shift::RotateRight, Inst::kIdRor, Inst::kIdNone); return true;
    case Opcode::MulHighS:
    case Opcode::MulHighU:
    case Opcode::MulHighSU: emit_multiply_high(operation); return true;
    case Opcode::DivS:
    case Opcode::DivU:
    case Opcode::RemS:
    case Opcode::RemU: emit_division(operation); return true;
    case Opcode::CountLeadingZeros:
        return features_.lzcnt && (emit_unary(operation, Inst::kIdLzcnt), true);
    case Opcode::CountTrailingZeros:
        return features_.bmi1 && (emit_unary(operation, Inst::kIdTzcnt), true);
    case Opcode::PopCount:
        return features_.popcnt && (emit_unary(operation, Inst::kIdPopcnt), true);
    case Opcode::ByteSwap: {
        const auto from = values_.integer(operation.arguments[0]);
        const auto to = values_.make_integer(operation.arguments[0]);
        if (to != from)
            a.mov(sized(to, operation.type), sized(from, operation.type));
        a.bswap(sized(to, operation.type));
        return true;
    }
    case Opcode::SignExtend: emit_sign_extend(operation); return true;
    case Opcode::ZeroExtend: emit_zero_extend(operation); return true;
    case Opcode::Truncate: { // To I1: the other one is a view.
        const auto from = values_.integer(operation.arguments[0]);
        const auto to = values_.make_integer(operation.arguments[0]);
        if (to != from)
            a.mov(to.r32(), from.r32());
        a.and_(to.r32(), 1);
        return true;
    }
    case Opcode::Select: emit_select(operation); return true;
    default: return false;
    }
}

/// Of an operation with two operands, of which the first is no constant where they may change places.
std::pair<Emitter::Value, Emitter::Value> Emitter::operands_of(const Operation& operation, bool commutes) const {
    const auto [first, second] = std::pair(operation.arguments[0], operation.arguments[1]);
    return commutes && values_.constant(first) ? std::pair(second, first) : std::pair(first, second);
}

/// Two operands that are no constants; `apply` emits the instruction. False: another one, with other flags, had to do for it.
template <class Apply>
bool Emitter::emit_two(Type type, Value first, Value second, bool commutes, Apply apply) {
    const auto left = values_.integer(first);
    // The narrowest type has no memory operand of its own width here.
    const auto memory = type == Type::I1 ? std::nullopt : values_.memory(second, type);
    const auto right = memory ? Gp() : values_.integer(second);
    const auto to = values_.make_integer(first);
    const bool clash = !memory && to == right && to != left;
    if (clash && !commutes) { // to = left - to
        a.neg(sized(to, type));
        a.add(sized(to, type), sized(left, type));
        return false;
    }
    if (to != left && !clash)
        a.mov(sized(to, type), sized(left, type));
    if (memory)
        apply(sized(to, type), *memory);
    else
        apply(sized(to, type), sized(clash ? left : right, type));
    return true;
}

void Emitter::emit_multiply(const Operation& operation) {
    const auto type = operation.type;
    const auto [first, second] = operands_of(operation, true);
    if (const auto number = values_.immediate(second, type)) {
        const auto left = values_.integer(first);
        a.imul(sized(values_.make_integer(first), type), sized(left, type), *number);
        return;
    }
    emit_two(type, first, second, true, [this](const Gp& to, const auto& from) { a.imul(to, from); });
}

void Emitter::emit_binary(const Operation& operation, Arithmetic instruction) {
    const auto type = operation.type;
    const bool commutes = instruction != Arithmetic::Sub;
    const auto [first, second] = operands_of(operation, commutes);
    if (const auto number = values_.immediate(second, type)) {
        const auto left = values_.integer(first);
        const auto to = values_.make_integer(first);
        if (to != left)
            a.mov(sized(to, type), sized(left, type));
        a.arithmetic(instruction, sized(to, type), *number);
    } else if (!emit_two(type, first, second, commutes, [&](const Gp& to, const auto& from) { a.arithmetic(instruction, to, from); })) {
        return;
    }
    if (instruction == Arithmetic::Sub)
        host_flags_ = difference(first, second);
}

void Emitter::emit_add(const Operation& operation) {
    const auto type = operation.type;
    auto first = operation.arguments[0];
    auto second = operation.arguments[1];
    if (values_.constant(first))
        std::swap(first, second);
    const auto number = values_.immediate(second, type);
    if (!number && values_.memory(second, type))
        return emit_binary(operation, Arithmetic::Add);
    const auto left = values_.integer(first);
    const auto right = number ? Gp() : values_.integer(second);
    const auto to = values_.make_integer(first);
    if (number) {
        if (to == left)
            a.add(sized(to, type), *number);
        else
            a.lea(sized(to, type), x86::ptr(left, *number));
    } else if (to == left) {
        a.add(sized(to, type), sized(right, type));
    } else if (to == right) {
        a.add(sized(to, type), sized(left, type));
    } else {
        a.lea(sized(to, type), x86::ptr(left, right));
    }
}

/// a & ~b and a | ~b.
void Emitter::emit_and_not(const Operation& operation) {
    const auto type = operation.type;
    const auto left = values_.integer(operation.arguments[0]);
    const auto right = values_.integer(operation.arguments[1]);
    const bool is_and = operation.opcode == Opcode::AndNot;
    if (is_and && features_.bmi1) {
        const auto to = values_.make_integer(operation.arguments[0]);
        a.andn(sized(to, type), sized(right, type), sized(left, type));
        return;
    }
    const auto inverted = values_.temporary();
    a.mov(sized(inverted, type), sized(right, type));
    a.not_(sized(inverted, type));
    const auto to = values_.make_integer(operation.arguments[0]);
    if (to != left)
        a.mov(sized(to, type), sized(left, type));
    if (is_and)
        a.and_(sized(to, type), sized(inverted, type));
    else
        a.or_(sized(to, type), sized(inverted, type));
}

/// The host takes amounts modulo the width, too.
void Emitter::emit_shift(const Operation& operation, Shift kind, InstId legacy, InstId three) {
    const auto type = operation.type;
    const auto value = operation.arguments[0];
    const auto amount = operation.arguments[1];
    if (const auto number = values_.constant(amount)) {
        const auto from = values_.integer(value);
        const auto to = values_.make_integer(value);
        if (to != from)
            a.mov(sized(to, type), sized(from, type));
        a.shift(kind, sized(to, type), static_cast<unsigned>(*number & (ir::bits_of(type) - 1)));
        return;
    }
    if (features_.bmi2 && three != Inst::kIdNone) {
        const auto from = values_.integer(value);
        const auto by = values_.integer(amount);
        const auto to = values_.make_integer(value);
        a.emit(three, sized(to, type), sized(from, type), sized(by, type));
        return;
    }
    values_.take(x86::rcx);
    const auto from = values_.integer(value);
    const auto by = values_.integer(amount);
    const auto work = values_.temporary();
    a.mov(x86::ecx, by.r32());
    a.mov(sized(work, type), sized(from, type));
    a.emit(legacy, sized(work, type), x86::cl);
    values_.release(x86::rcx);
    a.mov(sized(values_.make_integer(), type), sized(work, type));
}

void Emitter::emit_multiply_high(const Operation& operation) {
    if (operation.type == Type::I64)
        return emit_multiply_high_wide(operation);
    const auto left = values_.integer(operation.arguments[0]);
    const auto right = values_.integer(operation.arguments[1]);
    const auto work = values_.temporary();
    const auto other = values_.temporary();
    const auto extend = [this](const Gp& to, const Gp& from, bool sign) {
        if (sign)
            a.movsxd(to, from.r32());
        else
            a.mov(to.r32(), from.r32());
    };
    extend(work, left, operation.opcode != Opcode::MulHighU);
    extend(other, right, operation.opcode == Opcode::MulHighS);
    a.imul(work, other);
    a.shr(work, 32);
    values_.release(other);
    a.mov(values_.make_integer().r32(), work.r32());
}

void Emitter::emit_multiply_high_wide(const Operation& operation) {
    values_.take(x86::rax);
    values_.take(x86::rdx);
    const auto left = values_.integer(operation.arguments[0]);
    const auto right = values_.integer(operation.arguments[1]);
    a.mov(x86::rax, left);
    if (operation.opcode == Opcode::MulHighS)
        a.imul(right);
    else
        a.mul(right);
    if (operation.opcode == Opcode::MulHighSU) {
        // A negative first operand was taken as 2^64 more than it is.
        a.mov(x86::rax, left);
        a.sar(x86::rax, 63);
        a.and_(x86::rax, right);
        a.sub(x86::rdx, x86::rax);
    }
    values_.release(x86::rax);
    a.mov(values_.make_integer(), x86::rdx);
}

/// The cases that make the host trap, or are defined otherwise, are taken out first: division by 0, and by -1.
void Emitter::emit_division(const Operation& operation) {
    const auto type = operation.type;
    const bool is_signed = operation.opcode == Opcode::DivS || operation.opcode == Opcode::RemS;
    const bool quotient = operation.opcode == Opcode::DivS || operation.opcode == Opcode::DivU;
    const bool ones = static_cast<ir::DivideByZero>(operation.imm) == ir::DivideByZero::AllOnes;
    values_.take(x86::rax);
    values_.take(x86::rdx);
    const auto left = values_.integer(operation.arguments[0]);
    const auto right = sized(values_.integer(operation.arguments[1]), type);
    const auto low = sized(x86::rax, type);
    const auto high = sized(x86::rdx, type);
    const auto by_zero = a.newLabel();
    const auto by_minus_one = a.newLabel();
    const auto back = a.newLabel();
    a.mov(low, sized(left, type));
    a.test(right, right);
    a.jz(by_zero);
    if (is_signed) {
        a.cmp(right, -1);
        a.je(by_minus_one);
        if (type == Type::I64)
            a.cqo();
        else
            a.cdq();
        a.idiv(right);
    } else {
        a.xor_(x86::edx, x86::edx);
        a.div(right);
    }
    a.bind(back);
    later([=, this] {
        a.bind(by_zero);
        if (!quotient)
            a.mov(high, low);
        else if (ones)
            a.mov(low, -1);
        else
            a.xor_(x86::eax, x86::eax);
        a.jmp(back);
        if (!is_signed)
            return;
        a.bind(by_minus_one);
        if (quotient)
            a.neg(low);
        else
            a.xor_(x86::edx, x86::edx);
        a.jmp(back);
    });
    values_.release(quotient ? x86::rdx : x86::rax);
    a.mov(sized(values_.make_integer(), type), quotient ? low : high);
}

void Emitter::emit_unary(const Operation& operation, InstId instruction) {
    const auto from = values_.integer(operation.arguments[0]);
    const auto to = values_.make_integer(operation.arguments[0]);
    a.emit(instruction, sized(to, operation.type), sized(from, operation.type));
}

void Emitter::emit_sign_extend(const Operation& operation) {
    const auto type = operation.type;
    const auto value = operation.arguments[0];
    const auto from = values_.integer(value);
    const auto to = values_.make_integer(value);
    switch (operation.imm) {
    case 1:
        if (to != from)
            a.mov(to.r32(), from.r32());
        a.and_(to.r32(), 1);
        a.neg(sized(to, type));
        break;
    case 8: a.movsx(sized(to, type), from.r8()); break;
    case 16: a.movsx(sized(to, type), from.r16()); break;
    default:
        if (type == Type::I64)
            a.movsxd(to, from.r32());
        else if (to != from)
            a.mov(to.r32(), from.r32());
        break;
    }
}

void Emitter::emit_zero_extend(const Operation& operation) {
    const auto value = operation.arguments[0];
    const auto from = values_.integer(value);
    const auto to = values_.make_integer(value);
    switch (operation.imm) {
    case 1:
        if (to != from)
            a.mov(to.r32(), from.r32());
        a.and_(to.r32(), 1);
        break;
    case 8: a.movzx(to.r32(), from.r8()); break;
    case 16: a.movzx(to.r32(), from.r16()); break;
    default: a.mov(to.r32(), from.r32()); break;
    }
}

void Emitter::emit_select(const Operation& operation) {
    const auto type = operation.type;
    const auto yes = operation.arguments[1];
    const auto no = operation.arguments[2];
    auto condition = x86::CondCode::kNotZero;
    if (flags_) {
        condition = *flags_;
        flags_.reset();
    } else {
        const auto chooser = values_.integer(operation.arguments[0]);
        a.test(chooser.r32(), chooser.r32());
        values_.keep_flags();
        values_.release(chooser);
    }
    const auto if_true = values_.integer(yes);
    const auto if_false = values_.integer(no);
    const auto to = values_.make_integer(no);
    if (to == if_true && to != if_false) {
        a.select_if(x86::negateCond(condition), sized(to, type), sized(if_false, type));
        return;
    }
    if (to != if_false)
        a.mov(sized(to, type), sized(if_false, type));
    a.select_if(condition, sized(to, type), sized(if_true, type));
}

} // namespace medley::accel::jit::x64
