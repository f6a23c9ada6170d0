/// \file
/// Which handler executes what. Each function answers for one family of opcodes; null says that there is no such form.
#pragma once

#include "accel/interp/op.h"
#include "medley/ir/types.h"

namespace medley::accel::interp {

/// What becomes of a 32-bit (for comparisons: 1-bit) result on its way into its destination.
enum class Widen : std::uint8_t { No, Sign, Zero };

/// Integer operations with two operands: d = a op b, or a op imm.
[[nodiscard]] Handler binary_handler(ir::Opcode opcode, ir::Type type, bool immediate, Widen widen);
/// DivS and DivU: d = a op b.
[[nodiscard]] Handler division_handler(ir::Opcode opcode, ir::Type type, ir::DivideByZero rule, Widen widen);
/// Comparisons into a number of `size` bytes (1, 4 or 8).
[[nodiscard]] Handler compare_handler(ir::Opcode opcode, ir::Type type, bool immediate, unsigned size);
[[nodiscard]] Handler unary_handler(ir::Opcode opcode, ir::Type type);
/// SignExtend and ZeroExtend of the `from` low bits.
[[nodiscard]] Handler extend_handler(bool sign, unsigned from, ir::Type type);

/// d = a, `size` bytes; from a narrower `from` with zeros.
[[nodiscard]] Handler move_handler(unsigned size, unsigned from);
/// d = imm, `size` bytes up to 8.
[[nodiscard]] Handler move_imm_handler(unsigned size);
/// d = *pointers[0] ? a : b.
[[nodiscard]] Handler select_handler(unsigned size);
/// d = a & 1.
[[nodiscard]] Handler truncate_bit_handler();
/// d, `size` bytes, = vector(pointers[0 to 2], immediates of the second data).
[[nodiscard]] Handler vector_handler(unsigned size);

/// d = [a + mem.offset].
[[nodiscard]] Handler load_handler(ir::Type type, ir::Type address_type, const ir::MemOp& op);
/// [a + mem.offset] = stored.
[[nodiscard]] Handler store_handler(ir::Type address_type, const ir::MemOp& op);
/// d = old; address a, RmwOp in pointers[1], operand *pointers[0].
[[nodiscard]] Handler rmw_handler(ir::Type type);
/// d = old; address a, expected *pointers[0], desired *pointers[1].
[[nodiscard]] Handler compare_exchange_handler(ir::Type type);
[[nodiscard]] Handler load_exclusive_handler(ir::Type type);
/// d = failed; address a, value *pointers[0].
[[nodiscard]] Handler store_exclusive_handler(ir::Type type);
[[nodiscard]] Handler clear_exclusive_handler();
/// Orders all accesses before it against all behind it.
[[nodiscard]] Handler fence_handler();

/// Two operands (a, b) or one (a); float_op follows. Comparisons deliver I1.
[[nodiscard]] Handler float_handler(ir::Opcode opcode, ir::Type type);
/// Operands in pointers[0 to 2]; float_op follows behind them.
[[nodiscard]] Handler float_mul_add_handler(ir::Type type);
/// Conversions between formats and with integers.
[[nodiscard]] Handler float_convert_handler(ir::Opcode opcode, ir::Type to, ir::Type from);

/// Calls `function` with the 64-bit values at the pointers that follow; result of `size` bytes (0: none).
[[nodiscard]] Handler call_handler(unsigned size);
/// As call_handler, of a vector_helper; arguments are 16 bytes each.
[[nodiscard]] Handler call_vector_handler(unsigned size);
/// The program counter is imm. Before helpers that may look at it.
[[nodiscard]] Handler set_pc_handler();
/// The guest wrote the attention slot.
[[nodiscard]] Handler poll_handler();

/// Goto the first of the exits that follow; `safepoint`: see whether somebody waits for one.
[[nodiscard]] Handler goto_handler(bool safepoint);
/// Comparison of a with b or imm: the first of the exits that follow, else the second.
[[nodiscard]] Handler branch_handler(ir::Opcode comparison, ir::Type type, bool immediate, bool safepoint);
/// By the bit a.
[[nodiscard]] Handler branch_bit_handler(bool safepoint);
/// Goes to the address imm: in another page, and behind a safepoint.
[[nodiscard]] Handler far_goto_handler();
[[nodiscard]] Handler goto_indirect_handler(ir::Type type);
/// Asks for `link` to be linked to the address imm.
[[nodiscard]] Handler link_handler();
/// Leaves a dropped block in its middle, for the address imm.
[[nodiscard]] Handler cut_handler(bool safepoint);
/// Stop with the next address in imm, or at a.
[[nodiscard]] Handler stop_handler(ir::StopReason reason);
[[nodiscard]] Handler stop_computed_handler(ir::StopReason reason, ir::Type type);
/// Instruction fault with code mem.offset and the value at a (or none: null).
[[nodiscard]] Handler raise_handler(ir::Type type);

} // namespace medley::accel::interp
