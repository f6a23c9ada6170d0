/// \file
/// Which translations larger than kPageSize have been handed out. Soft TLBs hold them in pieces of kPageSize, but
/// SFENCE.VMA with any address of a superpage concerns all of it (RISC-V Privileged 1.13, 10.2.1).
#pragma once

#include "medley/base/bits.h"
#include "medley/base/types.h"

#include <cstdint>
#include <unordered_set>

namespace medley::iss::riscv {

class Superpages {
public:
    /// A page of 2^page_bits bytes that contains \p address was handed out. False when there were too many to remember:
    /// all but this one are forgotten, and the caller flushes everything.
    [[nodiscard]] bool add(Address address, unsigned page_bits) {
        const bool full = pages_.size() >= kMost;
        if (full)
            clear();
        pages_.insert(key(address, page_bits));
        sizes_ |= std::uint64_t{1} << page_bits;
        return !full;
    }

    /// Whether \p address lies in one of them.
    [[nodiscard]] bool contains(Address address) const {
        for (unsigned page_bits = 0; page_bits < 64; ++page_bits)
            if (bit(sizes_, page_bits) && pages_.contains(key(address, page_bits)))
                return true;
        return false;
    }

    void clear() {
        pages_.clear();
        sizes_ = 0;
    }

private:
    static constexpr std::size_t kMost = 4096;
    /// Page sizes are multiples of 8 KiB at least, so the low bits are free for the size.
    static Address key(Address address, unsigned page_bits) { return (address & ~low_mask(page_bits)) | page_bits; }

    std::unordered_set<Address> pages_;
    std::uint64_t sizes_ = 0;
};

} // namespace medley::iss::riscv
