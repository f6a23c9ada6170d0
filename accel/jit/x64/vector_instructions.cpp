#include "accel/jit/x64/vector_instructions.h"

#include <algorithm>

namespace medley::accel::jit::x64 {

using asmjit::InstId;
using ir::Opcode;
using namespace asmjit::x86::Inst;

namespace {

constexpr InstId kNo = kIdNone;

LaneInstructions lane_instructions(Opcode opcode) {
    switch (opcode) {
    case Opcode::VAnd: return {kIdVpand, kIdVpand, kIdVpand, kIdVpand};
    case Opcode::VOr: return {kIdVpor, kIdVpor, kIdVpor, kIdVpor};
    case Opcode::VXor: return {kIdVpxor, kIdVpxor, kIdVpxor, kIdVpxor};
    case Opcode::VAdd: return {kIdVpaddb, kIdVpaddw, kIdVpaddd, kIdVpaddq};
    case Opcode::VSub: return {kIdVpsubb, kIdVpsubw, kIdVpsubd, kIdVpsubq};
    case Opcode::VMul: return {kNo, kIdVpmullw, kIdVpmulld, kNo};
    case Opcode::VMinS: return {kIdVpminsb, kIdVpminsw, kIdVpminsd, kNo};
    case Opcode::VMinU: return kVectorMinU;
    case Opcode::VMaxS: return {kIdVpmaxsb, kIdVpmaxsw, kIdVpmaxsd, kNo};
    case Opcode::VMaxU: return kVectorMaxU;
    case Opcode::VAddSatS: return {kIdVpaddsb, kIdVpaddsw, kNo, kNo};
    case Opcode::VAddSatU: return {kIdVpaddusb, kIdVpaddusw, kNo, kNo};
    case Opcode::VSubSatS: return {kIdVpsubsb, kIdVpsubsw, kNo, kNo};
    case Opcode::VSubSatU: return {kIdVpsubusb, kIdVpsubusw, kNo, kNo};
    case Opcode::VAverageU: return {kIdVpavgb, kIdVpavgw, kNo, kNo};
    case Opcode::VCompareEq: return kVectorEqual;
    case Opcode::VCompareGtS: return kVectorGreater;
    default: return {kNo, kNo, kNo, kNo};
    }
}

} // namespace

InstId lane_instruction(Opcode opcode, unsigned lane_log2) { return lane_instructions(opcode)[lane_log2]; }

InstId shift_instruction(Opcode opcode, unsigned lane_log2) {
    switch (opcode) {
    case Opcode::VShl: return LaneInstructions{kNo, kIdVpsllw, kIdVpslld, kIdVpsllq}[lane_log2];
    case Opcode::VShrU: return LaneInstructions{kNo, kIdVpsrlw, kIdVpsrld, kIdVpsrlq}[lane_log2];
    default: return LaneInstructions{kNo, kIdVpsraw, kIdVpsrad, kNo}[lane_log2];
    }
}

InstId float_lane_instruction(Opcode opcode, bool wide) {
    switch (opcode) {
    case Opcode::VFAdd: return wide ? kIdVaddpd : kIdVaddps;
    case Opcode::VFSub: return wide ? kIdVsubpd : kIdVsubps;
    case Opcode::VFMul: return wide ? kIdVmulpd : kIdVmulps;
    case Opcode::VFDiv: return wide ? kIdVdivpd : kIdVdivps;
    case Opcode::VFSqrt: return wide ? kIdVsqrtpd : kIdVsqrtps;
    default: return kNo;
    }
}

Shuffle::Shuffle(std::uint64_t imm, std::uint64_t imm2) {
    for (unsigned i = 0; i < from_.size(); ++i)
        from_[i] = static_cast<std::uint8_t>((i < 8 ? imm : imm2) >> (i % 8 * 8));
}

std::optional<unsigned> Shuffle::words_of_first() const {
    unsigned order = 0;
    for (unsigned word = 0; word < 4; ++word) {
        const auto first = from_[4 * word];
        if (first % 4 != 0 || first >= 16)
            return std::nullopt;
        for (unsigned i = 1; i < 4; ++i)
            if (from_[4 * word + i] != first + i)
                return std::nullopt;
        order |= first / 4U << (2 * word);
    }
    return order;
}

std::optional<unsigned> Shuffle::rotation() const {
    for (unsigned i = 0; i < from_.size(); ++i)
        if (from_[i] != from_[0] + i)
            return std::nullopt;
    return from_[0] <= 16 ? std::optional<unsigned>(from_[0]) : std::nullopt;
}

InstId Shuffle::interleaving() const {
    constexpr LaneInstructions kLow{kIdVpunpcklbw, kIdVpunpcklwd, kIdVpunpckldq, kIdVpunpcklqdq};
    constexpr LaneInstructions kHigh{kIdVpunpckhbw, kIdVpunpckhwd, kIdVpunpckhdq, kIdVpunpckhqdq};
    for (unsigned log2 = 0; log2 < 4; ++log2)
        for (const bool high : {false, true}) {
            const auto is_expected = [&](unsigned i) {
                const unsigned lane = i >> log2;
                const unsigned source = (lane % 2 != 0 ? 16U : 0U) + (high ? 8U : 0U) + (lane / 2 << log2) + (i & ((1U << log2) - 1));
                return from_[i] == source;
            };
            bool all = true;
            for (unsigned i = 0; i < from_.size(); ++i)
                all = all && is_expected(i);
            if (all)
                return high ? kHigh[log2] : kLow[log2];
        }
    return kIdNone;
}

bool Shuffle::uses_second() const {
    return std::any_of(from_.begin(), from_.end(), [](std::uint8_t from) { return from >= 16 && from < 32; });
}

Wide Shuffle::bytes_of(unsigned base) const {
    constexpr std::uint64_t kZero = 0x80;
    Wide mask;
    for (unsigned i = 0; i < from_.size(); ++i) {
        const bool here = from_[i] >= base && from_[i] < base + 16;
        (i < 8 ? mask.low : mask.high) |= (here ? from_[i] - base : kZero) << (i % 8 * 8);
    }
    return mask;
}

} // namespace medley::accel::jit::x64
