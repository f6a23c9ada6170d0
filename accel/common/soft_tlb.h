/// \file
/// From guest virtual pages to host memory: the table that loads and stores look into first. An entry is found with one
/// hashed index and one comparison; everything else is MemoryUnit's.
#pragma once

#include "medley/base/code_watch.h"
#include "medley/cpu/core_host.h"

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace medley::accel {

/// Direct-mapped. An entry is good for accesses of its virtual page under its *context*: the pair of an address space and a memory index, which have
/// a number in bits 4 to 11.
class SoftTlb {
public:
    static constexpr unsigned kIndexBits = 12;
    static constexpr std::size_t kEntries = std::size_t{1} << kIndexBits;
    static constexpr unsigned kMemIndexes = 16;
    /// Memory indexes that differ in this bit have entries of their own for a page: where guests access pages under two such ones in turns, none
    /// loses the other's.
    static constexpr unsigned kBankBit = 4;
    static constexpr std::size_t kBanks = 2;
    static constexpr std::size_t kAllEntries = kBanks * kEntries;
    static constexpr std::uint64_t kContextMask = 0xff0;
    /// A context that no entry has.
    static constexpr std::uint64_t kNoContext = 0xff0;
    /// Instead of a context, of entries without the right to read, or to write; it is nobody's.
    static constexpr std::uint32_t kNobody = 0xf;

    /// What accelerators look at: elements of tables. Apart they need no more of the first-level cache than what is used of them, and
    /// the host scales an index by itself.
    struct Entry {
        std::uint64_t& page;   ///< The virtual one.
        std::uint32_t& reader; ///< The context that may read directly.
        std::uint32_t& writer;
        std::uint64_t& addend; ///< Host address minus virtual address.
    };
    /// What the slow path knows of the same page, also where there is no direct access.
    struct Page {
        std::uint64_t tag = kNobody; ///< The virtual page, and the context.
        Address physical = 0;
        std::byte* host = nullptr; ///< Of the page; null for devices.
        CodeWatch* watch = nullptr;
        std::uint64_t watch_offset = 0;
        bool readable = false; ///< By the guest's own translation.
        bool writable = false;
        bool host_readable = false;
        bool host_writable = false;
        MemAttributes attributes{}; ///< Of transactions.
    };

    /// The index is the upper end of the page number times 1.1, so to say: neighbours stay neighbours and never share an entry, while arrays a power of two apart end up hundreds of entries apart.
    static constexpr unsigned kPageBits = 12;
    static constexpr std::uint32_t kIndexFactor = 0x119e37;
    static constexpr unsigned kIndexShift = 32 - kIndexBits;
    [[nodiscard]] static constexpr std::size_t index(Address address) {
        return static_cast<std::uint32_t>(static_cast<std::uint32_t>(address >> kPageBits) * kIndexFactor) >> kIndexShift;
    }
    [[nodiscard]] static constexpr std::size_t bank(unsigned mem_index) { return (mem_index & kBankBit) / kBankBit * kEntries; }
    [[nodiscard]] Entry entry(Address address, unsigned mem_index) { return entry_at(place(address, mem_index)); }
    /// Where translated code finds the tables.
    [[nodiscard]] Entry first_entry(unsigned mem_index) { return entry_at(bank(mem_index)); }
    /// The entry of the address fits nothing.
    void clear_entry(Address address, unsigned mem_index) { clear(place(address, mem_index)); }
    [[nodiscard]] Page& page(Address address, unsigned mem_index) { return pages_[place(address, mem_index)]; }
    /// The bits of the context for \p mem_index in the current address space, or kNoContext.
    [[nodiscard]] std::uint64_t context(unsigned mem_index) const { return contexts_[mem_index]; }
    /// Where translated code finds the context of \p mem_index.
    [[nodiscard]] const std::uint64_t* context_address(unsigned mem_index) const { return &contexts_[mem_index]; }

    /// Makes `space` the current address space.
    void set_space(std::uint64_t space);
    [[nodiscard]] std::uint64_t space() const { return space_; }
    /// Gives a context to \p mem_index in the current address space.
    std::uint64_t assign_context(unsigned mem_index);
    /// Nothing that was translated for \p mem_index in the space is found any more.
    void forget_context(std::uint64_t space, unsigned mem_index);
    /// With this on every access takes the slow path (tracing).
    void force_slow(bool on);
    [[nodiscard]] bool is_slow() const { return force_slow_; }

    /// How often pages may have been taken back from whoever still uses what an entry said.
    [[nodiscard]] std::uint64_t retreats() const { return retreats_; }
    void flush(const TlbFlush& what);
    void flush_all();
    /// Gives the entry of the address direct write access to its page.
    void allow_writes(Address address, unsigned mem_index);
    /// Takes the direct write access from every entry that maps the page.
    void forbid_writes(const CodeWatch* watch, std::uint64_t page_offset);
    void forbid_writes(Address physical_page);
    /// Forgets all pages whose physical address lies in [first, last].
    void forget_physical(Address first, Address last);

private:
    using Row = std::array<std::uint16_t, kMemIndexes>;
    static constexpr unsigned kLastContext = 0xfe;
    static constexpr std::size_t kPageHashes = std::size_t{1} << 16;

    [[nodiscard]] static std::size_t page_hash(std::uint64_t page) { return page / kPageSize % kPageHashes; }
    [[nodiscard]] static std::uint32_t page_number(std::uint64_t offset) { return static_cast<std::uint32_t>(offset / kPageSize); }

    [[nodiscard]] static constexpr std::size_t place(Address address, unsigned mem_index) { return bank(mem_index) + index(address); }
    [[nodiscard]] Entry entry_at(std::size_t at) { return {virtual_pages_[at], readers_[at], writers_[at], addends_[at]}; }
    void clear(std::size_t at) { readers_[at] = writers_[at] = kNobody; }
    void clear_entries();
    void flush_address(Address address, const Row* only);
    void flush_at(std::size_t at, Address address, const Row* only);
    void load_contexts();

    std::array<std::uint64_t, kMemIndexes> contexts_ = no_contexts();
    std::array<std::uint64_t, kAllEntries> virtual_pages_{};
    std::array<std::uint32_t, kAllEntries> readers_ = nobody();
    std::array<std::uint32_t, kAllEntries> writers_ = nobody();
    std::array<std::uint64_t, kAllEntries> addends_{};
    std::array<Page, kAllEntries> pages_{};
    // Hashes of the pages that some entry may give write access to: pages of code are mostly not among them, and need no search.
    std::bitset<kPageHashes> written_offsets_;  ///< Of memories that are watched.
    /// The number of the page, in what watches it, that an entry was last given write access to: a small table to search.
    std::array<std::uint32_t, kAllEntries> written_pages_{};
    std::bitset<kPageHashes> written_physical_;
    std::unordered_map<std::uint64_t, Row> rows_; ///< By address space; 0 is no context.
    std::uint64_t space_ = 0;
    std::uint64_t retreats_ = 0;
    unsigned last_context_ = 0;
    bool force_slow_ = false;

    static constexpr std::array<std::uint64_t, kMemIndexes> no_contexts() {
        std::array<std::uint64_t, kMemIndexes> none{};
        none.fill(kNoContext);
        return none;
    }
    static constexpr std::array<std::uint32_t, kAllEntries> nobody() {
        std::array<std::uint32_t, kAllEntries> none{};
        none.fill(kNobody);
        return none;
    }
};

} // namespace medley::accel
