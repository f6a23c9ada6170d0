/// \file
/// Guest code as it is translated for execution: the instruction side of guest memory.
#pragma once

#include "accel/common/block_cache.h"
#include "medley/cpu/guest_memory.h"
#include "medley/cpu/target.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace medley::accel {

/// A page as instruction fetches see it.
struct FetchPage {
    Address physical = 0;            ///< Of the page.
    const std::byte* host = nullptr; ///< Null: by debug accesses (fetching must not have side effects).
    CodePage code{};
    bool cacheable = false; ///< The translation holds for the whole page.
};

/// Reads code for a lifter, and remembers which pages it came from. Holds a small table of translations.
class CodeFetcher final : public CodeReader {
public:
    /// \p invalidations counts how often host pointers became void.
    CodeFetcher(TargetCore& core, GuestMemory& memory, const std::uint64_t& invalidations)
        : core_(core), memory_(memory), invalidations_(invalidations) {}

    /// The page of an address in the mode that `mode_tag` stands for; nothing when it cannot be fetched from (fault()).
    /// The result is valid until the next call.
    [[nodiscard]] const FetchPage* page(Address address, unsigned size, std::uint64_t mode_tag);
    /// Forgets translations of the page in every mode.
    void forget_page(Address address);
    void forget_all() { entries_.fill({}); }

    /// Starts a block: fetches are made in the mode of `mode_tag`.
    void begin(std::uint64_t mode_tag) { mode_tag_ = mode_tag; }

    /// Bytes of one page; false when they cannot be read (fault()).
    [[nodiscard]] bool read(const FetchPage& from, Address address, unsigned size, std::byte* data);
    /// The lifter's last word on why nothing could be fetched.
    void set_fault(const Fault& fault) { fault_ = fault; }

    /// Notes in \p block where its code comes from, and whether that can change unnoticed; false when it cannot be fetched.
    [[nodiscard]] bool describe(CodeBlock& block, std::uint64_t mode_tag);
    /// Whether memory still holds what a checked block was made from.
    [[nodiscard]] bool is_current(const CodeBlock& block, std::uint64_t mode_tag);

    // CodeReader
    [[nodiscard]] std::optional<std::uint64_t> fetch(Address address, unsigned size) override;
    [[nodiscard]] const Fault& fault() const override { return fault_; }

private:
    struct Entry {
        Address page = 0;
        std::uint64_t mode_tag = 0; ///< 0: empty.
        FetchPage data;
    };
    static constexpr std::size_t kEntries = 256;

    [[nodiscard]] bool read_block(const CodeBlock& block, std::uint64_t mode_tag, std::vector<std::byte>& bytes);
    [[nodiscard]] static std::size_t index(Address address) { return (address >> 12 ^ address >> 20) % kEntries; }

    TargetCore& core_;
    GuestMemory& memory_;
    const std::uint64_t& invalidations_;
    std::uint64_t invalidations_seen_ = 0;
    std::array<Entry, kEntries> entries_{};
    FetchPage uncached_;
    std::uint64_t mode_tag_ = 0;
    Fault fault_{};
};

} // namespace medley::accel
