/// \file
/// Which translated blocks there are, and from which memory they were made.
#pragma once

#include "medley/base/types.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace medley::accel {

/// A page of code: by the memory that watches it, at an offset; or by its physical address where nobody watches.
struct CodePage {
    const void* watch = nullptr;
    std::uint64_t page = 0;
    friend bool operator==(const CodePage&, const CodePage&) = default;
};

/// What makes one block different from another.
struct BlockKey {
    Address pc = 0;       ///< Virtual.
    Address physical = 0; ///< Of the first byte.
    std::uint64_t mode = 0; ///< TargetCore::translation_key().
    /// 0, or the number of instructions that the block was limited to.
    std::uint32_t limit = 0;
    friend bool operator==(const BlockKey&, const BlockKey&) = default;
};

/// What every accelerator's block has. Accelerators derive from it.
struct CodeBlock {
    virtual ~CodeBlock() = default;

    BlockKey key;
    std::array<CodePage, 2> pages{};
    std::array<Address, 2> physical_pages{};
    unsigned page_count = 0;
    std::uint32_t byte_length = 0;
    std::uint32_t instruction_count = 0;
    /// Its memory or its translation may change unnoticed: compared with `bytes` before each execution, never linked.
    bool checked = false;
    std::vector<std::byte> bytes;
    bool dead = false; ///< Dropped; may still be running.

private:
    friend class BlockCache;
    /// Neighbours among the blocks of one page.
    struct Neighbours {
        CodeBlock* before = nullptr;
        CodeBlock* behind = nullptr;
    };
    [[nodiscard]] Neighbours& in(const CodePage& page) { return neighbours_[pages[0] == page ? 0 : 1]; }

    std::array<Neighbours, 2> neighbours_{};
    std::size_t hash_ = 0;
};

/// Owns blocks. Dropped ones stay in memory until reclaim(), because one of them may be running.
class BlockCache {
public:
    /// \p on_drop is told of each block that is dropped, to unlink it.
    explicit BlockCache(std::function<void(CodeBlock&)> on_drop) : on_drop_(std::move(on_drop)), places_(kFirstPlaces) {}
    ~BlockCache();
    BlockCache(const BlockCache&) = delete;
    BlockCache& operator=(const BlockCache&) = delete;

    [[nodiscard]] CodeBlock* find(const BlockKey& key) const;
    /// \p bytes is the block's host memory, for size().
    CodeBlock& insert(std::unique_ptr<CodeBlock> block, std::size_t bytes);
    void drop(CodeBlock& block);
    void drop_page(const CodePage& page);
    /// Bytes of the page were written: drops the blocks that were made from them, or all of the page where many writes come, so that what is
    /// not code any more is soon written without a look. Whether any block of the page is left.
    [[nodiscard]] bool drop_written(const CodePage& page, std::uint64_t offset, std::uint64_t size);
    /// Drops the blocks of pages in [first, last].
    void drop_physical(Address first, Address last);
    /// Drops the blocks of all pages without a watch.
    void drop_unwatched();
    void drop_all();
    /// Frees dropped blocks. Only while none is running.
    void reclaim() { dropped_.clear(); }

    [[nodiscard]] bool has_page(const CodePage& page) const { return by_page_.contains(page); }
    /// Bytes of the blocks since the last drop_all().
    [[nodiscard]] std::size_t size() const { return bytes_; }
    [[nodiscard]] std::uint64_t drops() const { return drops_; }

private:
    struct PageHash {
        std::size_t operator()(const CodePage& page) const {
            return (reinterpret_cast<std::uintptr_t>(page.watch) ^ page.page) * 0x9e3779b97f4a7c15 >> 12;
        }
    };

    /// A place of the hash table, which is searched linearly from where the hash says.
    struct Place {
        std::size_t hash = 0;
        CodeBlock* block = nullptr;
    };
    static constexpr std::size_t kFirstPlaces = 1024;

    /// The blocks of a page, and how it is written.
    struct Page {
        CodeBlock* first = nullptr;
        std::uint64_t lines = 0;    ///< A bit for each kLineBytes: at least those that blocks were made from.
        std::uint32_t writes = 0;
        std::uint32_t in_a_row = 0; ///< Writes each of which begins where the one before ends,
        std::uint64_t next = 0;     ///< and where that is.
    };
    static constexpr std::uint64_t kLineBytes = kPageSize / 64;
    /// After so many writes the blocks of a page are dropped: it is filled with something else, or data stand beside the code.
    static constexpr std::uint32_t kMostInARow = 16;
    static constexpr std::uint32_t kMostWrites = 1024;
    /// Bytes of a page, as offsets in it; inclusive.
    struct Extent {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        [[nodiscard]] bool overlaps(const Extent& other) const { return first <= other.last && other.first <= last; }
        [[nodiscard]] std::uint64_t lines() const;
    };
    /// The block's in its first or its second page.
    [[nodiscard]] static Extent extent_in(const CodeBlock& block, unsigned index);
    [[nodiscard]] static std::uint64_t lines_in(const CodeBlock& block, const CodePage& page);
    [[nodiscard]] static bool is_made_from(const CodeBlock& block, const CodePage& page, const Extent& bytes);

    [[nodiscard]] static std::size_t hash_of(const BlockKey& key) {
        auto h = key.pc * 0x9e3779b97f4a7c15 ^ key.physical;
        h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9 ^ key.mode ^ std::uint64_t{key.limit} << 48;
        return h ^ h >> 32;
    }
    void put(const Place& place);
    void grow();
    void remove(const CodeBlock& block);
    void enter_page(CodeBlock& block, const CodePage& page);
    void leave_page(CodeBlock& block, const CodePage& page);
    void retire(CodeBlock& block);
    template <class Visit>
    static void each_page(const CodeBlock& block, Visit visit);

    std::function<void(CodeBlock&)> on_drop_;
    std::vector<Place> places_; ///< A power of two of them, at most half in use.
    std::size_t count_ = 0;
    std::unordered_map<CodePage, Page, PageHash> by_page_;
    std::size_t unwatched_pages_ = 0;
    std::vector<std::unique_ptr<CodeBlock>> dropped_;
    std::size_t bytes_ = 0;
    std::uint64_t drops_ = 0;
};

} // namespace medley::accel
