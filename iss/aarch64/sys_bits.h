/// \file
/// Fields of control registers that decide what a core does. Arm ARM DDI 0487, D19.
#pragma once

#include <cstdint>

namespace medley::iss::aarch64 {

constexpr std::uint64_t one_bit(unsigned index) { return std::uint64_t{1} << index; }

namespace sctlr {
inline constexpr std::uint64_t kM = one_bit(0);
inline constexpr std::uint64_t kA = one_bit(1);
inline constexpr std::uint64_t kSa = one_bit(3);
inline constexpr std::uint64_t kSa0 = one_bit(4);
inline constexpr std::uint64_t kUma = one_bit(9);
inline constexpr std::uint64_t kEnRctx = one_bit(10);
inline constexpr std::uint64_t kEnDb = one_bit(13);
inline constexpr std::uint64_t kDze = one_bit(14);
inline constexpr std::uint64_t kUct = one_bit(15);
inline constexpr std::uint64_t kNtwi = one_bit(16);
inline constexpr std::uint64_t kNtwe = one_bit(18);
inline constexpr std::uint64_t kWxn = one_bit(19);
inline constexpr std::uint64_t kSpan = one_bit(23);
inline constexpr std::uint64_t kE0e = one_bit(24);
inline constexpr std::uint64_t kEe = one_bit(25);
inline constexpr std::uint64_t kUci = one_bit(26);
inline constexpr std::uint64_t kEnDa = one_bit(27);
inline constexpr std::uint64_t kEnIb = one_bit(30);
inline constexpr std::uint64_t kEnIa = one_bit(31);
inline constexpr std::uint64_t kDssbs = one_bit(44);
/// What of it a walk depends on.
inline constexpr std::uint64_t kTranslation = kM | kWxn | kEe;
} // namespace sctlr

namespace hcr {
inline constexpr std::uint64_t kVm = one_bit(0);
inline constexpr std::uint64_t kPtw = one_bit(2);
inline constexpr std::uint64_t kFmo = one_bit(3);
inline constexpr std::uint64_t kImo = one_bit(4);
inline constexpr std::uint64_t kAmo = one_bit(5);
inline constexpr std::uint64_t kVf = one_bit(6);
inline constexpr std::uint64_t kVi = one_bit(7);
inline constexpr std::uint64_t kVse = one_bit(8);
inline constexpr std::uint64_t kFb = one_bit(9);
inline constexpr std::uint64_t kDc = one_bit(12);
inline constexpr std::uint64_t kTwi = one_bit(13);
inline constexpr std::uint64_t kTwe = one_bit(14);
inline constexpr std::uint64_t kTid1 = one_bit(16);
inline constexpr std::uint64_t kTid2 = one_bit(17);
inline constexpr std::uint64_t kTid3 = one_bit(18);
inline constexpr std::uint64_t kTsc = one_bit(19);
inline constexpr std::uint64_t kTidcp = one_bit(20);
inline constexpr std::uint64_t kTacr = one_bit(21);
inline constexpr std::uint64_t kTsw = one_bit(22);
inline constexpr std::uint64_t kTpcp = one_bit(23);
inline constexpr std::uint64_t kTpu = one_bit(24);
inline constexpr std::uint64_t kTtlb = one_bit(25);
inline constexpr std::uint64_t kTvm = one_bit(26);
inline constexpr std::uint64_t kTge = one_bit(27);
inline constexpr std::uint64_t kTdz = one_bit(28);
inline constexpr std::uint64_t kHcd = one_bit(29);
inline constexpr std::uint64_t kTrvm = one_bit(30);
inline constexpr std::uint64_t kRw = one_bit(31);
inline constexpr std::uint64_t kE2h = one_bit(34);
inline constexpr std::uint64_t kTerr = one_bit(36);
inline constexpr std::uint64_t kTea = one_bit(37);
inline constexpr std::uint64_t kApk = one_bit(40);
inline constexpr std::uint64_t kApi = one_bit(41);
inline constexpr std::uint64_t kTranslation = kVm | kPtw | kDc | kTge | kE2h;
} // namespace hcr

/// ICH_HCR_EL2
namespace ich {
inline constexpr std::uint64_t kTc = one_bit(10);
inline constexpr std::uint64_t kTall0 = one_bit(11);
inline constexpr std::uint64_t kTall1 = one_bit(12);
inline constexpr std::uint64_t kTdir = one_bit(14);
inline constexpr std::uint64_t kTraps = kTc | kTall0 | kTall1 | kTdir;
} // namespace ich

namespace scr {
inline constexpr std::uint64_t kNs = one_bit(0);
inline constexpr std::uint64_t kIrq = one_bit(1);
inline constexpr std::uint64_t kFiq = one_bit(2);
inline constexpr std::uint64_t kEa = one_bit(3);
inline constexpr std::uint64_t kSmd = one_bit(7);
inline constexpr std::uint64_t kHce = one_bit(8);
inline constexpr std::uint64_t kSif = one_bit(9);
inline constexpr std::uint64_t kRw = one_bit(10);
inline constexpr std::uint64_t kSt = one_bit(11);
inline constexpr std::uint64_t kTwi = one_bit(12);
inline constexpr std::uint64_t kTwe = one_bit(13);
inline constexpr std::uint64_t kTerr = one_bit(15);
inline constexpr std::uint64_t kApk = one_bit(16);
inline constexpr std::uint64_t kApi = one_bit(17);
} // namespace scr

namespace mdcr {
inline constexpr std::uint64_t kTpmcr = one_bit(5);
inline constexpr std::uint64_t kTpm = one_bit(6);
inline constexpr std::uint64_t kTde = one_bit(8);
inline constexpr std::uint64_t kTda = one_bit(9);
inline constexpr std::uint64_t kTdosa = one_bit(10);
inline constexpr std::uint64_t kTdra = one_bit(11);
inline constexpr std::uint64_t kSdd = one_bit(16);  ///< MDCR_EL3
inline constexpr std::uint64_t kHpmd = one_bit(17); ///< MDCR_EL2; SPME of MDCR_EL3
} // namespace mdcr

namespace mdscr {
inline constexpr std::uint64_t kSs = one_bit(0);
inline constexpr std::uint64_t kTdcc = one_bit(12);
inline constexpr std::uint64_t kKde = one_bit(13);
inline constexpr std::uint64_t kMde = one_bit(15);
} // namespace mdscr

namespace cntctl {
inline constexpr std::uint64_t kEnable = 1;
inline constexpr std::uint64_t kMask = 2;
inline constexpr std::uint64_t kStatus = 4;
} // namespace cntctl

namespace pstate {
inline constexpr std::uint32_t kD = 8;
inline constexpr std::uint32_t kA = 4;
inline constexpr std::uint32_t kI = 2;
inline constexpr std::uint32_t kF = 1;
} // namespace pstate

} // namespace medley::iss::aarch64
