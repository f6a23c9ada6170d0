/// \file
/// Guest code as it is translated for execution: the instruction side of guest memory.
#pragma once

#include "accel/common/block_cache.h"
#include "accel/common/translation_table.h"
#include "medley/cpu/guest_memory.h"
#include "medley/cpu/target.h"
#include "medley/ir/block.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace medley::ir {
class Simplifier;
}

namespace medley::accel {

/// A page as instruction fetches see it.
struct FetchPage {
    Address physical = 0;            ///< Of the page.
    const std::byte* host = nullptr; ///< Null: by debug accesses (fetching must not have side effects).
    CodePage code{};
    bool cacheable = false; ///< The translation holds for the whole page.

    /// Nothing changes here without notice.
    [[nodiscard]] bool steady() const { return host != nullptr && cacheable; }
};

/// Reads code for a lifter, and remembers which pages it came from. A page is translated when the guest first executes from it,
/// and again only after a flush, whatever blocks are made of its code.
class CodeFetcher final : public CodeReader {
public:
    CodeFetcher(TargetCore& core, GuestMemory& memory) : core_(core), memory_(memory) {}

    /// What fetches depend on from here on (TargetCore::translation_key and address_space).
    void set_mode(std::uint64_t key, std::uint64_t space);
    /// The page of an address; nothing when it cannot be fetched from (fault()). The result is valid until the next call.
    [[nodiscard]] const FetchPage* page(Address address, unsigned size);
    void flush(const TlbFlush& flush);
    /// Whether translations went for want of room since the last call: whoever remembers places in code forgets them.
    [[nodiscard]] bool overflowed() { return known_.overflowed(); }

    /// The block that a simplifier is for is simplified while it is lifted.
    void simplify_with(ir::Simplifier& simplifier) { simplifier_ = &simplifier; }

    /// Lifts one block; false when its first instruction cannot be fetched (fault()). An instruction that straddles the end of
    /// the page is a block of its own, so that no page is looked at that the guest may not get to; so is one whose memory or
    /// rights may change unnoticed.
    [[nodiscard]] bool lift(Address pc, LiftLimits limits, ir::Block& into);
    /// Whether the last lift() was from a page where nothing changes unnoticed.
    [[nodiscard]] bool is_steady() const { return lifted_.steady(); }
    /// Right behind lift(), from the same page, which is steady: appends another block to the operations of \p into. False, with
    /// \p into as it was, where that would take more than the page.
    [[nodiscard]] bool lift_more(Address pc, LiftLimits limits, ir::Block& into);

    /// Right behind lift(): notes in \p block where its code comes from, and whether that can change unnoticed; false when it cannot be fetched.
    [[nodiscard]] bool describe(CodeBlock& block);
    /// Whether memory still holds what a checked block was made from.
    [[nodiscard]] bool is_current(const CodeBlock& block);

    // CodeReader
    [[nodiscard]] std::optional<std::uint64_t> fetch(Address address, unsigned size) override;
    [[nodiscard]] const Fault& fault() const override { return fault_; }

private:
    [[nodiscard]] LiftResult lift_some(Address pc, const LiftLimits& limits, bool may_straddle, ir::Block& into);
    [[nodiscard]] ir::Simplifier* simplifier_of(const ir::Block& block) const;
    [[nodiscard]] const FetchPage* page_now(Address address, unsigned size);
    [[nodiscard]] const FetchPage* found(Address physical, bool cacheable);
    [[nodiscard]] bool read(const FetchPage& from, Address address, unsigned size, std::byte* data);
    [[nodiscard]] bool read_block(const CodeBlock& block, std::vector<std::byte>& bytes);

    TargetCore& core_;
    GuestMemory& memory_;
    ir::Simplifier* simplifier_ = nullptr;
    TranslationTable known_;
    std::uint64_t flushes_ = 0;
    std::uint64_t key_ = 0;
    std::uint64_t space_ = 0;
    FetchPage current_;
    Address lifted_page_ = 0;
    FetchPage lifted_;          ///< While lifting from a page that is steady; else without `host`.
    bool may_straddle_ = true;  ///< The lifter may read behind `lifted_page_`.
    bool straddled_ = false;    ///< It wanted to.
    Fault fault_{};
};

} // namespace medley::accel
