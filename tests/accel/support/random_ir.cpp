#include "tests/accel/support/random_ir.h"

#include <array>
#include <map>
#include <random>

namespace medley::test {
namespace {

using ir::Opcode;
using ir::Type;
using ir::Value;

constexpr std::array kTypes = {Type::I1, Type::I32, Type::I64, Type::F16, Type::F32, Type::F64, Type::V128};

/// Emits one instruction.
class Writer {
public:
    Writer(const RandomIr& settings, ir::Builder& builder, Address pc)
        : settings_(settings), builder_(builder), pc_(pc), random_(settings.seed * 0x9e3779b97f4a7c15 ^ pc * 0xbf58476d1ce4e5b9) {}

    bool write() {
        const auto count = below(10);
        for (std::uint64_t i = 0; i < count; ++i)
            operation();
        const auto puts = 1 + below(3);
        for (std::uint64_t i = 0; i < puts; ++i)
            put();
        return below(6) == 0 && terminal();
    }

private:
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    bool chance(unsigned in) { return below(in) == 0; }
    template <class List>
    auto any(const List& list) {
        return list[below(std::size(list))];
    }

    std::uint64_t interesting() {
        switch (below(6)) {
        case 0: return below(4);
        case 1: return std::uint64_t{0} - below(4);
        case 2: return std::uint64_t{1} << below(64);
        case 3: return below(256);
        case 4: return 0x7ff0000000000000 + below(2) * 0x0008000000000000 + below(2);
        default: return random_();
        }
    }

    ir::SlotId slot(Type type) {
        const auto number = static_cast<ir::SlotId>(below(4));
        switch (type) {
        case Type::I1: return ToyCore::kB + number;
        case Type::I32:
            if (settings_.overlap && chance(5))
                return ToyCore::kLowR0;
            return chance(8) ? ToyCore::kFlags : static_cast<ir::SlotId>(ToyCore::kW + number);
        case Type::F16: return ToyCore::kH + number;
        case Type::F32: return ToyCore::kS + number;
        case Type::F64: return ToyCore::kD + number;
        case Type::V128: return ToyCore::kV + number % 2;
        default: return static_cast<ir::SlotId>(below(6));
        }
    }

    /// A value of the type: one there is, a slot, or a constant.
    Value value(Type type) {
        auto& known = values_[type];
        if (!known.empty() && !chance(3))
            return any(known);
        const auto made = !chance(3)           ? builder_.get(slot(type), type)
                          : type == Type::V128 ? builder_.op_as(Opcode::Const, type, {}, interesting(), interesting())
                                               : builder_.constant(type, interesting());
        known.push_back(made);
        return made;
    }
    void keep(Value made) { values_[builder_.block().type_of(made)].push_back(made); }

    Value address() {
        const auto mask = builder_.constant(Type::I64, chance(40) ? ~std::uint64_t{0} : chance(3) ? 0xfff : 0xff8);
        const auto base = builder_.constant(Type::I64, settings_.data + below(8));
        return builder_.add(builder_.bit_and(value(Type::I64), mask), chance(2) ? base : builder_.constant(Type::I64, settings_.data));
    }

    void integer() {
        static constexpr std::array kBinary = {Opcode::Add, Opcode::Sub, Opcode::Mul, Opcode::MulHighS, Opcode::MulHighU, Opcode::MulHighSU,
            Opcode::DivS, Opcode::DivU, Opcode::RemS, Opcode::RemU, Opcode::And, Opcode::Or, Opcode::Xor, Opcode::AndNot, Opcode::OrNot,
            Opcode::Shl, Opcode::ShrU, Opcode::ShrS, Opcode::RotateRight, Opcode::CarrylessMulLow, Opcode::CarrylessMulHigh};
        static constexpr std::array kUnary = {Opcode::CountLeadingZeros, Opcode::CountTrailingZeros, Opcode::PopCount, Opcode::ByteSwap,
            Opcode::BitReverse};
        static constexpr std::array kLogical = {Opcode::And, Opcode::Or, Opcode::Xor, Opcode::AndNot};
        const auto type = chance(2) ? Type::I32 : Type::I64;
        if (chance(6))
            return keep(builder_.op(any(kUnary), {value(type)}));
        if (chance(10))
            return keep(builder_.op(any(kLogical), {value(Type::I1), value(Type::I1)}));
        const auto opcode = any(kBinary);
        const auto b = chance(4) ? builder_.bit_and(value(type), builder_.constant(type, type == Type::I32 ? 31 : 63)) : value(type);
        keep(builder_.op(opcode, {value(type), b}, opcode == Opcode::DivS || opcode == Opcode::DivU ? below(2) : 0));
    }

    void convert() {
        static constexpr std::array<std::uint64_t, 4> kFrom = {1, 8, 16, 32};
        const auto to = chance(3) ? Type::I32 : Type::I64;
        switch (below(5)) {
        case 0: return keep(builder_.truncate(chance(3) ? Type::I1 : Type::I32, value(Type::I64)));
        case 1: return keep(builder_.bitcast(any(kTypes), value(any(kTypes))));
        case 2: return keep(builder_.op_as(chance(2) ? Opcode::SignExtend : Opcode::ZeroExtend, to, {value(Type::I1)}, 1));
        default:
            return keep(builder_.op_as(chance(2) ? Opcode::SignExtend : Opcode::ZeroExtend, to,
                                       {value(chance(2) ? Type::I32 : Type::I64)}, any(kFrom)));
        }
    }

    void choose() {
        static constexpr std::array kCompare = {Opcode::CompareEq, Opcode::CompareNe, Opcode::CompareLtS, Opcode::CompareLeS,
            Opcode::CompareLtU, Opcode::CompareLeU, Opcode::AddOverflowS, Opcode::SubOverflowS};
        const auto type = chance(2) ? Type::I32 : Type::I64;
        if (chance(2))
            return keep(builder_.op(any(kCompare), {value(type), value(type)}));
        const auto chosen = any(kTypes);
        keep(builder_.select(value(Type::I1), value(chosen), value(chosen)));
    }

    /// All condition flags at once, as guests with such flags set them, or nearly so.
    void condition_flags() {
        const auto type = chance(2) ? Type::I32 : Type::I64;
        const auto zero = builder_.constant(type, chance(20) ? 1 : 0);
        const auto left = value(type);
        const auto right = chance(3) ? builder_.constant(type, interesting()) : chance(6) ? zero : value(type);
        const auto compare = [&](Opcode opcode, Value one, Value other) { return builder_.op(opcode, {one, other}); };
        std::array<Value, 4> flags{};
        switch (below(3)) {
        case 0: {
            const auto result = chance(20) ? value(type) : builder_.op(Opcode::Sub, {left, right});
            flags = {compare(Opcode::CompareLtS, result, zero), compare(Opcode::CompareEq, left, right), compare(Opcode::CompareLeU, right, left),
                     compare(Opcode::SubOverflowS, left, right)};
            break;
        }
        case 1: {
            const auto result = builder_.add(left, right);
            flags = {compare(Opcode::CompareLtS, result, zero), compare(Opcode::CompareEq, result, zero), compare(Opcode::CompareLtU, result, left),
                     compare(Opcode::AddOverflowS, left, right)};
            break;
        }
        default: {
            const auto clear = builder_.constant(Type::I1, chance(20) ? 1 : 0);
            flags = {compare(Opcode::CompareLtS, left, zero), compare(Opcode::CompareEq, left, zero), clear, clear};
            break;
        }
        }
        if (chance(3)) {
            const auto condition = value(Type::I1);
            for (auto& flag : flags)
                flag = builder_.select(condition, flag, builder_.constant(Type::I1, below(2)));
        }
        if (chance(3))
            keep(any(flags));
        for (unsigned i = 0; i < flags.size(); ++i)
            if (!chance(40))
                builder_.put(static_cast<ir::SlotId>(ToyCore::kB + i), flags[i]);
    }

    std::uint64_t float_op() {
        ir::FloatOp op;
        op.env.rounding = chance(2) ? Rounding::NearestEven : static_cast<Rounding>(below(5));
        op.env.nan = static_cast<NanRule>(below(2));
        op.env.tininess_before_rounding = chance(2);
        op.env.flush_inputs = chance(8);
        op.env.flush_outputs = chance(8);
        op.signalling = chance(2);
        op.exact = chance(2);
        op.min_max = static_cast<MinMaxRule>(below(3));
        op.nan_to_int = static_cast<NanToInt>(below(2));
        return op.encode();
    }

    void floating() {
        static constexpr std::array kFormats = {Type::F16, Type::F32, Type::F64};
        static constexpr std::array kBinary = {Opcode::FAdd, Opcode::FSub, Opcode::FMul, Opcode::FDiv, Opcode::FMin, Opcode::FMax,
            Opcode::FCompareEq, Opcode::FCompareLt, Opcode::FCompareLe, Opcode::FUnordered, Opcode::FCopySign};
        static constexpr std::array kUnary = {Opcode::FSqrt, Opcode::FRound, Opcode::FNeg, Opcode::FAbs};
        const auto type = any(kFormats);
        const auto integer = chance(2) ? Type::I32 : Type::I64;
        switch (below(6)) {
        case 0: return keep(builder_.op(any(kUnary), {value(type)}, float_op()));
        case 1: return keep(builder_.op(Opcode::FMulAdd, {value(type), value(type), value(type)}, float_op()));
        case 2: return keep(builder_.op_as(Opcode::FConvert, any(kFormats), {value(type)}, float_op()));
        case 3: return keep(builder_.op_as(chance(2) ? Opcode::FToS : Opcode::FToU, integer, {value(type)}, float_op()));
        case 4: return keep(builder_.op_as(chance(2) ? Opcode::SToF : Opcode::UToF, type, {value(integer)}, float_op()));
        default: return keep(builder_.op(any(kBinary), {value(type), value(type)}, float_op()));
        }
    }

    ir::MemOp mem_op(unsigned largest) {
        ir::MemOp op;
        op.size_log2 = static_cast<std::uint8_t>(below(largest + 1));
        op.sign = chance(2);
        op.big_endian = chance(4);
        op.require_alignment = chance(8);
        op.mem_index = static_cast<std::uint8_t>(below(3));
        return op;
    }

    void memory() {
        static constexpr std::array kData = {Type::I32, Type::I64, Type::F16, Type::F32, Type::F64, Type::V128};
        const auto type = any(kData);
        const unsigned log2 = type == Type::F16 ? 1 : type == Type::V128 ? 4 : size_of(type) == 4 ? 2 : 3;
        auto op = mem_op(log2);
        if (type == Type::V128 && op.size_log2 != 4)
            op.sign = false;
        if (chance(2))
            return builder_.store(address(), value(type), op);
        keep(builder_.load(type, address(), op));
    }

    void wide_atomic() {
        auto op = mem_op(4);
        op.size_log2 = 4;
        const auto v = [this] { return value(Type::V128); };
        switch (below(3)) {
        case 0: return keep(builder_.op_as(Opcode::CompareExchange, Type::V128, {address(), v(), v()}, op.encode()));
        case 1: return keep(builder_.op_as(Opcode::LoadExclusive, Type::V128, {address()}, op.encode()));
        default: return keep(builder_.op(Opcode::StoreExclusive, {address(), v()}, op.encode()));
        }
    }

    void atomic() {
        if (chance(6))
            return wide_atomic();
        const auto type = chance(2) ? Type::I32 : Type::I64;
        const auto op = mem_op(type == Type::I32 ? 2 : 3).encode();
        switch (below(5)) {
        case 0: return keep(builder_.op_as(Opcode::AtomicRmw, type, {address(), value(type)}, op, below(10)));
        case 1: return keep(builder_.op_as(Opcode::CompareExchange, type, {address(), value(type), value(type)}, op));
        case 2: return keep(builder_.op_as(Opcode::LoadExclusive, type, {address()}, op));
        case 3: return keep(builder_.op(Opcode::StoreExclusive, {address(), value(type)}, op));
        default:
            if (chance(2))
                builder_.op(Opcode::ClearExclusive, {});
            else
                builder_.op(Opcode::Fence, {}, ir::fence::kFull);
        }
    }

    std::uint64_t vector_op(unsigned least, unsigned most) {
        ir::VectorOp op;
        op.lane_log2 = static_cast<std::uint8_t>(least + below(most - least + 1));
        op.amount = static_cast<std::uint8_t>(below(80));
        op.fp = ir::FloatOp::decode(float_op());
        return op.encode();
    }

    void lane() {
        static constexpr std::array kLaneTypes = {Type::I32, Type::I64, Type::F16, Type::F32, Type::F64};
        const auto type = any(kLaneTypes);
        const unsigned log2 = type == Type::F16 ? 1 : size_of(type) == 4 ? 2 : 3;
        ir::VectorOp op;
        op.lane_log2 = static_cast<std::uint8_t>(ir::is_float(type) ? log2 : below(log2 + 1));
        op.amount = static_cast<std::uint8_t>(below(op.lanes()));
        switch (below(3)) {
        case 0: return keep(builder_.op_as(Opcode::VExtract, type, {value(Type::V128)}, op.encode()));
        case 1: return keep(builder_.op_as(Opcode::VSplat, Type::V128, {value(type)}, op.encode()));
        default: return keep(builder_.op(Opcode::VInsert, {value(Type::V128), value(type)}, op.encode()));
        }
    }

    /// 16 byte numbers, most of them in range.
    std::uint64_t shuffle() { return random_() & (chance(8) ? 0x3f3f3f3f3f3f3f3f : 0x1f1f1f1f1f1f1f1f); }

    void lanes() {
        static constexpr std::array kBinary = {Opcode::VAnd, Opcode::VOr, Opcode::VXor, Opcode::VAndNot, Opcode::VAdd, Opcode::VSub,
            Opcode::VMul, Opcode::VMinS, Opcode::VMinU, Opcode::VMaxS, Opcode::VMaxU, Opcode::VAddSatS, Opcode::VAddSatU,
            Opcode::VSubSatS, Opcode::VSubSatU, Opcode::VAverageU, Opcode::VCompareEq, Opcode::VCompareGtS, Opcode::VCompareGtU,
            Opcode::VCompareGeS, Opcode::VCompareGeU};
        static constexpr std::array kUnary = {Opcode::VAbs, Opcode::VPopCount, Opcode::VCountLeadingZeros, Opcode::VShl, Opcode::VShrU,
            Opcode::VShrS};
        static constexpr std::array kWiden = {Opcode::VWidenLowS, Opcode::VWidenLowU, Opcode::VWidenHighS, Opcode::VWidenHighU};
        const auto v = [this] { return value(Type::V128); };
        switch (below(9)) {
        case 0: return lane();
        case 1: return keep(builder_.op(any(kUnary), {v()}, vector_op(0, 3)));
        case 2: return keep(builder_.op(any(kWiden), {v()}, vector_op(0, 2)));
        case 3: return keep(builder_.op(Opcode::VNarrow, {v(), v()}, vector_op(1, 3)));
        case 4: return keep(builder_.op(Opcode::VSelect, {v(), v(), v()}));
        case 5: return keep(chance(2) ? builder_.op(Opcode::VShuffle, {v(), v()}, shuffle(), shuffle())
                                      : builder_.op(Opcode::VTable, {v(), v()}));
        case 6: return keep(builder_.op(Opcode::VAnyNonZero, {v()}));
        default: return keep(builder_.op(any(kBinary), {v(), v()}, vector_op(0, 3)));
        }
    }

    void float_lanes() {
        static constexpr std::array kBinary = {Opcode::VFAdd, Opcode::VFSub, Opcode::VFMul, Opcode::VFDiv, Opcode::VFMin, Opcode::VFMax,
            Opcode::VFCompareEq, Opcode::VFCompareLt, Opcode::VFCompareLe};
        static constexpr std::array kUnary = {Opcode::VFSqrt, Opcode::VFRound, Opcode::VFToS, Opcode::VFToU, Opcode::VSToF, Opcode::VUToF};
        const auto v = [this] { return value(Type::V128); };
        switch (below(6)) {
        case 0: return keep(builder_.op(Opcode::VFMulAdd, {v(), v(), v()}, vector_op(1, 3)));
        case 1: return keep(builder_.op(Opcode::VFWiden, {v()}, vector_op(1, 2)));
        case 2: return keep(builder_.op(Opcode::VFNarrow, {v()}, vector_op(2, 3)));
        case 3: return keep(builder_.op(any(kUnary), {v()}, vector_op(1, 3)));
        default: return keep(builder_.op(any(kBinary), {v(), v()}, vector_op(1, 3)));
        }
    }

    void operation() {
        switch (below(15)) {
        case 0: case 1: case 2: case 3: return integer();
        case 4: case 5: return convert();
        case 6: return choose();
        case 7: return chance(2) ? choose() : condition_flags();
        case 8: case 9: return floating();
        case 10: return memory();
        case 11: return atomic();
        case 12: return lanes();
        case 13: return chance(2) ? lanes() : float_lanes();
        default:
            if (chance(2))
                return put();
            if (chance(3))
                return keep(builder_.call(2, Type::V128, {value(Type::V128), value(Type::I32), value(Type::V128), value(Type::F16)}));
            return keep(builder_.call(1, Type::I32, {value(Type::I64), value(Type::I32), value(Type::I1), value(Type::F32)}));
        }
    }

    void put() {
        const auto type = any(kTypes);
        builder_.put(slot(type), value(type));
    }

    Address target() { return settings_.code_first + below((settings_.code_last - settings_.code_first) / 4 + 1) * 4; }

    bool terminal() {
        switch (below(8)) {
        case 0: builder_.go_to(target()); break;
        case 1: {
            const auto base = builder_.constant(Type::I64, settings_.code_first);
            builder_.go_to_computed(builder_.add(builder_.bit_and(value(Type::I64), builder_.constant(Type::I64, 0x1ffc)), base));
            break;
        }
        case 2: builder_.stop(target(), ir::StopReason::Resync); break;
        case 3: builder_.raise(static_cast<std::uint32_t>(below(100)), value(Type::I64)); break;
        case 4: builder_.go_to_computed(builder_.constant(Type::I64, target())); break;
        default:
            choose();
            builder_.branch(value(Type::I1), target(), chance(2) ? pc_ + 4 : target());
        }
        return true;
    }

    const RandomIr& settings_;
    ir::Builder& builder_;
    Address pc_;
    std::mt19937_64 random_;
    std::map<Type, std::vector<Value>> values_;
};

} // namespace

bool RandomIr::emit(ir::Builder& builder, Address pc) const { return Writer(*this, builder, pc).write(); }

} // namespace medley::test
