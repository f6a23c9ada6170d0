#include "medley/ir/builder.h"

#include "medley/base/error.h"

namespace medley::ir {

bool Builder::ended() const {
    const auto& operations = block_.operations;
    return operations.size() > first_ && (effects_of(operations.back().opcode) & Ends) != 0;
}

Value Builder::append(Opcode opcode, Type type, std::span<const Value> arguments, std::uint64_t imm, std::uint64_t imm2) {
    MEDLEY_ASSERT(arguments.size() <= kMaxArguments, info(opcode).name.data());
    const auto number = static_cast<Value>(block_.operations.size());
    auto& operation = block_.operations.emplace_back();
    operation.opcode = opcode;
    operation.type = type;
    operation.argument_count = static_cast<std::uint8_t>(arguments.size());
    operation.imm = imm;
    operation.imm2 = imm2;
    for (unsigned i = 0; i < kMaxArguments && i < arguments.size(); ++i)
        operation.arguments[i] = arguments[i];
    block_.types |= set_of(type);
    return number;
}

void Builder::instruction(Address address, unsigned length) {
    if (block_.instruction_count++ == 0)
        block_.start = address;
    block_.byte_length = static_cast<std::uint32_t>(address + length - block_.start);
    append(Opcode::Instruction, Type::None, {}, address, length);
}

Value Builder::get(SlotId slot, Type type) { return append(Opcode::GetSlot, type, {}, slot, 0); }

void Builder::put(SlotId slot, Value value) {
    append(Opcode::PutSlot, block_.type_of(value), std::span(&value, 1), slot, 0);
}

Value Builder::constant(Type type, std::uint64_t bits) {
    const auto width = bits_of(type);
    const auto mask = width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
    return append(Opcode::Const, type, {}, bits & mask, 0);
}

Value Builder::op(Opcode opcode, std::initializer_list<Value> arguments, std::uint64_t imm, std::uint64_t imm2) {
    const auto args = std::span(arguments.begin(), arguments.size());
    Type type = Type::None;
    switch (kResultKinds[static_cast<unsigned>(opcode)]) {
    case ResultKind::SameAs0: type = block_.type_of(args[0]); break;
    case ResultKind::SameAs1: type = block_.type_of(args[1]); break;
    case ResultKind::I1: type = Type::I1; break;
    case ResultKind::None:
    case ResultKind::Declared: break;
    }
    return append(opcode, type, args, imm, imm2);
}

Value Builder::op_as(Opcode opcode, Type type, std::initializer_list<Value> arguments, std::uint64_t imm, std::uint64_t imm2) {
    return append(opcode, type, std::span(arguments.begin(), arguments.size()), imm, imm2);
}

void Builder::store(Value address, Value value, const MemOp& mem) {
    const Value arguments[] = {address, value};
    append(Opcode::Store, block_.type_of(value), arguments, mem.encode(), 0);
}

Value Builder::call(HelperId helper, Type result, std::initializer_list<Value> arguments) {
    return append(Opcode::CallHelper, result, std::span(arguments.begin(), arguments.size()), helper, 0);
}

void Builder::go_to(Address target, JumpHint hint) {
    append(Opcode::Goto, Type::None, {}, target, static_cast<std::uint64_t>(hint));
}

void Builder::go_to_computed(Value target, JumpHint hint) {
    append(Opcode::GotoIndirect, Type::None, std::span(&target, 1), 0, static_cast<std::uint64_t>(hint));
}

void Builder::branch(Value condition, Address taken, Address not_taken) {
    append(Opcode::Branch, Type::None, std::span(&condition, 1), taken, not_taken);
}

void Builder::raise(std::uint32_t code, Value value) {
    append(Opcode::Raise, Type::None, std::span(&value, value == kNoValue ? 0 : 1), code, 0);
}

void Builder::stop(Address next, StopReason reason) {
    append(Opcode::Stop, Type::None, {}, next, static_cast<std::uint64_t>(reason));
}

void Builder::stop_computed(Value next, StopReason reason) {
    append(Opcode::Stop, Type::None, std::span(&next, 1), 0, static_cast<std::uint64_t>(reason));
}

} // namespace medley::ir
