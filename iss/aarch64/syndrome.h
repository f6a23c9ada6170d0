/// \file
/// Exception syndromes: what goes into ESR_ELx, bit for bit. Arm ARM DDI 0487, ESR_ELx.
/// A Fault of kind Instruction carries such a value in `code` (and the target of a misaligned branch in `value`).
#pragma once

#include <cstdint>

namespace medley::iss::aarch64 {

/// Exception classes, ESR_ELx.EC.
namespace ec {
inline constexpr std::uint32_t kUnknown = 0x00;
inline constexpr std::uint32_t kWfx = 0x01;
inline constexpr std::uint32_t kFloatAccess = 0x07;
inline constexpr std::uint32_t kPointerAuth = 0x09;
inline constexpr std::uint32_t kBranchTarget = 0x0d;
inline constexpr std::uint32_t kIllegalState = 0x0e;
inline constexpr std::uint32_t kSvc = 0x15;
inline constexpr std::uint32_t kHvc = 0x16;
inline constexpr std::uint32_t kSmc = 0x17;
inline constexpr std::uint32_t kSystem = 0x18;
inline constexpr std::uint32_t kEret = 0x1a;
inline constexpr std::uint32_t kFetchLower = 0x20;
inline constexpr std::uint32_t kFetchSame = 0x21;
inline constexpr std::uint32_t kPcAlignment = 0x22;
inline constexpr std::uint32_t kDataLower = 0x24;
inline constexpr std::uint32_t kDataSame = 0x25;
inline constexpr std::uint32_t kSpAlignment = 0x26;
inline constexpr std::uint32_t kFloatException = 0x2c;
inline constexpr std::uint32_t kSError = 0x2f;
inline constexpr std::uint32_t kBreakpointLower = 0x30;
inline constexpr std::uint32_t kStepLower = 0x32;
inline constexpr std::uint32_t kWatchpointLower = 0x34;
inline constexpr std::uint32_t kBrk = 0x3c;
} // namespace ec

namespace syndrome {

inline constexpr unsigned kClassShift = 26;
/// IL: the instruction has 32 bits; all of A64 do.
inline constexpr std::uint32_t kLong = 1U << 25;

constexpr std::uint32_t make(std::uint32_t exception_class, std::uint32_t iss = 0) {
    return exception_class << kClassShift | kLong | iss;
}
constexpr std::uint32_t class_of(std::uint32_t esr) { return esr >> kClassShift; }
constexpr std::uint32_t iss_of(std::uint32_t esr) { return esr & 0x1ff'ffff; }

/// UNDEFINED instructions.
inline constexpr std::uint32_t kUndefined = make(ec::kUnknown);
inline constexpr std::uint32_t kIllegalState = make(ec::kIllegalState);
inline constexpr std::uint32_t kSpAlignment = make(ec::kSpAlignment);
inline constexpr std::uint32_t kPcAlignment = make(ec::kPcAlignment);
inline constexpr std::uint32_t kPointerAuth = make(ec::kPointerAuth);

constexpr std::uint32_t svc(std::uint32_t imm16) { return make(ec::kSvc, imm16); }
constexpr std::uint32_t hvc(std::uint32_t imm16) { return make(ec::kHvc, imm16); }
constexpr std::uint32_t smc(std::uint32_t imm16) { return make(ec::kSmc, imm16); }
constexpr std::uint32_t brk(std::uint32_t imm16) { return make(ec::kBrk, imm16); }

/// A trapped access to SIMD and floating-point registers; A64 leaves the condition field at "always".
inline constexpr std::uint32_t kFloatAccess = make(ec::kFloatAccess, 0xeU << 20 | 1U << 24);

/// TI of a trapped WFI or WFE.
enum class Wait : std::uint32_t { Wfi = 0, Wfe = 1 };
constexpr std::uint32_t wait(Wait kind) { return make(ec::kWfx, 0xeU << 20 | 1U << 24 | static_cast<std::uint32_t>(kind)); }

/// A BTI failure; \p btype is PSTATE.BTYPE.
constexpr std::uint32_t branch_target(std::uint32_t btype) { return make(ec::kBranchTarget, btype); }

/// A trapped MSR, MRS or SYS instruction; \p instruction is its encoding.
constexpr std::uint32_t system(std::uint32_t instruction) {
    const auto op0 = instruction >> 19 & 3;
    const auto op1 = instruction >> 16 & 7;
    const auto crn = instruction >> 12 & 15;
    const auto crm = instruction >> 8 & 15;
    const auto op2 = instruction >> 5 & 7;
    const auto rt = instruction & 31;
    const auto is_read = instruction >> 21 & 1;
    return make(ec::kSystem, op0 << 20 | op2 << 17 | op1 << 14 | crn << 10 | rt << 5 | crm << 1 | is_read);
}

/// ISS of data and instruction aborts.
namespace abort {
inline constexpr std::uint32_t kWrite = 1U << 6;            ///< WnR
inline constexpr std::uint32_t kStage1Walk = 1U << 7;       ///< S1PTW
inline constexpr std::uint32_t kCacheMaintenance = 1U << 8; ///< CM
inline constexpr std::uint32_t kFarNotValid = 1U << 10;     ///< FnV
inline constexpr std::uint32_t kSyndromeValid = 1U << 24;   ///< ISV
inline constexpr std::uint32_t kStatusMask = 0x3f;
} // namespace abort

/// DFSC and IFSC; the level is added where there is one.
namespace status {
inline constexpr std::uint32_t kAddressSize = 0x00;
inline constexpr std::uint32_t kTranslation = 0x04;
inline constexpr std::uint32_t kAccessFlag = 0x08;
inline constexpr std::uint32_t kPermission = 0x0c;
inline constexpr std::uint32_t kExternal = 0x10;
inline constexpr std::uint32_t kExternalOnWalk = 0x14; ///< Plus the level.
[[nodiscard]] constexpr bool is_external_on_walk(std::uint32_t status) { return (status & 0x3c) == kExternalOnWalk; }
inline constexpr std::uint32_t kAlignment = 0x21;
inline constexpr std::uint32_t kDebug = 0x22;
} // namespace status

} // namespace syndrome
} // namespace medley::iss::aarch64
