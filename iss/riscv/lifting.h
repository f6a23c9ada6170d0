/// \file
/// What a lifter works with: the instruction, the mode that it is translated for, and the builder.
#pragma once

#include "iss/riscv/helpers.h"
#include "iss/riscv/isa.h"
#include "iss/riscv/lift_context.h"
#include "iss/riscv/lifters.h"
#include "iss/riscv/privileged.h"
#include "iss/riscv/slots.h"
#include "medley/ir/builder.h"

namespace medley::iss::riscv {

using ir::Opcode;
using ir::Type;
using ir::Value;

class Lifting {
public:
    Lifting(const Isa& isa, const LiftMode& mode, ir::Builder& builder)
        : b(builder), isa_(isa), mode_(mode), xlen_type_(xlen_type(isa)), flen_type_(flen_type(isa)) {}

    /// Moves on to the instruction at \p pc; the marker is the caller's.
    void begin(Address pc, unsigned length, std::uint32_t encoding) {
        pc_ = pc;
        length_ = length;
        encoding_ = encoding;
    }

    [[nodiscard]] const Isa& isa() const { return isa_; }
    [[nodiscard]] const LiftMode& mode() const { return mode_; }
    [[nodiscard]] bool is_64_bit() const { return isa_.xlen() == 64; }
    /// Type of x registers and addresses.
    [[nodiscard]] Type xt() const { return xlen_type_; }
    /// Type of f registers.
    [[nodiscard]] Type ft() const { return flen_type_; }
    [[nodiscard]] Address pc() const { return pc_; }
    [[nodiscard]] std::uint32_t encoding() const { return encoding_; }
    /// An address of this hart: wraps at XLEN.
    [[nodiscard]] Address address(std::uint64_t value) const { return value & low_mask(isa_.xlen()); }
    [[nodiscard]] Address next_pc() const { return address(pc_ + length_); }

    // --- values
    [[nodiscard]] Value constant(std::uint64_t value) { return b.constant(xt(), address(value)); }
    [[nodiscard]] Value word(std::uint32_t value) { return b.constant(Type::I32, value); }
    [[nodiscard]] Value x(unsigned index) { return index == 0 ? constant(0) : b.get(slot::x(index), xt()); }
    /// Writes an x register, or nothing where that is x0.
    void set_x(unsigned index, Value value) {
        if (index != 0)
            b.put(slot::x(index), value);
    }
    void set_x_bool(unsigned index, Value condition) {
        if (index != 0)
            set_x(index, b.zero_extend(xt(), condition, 1));
    }
    /// rs1 + imm.
    [[nodiscard]] Value data_address(const Operands& o);
    [[nodiscard]] ir::MemOp mem(unsigned size_log2, bool sign = false) const {
        ir::MemOp op;
        op.size_log2 = static_cast<std::uint8_t>(size_log2);
        op.sign = sign;
        op.mem_index = mode_.data_index;
        return op;
    }

    // --- ends of a block
    void illegal() { b.raise(cause::kIllegalInstruction, constant(encoding_)); }
    /// Ends the block behind this instruction: something that translations depend on may have changed.
    void resync() { b.stop(next_pc(), ir::StopReason::Resync); }

    ir::Builder& b; // NOLINT: every lifter writes it in every line

private:
    friend class FloatLifting;

    const Isa& isa_;
    /// f registers that this block has written with a value of at most 16 or 32 bits in them: known to be NaN-boxed.
    std::uint32_t boxed16_ = 0;
    std::uint32_t boxed32_ = 0;
    LiftMode mode_;
    Type xlen_type_;
    Type flen_type_;
    Address pc_ = 0;
    unsigned length_ = 4;
    std::uint32_t encoding_ = 0;
};

} // namespace medley::iss::riscv
