/// \file
/// The page-table walk. RISC-V Privileged 1.13, 10.3 to 10.6; Svnapot, Svpbmt, Svade and Svadu.
#pragma once

#include "iss/riscv/csr_state.h"
#include "iss/riscv/privileged.h"
#include "medley/base/bits.h"
#include "medley/base/types.h"
#include "medley/cpu/guest_memory.h"

#include <cstdint>
#include <optional>

namespace medley::iss::riscv {

/// Fields of a page-table entry.
namespace pte {
inline constexpr std::uint64_t kValid = 1;
inline constexpr std::uint64_t kRead = 2;
inline constexpr std::uint64_t kWrite = 4;
inline constexpr std::uint64_t kExecute = 8;
inline constexpr std::uint64_t kUser = 16;
inline constexpr std::uint64_t kGlobal = 32;
inline constexpr std::uint64_t kAccessed = 64;
inline constexpr std::uint64_t kDirty = 128;
inline constexpr unsigned kPpnShift = 10;
inline constexpr unsigned kPbmtShift = 61;
inline constexpr std::uint64_t kPbmt = std::uint64_t{3} << kPbmtShift;
inline constexpr std::uint64_t kNapot = std::uint64_t{1} << 63;
inline constexpr std::uint64_t kReserved = std::uint64_t{0x7f} << 54;
} // namespace pte

/// The shape of a translation scheme.
struct Scheme {
    unsigned levels = 0; ///< 0: no translation.
    unsigned index_bits = 9;
    unsigned entry_bytes = 8;

    [[nodiscard]] unsigned virtual_bits() const { return 12 + levels * index_bits; }
    /// Of a satp value (10.1.11).
    [[nodiscard]] static Scheme of(std::uint64_t satp, unsigned xlen) { // In line: mostly somebody only wants to know whether there are levels.
        if (xlen == 32)
            return bit(satp, 31) ? Scheme{2, 10, 4} : Scheme{};
        const auto mode = bits(satp, 60, 4);
        return mode == 0 ? Scheme{} : Scheme{static_cast<unsigned>(mode - 5), 9, 8}; // 8: Sv39, 9: Sv48, 10: Sv57
    }
};

/// Everything that the outcome of a walk depends on besides address and access.
struct WalkRegime {
    Scheme scheme;
    Address root = 0;
    Privilege privilege = Privilege::Supervisor; ///< User or Supervisor.
    bool supervisor_user = false;
    bool make_executable_readable = false;
    bool hardware_update = false; ///< menvcfg.ADUE
    bool memory_types = false;    ///< menvcfg.PBMTE
    bool napot = false;           ///< Svnapot
};

/// Implicit accesses to page tables, which PMP checks as those of supervisor mode (3.7.2).
class PageTableMemory {
public:
    PageTableMemory(GuestMemory& memory, const Csrs& csrs, unsigned pmp_regions)
        : memory_(memory), csrs_(csrs), pmp_regions_(pmp_regions) {}

    enum class Update : std::uint8_t { Done, Changed, Refused };

    /// The entry; nothing when it cannot be accessed.
    [[nodiscard]] std::optional<std::uint64_t> load(Address physical, unsigned bytes);
    /// Atomically replaces `old`, if it is still there.
    [[nodiscard]] Update exchange(Address physical, unsigned bytes, std::uint64_t old, std::uint64_t changed);
    /// As load, without side effects or checks.
    [[nodiscard]] std::optional<std::uint64_t> peek(Address physical, unsigned bytes);

private:
    GuestMemory& memory_;
    const Csrs& csrs_;
    unsigned pmp_regions_;
};

enum class WalkStatus : std::uint8_t { Ok, PageFault, AccessFault };

struct WalkResult {
    WalkStatus status = WalkStatus::PageFault;
    Address physical = 0;
    unsigned page_bits = 12; ///< The translation covers 2^page_bits bytes.
    bool readable = false;
    bool writable = false; ///< The page is dirty already and may be written.
    bool executable = false;
};

[[nodiscard]] WalkResult walk(PageTableMemory& memory, const WalkRegime& regime, Address address, Access access);
/// Where \p address leads, whatever the rights; without side effects.
[[nodiscard]] std::optional<Address> walk_debug(PageTableMemory& memory, const WalkRegime& regime, Address address);

} // namespace medley::iss::riscv
