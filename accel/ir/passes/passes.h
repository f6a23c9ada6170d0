/// \file
/// Passes over one block that every accelerator may run. Each keeps the block valid and its meaning exact, including
/// what a fault at any operation sees.
#pragma once

#include "medley/cpu/helper.h"
#include "medley/cpu/state_layout.h"
#include "medley/ir/block.h"

#include <cstdint>
#include <span>
#include <vector>

namespace medley::ir {

/// What passes need to know of a core.
struct PassContext {
    const StateLayout& layout;
    std::span<const Helper> helpers;
};

/// Memory that passes use from block to block.
struct PassScratch {
    std::vector<Value> values;
    std::vector<Value> slots;
    std::vector<std::uint64_t> slot_bits;
    std::vector<std::uint8_t> flags;
};

/// Pure integer operations on constants become constants; identities (x + 0, x ^ 0, ...) become their operand.
void fold_constants(Block& block, PassScratch& scratch);
void fold_constants(Block& block);

/// Reads of a slot whose value is known in the block use that value.
void forward_slots(Block& block, const PassContext& context, PassScratch& scratch);

/// Both of these in one walk; sums of the same values are made once.
void simplify(Block& block, const PassContext& context, PassScratch& scratch);

/// Slot writes that are overwritten before anything can see them, and pure operations whose result is not used, go.
void remove_dead(Block& block, const PassContext& context, PassScratch& scratch);

/// Loads whose bits are only used as a float, and stores of a float's bits, take the float's type.
void type_float_accesses(Block& block, PassScratch& scratch);
void type_float_accesses(Block& block);

/// What is left to do for a block that a Simplifier has seen all of.
void clean_up(Block& block, const PassContext& context, PassScratch& scratch);

/// All of them, in a good order.
void optimize(Block& block, const PassContext& context, PassScratch& scratch);
void optimize(Block& block, const PassContext& context);

[[nodiscard]] std::uint16_t effects_of_call(const Operation& operation, const PassContext& context);
/// The effects of one operation, with those of a helper call resolved.
[[nodiscard]] inline std::uint16_t effects_of(const Operation& operation, const PassContext& context) {
    return operation.opcode == Opcode::CallHelper ? effects_of_call(operation, context) : effects_of(operation.opcode);
}

/// Whether the instruction before the Instruction marker at \p marker accesses memory. That may drop the code that is
/// running; the block is then left at the marker, so that all state must be exact there.
[[nodiscard]] bool may_leave_at(const Block& block, Value marker, const PassContext& context);

/// The value of a pure integer operation on constants; `arguments` are zero-extended bits. `argument_type` is the type of
/// the first argument (of the second for Select). Shared by the constant folder and tests.
[[nodiscard]] std::uint64_t evaluate(const Operation& operation, Type argument_type, std::span<const std::uint64_t> arguments);

/// Whether evaluate() can be asked.
[[nodiscard]] bool can_evaluate(const Operation& operation, Type argument_type);

} // namespace medley::ir
