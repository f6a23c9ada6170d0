/// \file
/// Names of the privileged architecture: modes, causes, register fields. RISC-V Privileged Architecture, version 1.13.
#pragma once

#include <cstdint>

namespace medley::iss::riscv {

/// Privilege levels (1.2, table 1). As wide as the slot that shows it to debuggers.
enum class Privilege : std::uint32_t { User = 0, Supervisor = 1, Machine = 3 };

/// Exception codes (3.1.15, table 14).
namespace cause {
inline constexpr std::uint32_t kFetchMisaligned = 0;
inline constexpr std::uint32_t kFetchAccess = 1;
inline constexpr std::uint32_t kIllegalInstruction = 2;
inline constexpr std::uint32_t kBreakpoint = 3;
inline constexpr std::uint32_t kLoadMisaligned = 4;
inline constexpr std::uint32_t kLoadAccess = 5;
inline constexpr std::uint32_t kStoreMisaligned = 6;
inline constexpr std::uint32_t kStoreAccess = 7;
inline constexpr std::uint32_t kEcallFromUser = 8;
inline constexpr std::uint32_t kEcallFromSupervisor = 9;
inline constexpr std::uint32_t kEcallFromMachine = 11;
inline constexpr std::uint32_t kFetchPage = 12;
inline constexpr std::uint32_t kLoadPage = 13;
inline constexpr std::uint32_t kStorePage = 15;
} // namespace cause

/// Interrupt codes, which are also the bit numbers in mip and mie.
namespace interrupt {
inline constexpr unsigned kSupervisorSoftware = 1;
inline constexpr unsigned kMachineSoftware = 3;
inline constexpr unsigned kSupervisorTimer = 5;
inline constexpr unsigned kMachineTimer = 7;
inline constexpr unsigned kSupervisorExternal = 9;
inline constexpr unsigned kMachineExternal = 11;

inline constexpr std::uint64_t kSsip = 1U << kSupervisorSoftware;
inline constexpr std::uint64_t kMsip = 1U << kMachineSoftware;
inline constexpr std::uint64_t kStip = 1U << kSupervisorTimer;
inline constexpr std::uint64_t kMtip = 1U << kMachineTimer;
inline constexpr std::uint64_t kSeip = 1U << kSupervisorExternal;
inline constexpr std::uint64_t kMeip = 1U << kMachineExternal;
inline constexpr std::uint64_t kSupervisorAll = kSsip | kStip | kSeip;
inline constexpr std::uint64_t kMachineAll = kMsip | kMtip | kMeip;
} // namespace interrupt

/// mstatus as RV64 has it; RV32's mstatush is its high half, and RV32's SD is made when it is read (3.1.6).
namespace mstatus {
inline constexpr unsigned kSieBit = 1;
inline constexpr unsigned kMieBit = 3;
inline constexpr std::uint64_t kSie = 1U << kSieBit;
inline constexpr std::uint64_t kMie = 1U << kMieBit;
inline constexpr std::uint64_t kSpie = 1U << 5;
inline constexpr std::uint64_t kMpie = 1U << 7;
inline constexpr unsigned kSppShift = 8;
inline constexpr std::uint64_t kSpp = 1U << kSppShift;
inline constexpr unsigned kMppShift = 11;
inline constexpr std::uint64_t kMpp = 3U << kMppShift;
inline constexpr unsigned kFsShift = 13;
inline constexpr std::uint64_t kFs = 3U << kFsShift;
inline constexpr std::uint64_t kMprv = 1U << 17;
inline constexpr std::uint64_t kSum = 1U << 18;
inline constexpr std::uint64_t kMxr = 1U << 19;
inline constexpr std::uint64_t kTvm = 1U << 20;
inline constexpr std::uint64_t kTw = 1U << 21;
inline constexpr std::uint64_t kTsr = 1U << 22;
inline constexpr std::uint64_t kUxl64 = std::uint64_t{2} << 32;
inline constexpr std::uint64_t kSxl64 = std::uint64_t{2} << 34;
/// The part that sstatus shows (4.1.1), SD and UXL apart.
inline constexpr std::uint64_t kSupervisorView = kSie | kSpie | kSpp | kFs | kSum | kMxr;
} // namespace mstatus

/// menvcfg; senvcfg has the low four (3.1.18, 4.1.10).
namespace envcfg {
inline constexpr std::uint64_t kFiom = 1;
inline constexpr unsigned kCbieShift = 4;
inline constexpr std::uint64_t kCbie = 3U << kCbieShift;
inline constexpr std::uint64_t kCbcfe = 1U << 6;
inline constexpr std::uint64_t kCbze = 1U << 7;
inline constexpr std::uint64_t kAdue = std::uint64_t{1} << 61;
inline constexpr std::uint64_t kPbmte = std::uint64_t{1} << 62;
inline constexpr std::uint64_t kStce = std::uint64_t{1} << 63;
} // namespace envcfg

/// mseccfg (Smepmp, section 2).
namespace mseccfg {
inline constexpr std::uint64_t kMml = 1;
inline constexpr std::uint64_t kMmwp = 2;
inline constexpr std::uint64_t kRlb = 4;
} // namespace mseccfg

} // namespace medley::iss::riscv
