/// \file
/// The translator: regions of guest code as host code, found through a jump cache and linked to each other.
/// See docs/jit.md.
#pragma once

#include "accel/common/block_cache.h"
#include "accel/common/code_fetcher.h"
#include "accel/jit/backend.h"
#include "accel/jit/block.h"
#include "accel/jit/frame.h"
#include "accel/jit/region.h"
#include "accel/jit/report.h"
#include "medley/cpu/accelerator.h"
#include "medley/ir/block.h"

#include <atomic>
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

class Jit final : public Accelerator, private FrameOwner {
public:
    Jit(TargetCore& core, GuestMemory& memory, const JitOptions& options);
    ~Jit() override;

    [[nodiscard]] RunResult run(std::uint64_t budget) override;
    [[nodiscard]] RunResult step(std::uint64_t count) override;
    void request_exit() override { exit_requested_.store(true); }
    [[nodiscard]] std::uint64_t executed_in_run() const override { return stepped_ + executed_in_part(); }

    void flush_tlb(const TlbFlush& flush) override;
    void flush_code() override;
    void instruction_barrier() override { blocks_.drop_unwatched(); }
    void clear_exclusive() override { frame_->memory.clear_exclusive(); }

    void set_breakpoints(std::vector<Address> addresses) override;
    void set_trace(const TraceOptions& options) override;
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const override;

private:
    static constexpr std::size_t kPageHashes = std::size_t{1} << 16;
    [[nodiscard]] static std::size_t page_hash(Address address) { return (address / kPageSize ^ address >> 28) % kPageHashes; }

    enum class Pace : std::uint8_t {
        Blocks, ///< Linked blocks until a safepoint at which the budget is spent.
        Exact,  ///< One instruction at a time until the budget is spent.
    };
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
        std::uint64_t blocks = 0, instructions = 0, host_bytes = 0, hot_bytes = 0, evictions = 0, lookups = 0, faults = 0, resyncs = 0, code_flushes = 0,
                      links = 0, entries = 0, renewals = 0, translation_ns = 0;
    };

    // The dispatcher (jit.cpp)
    void begin(std::uint64_t budget);
    [[nodiscard]] RunResult run_part(std::uint64_t budget);
    [[nodiscard]] std::uint64_t executed_in_part() const;
    void hand_out(std::uint64_t count);
    [[nodiscard]] RunResult loop(std::uint64_t budget, Pace pace);
    [[nodiscard]] RunResult finish(ExitReason why);
    [[nodiscard]] std::optional<ExitReason> after_leave(std::uint64_t budget, Pace pace);
    [[nodiscard]] std::optional<ExitReason> at_safepoint(std::uint64_t budget, Pace pace);
    [[nodiscard]] std::optional<ExitReason> at_stop(std::uint64_t budget, Pace pace);
    [[nodiscard]] bool wanted() const;
    [[nodiscard]] bool at_breakpoint() const;
    [[nodiscard]] bool is_breakpoint(Address pc) const;
    void take_fault();
    void raise(const Fault& fault);
    void resync();
    void enter_mode(std::uint64_t key, std::uint64_t space);
    void settle_memory();
    [[nodiscard]] std::uint64_t block_mode(const Mode& mode);
    void renew_mode_tags();
    void renew_mode_tags(std::uint64_t space);
    void enter_mode();
    [[nodiscard]] std::uint32_t new_mode_tag();
    [[nodiscard]] std::optional<ExitReason> after_link(std::uint64_t budget, Pace pace);

    // FrameOwner
    void after_call() override;
    [[nodiscard]] std::uint64_t drops() const override { return blocks_.drops(); }
    void drop(Block& block) override { blocks_.drop(block); }
    void cut(const Site& site) override { backend_->cut(*site.block, site.cut); }
    void trace_instruction(Address pc) override;

    // Finding and making blocks (translate.cpp)
    [[nodiscard]] Block* lookup(std::uint32_t limit);
    [[nodiscard]] Block* lookup_slowly(Address pc, std::uint32_t limit);
    [[nodiscard]] Block* translate(const BlockKey& key);
    void expect_accesses();
    [[nodiscard]] bool make_region(Address pc, std::uint32_t max_instructions);
    [[nodiscard]] bool lift_next(Address pc, std::uint32_t max_instructions, ir::Block& into);
    [[nodiscard]] bool lift(Address pc, std::uint32_t max_instructions, ir::Block& into);
    void choose_rounding(std::uint64_t key);
    [[nodiscard]] bool is_mapped_as_before(const Block& block);
    void settle_straddling(Block& block);
    void note_jump_to(const Block& block);
    void remember_jump(Address pc, Block& block);
    void try_link(Block& to);
    void on_drop(CodeBlock& block);
    void make_room();
    void reclaim();

    TargetCore& core_;
    GuestMemory& memory_;
    JitOptions options_;
    BlockCache blocks_;
    FramePointer frame_;
    std::unique_ptr<Backend> backend_;
    CodeFetcher fetcher_;
    Report report_;
    const std::uint32_t* attention_ = nullptr;
    std::uint32_t no_attention_ = 0;
    RegionMaker regions_;
    ir::Block region_;
    TraceOptions trace_;
    std::vector<Address> breakpoints_; ///< Sorted.
    std::optional<Address> resume_pc_; ///< A breakpoint that was reported: running on from there executes it.
    std::atomic<bool> exit_requested_{false};
    Exit* link_ = nullptr;             ///< The exit through which translated code left, when it can be linked.

    std::uint64_t stepped_ = 0;        ///< Instructions of this step() before its last part.
    std::uint64_t finished_ = 0;       ///< Instructions of this run before `chunk_` was handed out.
    std::int64_t chunk_ = 0;           ///< What Frame::left began with.

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
