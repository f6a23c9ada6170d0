/// \file
/// Which translations larger than kPageSize have been handed out. Soft TLBs hold them in pieces of kPageSize, but TLBI by
/// any address in one of them concerns all of it.
#pragma once

#include "medley/base/bits.h"
#include "medley/base/types.h"

#include <cstdint>
#include <unordered_set>

namespace medley::iss::aarch64 {

class LargePages {
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

    /// Size of the largest one that contains \p address; 0: none.
    [[nodiscard]] unsigned find(Address address) const {
        for (unsigned page_bits = 63; page_bits > kSmallest; --page_bits)
            if (bit(sizes_, page_bits) && pages_.contains(key(address, page_bits)))
                return page_bits;
        return 0;
    }

    void clear() {
        pages_.clear();
        sizes_ = 0;
    }

private:
    static constexpr std::size_t kMost = 4096;
    static constexpr unsigned kSmallest = 12;
    /// The low bits are free for the size: pages are of 16 KiB at least.
    static Address key(Address address, unsigned page_bits) { return (address & ~low_mask(page_bits)) | page_bits; }

    std::unordered_set<Address> pages_;
    std::uint64_t sizes_ = 0;
};

} // namespace medley::iss::aarch64
