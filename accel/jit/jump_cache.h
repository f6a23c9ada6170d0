/// \file
/// Translated code by virtual address and mode, for computed jumps: one table for all modes, searched by one comparison.
#pragma once

#include "medley/base/types.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace medley::accel::jit {

struct Block;

/// A mode is a number T below kEntries. An address is searched at the index that the bits from 1 on make, exclusive-or H(T), by
/// the key: the address exclusive-or T in those same bits. As T ^ H(T) is another number for each T, two modes never have the
/// same key at the same index: the key tells the address and the mode.
class JumpCache {
public:
    static constexpr unsigned kBits = 14;
    static constexpr std::size_t kEntries = std::size_t{1} << kBits;
    static constexpr std::uint32_t kIndexMask = (kEntries - 1) << 1; ///< In an address.

    struct Entry {
        std::uint64_t key = 0;
        const void* code = nullptr; ///< Of an empty entry, what is done when the address is not there.
    };

    /// What addresses of the current mode are searched with.
    struct Mode {
        std::uint64_t number = 0; ///< In the bits of an address that make the index.
        std::uint32_t hash = 0;
    };
    /// \p mode stays where translated code reaches it.
    explicit JumpCache(Mode& mode) : mode_(mode) {}

    /// \p miss is the code for addresses that are not there. Before anything else.
    void begin(const void* miss);
    /// The mode of what follows; numbers come again after kEntries.
    void set_mode(std::uint32_t number);

    [[nodiscard]] Block* find(Address pc) const {
        const auto at = index(pc);
        return entries_[at].key == (pc ^ mode_.number) ? owners_[at].block : nullptr;
    }
    void remember(Address pc, const void* code, Block& block);
    /// The block is not found any more, in any mode.
    void forget(Block& block);
    void forget_all();

    // --- for translated code
    [[nodiscard]] const Entry* entries() const { return entries_.data(); }
    [[nodiscard]] const std::uint64_t* mode_address() const { return &mode_.number; }
    [[nodiscard]] const std::uint32_t* hash_address() const { return &mode_.hash; }

private:
    /// Entries of one block are in a list.
    struct Owner {
        Block* block = nullptr;
        std::uint16_t before = 0;
        std::uint16_t behind = 0;
    };

    [[nodiscard]] std::size_t index(Address pc) const { return ((pc ^ mode_.hash) & kIndexMask) >> 1; }
    void clear(std::size_t at);

    Mode& mode_;
    const void* miss_ = nullptr;
    std::array<Entry, kEntries> entries_{};
    std::array<Owner, kEntries> owners_{};
};

} // namespace medley::accel::jit
