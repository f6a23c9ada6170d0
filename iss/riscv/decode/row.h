/// \file
/// One row of the decode tables, and the operands of an instruction.
#pragma once

#include "iss/common/decode/pattern.h"
#include "iss/riscv/isa.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace medley::iss::riscv {

class Lifting;

/// The fields of one instruction, by what they mean. What an encoding does not have is 0.
struct Operands {
    std::uint64_t imm = 0; ///< Immediate, offset, shift amount or CSR number; sign-extended where it has a sign.
    std::uint8_t rd = 0;
    std::uint8_t rs1 = 0; ///< Or the five-bit immediate of the CSR instructions.
    std::uint8_t rs2 = 0;
    std::uint8_t rs3 = 0;
    std::uint8_t rm = 0; ///< Rounding mode of floating-point instructions.
    bool aq = false;
    bool rl = false;
    std::uint8_t predecessor = 0; ///< Of FENCE: I, O, R, W from bit 3 to 0.
    std::uint8_t successor = 0;
};

/// What a letter in a pattern is: a row of fields.def.
struct FieldKind {
    char letter = 0;
    decode::FieldLayout layout{};
    void (*set)(Operands&, std::uint64_t) = nullptr;
};

/// When an encoding exists.
struct Requirement {
    std::uint64_t all = 0;  ///< Extensions that must all be there, by Extension number.
    std::uint64_t any = 0;  ///< At least one of these, unless empty.
    std::uint8_t xlens = 3; ///< 1: RV32, 2: RV64.

    [[nodiscard]] bool met_by(const Isa& isa) const;
};

[[nodiscard]] constexpr Requirement operator&(const Requirement& a, const Requirement& b) {
    if (a.any != 0 && b.any != 0)
        decode::broken_table("a requirement has one group of alternatives");
    return {a.all | b.all, a.any | b.any, static_cast<std::uint8_t>(a.xlens & b.xlens)};
}
[[nodiscard]] constexpr Requirement operator|(const Requirement& a, const Requirement& b) {
    if (a.xlens != 3 || b.xlens != 3)
        decode::broken_table("alternatives are extensions");
    return {0, a.all | a.any | b.all | b.any, 3};
}

/// One encoding.
struct Row {
    struct FieldUse {
        std::uint32_t mask = 0;
        const FieldKind* kind = nullptr;
        decode::BitRuns runs{};
        std::uint8_t sign_bits = 0; ///< The value is extended from so many bits; 0: it has no sign.
        friend constexpr bool operator==(const FieldUse&, const FieldUse&) = default;
    };
    using Lifter = void (*)(Lifting&, const Operands&);
    using Extract = Operands (*)(std::uint32_t word);

    // What is looked at for each instruction comes first.
    decode::Pattern pattern;
    /// Null for a reserved encoding, which is illegal although a more general row would match.
    Lifter lifter = nullptr;
    Extract extract = nullptr; ///< What operands() is.
    std::string_view name;
    std::array<FieldUse, 6> fields{};
    unsigned field_count = 0;
    Requirement requirement;
    std::string_view assembly;
    bool special = false;

    [[nodiscard]] constexpr bool excludes(const Row& other) const {
        return pattern.width != other.pattern.width || (requirement.xlens & other.requirement.xlens) == 0;
    }
    [[nodiscard]] Operands operands(std::uint32_t word) const { return extract(word); }
};

/// All rows, in the order of all.def.
[[nodiscard]] std::span<const Row> all_rows();

} // namespace medley::iss::riscv
