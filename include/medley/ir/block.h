/// \file
/// The IR of one straight run of guest instructions. Values are typed and in SSA form; operations are in order.
#pragma once

#include "medley/base/types.h"
#include "medley/ir/types.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace medley::ir {

enum class Opcode : std::uint8_t {
#define IR_OP(name, result, arguments, effects, meaning) name,
#include "medley/ir/opcodes.def"
};
inline constexpr unsigned kOpcodeCount = static_cast<unsigned>(Opcode::Stop) + 1;

/// What an opcode does besides making its result, as a bit set.
enum Effect : std::uint16_t {
    Pure = 0,
    ReadsState = 1,
    WritesState = 2,
    ReadsMem = 4,
    WritesMem = 8,
    MayFault = 16,
    SetsFlags = 32,
    Barrier = 64,
    Ends = 128,
    CallsHelper = 256,
};

enum class ResultKind : std::uint8_t { None, SameAs0, SameAs1, I1, Declared };

/// The row of opcodes.def.
struct OpcodeInfo {
    std::string_view name;
    ResultKind result;
    std::string_view arguments;
    std::uint16_t effects;
    std::string_view meaning;
};
[[nodiscard]] const OpcodeInfo& info(Opcode opcode);

/// The effects alone, for those who walk over every operation.
inline constexpr std::array<std::uint16_t, kOpcodeCount> kEffects{
#define IR_OP(name, result, arguments, effects, meaning) static_cast<std::uint16_t>(effects),
#include "medley/ir/opcodes.def"
};
[[nodiscard]] constexpr std::uint16_t effects_of(Opcode opcode) { return kEffects[static_cast<unsigned>(opcode)]; }
/// The same for the kinds of results.
inline constexpr std::array<ResultKind, kOpcodeCount> kResultKinds{
#define IR_OP(name, result, arguments, effects, meaning) ResultKind::result,
#include "medley/ir/opcodes.def"
};

inline constexpr unsigned kMaxArguments = 5;

struct Operation {
    Opcode opcode{};
    Type type = Type::None; ///< Of the result; for PutSlot and Store, of the value that is written.
    std::uint8_t argument_count = 0;
    std::array<Value, kMaxArguments> arguments{kNoValue, kNoValue, kNoValue, kNoValue, kNoValue};
    std::uint64_t imm = 0;
    std::uint64_t imm2 = 0;
};

/// One block. The last operation is its only terminal.
struct Block {
    Address start = 0;               ///< Guest virtual address of the first instruction.
    std::uint32_t byte_length = 0;   ///< Guest bytes that were decoded.
    std::uint32_t instruction_count = 0;
    TypeSet types = 0;               ///< Of all operations that were ever appended.
    std::vector<Operation> operations;

    /// False: there is no float in it, nor a vector.
    [[nodiscard]] bool may_use_floats() const { return (types & kFloatTypes) != 0; }
    [[nodiscard]] Type type_of(Value value) const { return operations[value].type; }
    void clear() {
        start = 0;
        byte_length = instruction_count = 0;
        types = 0;
        operations.clear();
    }
};

} // namespace medley::ir
