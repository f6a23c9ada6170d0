/// \file
/// Value types and the immediates of opcodes.
#pragma once

#include "medley/base/float.h"

#include <cstdint>

namespace medley::ir {

/// The type of an SSA value or of a state slot. Values of I1 are 0 or 1. Float values are bit patterns.
enum class Type : std::uint8_t { None, I1, I32, I64, F16, F32, F64, V128 };

/// Bytes that a value of the type takes in a state block (I1 takes one).
[[nodiscard]] constexpr unsigned size_of(Type type) {
    switch (type) {
    case Type::None: return 0;
    case Type::I1: return 1;
    case Type::F16: return 2;
    case Type::I32:
    case Type::F32: return 4;
    case Type::I64:
    case Type::F64: return 8;
    case Type::V128: return 16;
    }
    return 0;
}
[[nodiscard]] constexpr unsigned bits_of(Type type) { return type == Type::I1 ? 1 : size_of(type) * 8; }
/// A bit for each type.
using TypeSet = std::uint16_t;
[[nodiscard]] constexpr TypeSet set_of(Type type) { return static_cast<TypeSet>(1U << static_cast<unsigned>(type)); }
/// Floats, and vectors, which may be made of them.
inline constexpr TypeSet kFloatTypes = set_of(Type::F16) | set_of(Type::F32) | set_of(Type::F64) | set_of(Type::V128);
[[nodiscard]] constexpr bool is_integer(Type type) { return type == Type::I1 || type == Type::I32 || type == Type::I64; }
[[nodiscard]] constexpr bool is_float(Type type) { return type == Type::F16 || type == Type::F32 || type == Type::F64; }

/// Index of an SSA value inside its block: the index of the operation that makes it.
using Value = std::uint32_t;
inline constexpr Value kNoValue = ~Value{0};

/// Index of a slot in the core's StateLayout.
using SlotId = std::uint16_t;
/// Index of a helper in the core's helper table.
using HelperId = std::uint16_t;

/// Immediate of every memory operation.
struct MemOp {
    std::uint8_t size_log2 = 0;   ///< 0 to 4: 1 to 16 bytes.
    bool sign = false;            ///< Loads narrower than the result extend by sign, else by zero.
    bool big_endian = false;
    bool acquire = false;
    bool release = false;
    bool require_alignment = false; ///< A misaligned address is an alignment fault. Atomics and exclusives always have it.
    /// The regime that the access is translated and checked under (privilege and whatever else changes the outcome).
    /// Opaque to everything but the target: it comes back in TargetCore::translate. 0 to 15.
    std::uint8_t mem_index = 0;

    [[nodiscard]] constexpr unsigned size() const { return 1U << size_log2; }
    [[nodiscard]] constexpr std::uint64_t encode() const {
        return size_log2 | std::uint64_t{sign} << 3 | std::uint64_t{big_endian} << 4 | std::uint64_t{acquire} << 5 |
               std::uint64_t{release} << 6 | std::uint64_t{require_alignment} << 7 | std::uint64_t{mem_index} << 8;
    }
    [[nodiscard]] static constexpr MemOp decode(std::uint64_t imm) {
        return {static_cast<std::uint8_t>(imm & 7), (imm >> 3 & 1) != 0, (imm >> 4 & 1) != 0, (imm >> 5 & 1) != 0,
                (imm >> 6 & 1) != 0, (imm >> 7 & 1) != 0, static_cast<std::uint8_t>(imm >> 8 & 15)};
    }
    friend constexpr bool operator==(const MemOp&, const MemOp&) = default;
};

/// Operation of AtomicRmw; in `imm2`.
enum class RmwOp : std::uint8_t { Swap, Add, And, AndNot, Or, Xor, MinS, MaxS, MinU, MaxU };

/// What an integer division by zero delivers as quotient; in `imm`. The remainder is the dividend in either case,
/// and the signed overflow (minimum / -1) wraps: quotient minimum, remainder 0.
enum class DivideByZero : std::uint8_t { Zero, AllOnes };

/// Immediate of every floating-point operation that may round, raise flags or make a NaN.
struct FloatOp {
    FloatEnv env{};
    bool signalling = false;        ///< Comparisons: any NaN raises Invalid (else only signalling ones).
    bool exact = false;             ///< FRound: raises Inexact when the value changes.
    MinMaxRule min_max = MinMaxRule::Number;
    NanToInt nan_to_int = NanToInt::Maximum;

    [[nodiscard]] constexpr std::uint64_t encode() const {
        return static_cast<std::uint64_t>(env.rounding) | static_cast<std::uint64_t>(env.nan) << 3 |
               std::uint64_t{env.tininess_before_rounding} << 5 | std::uint64_t{env.flush_inputs} << 6 |
               std::uint64_t{env.flush_outputs} << 7 | std::uint64_t{signalling} << 8 | std::uint64_t{exact} << 9 |
               static_cast<std::uint64_t>(min_max) << 10 | static_cast<std::uint64_t>(nan_to_int) << 12;
    }
    [[nodiscard]] static constexpr FloatOp decode(std::uint64_t imm) {
        FloatOp op;
        op.env.rounding = static_cast<Rounding>(imm & 7);
        op.env.nan = static_cast<NanRule>(imm >> 3 & 3);
        op.env.tininess_before_rounding = (imm >> 5 & 1) != 0;
        op.env.flush_inputs = (imm >> 6 & 1) != 0;
        op.env.flush_outputs = (imm >> 7 & 1) != 0;
        op.signalling = (imm >> 8 & 1) != 0;
        op.exact = (imm >> 9 & 1) != 0;
        op.min_max = static_cast<MinMaxRule>(imm >> 10 & 3);
        op.nan_to_int = static_cast<NanToInt>(imm >> 12 & 1);
        return op;
    }
};

/// Immediate of the operations on lanes of a V128. Lanes are numbered from the low end.
struct VectorOp {
    std::uint8_t lane_log2 = 0;  ///< 0 to 3: lanes of 1, 2, 4, 8 bytes. For float lanes 1 is F16, 2 F32, 3 F64.
    std::uint8_t amount = 0;     ///< A shift amount or the number of a lane.
    FloatOp fp{};                ///< Of float operations.

    [[nodiscard]] constexpr unsigned lane_bits() const { return 8U << lane_log2; }
    [[nodiscard]] constexpr unsigned lanes() const { return 16U >> lane_log2; }
    [[nodiscard]] constexpr std::uint64_t encode() const {
        return fp.encode() | std::uint64_t{lane_log2} << 16 | std::uint64_t{amount} << 24;
    }
    [[nodiscard]] static constexpr VectorOp decode(std::uint64_t imm) {
        return {static_cast<std::uint8_t>(imm >> 16 & 3), static_cast<std::uint8_t>(imm >> 24), FloatOp::decode(imm & 0xffff)};
    }
};

/// What a Fence orders; in `imm`, as a bit set. Device accesses count as memory.
namespace fence {
inline constexpr std::uint8_t kReadRead = 1;
inline constexpr std::uint8_t kReadWrite = 2;
inline constexpr std::uint8_t kWriteRead = 4;
inline constexpr std::uint8_t kWriteWrite = 8;
inline constexpr std::uint8_t kFull = 15;
} // namespace fence

/// Why a block ends with Stop; in `imm2`.
enum class StopReason : std::uint8_t {
    /// Something that translations or interrupts depend on may have changed: look everything up again.
    Resync,
    /// Nothing to do until TargetCore::wakes_up(): simulated time may jump.
    WaitForInterrupt,
    /// A hint that another CPU should get a chance (spin loops): the rest of the quantum is given up.
    Yield,
};

/// A hint on a jump, for return predictors; in `imm2` of Goto and GotoIndirect.
enum class JumpHint : std::uint8_t { Plain, Call, Return };

} // namespace medley::ir
