/// \file
/// What a lifter works with: the instruction, the mode that it is translated for, the builder, and what the block knows so far
/// of the condition flags and of the stack pointer.
#pragma once

#include "iss/aarch64/config.h"
#include "iss/aarch64/decode/row.h"
#include "iss/aarch64/flags.h"
#include "iss/aarch64/helpers.h"
#include "iss/aarch64/lift_mode.h"
#include "iss/aarch64/lifters.h"
#include "iss/aarch64/slots.h"
#include "iss/aarch64/syndrome.h"
#include "medley/ir/builder.h"

namespace medley::iss::aarch64 {

using ir::Opcode;
using ir::Type;
using ir::Value;

/// Register number of XZR, WZR, SP and WSP.
inline constexpr unsigned kZeroOrSp = 31;

class Lifting {
public:
    Lifting(const Config& config, const LiftMode& mode, ir::Builder& builder)
        : b(builder), config_(config), mode_(mode), flags_(builder), sp_checked_(!mode.sp_misaligned) {}

    /// Moves on to the instruction at \p pc; the marker is the caller's.
    void begin(Address pc, std::uint32_t encoding) {
        pc_ = pc;
        encoding_ = encoding;
    }

    [[nodiscard]] const Config& config() const { return config_; }
    [[nodiscard]] bool has(Feature feature) const { return config_.has(feature); }
    [[nodiscard]] const LiftMode& mode() const { return mode_; }
    [[nodiscard]] Address pc() const { return pc_; }
    [[nodiscard]] Address next_pc() const { return pc_ + 4; }
    [[nodiscard]] std::uint32_t encoding() const { return encoding_; }

    // --- values
    [[nodiscard]] Value constant(std::uint64_t value) { return b.constant(Type::I64, value); }
    [[nodiscard]] Value word(std::uint64_t value) { return b.constant(Type::I32, value & 0xffff'ffff); }
    [[nodiscard]] Value boolean(bool value) { return b.constant(Type::I1, value ? 1 : 0); }
    /// A constant of an X (sf) or a W register's type.
    [[nodiscard]] Value immediate(bool sf, std::uint64_t value) { return sf ? constant(value) : word(value); }
    [[nodiscard]] Value inverted(Value condition) { return b.op(Opcode::Xor, {condition, boolean(true)}); }
    [[nodiscard]] Value encoding_value() { return word(encoding_); }
    [[nodiscard]] static Type type_of(bool sf) { return sf ? Type::I64 : Type::I32; }

    // --- general registers; 31 is the zero register
    [[nodiscard]] Value x(unsigned index) { return index == kZeroOrSp ? constant(0) : b.get(slot::x(index), Type::I64); }
    [[nodiscard]] Value w(unsigned index) { return index == kZeroOrSp ? word(0) : b.truncate(Type::I32, x(index)); }
    [[nodiscard]] Value reg(bool sf, unsigned index) { return sf ? x(index) : w(index); }
    void set_x(unsigned index, Value value) {
        if (index != kZeroOrSp)
            b.put(slot::x(index), value);
    }
    /// Writes a register of the value's width; 32-bit results are zero-extended.
    void set(bool sf, unsigned index, Value value) {
        if (index != kZeroOrSp)
            set_x(index, sf ? value : b.zero_extend(Type::I64, value, 32));
    }
    void set_bool(bool sf, unsigned index, Value condition) { set(sf, index, b.zero_extend(type_of(sf), condition, 1)); }

    // --- general registers; 31 is the stack pointer
    [[nodiscard]] ir::SlotId sp_slot() const { return slot::sp(mode_.sp_sel ? mode_.el : 0); }
    [[nodiscard]] Value x_or_sp(unsigned index) {
        return b.get(index == kZeroOrSp ? sp_slot() : slot::x(index), Type::I64);
    }
    [[nodiscard]] Value reg_or_sp(bool sf, unsigned index) {
        return sf ? x_or_sp(index) : b.truncate(Type::I32, x_or_sp(index));
    }
    /// Whether the new value is known to be a multiple of 16 when the old one was.
    enum class SpChange : bool { MayMisalign, KeepsAlignment };
    void set_or_sp(bool sf, unsigned index, Value value, SpChange change = SpChange::MayMisalign);

    // --- memory
    /// The base of an access, checked when it is the stack pointer.
    [[nodiscard]] Value base(unsigned index);
    /// base + offset, wraps.
    [[nodiscard]] Value offset(Value address, std::uint64_t by) { return by == 0 ? address : b.add(address, constant(by)); }
    [[nodiscard]] ir::MemOp mem(unsigned size_log2, bool sign = false) const {
        ir::MemOp op;
        op.size_log2 = static_cast<std::uint8_t>(size_log2);
        op.sign = sign;
        op.big_endian = mode_.big_endian && size_log2 != 0;
        op.require_alignment = mode_.check_alignment;
        op.mem_index = mode_.data_index;
        return op;
    }

    // --- vector registers
    [[nodiscard]] Value v(unsigned index) { return b.get(slot::v(index), Type::V128); }
    void set_v(unsigned index, Value value) { b.put(slot::v(index), value); }
    /// The low bits of a vector register as a scalar float.
    [[nodiscard]] Value scalar(unsigned index, Type type) {
        ir::VectorOp op;
        op.lane_log2 = type == Type::F64 ? 3 : type == Type::F32 ? 2 : 1;
        return b.op_as(Opcode::VExtract, type, {v(index)}, op.encode());
    }
    /// Writes a float or an integer to the low bits; the others become 0.
    void set_scalar(unsigned index, Value value) { set_v(index, b.bitcast(Type::V128, value)); }
    /// Raises where floating point is trapped; the lifter then returns.
    [[nodiscard]] bool float_trapped();

    // --- condition flags
    [[nodiscard]] Flags& flags() { return flags_; }

    // --- ends of a block
    void undefined() { b.raise(syndrome::kUndefined, constant(encoding_)); }
    void go_to(Address target, ir::JumpHint hint = ir::JumpHint::Plain);
    void go_to_computed(Value target, ir::JumpHint hint = ir::JumpHint::Plain);
    void branch(Value condition, Address taken);
    /// Ends the block behind this instruction: something that translations depend on may have changed.
    void resync() { b.stop(next_pc(), ir::StopReason::Resync); }
    /// Ends the block behind this instruction where it goes on there anyway.
    void end_block() { go_to(next_pc()); }
    /// Whether another instruction may follow in this block.
    [[nodiscard]] bool may_go_on() const { return !mode_.single_step; }

    ir::Builder& b; // NOLINT: every lifter writes it in every line

private:
    /// Whether the next instruction may need another translation key.
    [[nodiscard]] bool key_may_change() const { return mode_.single_step || (mode_.check_sp && (!sp_checked_ || mode_.sp_misaligned)); }

    const Config& config_;
    LiftMode mode_;
    Flags flags_;
    /// SP is known to be a multiple of 16.
    bool sp_checked_;
    Address pc_ = 0;
    std::uint32_t encoding_ = 0;
};

} // namespace medley::iss::aarch64
