/// \file
/// Translation tables in a test machine's memory.
#pragma once

#include "iss/aarch64/tests/system/machine.h"

namespace medley::iss::aarch64::test {

namespace pte {
inline constexpr std::uint64_t kBlock = 1;
inline constexpr std::uint64_t kTable = 3;
inline constexpr std::uint64_t kPage = 3;
inline constexpr std::uint64_t kUser = 1U << 6;
inline constexpr std::uint64_t kReadOnly = 1U << 7;
inline constexpr std::uint64_t kAccess = 1U << 10;
inline constexpr std::uint64_t kDirtyModifier = std::uint64_t{1} << 51;
inline constexpr std::uint64_t kPxn = std::uint64_t{1} << 53;
inline constexpr std::uint64_t kUxn = std::uint64_t{1} << 54;
// Stage 2
inline constexpr std::uint64_t kStage2Read = 1U << 6;
inline constexpr std::uint64_t kStage2Write = 1U << 7;
inline constexpr std::uint64_t kStage2Normal = 0xf << 2;
} // namespace pte

inline constexpr std::uint64_t kMairNormal = 0xff;

/// Builds tables of one granule from a pool of pages.
class Tables {
public:
    Tables(FakeMemory& memory, unsigned granule_bits, Address pool) : memory_(memory), granule_(granule_bits), next_(pool) {
        root = allocate();
    }

    /// Makes `entry` the descriptor of `address` at `level` below a root at `first_level`; tables on the way are made.
    /// Returns the descriptor's place.
    Address map(Address address, unsigned first_level, unsigned level, std::uint64_t entry) {
        auto table = root;
        for (unsigned at = first_level;; ++at) {
            const auto place = table + index(address, at) * 8;
            if (at == level) {
                memory_.put(place, entry);
                return place;
            }
            auto next = memory_.get(place);
            if ((next & 1) == 0) {
                next = allocate() | pte::kTable;
                memory_.put(place, next);
            }
            table = next & 0x0000'ffff'ffff'f000;
        }
    }
    /// Place of the table descriptor of `address` at `level`.
    [[nodiscard]] Address place(Address address, unsigned first_level, unsigned level) {
        auto table = root;
        for (unsigned at = first_level; at != level; ++at)
            table = memory_.get(table + index(address, at) * 8) & 0x0000'ffff'ffff'f000;
        return table + index(address, level) * 8;
    }
    [[nodiscard]] unsigned level_bits(unsigned level) const { return granule_ + (3 - level) * (granule_ - 3); }

    Address root = 0;

private:
    [[nodiscard]] std::uint64_t index(Address address, unsigned level) const {
        return address >> level_bits(level) & ((std::uint64_t{1} << (granule_ - 3)) - 1);
    }
    Address allocate() {
        const auto size = std::uint64_t{1} << granule_;
        next_ = (next_ + size - 1) & ~(size - 1);
        const auto table = next_;
        next_ += size;
        for (Address at = table; at < next_; at += 8)
            memory_.put(at, 0);
        return table;
    }

    FakeMemory& memory_;
    unsigned granule_;
    Address next_;
};

/// TG0 of a granule.
inline std::uint64_t tg0(unsigned granule_bits) { return granule_bits == 16 ? 1 : granule_bits == 14 ? 2 : 0; }
inline std::uint64_t tg1(unsigned granule_bits) { return granule_bits == 16 ? 3 : granule_bits == 14 ? 1 : 2; }

/// First level of a stage 1 walk.
inline unsigned first_level(unsigned granule_bits, unsigned input_bits) {
    const auto stride = granule_bits - 3;
    unsigned level = 3;
    for (auto covered = granule_bits + stride; covered < input_bits; covered += stride)
        --level;
    return level;
}

/// Turns on stage 1 of EL1&0 with one table for both ranges.
inline void enable_stage1(Machine& machine, const Tables& tables, unsigned granule_bits, unsigned input_bits) {
    auto& r = machine.regs();
    const std::uint64_t size = 64 - input_bits;
    r.tcr_el1 = size | size << 16 | tg0(granule_bits) << 14 | tg1(granule_bits) << 30 | std::uint64_t{5} << 32;
    r.ttbr0_el1 = r.ttbr1_el1 = tables.root;
    r.mair_el1 = kMairNormal;
    r.sctlr_el1 |= sctlr::kM;
}

inline constexpr unsigned kUserIndex = 0;
inline constexpr unsigned kKernelIndex = 1;
inline constexpr unsigned kKernelPanIndex = 3;
inline constexpr unsigned kKernelZeroIndex = 5; ///< DC ZVA

} // namespace medley::iss::aarch64::test
