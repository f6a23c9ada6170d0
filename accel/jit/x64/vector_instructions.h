/// \file
/// Which of the host's instructions does what to lanes, and which permutations it knows.
#pragma once

#include "accel/common/memory_unit.h"
#include "medley/ir/block.h"

#include <array>
#include <asmjit/x86.h>
#include <cstdint>
#include <optional>

namespace medley::accel::jit::x64 {

using LaneInstructions = std::array<asmjit::InstId, 4>;

// clang-format off
namespace lane_id {
using namespace asmjit::x86::Inst;
inline constexpr asmjit::InstId kNo = kIdNone;
} // namespace lane_id
inline constexpr LaneInstructions kVectorAbs{lane_id::kIdVpabsb, lane_id::kIdVpabsw, lane_id::kIdVpabsd, lane_id::kNo};
inline constexpr LaneInstructions kVectorEqual{lane_id::kIdVpcmpeqb, lane_id::kIdVpcmpeqw, lane_id::kIdVpcmpeqd, lane_id::kIdVpcmpeqq};
inline constexpr LaneInstructions kVectorGreater{lane_id::kIdVpcmpgtb, lane_id::kIdVpcmpgtw, lane_id::kIdVpcmpgtd, lane_id::kIdVpcmpgtq};
inline constexpr LaneInstructions kVectorMinU{lane_id::kIdVpminub, lane_id::kIdVpminuw, lane_id::kIdVpminud, lane_id::kNo};
inline constexpr LaneInstructions kVectorMaxU{lane_id::kIdVpmaxub, lane_id::kIdVpmaxuw, lane_id::kIdVpmaxud, lane_id::kNo};
inline constexpr LaneInstructions kVectorExtendS{lane_id::kIdVpmovsxbw, lane_id::kIdVpmovsxwd, lane_id::kIdVpmovsxdq, lane_id::kNo};
inline constexpr LaneInstructions kVectorExtendU{lane_id::kIdVpmovzxbw, lane_id::kIdVpmovzxwd, lane_id::kIdVpmovzxdq, lane_id::kNo};
// clang-format on

/// Of two operands, lane by lane; kIdNone where there is none.
[[nodiscard]] asmjit::InstId lane_instruction(ir::Opcode opcode, unsigned lane_log2);
/// Of an operand and an immediate; lanes of at least two bytes.
[[nodiscard]] asmjit::InstId shift_instruction(ir::Opcode opcode, unsigned lane_log2);
/// Of float operations whose result the host makes as guests want it but for NaNs and tiny numbers.
[[nodiscard]] asmjit::InstId float_lane_instruction(ir::Opcode opcode, bool wide);

/// The choice of bytes of a VShuffle.
class Shuffle {
public:
    Shuffle(std::uint64_t imm, std::uint64_t imm2);

    /// The immediate of a choice of four-byte lanes, all from the first operand.
    [[nodiscard]] std::optional<unsigned> words_of_first() const;
    /// By how many bytes both operands in a row are moved down.
    [[nodiscard]] std::optional<unsigned> rotation() const;
    /// What takes lanes from the two operands in turn.
    [[nodiscard]] asmjit::InstId interleaving() const;
    [[nodiscard]] bool uses_second() const;
    /// The mask for the bytes that come from the operand whose bytes have numbers from \p base on.
    [[nodiscard]] Wide bytes_of(unsigned base) const;

private:
    std::array<std::uint8_t, 16> from_{};
};

} // namespace medley::accel::jit::x64
