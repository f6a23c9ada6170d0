/// \file
/// Appends operations to a block. The builder checks nothing beyond what it needs to set result types: the verifier does. It folds
/// nothing either, unless it is given a simplifier: then what is appended is simplified at once, and may be a value that was there.
#pragma once

#include "medley/ir/block.h"

#include <cstddef>
#include <initializer_list>

namespace medley::ir {

class Simplifier;

class Builder {
public:
    /// What the block has already stays in front.
    explicit Builder(Block& block, Simplifier* simplifier = nullptr)
        : block_(block), simplifier_(simplifier), first_(block.operations.size()) {}

    [[nodiscard]] Block& block() { return block_; }
    /// True once a terminal was appended by this builder.
    [[nodiscard]] bool ended() const {
        const auto& operations = block_.operations;
        return operations.size() > first_ && (effects_of(operations.back().opcode) & Ends) != 0;
    }

    /// Starts a guest instruction; must precede its operations.
    void instruction(Address address, unsigned length);

    [[nodiscard]] Value get(SlotId slot, Type type);
    void put(SlotId slot, Value value);
    [[nodiscard]] Value constant(Type type, std::uint64_t bits);

    /// Any opcode whose result type follows from its arguments (SameAs0, SameAs1, I1), with `imm` where it has one.
    Value op(Opcode opcode, std::initializer_list<Value> arguments, std::uint64_t imm = 0, std::uint64_t imm2 = 0);
    /// Any opcode with a declared result type.
    Value op_as(Opcode opcode, Type type, std::initializer_list<Value> arguments, std::uint64_t imm = 0, std::uint64_t imm2 = 0);

    // Shorthands for what lifters write most.
    Value add(Value a, Value b) { return op(Opcode::Add, {a, b}); }
    Value sub(Value a, Value b) { return op(Opcode::Sub, {a, b}); }
    Value bit_and(Value a, Value b) { return op(Opcode::And, {a, b}); }
    Value bit_or(Value a, Value b) { return op(Opcode::Or, {a, b}); }
    Value bit_xor(Value a, Value b) { return op(Opcode::Xor, {a, b}); }
    Value shl(Value a, Value b) { return op(Opcode::Shl, {a, b}); }
    Value shr_u(Value a, Value b) { return op(Opcode::ShrU, {a, b}); }
    Value shr_s(Value a, Value b) { return op(Opcode::ShrS, {a, b}); }
    Value select(Value condition, Value a, Value b) { return op(Opcode::Select, {condition, a, b}); }
    Value sign_extend(Type type, Value a, unsigned from_bits) { return op_as(Opcode::SignExtend, type, {a}, from_bits); }
    Value zero_extend(Type type, Value a, unsigned from_bits) { return op_as(Opcode::ZeroExtend, type, {a}, from_bits); }
    Value truncate(Type type, Value a) { return op_as(Opcode::Truncate, type, {a}); }
    Value bitcast(Type type, Value a) { return op_as(Opcode::Bitcast, type, {a}); }
    Value load(Type type, Value address, const MemOp& mem) { return op_as(Opcode::Load, type, {address}, mem.encode()); }
    void store(Value address, Value value, const MemOp& mem);
    /// `result` is None for a helper without one.
    Value call(HelperId helper, Type result, std::initializer_list<Value> arguments);

    void go_to(Address target, JumpHint hint = JumpHint::Plain);
    void go_to_computed(Value target, JumpHint hint = JumpHint::Plain);
    void branch(Value condition, Address taken, Address not_taken);
    void raise(std::uint32_t code, Value value = kNoValue);
    void stop(Address next, StopReason reason);
    void stop_computed(Value next, StopReason reason);

private:
    Operation& push(Opcode opcode, Type type, std::uint64_t imm, std::uint64_t imm2);
    Value settle();
    Value append(Opcode opcode, Type type, std::uint64_t imm, std::uint64_t imm2);
    Value append(Opcode opcode, Type type, Value argument, std::uint64_t imm, std::uint64_t imm2);
    Value append(Opcode opcode, Type type, std::initializer_list<Value> arguments, std::uint64_t imm, std::uint64_t imm2);

    Block& block_;
    Simplifier* simplifier_;
    std::size_t first_;
};

} // namespace medley::ir
