/// \file
/// Another CPU that flushes all the time does not keep this one from getting on: after so many walks in which a flush came
/// the last one is used, once.
inline constexpr unsigned kMostWalks = 16;

/// The translations that a guest has not flushed: what it knows as its TLB. Faster tables in front of it may lose entries for
/// reasons of their own; this one decides when page tables are read again. That depends on what the guest executes alone, so that
/// guests which forget a fence see the same on every accelerator, and however their execution is cut into pieces.
#pragma once

#include "medley/cpu/core_host.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>

namespace medley::accel {

class TranslationTable {
public:
    /// When it has more translations than this it forgets all.
    static constexpr std::size_t kMostPages = 32768;
    static constexpr std::size_t kMostRegimes = 4096;

    struct Known {
        Address physical = 0; ///< Of the page.
        bool readable = false;
        bool writable = false;
        MemAttributes attributes{};
    };

    /// Translations are found under the address space and whatever else they depend on (`index`).
    void set_regime(std::uint64_t space, std::uint64_t index);
    /// The page of a virtual address, or null.
    [[nodiscard]] const Known* find(Address address) const {
        const auto known = pages_.find({address & kPageMask, regime_});
        return known == pages_.end() ? nullptr : &known->second;
    }
    void add(Address address, const Known& known);
    void flush(const TlbFlush& what);
    /// Whether all was forgotten since the last call, other than by a flush: tables in front have to follow.
    [[nodiscard]] bool overflowed() { return std::exchange(overflowed_, false); }

private:
    struct Key {
        Address page = 0;
        std::uint64_t regime = 0;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const {
            const auto h = (key.page >> 12 ^ key.regime << 40) * 0x9e3779b97f4a7c15;
            return h ^ h >> 32;
        }
    };
    using Regimes = std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t>;

    void forget_regimes(Regimes::iterator first, Regimes::iterator last);
    void forget_all();

    Regimes regimes_; ///< By (space, index). Numbers are not used again, so that forgetting one makes its pages unreachable.
    std::pair<std::uint64_t, std::uint64_t> now_{};
    std::uint64_t regime_ = 0;
    std::uint64_t last_regime_ = 0;
    std::unordered_map<Key, Known, Hash> pages_;
    bool overflowed_ = false;
};

} // namespace medley::accel
