#include "medley/ir/builder.h"

#include "accel/ir/passes/simplifier.h"
#include "medley/base/error.h"

namespace medley::ir {

namespace {

Value last_of(const Block& block) { return static_cast<Value>(block.operations.size() - 1); }

} // namespace

/// Written where it stays: a copy would read what was written in smaller parts a moment ago, which hosts are slow at.
inline Operation& Builder::push(Opcode opcode, Type type, std::uint64_t imm, std::uint64_t imm2) {
    block_.types |= set_of(type);
    auto& operation = block_.operations.emplace_back();
    operation.opcode = opcode;
    operation.type = type;
    operation.imm = imm;
    operation.imm2 = imm2;
    return operation;
}

/// The value of what was appended.
inline Value Builder::settle() {
    const auto at = last_of(block_);
    return simplifier_ != nullptr ? simplifier_->settle(at) : at;
}

Value Builder::append(Opcode opcode, Type type, std::uint64_t imm, std::uint64_t imm2) {
    push(opcode, type, imm, imm2);
    return settle();
}

Value Builder::append(Opcode opcode, Type type, Value argument, std::uint64_t imm, std::uint64_t imm2) {
    auto& operation = push(opcode, type, imm, imm2);
    operation.argument_count = 1;
    operation.arguments[0] = argument;
    return settle();
}

Value Builder::append(Opcode opcode, Type type, std::initializer_list<Value> arguments, std::uint64_t imm, std::uint64_t imm2) {
    MEDLEY_ASSERT(arguments.size() <= kMaxArguments, info(opcode).name.data());
    auto& operation = push(opcode, type, imm, imm2);
    operation.argument_count = static_cast<std::uint8_t>(arguments.size());
    auto* to = operation.arguments.data();
    for (const auto argument : arguments)
        *to++ = argument;
    return settle();
}

void Builder::instruction(Address address, unsigned length) {
    if (block_.instruction_count++ == 0)
        block_.start = address;
    block_.byte_length = static_cast<std::uint32_t>(address + length - block_.start);
    push(Opcode::Instruction, Type::None, address, length);
}

Value Builder::get(SlotId slot, Type type) {
    if (simplifier_ == nullptr) {
        push(Opcode::GetSlot, type, slot, 0);
        return last_of(block_);
    }
    if (const auto known = simplifier_->known(slot); known != kNoValue)
        return known;
    push(Opcode::GetSlot, type, slot, 0);
    const auto value = last_of(block_);
    simplifier_->get(slot, value);
    return value;
}

void Builder::put(SlotId slot, Value value) {
    auto& operation = push(Opcode::PutSlot, block_.type_of(value), slot, 0);
    operation.argument_count = 1;
    operation.arguments[0] = value;
    if (simplifier_ != nullptr)
        simplifier_->put(slot, value);
}

Value Builder::constant(Type type, std::uint64_t bits) {
    const auto width = bits_of(type);
    const auto mask = width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
    push(Opcode::Const, type, bits & mask, 0);
    return last_of(block_);
}

Value Builder::op(Opcode opcode, std::initializer_list<Value> arguments, std::uint64_t imm, std::uint64_t imm2) {
    Type type = Type::None;
    switch (kResultKinds[static_cast<unsigned>(opcode)]) {
    case ResultKind::SameAs0: type = block_.type_of(arguments.begin()[0]); break;
    case ResultKind::SameAs1: type = block_.type_of(arguments.begin()[1]); break;
    case ResultKind::I1: type = Type::I1; break;
    case ResultKind::None:
    case ResultKind::Declared: break;
    }
    return append(opcode, type, arguments, imm, imm2);
}

Value Builder::op_as(Opcode opcode, Type type, std::initializer_list<Value> arguments, std::uint64_t imm, std::uint64_t imm2) {
    return append(opcode, type, arguments, imm, imm2);
}

void Builder::store(Value address, Value value, const MemOp& mem) {
    append(Opcode::Store, block_.type_of(value), {address, value}, mem.encode(), 0);
}

Value Builder::call(HelperId helper, Type result, std::initializer_list<Value> arguments) {
    return append(Opcode::CallHelper, result, arguments, helper, 0);
}

void Builder::go_to(Address target, JumpHint hint) { push(Opcode::Goto, Type::None, target, static_cast<std::uint64_t>(hint)); }

void Builder::go_to_computed(Value target, JumpHint hint) {
    append(Opcode::GotoIndirect, Type::None, target, 0, static_cast<std::uint64_t>(hint));
}

void Builder::branch(Value condition, Address taken, Address not_taken) {
    append(Opcode::Branch, Type::None, condition, taken, not_taken);
}

void Builder::raise(std::uint32_t code, Value value) {
    if (value == kNoValue)
        append(Opcode::Raise, Type::None, code, 0);
    else
        append(Opcode::Raise, Type::None, value, code, 0);
}

void Builder::stop(Address next, StopReason reason) {
    append(Opcode::Stop, Type::None, next, static_cast<std::uint64_t>(reason));
}

void Builder::stop_computed(Value next, StopReason reason) {
    append(Opcode::Stop, Type::None, next, 0, static_cast<std::uint64_t>(reason));
}

} // namespace medley::ir
