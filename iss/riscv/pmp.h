/// \file
/// Physical memory protection: matching and the registers' write rules. RISC-V Privileged 1.13, 3.7; Smepmp 1.0.
#pragma once

#include "iss/riscv/csr_state.h"
#include "iss/riscv/privileged.h"
#include "medley/base/types.h"

#include <cstdint>
#include <optional>

namespace medley::iss::riscv {

/// Fields of one pmpcfg byte.
namespace pmpcfg {
inline constexpr std::uint64_t kRead = 1;
inline constexpr std::uint64_t kWrite = 2;
inline constexpr std::uint64_t kExecute = 4;
inline constexpr unsigned kModeShift = 3;
inline constexpr std::uint64_t kMode = 3U << kModeShift;
inline constexpr std::uint64_t kLock = 0x80;
inline constexpr std::uint64_t kImplemented = kRead | kWrite | kExecute | kMode | kLock;
enum Mode : unsigned { Off = 0, Tor = 1, Na4 = 2, Napot = 3 };
} // namespace pmpcfg

struct PmpRights {
    bool read = false;
    bool write = false;
    bool execute = false;
    /// The rights are those of every access within the page of kPageSize bytes, whatever its size.
    bool whole_page = false;

    [[nodiscard]] bool allows(Access access) const {
        return access == Access::Read ? read : access == Access::Write ? write : execute;
    }
};

/// What \p privilege may do with `size` bytes at \p physical (which do not cross a page). `regions` is the number that
/// the core has.
[[nodiscard]] PmpRights pmp_rights(const Csrs& csrs, unsigned regions, Address physical, unsigned size,
                                   Privilege privilege);

/// Inclusive range of a region; nothing when it is off or empty.
struct PmpRange {
    Address first = 0;
    Address last = 0;
};
[[nodiscard]] std::optional<PmpRange> pmp_range(const Csrs& csrs, unsigned region);

/// The pages around one, as far as `privilege` has the same rights in all of them. For a page in which pmp_rights() says
/// `whole_page`.
[[nodiscard]] PmpRange pmp_uniform_range(const Csrs& csrs, unsigned regions, Address physical, Privilege privilege);

/// Writes one pmpcfg byte or one pmpaddr register as the lock rules allow.
void pmp_write_cfg(Csrs& csrs, unsigned region, std::uint64_t value);
void pmp_write_addr(Csrs& csrs, unsigned region, std::uint64_t value);
void pmp_write_mseccfg(Csrs& csrs, unsigned regions, std::uint64_t value);

} // namespace medley::iss::riscv
