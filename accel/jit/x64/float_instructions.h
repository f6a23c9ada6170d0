/// \file
/// The host's floating-point instructions of three operands, with and without AVX.
#pragma once

#include <array>
#include <asmjit/x86.h>

namespace medley::accel::jit::x64 {

/// For binary32 and binary64.
struct FloatInstruction {
    std::array<asmjit::InstId, 2> legacy; ///< The first operand is the result, too.
    std::array<asmjit::InstId, 2> vex;
    bool commutes = false;
};

// clang-format off
inline constexpr FloatInstruction kFloatAdd{{asmjit::x86::Inst::kIdAddss, asmjit::x86::Inst::kIdAddsd}, {asmjit::x86::Inst::kIdVaddss, asmjit::x86::Inst::kIdVaddsd}, true};
inline constexpr FloatInstruction kFloatSub{{asmjit::x86::Inst::kIdSubss, asmjit::x86::Inst::kIdSubsd}, {asmjit::x86::Inst::kIdVsubss, asmjit::x86::Inst::kIdVsubsd}};
inline constexpr FloatInstruction kFloatMul{{asmjit::x86::Inst::kIdMulss, asmjit::x86::Inst::kIdMulsd}, {asmjit::x86::Inst::kIdVmulss, asmjit::x86::Inst::kIdVmulsd}, true};
inline constexpr FloatInstruction kFloatDiv{{asmjit::x86::Inst::kIdDivss, asmjit::x86::Inst::kIdDivsd}, {asmjit::x86::Inst::kIdVdivss, asmjit::x86::Inst::kIdVdivsd}};
/// Of operands that are neither NaNs nor equal; then they commute.
inline constexpr FloatInstruction kFloatMin{{asmjit::x86::Inst::kIdMinss, asmjit::x86::Inst::kIdMinsd}, {asmjit::x86::Inst::kIdVminss, asmjit::x86::Inst::kIdVminsd}, true};
inline constexpr FloatInstruction kFloatMax{{asmjit::x86::Inst::kIdMaxss, asmjit::x86::Inst::kIdMaxsd}, {asmjit::x86::Inst::kIdVmaxss, asmjit::x86::Inst::kIdVmaxsd}, true};
inline constexpr FloatInstruction kFloatAnd{{asmjit::x86::Inst::kIdAndps, asmjit::x86::Inst::kIdAndps}, {asmjit::x86::Inst::kIdVandps, asmjit::x86::Inst::kIdVandps}, true};
inline constexpr FloatInstruction kFloatOr{{asmjit::x86::Inst::kIdOrps, asmjit::x86::Inst::kIdOrps}, {asmjit::x86::Inst::kIdVorps, asmjit::x86::Inst::kIdVorps}, true};
inline constexpr FloatInstruction kFloatXor{{asmjit::x86::Inst::kIdXorps, asmjit::x86::Inst::kIdXorps}, {asmjit::x86::Inst::kIdVxorps, asmjit::x86::Inst::kIdVxorps}, true};
// clang-format on

} // namespace medley::accel::jit::x64
