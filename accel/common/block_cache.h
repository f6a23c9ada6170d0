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
    std::unordered_map<CodePage, CodeBlock*, PageHash> by_page_; ///< The first block of each.
    std::size_t unwatched_pages_ = 0;
    std::vector<std::unique_ptr<CodeBlock>> dropped_;
    std::size_t bytes_ = 0;
    std::uint64_t drops_ = 0;
};

} // namespace medley::accel
