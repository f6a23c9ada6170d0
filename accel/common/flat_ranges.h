/// \file
/// Ranges of virtual addresses in which an address is all that it takes to reach host memory: the MMU is off, nothing is
/// protected more finely, and RAM answers. Translated code then compares the address with the range, and looks into nothing else.
#pragma once

#include "medley/base/code_watch.h"
#include "medley/cpu/core_host.h"
#include "medley/cpu/guest_memory.h"
#include "medley/cpu/target.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>
#include <utility>

namespace medley::accel {

/// What is known about a memory index holds in one address space. Which range a memory index has, and so where the code for it
/// looks (`code()`), changes in settle() only, while no translated code runs; whether the range may be used, and how far it
/// reaches, is said by limits that change at any time.
class FlatRanges {
public:
    static constexpr unsigned kMemIndexes = 16;
    static constexpr unsigned kSlots = 4;
    static constexpr unsigned kSizes = 12; ///< Accesses of 1 to 16 bytes, and several that lie within 2048.
    static constexpr unsigned kAlignments = 5; ///< 1 to 16 bytes.
    /// The largest range; what is behind goes another way.
    static constexpr std::uint64_t kMostPages = std::uint64_t{1} << 21;
    static constexpr std::size_t kMapBytes = kSlots * kMostPages;
    // A page's byte in the map; not 0: stores go the slow way.
    static constexpr std::uint8_t kCode = 1;       ///< Code was translated from the page.
    static constexpr std::uint8_t kCodeBehind = 2; ///< From the next one: a store may reach into it.

    /// What is built into code.
    struct Code {
        Address first = 0;                   ///< Of the range.
        const Address* first_at = nullptr;   ///< Where it stands.
        const std::uint8_t* pages = nullptr; ///< A byte for each page from there on.
        unsigned mem_index = 0;
    };

    /// Whether code was translated from the page at an offset of a watched memory, or at a physical address.
    using HasCode = std::function<bool(const CodeWatch* watch, std::uint64_t offset)>;

    /// \p map has kMapBytes of zeros. Without it nothing is flat. \p near are places that code reaches better than others.
    void enable(std::uint8_t* map, std::span<std::uint64_t> near, HasCode has_code) {
        map_ = map;
        near_ = near;
        has_code_ = std::move(has_code);
    }

    [[nodiscard]] std::optional<Code> code(unsigned mem_index) const;
    /// Where code finds the number of addresses from `first` on, which is a multiple of all alignments, at which an access of 2^size_log2 bytes
    /// may begin that is aligned to 2^alignment_log2. The first ones to be asked for are near.
    [[nodiscard]] const std::uint64_t* limit(unsigned mem_index, bool write, unsigned size_log2, unsigned alignment_log2 = 0);
    /// Changes whenever an access that was within a limit, and not at code, may be so no more.
    [[nodiscard]] std::uint64_t retreats() const { return retreats_; }
    /// Tells apart what code() says: code that was made under one value is used under no other.
    [[nodiscard]] std::uint64_t variant() const { return variant_; }
    /// Host address minus virtual address, where the range can be used now.
    [[nodiscard]] std::optional<std::uint64_t> addend(unsigned mem_index) const { // In line: handed back in memory it stalls the host.
        return is_open(mem_index) ? std::optional(slots_[static_cast<std::size_t>(assigned_[mem_index])].addend) : std::nullopt;
    }

    // --- at any time
    /// What a translation that walked says. \p range is the host's memory there. Whether that is new.
    bool learn(unsigned mem_index, Address address, const Translation& translation, const DirectRange& range);
    /// Sets the limits: those of ranges with this addend, when accesses may be direct at all.
    void open(std::uint64_t window, bool direct);
    /// What was learnt is forgotten; `forgotten` hears of each (space, memory index), whose translations would otherwise be
    /// found without ever being learnt from again.
    using Forgotten = std::function<void(std::uint64_t space, unsigned mem_index)>;
    void flush(const TlbFlush& what, const Forgotten& forgotten);
    void forget_physical(Address first, Address last, const Forgotten& forgotten);
    /// Code came, or went, in pages that begin at `offset` of a watched memory, or at a physical address.
    void mark(const CodeWatch* watch, std::uint64_t offset, bool has_code);
    void set_space(std::uint64_t space);

    // --- while no translated code runs
    /// Whether settle() has something to do.
    [[nodiscard]] bool changed() const { return changed_; }
    /// Makes what was learnt what code is made from. False: there are more ranges than slots; all code has to go, and start_over()
    /// to be called.
    [[nodiscard]] bool settle();
    void start_over();

private:
    static constexpr std::int8_t kNone = -1;
    /// Memory that ranges lie in.
    struct Slot {
        bool live = false; ///< The host's pointer is valid.
        bool used = false;
        Address first = 0;
        std::uint64_t physical = 0; ///< Of `first`.
        std::uint64_t bytes = 0;
        std::uint64_t addend = 0;
        const CodeWatch* watch = nullptr;
        std::uint64_t watch_offset = 0; ///< Of `first`; the physical address where nobody watches.
    };
    struct Range {
        enum class State : std::uint8_t { Unknown, Flat, NotFlat } state = State::Unknown;
        bool readable = false, writable = false;
        std::int8_t slot = kNone;
        std::uint64_t bytes = 0;
    };
    using Row = std::array<Range, kMemIndexes>;

    [[nodiscard]] std::optional<Slot> candidate(Address address, const Translation& translation, const DirectRange& range,
                                                std::uint64_t& bytes) const;
    [[nodiscard]] bool is_welcome(unsigned mem_index, Address address, const Slot& found, std::uint64_t bytes) const;
    [[nodiscard]] std::int8_t slot_for(const Slot& found);
    void map_code(const Slot& slot);
    [[nodiscard]] bool is_open(unsigned mem_index) const {
        if (row_ == nullptr)
            return false;
        const auto& known = (*row_)[mem_index];
        return known.state == Range::State::Flat && known.slot == assigned_[mem_index] && slots_[static_cast<std::size_t>(known.slot)].live;
    }
    [[nodiscard]] std::uint8_t* pages_of(std::size_t slot) const { return map_ + slot * kMostPages; }
    void set_code(std::size_t slot, std::uint64_t page, bool has_code);
    void forget(std::uint64_t space, Row& row, const Forgotten& forgotten, const std::function<bool(const Slot&)>& concerned);

    /// By alignment and size.
    using Limits = std::array<std::array<std::uint64_t, kSizes>, kAlignments>;
    static Limits limits_of(std::uint64_t bytes);

    std::array<std::array<Limits, 2>, kMemIndexes> limits_{};
    std::span<std::uint64_t> near_;
    std::vector<const std::uint64_t*> near_sources_; ///< The limits that near_ has copies of.
    std::uint8_t* map_ = nullptr;
    HasCode has_code_;
    std::array<Slot, kSlots> slots_{};
    std::array<std::uint64_t, kSlots> marked_end_{}; ///< Pages of the map from here on have always been 0.
    std::array<std::int8_t, kMemIndexes> assigned_ = none_assigned();
    std::unordered_map<std::uint64_t, Row> rows_; ///< By address space.
    std::uint64_t space_ = 0;
    Row* row_ = nullptr; ///< Of the current space; null until something is known.
    std::uint64_t variant_ = 0;
    std::uint64_t retreats_ = 0;
    std::uint32_t open_ = 0; ///< Memory indexes whose limits are set.
    unsigned restarts_ = 0;
    bool changed_ = false;
    bool full_ = false;

    static constexpr std::array<std::int8_t, kMemIndexes> none_assigned() {
        std::array<std::int8_t, kMemIndexes> none{};
        none.fill(kNone);
        return none;
    }
};

} // namespace medley::accel
