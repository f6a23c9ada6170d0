/// \file
/// What the lifters of floating-point instructions share: access rights, NaN boxing, rounding modes, dirty state.
#pragma once

#include "iss/riscv/lifting.h"

#include <optional>

namespace medley::iss::riscv {

/// Lives for one instruction. The instruction is lifted only where allowed() says so, and finish() comes last when it
/// changes any floating-point state.
class FloatLifting {
public:
    explicit FloatLifting(Lifting& lifting) : l(lifting), b(lifting.b) {}

    /// False, with the illegal-instruction exception lifted, while mstatus.FS is Off.
    [[nodiscard]] bool allowed();
    /// allowed(), and the rounding mode of the instruction is valid: `env` is then complete.
    [[nodiscard]] bool allowed_with_rounding(const Operands& o);
    /// Sets mstatus.FS to dirty unless it is known to be.
    void finish();

    /// A register as a value of F16, F32 or F64: the canonical NaN where it is not properly boxed (Unprivileged, "NaN
    /// Boxing of Narrower Values").
    [[nodiscard]] Value read(unsigned index, Type type);
    /// Boxes a value of F16, F32 or F64.
    void write(unsigned index, Value value, Type type);
    /// The low bits of a register whatever they are, as I32 or I64.
    [[nodiscard]] Value read_raw(unsigned index, Type integer);
    /// Boxes the low bits (16, 32 or 64) of an I64.
    void write_raw(unsigned index, Value bits, unsigned width);

    /// Immediate for operations: canonical NaNs, tininess after rounding.
    ir::FloatOp env{};

    Lifting& l;     // NOLINT: as Lifting::b
    ir::Builder& b; // NOLINT

private:
    [[nodiscard]] std::uint32_t& boxed(unsigned width) { return width == 16 ? l.boxed16_ : l.boxed32_; }
};

} // namespace medley::iss::riscv
