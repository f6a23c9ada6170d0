#include "tests/accel/support/evaluator.h"

#include "accel/common/softfloat/softfloat.h"
#include "accel/ir/passes/passes.h"
#include "medley/base/bits.h"
#include "tests/accel/support/vector_reference.h"

#include <algorithm>

namespace medley::test {
namespace {

using ir::Opcode;
using ir::Type;
namespace soft = medley::accel::softfloat;

class PlainReader final : public CodeReader {
public:
    explicit PlainReader(ToyMemory& memory) : memory_(memory) {}
    [[nodiscard]] std::optional<std::uint64_t> fetch(Address address, unsigned size) override {
        std::uint64_t value = 0;
        if (memory_.peek(address, std::as_writable_bytes(std::span(&value, 1)).first(size)) == size)
            return value;
        fault_ = Fault{.kind = FaultKind::Bus, .access = Access::Fetch, .address = address};
        return std::nullopt;
    }
    [[nodiscard]] const Fault& fault() const override { return fault_; }

private:
    ToyMemory& memory_;
    Fault fault_;
};

std::uint64_t combine(ir::RmwOp op, std::uint64_t old, std::uint64_t operand, unsigned bits) {
    const auto a = static_cast<std::int64_t>(sign_extend(old, bits));
    const auto b = static_cast<std::int64_t>(sign_extend(operand, bits));
    switch (op) {
    case ir::RmwOp::Swap: return operand;
    case ir::RmwOp::Add: return old + operand;
    case ir::RmwOp::And: return old & operand;
    case ir::RmwOp::AndNot: return old & ~operand;
    case ir::RmwOp::Or: return old | operand;
    case ir::RmwOp::Xor: return old ^ operand;
    case ir::RmwOp::MinS: return a < b ? old : operand;
    case ir::RmwOp::MaxS: return a < b ? operand : old;
    case ir::RmwOp::MinU: return std::min(old, operand & low_mask(bits));
    case ir::RmwOp::MaxU: return std::max(old, operand & low_mask(bits));
    }
    return 0;
}

} // namespace

void Evaluator::step() {
    ir::Block block;
    ir::Builder builder(block);
    PlainReader reader(memory_);
    LiftLimits limits;
    limits.max_instructions = 1;
    limits.end = (core_.regs.pc & kPageMask) + kPageSize;
    if (const auto result = core_.lift(core_.regs.pc, limits, reader, builder); result.fault)
        return core_.raise(*result.fault);
    values_.assign(block.operations.size(), {});
    for (ir::Value at = 0; at < block.operations.size(); ++at) {
        switch (evaluate(block, at)) {
        case Next::Operation: values_[at] = result_; break;
        case Next::Instruction: core_.regs.pc = next_; return;
        case Next::Faulted: return core_.raise(fault_);
        }
    }
}

Evaluator::Next Evaluator::fail(FaultKind kind, Access access, Address address) {
    fault_ = Fault{.kind = kind, .access = access, .address = address};
    return Next::Faulted;
}

Evaluator::Next Evaluator::evaluate(const ir::Block& block, ir::Value at) {
    const auto& operation = block.operations[at];
    const auto effects = ir::info(operation.opcode).effects;
    result_ = {};
    if ((effects & ir::Ends) != 0)
        return evaluate_terminal(operation);
    if ((effects & (ir::ReadsMem | ir::WritesMem)) != 0)
        return evaluate_memory(operation);
    if (operation.opcode >= Opcode::VExtract && operation.opcode <= Opcode::VFNarrow) {
        result_ = (effects & ir::SetsFlags) != 0 ? evaluate_float_lanes(operation) : evaluate_vector(operation);
        if (operation.type != Type::V128)
            result_ = {result_.low & low_mask(bits_of(operation.type)), 0};
        return Next::Operation;
    }
    if ((effects & ir::SetsFlags) != 0 || operation.opcode == Opcode::FNeg || operation.opcode == Opcode::FAbs ||
        operation.opcode == Opcode::FCopySign) {
        result_ = evaluate_float(block, operation);
        return Next::Operation;
    }
    const auto type = operation.argument_count == 0 ? Type::None : block.type_of(operation.arguments[operation.opcode == Opcode::Select]);
    if (operation.argument_count != 0 && ir::can_evaluate(operation, type)) {
        std::array<std::uint64_t, 3> arguments{};
        for (unsigned i = 0; i < operation.argument_count; ++i)
            arguments[i] = argument(operation, i).low;
        result_.low = ir::evaluate(operation, type, std::span(arguments).first(operation.argument_count));
        return Next::Operation;
    }
    result_ = evaluate_other(operation);
    return Next::Operation;
}

Evaluator::Bits Evaluator::evaluate_other(const ir::Operation& operation) {
    Bits bits = operation.argument_count != 0 ? argument(operation, 0) : Bits{};
    const auto width = bits_of(operation.type);
    switch (operation.opcode) {
    case Opcode::GetSlot: {
        Bits slot;
        std::memcpy(&slot, core_.state() + core_.layout()[static_cast<ir::SlotId>(operation.imm)].offset, size_of(operation.type));
        return slot;
    }
    case Opcode::PutSlot: {
        const auto& slot = core_.layout()[static_cast<ir::SlotId>(operation.imm)];
        std::memcpy(core_.state() + slot.offset, &bits, size_of(slot.type));
        return {};
    }
    case Opcode::Const: return {operation.imm, operation.type == Type::V128 ? operation.imm2 : 0};
    case Opcode::Select: return argument(operation, argument(operation, 0).low != 0 ? 1 : 2);
    case Opcode::Bitcast: return {bits.low & low_mask(width), width == 128 ? bits.high : 0};
    case Opcode::CallHelper: {
        std::array<std::uint64_t, 4> arguments{};
        for (unsigned i = 0; i < operation.argument_count; ++i)
            arguments[i] = argument(operation, i).low;
        HelperContext context;
        context.core = &core_;
        if (const auto& helper = core_.helpers()[operation.imm]; helper.vector_function != nullptr) {
            std::array<Vector128, 4> vectors{};
            for (unsigned i = 0; i < operation.argument_count; ++i)
                vectors[i] = {argument(operation, i).low, argument(operation, i).high};
            Vector128 result;
            helper.vector_function(context, vectors.data(), result);
            return {result.low & low_mask(std::min(width, 64U)), width == 128 ? result.high : 0};
        }
        const auto value = core_.helpers()[operation.imm].function(context, arguments[0], arguments[1], arguments[2], arguments[3]);
        return {value & low_mask(width), 0};
    }
    default: return {};
    }
}

// --- vectors

namespace {

template <class Bits>
Vector vector_of(const Bits& bits) {
    Vector vector;
    vector.set_lane(3, 0, bits.low);
    vector.set_lane(3, 1, bits.high);
    return vector;
}

} // namespace

Evaluator::Bits Evaluator::evaluate_vector(const ir::Operation& operation) {
    std::array<Vector, 3> arguments;
    for (unsigned i = 0; i < operation.argument_count; ++i)
        arguments[i] = vector_of(argument(operation, i));
    const auto result = vector_reference(operation, arguments);
    return {result.lane(3, 0), result.lane(3, 1)};
}

Evaluator::Bits Evaluator::evaluate_float_lanes(const ir::Operation& operation) {
    const auto op = ir::VectorOp::decode(operation.imm);
    unsigned to = op.lane_log2;
    unsigned count = op.lanes();
    if (operation.opcode == Opcode::VFWiden) {
        ++to;
        count /= 2;
    } else if (operation.opcode == Opcode::VFNarrow) {
        --to;
    }
    Vector result;
    for (unsigned i = 0; i < count; ++i) {
        std::array<std::uint64_t, 3> lanes{};
        for (unsigned argument_number = 0; argument_number < operation.argument_count; ++argument_number)
            lanes[argument_number] = vector_of(argument(operation, argument_number)).lane(op.lane_log2, i);
        result.set_lane(to, i, evaluate_float_lane(operation, lanes));
    }
    return {result.lane(3, 0), result.lane(3, 1)};
}

/// By the scalar operation, in a block of its own.
std::uint64_t Evaluator::evaluate_float_lane(const ir::Operation& operation, std::array<std::uint64_t, 3> lanes) {
    constexpr std::array kFormats = {Type::None, Type::F16, Type::F32, Type::F64};
    const auto op = ir::VectorOp::decode(operation.imm);
    const auto format = kFormats[op.lane_log2];
    const auto integer = op.lane_log2 == 3 ? Type::I64 : Type::I32;
    ScalarForm form;
    static_cast<void>(scalar_form(operation.opcode, form));
    const bool from_integer = form.opcode == Opcode::SToF || form.opcode == Opcode::UToF;
    const bool to_integer = form.opcode == Opcode::FToS || form.opcode == Opcode::FToU;
    const bool narrow = op.lane_log2 == 1;
    if (narrow && form.opcode == Opcode::SToF)
        lanes[0] = sign_extend(lanes[0], 16) & low_mask(32);
    ir::Block block;
    ir::Operation scalar;
    scalar.opcode = form.opcode;
    scalar.imm = op.fp.encode();
    scalar.argument_count = operation.argument_count;
    scalar.type = form.is_comparison ? Type::I1 : to_integer ? integer : format;
    if (operation.opcode == Opcode::VFWiden || operation.opcode == Opcode::VFNarrow)
        scalar.type = kFormats[operation.opcode == Opcode::VFWiden ? op.lane_log2 + 1U : op.lane_log2 - 1U];
    auto saved = std::move(values_);
    values_.clear();
    for (unsigned i = 0; i < operation.argument_count; ++i) {
        auto& constant = block.operations.emplace_back();
        constant.opcode = Opcode::Const;
        constant.type = from_integer ? integer : format;
        values_.push_back({lanes[i], 0});
        scalar.arguments[i] = i;
    }
    const auto before = core_.regs.flags;
    auto value = evaluate_float(block, scalar).low;
    values_ = std::move(saved);
    if (narrow && to_integer) {
        const auto wide = form.opcode == Opcode::FToS ? static_cast<std::int64_t>(sign_extend(value, 32)) : static_cast<std::int64_t>(value);
        const auto fits = form.opcode == Opcode::FToS ? std::clamp<std::int64_t>(wide, -32768, 32767) : std::min<std::int64_t>(wide, 65535);
        if (fits != wide) // Invalid takes the place of Inexact.
            core_.regs.flags = before | (core_.regs.flags & float_flag::kInputDenormal) | float_flag::kInvalid;
        value = static_cast<std::uint64_t>(fits);
    }
    return form.is_comparison ? std::uint64_t{0} - value : value;
}

// --- memory

bool Evaluator::read(Address address, const ir::MemOp& op, Bits& value) const {
    std::array<std::byte, 16> bytes{};
    if (memory_.peek(address, std::span(bytes).first(op.size())) != op.size())
        return false;
    if (op.big_endian)
        std::reverse(bytes.begin(), bytes.begin() + op.size());
    std::memcpy(&value, bytes.data(), sizeof value);
    return true;
}

bool Evaluator::write(Address address, const ir::MemOp& op, const Bits& value) {
    std::array<std::byte, 16> bytes{};
    std::memcpy(bytes.data(), &value, sizeof value);
    if (op.big_endian)
        std::reverse(bytes.begin(), bytes.begin() + op.size());
    return memory_.poke(address, std::span(bytes).first(op.size())) == op.size();
}

Evaluator::Next Evaluator::evaluate_memory(const ir::Operation& operation) {
    const auto op = ir::MemOp::decode(operation.imm);
    if (operation.opcode == Opcode::ClearExclusive) {
        monitor_ = false;
        return Next::Operation;
    }
    const auto address = argument(operation, 0).low;
    const bool reads = operation.opcode == Opcode::Load || operation.opcode == Opcode::LoadExclusive;
    const auto access = reads ? Access::Read : Access::Write;
    const bool plain = operation.opcode == Opcode::Load || operation.opcode == Opcode::Store;
    if ((!plain || op.require_alignment) && address % op.size() != 0)
        return fail(FaultKind::Alignment, access, address);
    const bool covered = monitor_ && monitor_address_ == address && monitor_size_ == op.size();
    if (operation.opcode == Opcode::StoreExclusive && !covered) {
        monitor_ = false;
        result_.low = 1; // without an access
        return Next::Operation;
    }
    Bits old;
    if (!read(address, op, old))
        return fail(FaultKind::Bus, access, address);
    const unsigned bits = op.size() * 8;
    Bits now = operation.argument_count > 1 ? argument(operation, 1) : Bits{};
    bool stores = !reads;
    switch (operation.opcode) {
    case Opcode::AtomicRmw: now.low = combine(static_cast<ir::RmwOp>(operation.imm2), old.low, now.low, bits); break;
    case Opcode::CompareExchange:
        stores = old.low == (now.low & low_mask(std::min(bits, 64U))) && (bits <= 64 || old.high == now.high);
        now = argument(operation, 2);
        break;
    case Opcode::LoadExclusive:
        monitor_ = true;
        monitor_address_ = address;
        monitor_size_ = op.size();
        monitor_value_ = old;
        break;
    case Opcode::StoreExclusive:
        stores = monitor_value_.low == old.low && monitor_value_.high == old.high;
        monitor_ = false;
        result_.low = stores ? 0 : 1;
        break;
    default: break;
    }
    if (stores)
        static_cast<void>(write(address, op, now));
    if (operation.opcode == Opcode::Store || operation.opcode == Opcode::StoreExclusive)
        return Next::Operation;
    const auto extended = op.sign && bits < 64 ? sign_extend(old.low, bits) : old.low;
    result_ = {extended & low_mask(bits_of(operation.type)), old.high};
    return Next::Operation;
}

// --- terminals

Evaluator::Next Evaluator::evaluate_terminal(const ir::Operation& operation) {
    const auto value = operation.argument_count != 0 ? argument(operation, 0).low : 0;
    switch (operation.opcode) {
    case Opcode::Goto: next_ = operation.imm; break;
    case Opcode::GotoIndirect: next_ = value; break;
    case Opcode::Branch: next_ = value != 0 ? operation.imm : operation.imm2; break;
    case Opcode::Stop: next_ = operation.argument_count != 0 ? value : operation.imm; break;
    default:
        fault_ = Fault{.code = static_cast<std::uint32_t>(operation.imm), .value = value};
        return Next::Faulted;
    }
    return Next::Instruction;
}

// --- floating point

template <class T>
std::uint64_t Evaluator::float_result(const ir::Operation& operation, Type from, std::uint8_t& flags) {
    const auto a = static_cast<T>(argument(operation, 0).low);
    const auto b = operation.argument_count > 1 ? static_cast<T>(argument(operation, 1).low) : T{};
    const auto how = ir::FloatOp::decode(operation.imm);
    const auto& env = how.env;
    const auto nan = how.signalling ? soft::NanCompare::Signalling : soft::NanCompare::Quiet;
    constexpr T kSign = soft::Format<T>::kSign;
    static_cast<void>(from);
    switch (operation.opcode) {
    case Opcode::FAdd: return soft::add(a, b, env, flags);
    case Opcode::FSub: return soft::sub(a, b, env, flags);
    case Opcode::FMul: return soft::mul(a, b, env, flags);
    case Opcode::FDiv: return soft::div(a, b, env, flags);
    case Opcode::FSqrt: return soft::sqrt(a, env, flags);
    case Opcode::FMulAdd: return soft::fma(a, b, static_cast<T>(argument(operation, 2).low), env, flags);
    case Opcode::FMin: return soft::min(a, b, how.min_max, env, flags);
    case Opcode::FMax: return soft::max(a, b, how.min_max, env, flags);
    case Opcode::FCompareEq: return soft::eq(a, b, nan, env, flags) ? 1 : 0;
    case Opcode::FCompareLt: return soft::lt(a, b, nan, env, flags) ? 1 : 0;
    case Opcode::FCompareLe: return soft::le(a, b, nan, env, flags) ? 1 : 0;
    case Opcode::FUnordered: return soft::unordered(a, b, nan, env, flags) ? 1 : 0;
    case Opcode::FRound: return how.exact ? soft::round_to_int_exact(a, env, flags) : soft::round_to_int(a, env, flags);
    case Opcode::FConvert:
        return operation.type == Type::F16   ? soft::convert<std::uint16_t>(a, env, flags)
               : operation.type == Type::F32 ? soft::convert<std::uint32_t>(a, env, flags)
                                             : soft::convert<std::uint64_t>(a, env, flags);
    case Opcode::FToS:
        return operation.type == Type::I32 ? static_cast<std::uint32_t>(soft::to_int<std::int32_t>(a, how.nan_to_int, env, flags))
                                           : static_cast<std::uint64_t>(soft::to_int<std::int64_t>(a, how.nan_to_int, env, flags));
    case Opcode::FToU:
        return operation.type == Type::I32 ? soft::to_int<std::uint32_t>(a, how.nan_to_int, env, flags)
                                           : soft::to_int<std::uint64_t>(a, how.nan_to_int, env, flags);
    case Opcode::FNeg: return static_cast<T>(a ^ kSign);
    case Opcode::FAbs: return static_cast<T>(a & static_cast<T>(~kSign));
    default: return static_cast<T>((a & static_cast<T>(~kSign)) | (b & kSign));
    }
}

namespace {

template <class To>
std::uint64_t from_integer(bool is_signed, bool is_wide, std::uint64_t a, const FloatEnv& env, std::uint8_t& flags) {
    if (is_signed)
        return is_wide ? soft::from_int<To>(static_cast<std::int64_t>(a), env, flags)
                       : soft::from_int<To>(static_cast<std::int32_t>(a), env, flags);
    return is_wide ? soft::from_int<To>(a, env, flags) : soft::from_int<To>(static_cast<std::uint32_t>(a), env, flags);
}

} // namespace

Evaluator::Bits Evaluator::evaluate_float(const ir::Block& block, const ir::Operation& operation) {
    auto flags = static_cast<std::uint8_t>(core_.regs.flags);
    const auto from = block.type_of(operation.arguments[0]);
    const bool converts_integer = operation.opcode == Opcode::SToF || operation.opcode == Opcode::UToF;
    std::uint64_t value = 0;
    if (converts_integer) {
        const auto a = argument(operation, 0).low;
        const bool is_signed = operation.opcode == Opcode::SToF;
        const auto& env = ir::FloatOp::decode(operation.imm).env;
        value = operation.type == Type::F16   ? from_integer<std::uint16_t>(is_signed, from == Type::I64, a, env, flags)
                : operation.type == Type::F32 ? from_integer<std::uint32_t>(is_signed, from == Type::I64, a, env, flags)
                                              : from_integer<std::uint64_t>(is_signed, from == Type::I64, a, env, flags);
    } else if (from == Type::F16) {
        value = float_result<std::uint16_t>(operation, from, flags);
    } else if (from == Type::F32) {
        value = float_result<std::uint32_t>(operation, from, flags);
    } else {
        value = float_result<std::uint64_t>(operation, from, flags);
    }
    core_.regs.flags |= flags;
    return {value, 0};
}

} // namespace medley::test
