// Emission of everything but terminals.
#include "accel/interp/lower.h"

#include "medley/base/error.h"

namespace medley::accel::interp {

using ir::Opcode;
using ir::Type;

/// CPUs that take turns see every access in order already.
void Lowering::emit_fence() {
    if (machine_.memory.team() != nullptr)
        emit(fence_handler());
}

void Lowering::emit_operation(Value at) {
    const auto& operation = source_->operations[at];
    switch (operation.opcode) {
    case Opcode::Instruction:
    case Opcode::Const: return;
    case Opcode::Fence: emit_fence(); break;
    case Opcode::Truncate: // To I1: the others are no operations.
        emit_unary(at, truncate_bit_handler());
        break;
    case Opcode::GetSlot: emit_get(at); break;
    case Opcode::PutSlot: emit_put(operation); break;
    case Opcode::Add: case Opcode::Sub: case Opcode::Mul: case Opcode::MulHighS: case Opcode::MulHighU:
    case Opcode::MulHighSU: case Opcode::DivS: case Opcode::DivU: case Opcode::RemS: case Opcode::RemU: case Opcode::And:
    case Opcode::Or: case Opcode::Xor: case Opcode::AndNot: case Opcode::OrNot: case Opcode::Shl: case Opcode::ShrU:
    case Opcode::ShrS: case Opcode::RotateRight: case Opcode::CarrylessMulLow: case Opcode::CarrylessMulHigh:
        emit_binary(at, operation, result(at), Widen::No);
        break;
    case Opcode::CountLeadingZeros: case Opcode::CountTrailingZeros: case Opcode::PopCount: case Opcode::ByteSwap:
    case Opcode::BitReverse:
        emit_unary(at, unary_handler(operation.opcode, operation.type));
        break;
    case Opcode::SignExtend: case Opcode::ZeroExtend: emit_extension(at); break;
    case Opcode::CompareEq: case Opcode::CompareNe: case Opcode::CompareLtS: case Opcode::CompareLeS:
    case Opcode::CompareLtU: case Opcode::CompareLeU: case Opcode::AddOverflowS: case Opcode::SubOverflowS:
        emit_compare(operation, result(at), 1);
        break;
    case Opcode::Select: emit_select(at); break;
    case Opcode::Load: emit_memory(at); break;
    case Opcode::Store:
        emit_memory(at);
        if (ir::MemOp::decode(operation.imm).release)
            emit_fence();
        break;
    case Opcode::AtomicRmw: case Opcode::CompareExchange: case Opcode::LoadExclusive: case Opcode::StoreExclusive:
        emit_atomic(at);
        break;
    case Opcode::ClearExclusive: emit(clear_exclusive_handler()); break;
    case Opcode::FAdd: case Opcode::FSub: case Opcode::FMul: case Opcode::FDiv: case Opcode::FSqrt: case Opcode::FMin:
    case Opcode::FMax: case Opcode::FCompareEq: case Opcode::FCompareLt: case Opcode::FCompareLe: case Opcode::FUnordered:
    case Opcode::FRound: case Opcode::FConvert: case Opcode::FToS: case Opcode::FToU: case Opcode::SToF: case Opcode::UToF:
    case Opcode::FNeg: case Opcode::FAbs: case Opcode::FCopySign:
        emit_float(at);
        break;
    case Opcode::FMulAdd: emit_mul_add(at); break;
    case Opcode::Bitcast: emit_bitcast(at); break;
    case Opcode::CallHelper: emit_call(at); break;
    case Opcode::Goto: case Opcode::GotoIndirect: case Opcode::Branch: case Opcode::Raise: case Opcode::Stop:
        emit_terminal(at);
        break;
    default:
        MEDLEY_ASSERT(vector::is_vector(operation.opcode), "an opcode that is not lowered");
        emit_vector(at);
        break;
    }
    finish(at);
}

// --- state

/// Only where the slot is overwritten before the value's last use.
void Lowering::emit_get(Value at) {
    const auto& operation = source_->operations[at];
    auto* slot = slot_address(static_cast<ir::SlotId>(operation.imm));
    if (plan_[at].home == Home::Slot) {
        homes_[at] = slot;
        return;
    }
    auto* to = result(at);
    auto& op = emit(move_handler(size_of(operation.type), size_of(operation.type)));
    op.d = to;
    op.a = slot;
}

void Lowering::emit_put(const Operation& operation) {
    const auto slot = static_cast<ir::SlotId>(operation.imm);
    const auto size = size_of(layout_[slot].type);
    const auto value = plan_.constant(operation.arguments[0]);
    const bool immediate = value && size <= 8;
    const auto* from = immediate ? nullptr : read(operation.arguments[0]);
    auto& op = emit(immediate ? move_imm_handler(size) : move_handler(size, size));
    op.d = slot_address(slot);
    if (immediate)
        op.imm = *value;
    else
        op.a = from;
    if (slot == layout_.attention)
        emit(poll_handler());
}

// --- integers

void Lowering::emit_binary(Value at, const Operation& operation, void* to, Widen widen) {
    static_cast<void>(at);
    const bool shift = operation.opcode >= Opcode::Shl && operation.opcode <= Opcode::RotateRight;
    const auto second = shift ? plan_.shift_amount(operation) : operation.arguments[1];
    const auto type = widen == Widen::No ? operation.type : Type::I32;
    const bool division = operation.opcode == Opcode::DivS || operation.opcode == Opcode::DivU;
    const auto* a = read(operation.arguments[0]);
    if (division) {
        auto& op = emit(division_handler(operation.opcode, type, static_cast<ir::DivideByZero>(operation.imm), widen));
        op.d = to;
        op.a = a;
        op.b = read(second);
        return;
    }
    const auto immediate = plan_.constant(second);
    auto& op = emit(binary_handler(operation.opcode, type, immediate.has_value(), widen));
    op.d = to;
    op.a = a;
    if (immediate)
        op.imm = *immediate;
    else
        op.b = read(second);
}

void Lowering::emit_compare(const Operation& operation, void* to, unsigned size) {
    const auto type = source_->type_of(operation.arguments[0]);
    const auto immediate = plan_.constant(operation.arguments[1]);
    const auto* a = read(operation.arguments[0]);
    auto& op = emit(compare_handler(operation.opcode, type, immediate.has_value(), size));
    op.d = to;
    op.a = a;
    if (immediate)
        op.imm = *immediate;
    else
        op.b = read(operation.arguments[1]);
}

void Lowering::emit_unary(Value at, Handler handler) {
    const auto& operation = source_->operations[at];
    const auto* a = read(operation.arguments[0]);
    auto* to = result(at);
    auto& op = emit(handler);
    op.d = to;
    op.a = a;
}

void Lowering::emit_extension(Value at) {
    const auto& operation = source_->operations[at];
    const bool sign = operation.opcode == Opcode::SignExtend;
    const auto& inner = plan_.definition(operation.arguments[0]);
    if (plan_[at].fold == Fold::Comparison)
        return emit_compare(inner, result(at), size_of(operation.type));
    if (plan_[at].fold == Fold::Arithmetic)
        return emit_binary(at, inner, result(at), sign ? Widen::Sign : Widen::Zero);
    emit_unary(at, extend_handler(sign, static_cast<unsigned>(operation.imm), operation.type));
}

/// Only those that add zeros, or make a bit.
void Lowering::emit_bitcast(Value at) {
    const auto& operation = source_->operations[at];
    if (operation.type == Type::I1)
        return emit_unary(at, truncate_bit_handler());
    emit_unary(at, move_handler(size_of(operation.type), size_of(source_->type_of(operation.arguments[0]))));
}

void Lowering::emit_select(Value at) {
    const auto& operation = source_->operations[at];
    const auto* condition = read(operation.arguments[0]);
    const auto* a = read(operation.arguments[1]);
    const auto* b = read(operation.arguments[2]);
    auto* to = result(at);
    auto& op = emit(select_handler(size_of(operation.type)));
    op.d = to;
    op.a = a;
    op.b = b;
    emit_data().pointers[0] = condition;
}

void Lowering::emit_vector(Value at) {
    const auto& operation = source_->operations[at];
    std::array<const void*, 4> operands{};
    for (unsigned i = 0; i < operation.argument_count; ++i)
        operands[i] = read(operation.arguments[i]);
    auto* to = result(at);
    const auto size = size_of(operation.type);
    if (operation.opcode == Opcode::VExtract) { // A lane is where it is.
        const auto lane = ir::VectorOp::decode(operation.imm);
        auto& move = emit(move_handler(size, 1U << lane.lane_log2));
        move.d = to;
        move.a = static_cast<const std::byte*>(operands[0]) + (std::size_t{lane.amount} << lane.lane_log2);
        return;
    }
    auto& op = emit(vector_handler(size));
    op.d = to;
    op.vector = vector::function(operation.opcode, operation.imm);
    MEDLEY_ASSERT(op.vector != nullptr, "a vector operation on lanes of a size that it does not take");
    emit_data().pointers = operands;
    emit_data().immediates = {operation.imm, operation.imm2};
}

// --- memory

namespace {

MemImm mem_imm(const ir::MemOp& op, std::uint64_t offset) {
    const unsigned flags = op.size_log2 | (op.sign ? 8U : 0U) | (op.big_endian ? 16U : 0U) | (op.require_alignment ? 32U : 0U);
    return {.offset = static_cast<std::int32_t>(offset), .mem_index = op.mem_index, .flags = static_cast<std::uint8_t>(flags), .site = 0};
}

} // namespace

void Lowering::emit_memory(Value at) {
    const auto& operation = source_->operations[at];
    const auto mem = ir::MemOp::decode(operation.imm);
    const auto address_type = source_->type_of(operation.arguments[0]);
    const bool store = operation.opcode == Opcode::Store;
    auto base = operation.arguments[0];
    std::uint64_t offset = 0;
    if (plan_[at].fold == Fold::AddressOffset) {
        const auto& sum = plan_.definition(base);
        base = sum.arguments[0];
        offset = *plan_.constant(sum.arguments[1]);
    }
    const auto* a = read(base);
    const auto* stored = store ? read(operation.arguments[1]) : nullptr;
    auto* to = store ? nullptr : result(at);
    auto& op = emit(store ? store_handler(address_type, mem) : load_handler(operation.type, address_type, mem));
    MEDLEY_ASSERT(op.handler != nullptr, "a memory access of a size that its type does not have");
    op.a = a;
    if (store)
        op.stored = stored;
    else
        op.d = to;
    op.mem = mem_imm(mem, offset);
    add_site(op);
}

void Lowering::emit_atomic(Value at) {
    const auto& operation = source_->operations[at];
    const auto* address = read_address(operation.arguments[0]);
    const auto* first = operation.argument_count > 1 ? read(operation.arguments[1]) : nullptr;
    const auto* second = operation.argument_count > 2 ? read(operation.arguments[2]) : nullptr;
    const auto type = operation.argument_count > 1 ? source_->type_of(operation.arguments[1]) : operation.type;
    auto* to = result(at);
    Handler handler = nullptr;
    switch (operation.opcode) {
    case Opcode::AtomicRmw:
        handler = rmw_handler(operation.type);
        second = reinterpret_cast<const void*>(static_cast<std::uintptr_t>(operation.imm2));
        break;
    case Opcode::CompareExchange: handler = compare_exchange_handler(operation.type); break;
    case Opcode::LoadExclusive: handler = load_exclusive_handler(operation.type); break;
    default: handler = store_exclusive_handler(type); break;
    }
    auto& op = emit(handler);
    op.d = to;
    op.a = address;
    op.mem = mem_imm(ir::MemOp::decode(operation.imm), 0);
    add_site(op);
    auto& data = emit_data();
    data.pointers[0] = first;
    data.pointers[1] = second;
}

// --- floating point

void Lowering::emit_float(Value at) {
    const auto& operation = source_->operations[at];
    const auto from = source_->type_of(operation.arguments[0]);
    const auto* a = read(operation.arguments[0]);
    const auto* b = operation.argument_count > 1 ? read(operation.arguments[1]) : nullptr;
    auto* to = result(at);
    auto handler = float_convert_handler(operation.opcode, operation.type, from);
    auto& op = emit(handler != nullptr ? handler : float_handler(operation.opcode, from));
    MEDLEY_ASSERT(op.handler != nullptr, "a floating-point operation on a type that is none");
    op.d = to;
    op.a = a;
    op.b = b;
    emit_data().float_op = ir::FloatOp::decode(operation.imm);
}

void Lowering::emit_mul_add(Value at) {
    const auto& operation = source_->operations[at];
    const std::array<const void*, 3> operands = {read(operation.arguments[0]), read(operation.arguments[1]),
                                                 read(operation.arguments[2])};
    emit(float_mul_add_handler(operation.type)).d = result(at);
    auto& data = emit_data();
    std::copy(operands.begin(), operands.end(), data.pointers.begin());
    emit_data().float_op = ir::FloatOp::decode(operation.imm);
}

// --- helpers

/// Arguments narrower than 64 bits (of vector helpers: 128) are widened first, so that the call reads all alike.
void Lowering::emit_call(Value at) {
    const auto& operation = source_->operations[at];
    const auto& helper = core_.helpers()[operation.imm];
    std::array<const void*, 4> arguments{};
    arguments.fill(constants_.address(0, 0));
    const bool vectors = helper.vector_function != nullptr;
    const unsigned wanted = vectors ? 16 : 8;
    std::vector<const void*> scratch;
    for (unsigned i = 0; i < operation.argument_count; ++i) {
        const auto size = size_of(source_->type_of(operation.arguments[i]));
        arguments[i] = read(operation.arguments[i]);
        // A constant is extended already, unless the argument is only a part of it.
        const auto known = plan_.constant(operation.arguments[i]);
        if (size == wanted || (known && (size >= 8 || *known >> (8 * size) == 0)))
            continue;
        auto* cell = take_cell();
        auto& widen = emit(move_handler(wanted, size));
        widen.d = cell;
        widen.a = arguments[i];
        arguments[i] = cell;
        scratch.push_back(cell);
    }
    if (helper.effects != helper_effect::kPure)
        emit(set_pc_handler()).imm = pc_;
    auto* to = operation.type == Type::None ? nullptr : result(at);
    auto& op = emit(vectors ? call_vector_handler(size_of(operation.type)) : call_handler(size_of(operation.type)));
    op.d = to;
    if (vectors)
        op.vector_helper = helper.vector_function;
    else
        op.function = helper.function;
    op.imm = 0;
    add_site(op);
    emit_data().pointers = arguments;
    for (const auto* cell : scratch)
        give_back(cell);
}

} // namespace medley::accel::interp
