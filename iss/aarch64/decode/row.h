/// \file
/// One row of the decode tables, and the operands of an instruction.
#pragma once

#include "iss/aarch64/features.h"
#include "iss/common/decode/pattern.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace medley::iss::aarch64 {

class Lifting;

/// The fields of one instruction, by the names that the Arm ARM gives them. What an encoding does not have is 0.
struct Operands {
    std::uint64_t imm = 0; ///< Immediate or offset, sign-extended where it has a sign, not scaled.
    std::uint8_t rd = 0;   ///< Rd, Rt, Vd or Vt.
    std::uint8_t rn = 0;
    std::uint8_t rm = 0;
    std::uint8_t ra = 0;    ///< Ra, Rt2 or Va.
    std::uint8_t rs = 0;    ///< Rs
    std::uint8_t amount = 0; ///< Shift amount (imm6, imm3), sh, hw, immr.
    std::uint8_t imms = 0;
    std::uint8_t option = 0; ///< option, shift, or other small choices (o1, o2 ...).
    std::uint8_t cond = 0;
    std::uint8_t nzcv = 0;
    std::uint8_t size = 0;
    bool sf = false; ///< 64-bit registers; Q of SIMD.
    bool n = false;  ///< N of logical immediates; other single bits.
    bool a = false;  ///< Acquire.
    bool r = false;  ///< Release.
    std::uint32_t word = 0;
};

/// What a letter in a pattern is: a row of fields.def.
struct FieldKind {
    char letter = 0;
    decode::FieldLayout layout{};
    void (*set)(Operands&, std::uint64_t) = nullptr;
};

/// One encoding.
struct Row {
    struct FieldUse {
        const FieldKind* kind = nullptr;
        decode::BitRuns runs{};
        std::uint8_t sign_bits = 0; ///< The value is extended from so many bits; 0: it has no sign.
        friend constexpr bool operator==(const FieldUse&, const FieldUse&) = default;
    };
    using Lifter = void (*)(Lifting&, const Operands&);
    using Extract = Operands (*)(std::uint32_t word);

    // What is looked at for each instruction comes first.
    decode::Pattern pattern;
    /// Null for an unallocated encoding, although a more general row would match.
    Lifter lifter = nullptr;
    Extract extract = nullptr; ///< What operands() is.
    std::string_view name;
    std::array<FieldUse, 9> fields{};
    unsigned field_count = 0;
    /// All of these must be there.
    FeatureSet requirement;
    std::string_view assembly;
    bool special = false;

    [[nodiscard]] constexpr bool excludes(const Row&) const { return false; }
    [[nodiscard]] Operands operands(std::uint32_t word) const { return extract(word); }
};

/// All rows, in the order of all.def.
[[nodiscard]] std::span<const Row> all_rows();

} // namespace medley::iss::aarch64
