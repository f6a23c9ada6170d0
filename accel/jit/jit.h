/// \file
/// The translator: regions of guest code as host code, found through a jump cache and linked to each other.
/// See docs/jit.md.
#pragma once

#include "accel/common/dispatcher.h"
#include "accel/ir/passes/passes.h"
#include "accel/jit/backend.h"
#include "accel/jit/block.h"
#include "accel/jit/frame.h"
#include "accel/jit/region.h"
#include "accel/jit/report.h"
#include "medley/ir/block.h"

#include <bitset>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace medley::accel::jit {

struct JitOptions {
    bool verify = false;
    bool baseline = false;
    std::string without;
    bool perf_map = false;
    std::string log_file;
    std::size_t cache_bytes = std::size_t{64} << 20;
};

class Jit final : public Dispatcher, private FrameOwner {
public:
    Jit(TargetCore& core, GuestMemory& memory, const JitOptions& options);
    ~Jit() override;

    void flush_tlb(const TlbFlush& flush) override;
    [[nodiscard]] Statistics statistics() const override;

private:
    static constexpr std::size_t kPageHashes = std::size_t{1} << 16;
    [[nodiscard]] static std::size_t page_hash(Address address) { return (address / kPageSize ^ address >> 28) % kPageHashes; }

    struct Mode {
        std::uint64_t key = 0;
        std::uint64_t space = 0;
        std::uint64_t variant = 0; ///< FlatRanges::variant().
        friend auto operator<=>(const Mode&, const Mode&) = default;
    };
    struct ModeState {
        std::uint32_t tag = 0;
        std::uint64_t block_mode = 0;       ///< Names (key, variant) in BlockKey.
        std::optional<unsigned> mem_index;  ///< That of the accesses in the mode's code.
    };
    struct Counters {
        std::uint64_t host_bytes = 0, hot_bytes = 0, evictions = 0, lookups = 0, links = 0, entries = 0, apart = 0, hints_given_up = 0, renewals = 0, translation_ns = 0;
    };

    // Dispatcher
    [[nodiscard]] Landing advance(std::uint32_t limit) override;
    void resync() override;
    [[nodiscard]] bool is_in_mode(std::uint64_t key, std::uint64_t space) const;
    void on_drop(CodeBlock& block) override;

    [[nodiscard]] Landing after_leave();
    [[nodiscard]] Landing after_link();
    [[nodiscard]] Landing after_stop() const;
    void take_apart();
    void execute_again();
    void take_fault();

    // Modes
    void enter_mode(std::uint64_t key, std::uint64_t space);
    void settle_memory();
    [[nodiscard]] std::uint64_t block_mode(const Mode& mode);
    void renew_mode_tags();
    void renew_mode_tags(std::uint64_t space);
    void enter_mode();
    [[nodiscard]] std::uint32_t new_mode_tag();

    // FrameOwner
    void after_call() override { spend_when_wanted(); }
    bool give_up_hint(const Site& site) override;
    void drop(Block& block) override { blocks_.drop(block); }
    [[nodiscard]] bool is_in_step() const override;
    void cut(const Site& site) override { backend_->cut(*site.block, site.cut); }
    void trace_instruction(Address pc) override;

    // Finding and making blocks (translate.cpp)
    [[nodiscard]] Block* lookup(std::uint32_t limit);
    [[nodiscard]] Block* lookup_slowly(Address pc, std::uint32_t limit);
    [[nodiscard]] std::optional<BlockKey> key_at(Address pc, std::uint32_t limit);
    [[nodiscard]] Block* find_current(const BlockKey& key);
    [[nodiscard]] Block* translate(const BlockKey& key);
    void expect_accesses();
    [[nodiscard]] bool make_region(Address pc, std::uint32_t max_instructions);
    void choose_rounding(std::uint64_t key);
    [[nodiscard]] bool is_mapped_as_before(const Block& block);
    void settle_straddling(Block& block);
    void note_jump_to(const Block& block);
    void remember_jump(Address pc, Block& block);
    void try_link(Block& to);
    void make_room();
    void reclaim();

    FramePointer frame_;
    std::unique_ptr<Backend> backend_;
    Report report_;
    ir::Block region_;
    ir::Simplifier simplifier_; ///< Of `region_`.
    RegionMaker regions_;
    ir::PassScratch scratch_;
    Exit* link_ = nullptr; ///< The exit through which translated code left, when it can be linked.

    std::optional<Mode> mode_;
    std::map<Mode, ModeState> modes_;
    ModeState* mode_state_ = nullptr; ///< Of `mode_`.
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> block_modes_;
    std::map<std::uint64_t, Rounding> roundings_; ///< By translation key, once one is known.
    std::uint64_t last_block_mode_ = 0;
    std::uint32_t last_mode_tag_ = 0;
    std::bitset<kPageHashes> jump_pages_;     ///< Hashed pages that the jump cache or linked exits may lead into.
    std::vector<std::vector<Block*>> segments_; ///< The blocks of each segment of the cache; null: dropped.
    Counters counters_;
};

} // namespace medley::accel::jit
