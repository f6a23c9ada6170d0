/// \file
/// The reference accelerator: blocks of pre-decoded operations, found through a jump cache and linked within pages.
#pragma once

#include "accel/common/block_cache.h"
#include "accel/common/code_fetcher.h"
#include "accel/interp/block.h"
#include "accel/interp/lower.h"
#include "accel/interp/op.h"
#include "medley/cpu/accelerator.h"
#include "medley/ir/block.h"

#include <atomic>
#include <bitset>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace medley::accel::interp {

struct InterpOptions {
    bool verify = false;
    std::size_t cache_bytes = std::size_t{64} << 20;
};

class Interp final : public Accelerator {
public:
    Interp(TargetCore& core, GuestMemory& memory, const InterpOptions& options);
    ~Interp() override;

    [[nodiscard]] RunResult run(std::uint64_t budget) override;
    [[nodiscard]] RunResult step(std::uint64_t count) override;
    void request_exit() override;
    [[nodiscard]] std::uint64_t executed_in_run() const override { return stepped_ + executed_in_part(); }

    void flush_tlb(const TlbFlush& flush) override;
    void flush_code() override;
    void instruction_barrier() override;
    void clear_exclusive() override;

    void set_breakpoints(std::vector<Address> addresses) override;
    void set_trace(const TraceOptions& options) override;
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const override;

private:
    /// How far apart the dispatcher sees the machine.
    enum class Pace : std::uint8_t {
        Blocks,      ///< Linked blocks until a safepoint at which the budget is spent.
        Instructions, ///< The same, but one instruction at a time.
        Exact,       ///< One instruction at a time until the budget is spent.
    };
    struct Mode {
        std::uint64_t key = 0;
        std::uint64_t space = 0;
        friend auto operator<=>(const Mode&, const Mode&) = default;
    };
    struct Counters {
        std::uint64_t blocks = 0, instructions = 0, lookups = 0, faults = 0, resyncs = 0, code_flushes = 0, links = 0;
    };

    // The dispatcher
    void begin(std::uint64_t budget);
    [[nodiscard]] RunResult run_part(std::uint64_t budget);
    [[nodiscard]] std::uint64_t executed_in_part() const;
    [[nodiscard]] RunResult loop(std::uint64_t budget, Pace pace);
    [[nodiscard]] RunResult finish(ExitReason why);
    [[nodiscard]] std::optional<ExitReason> after_leave(std::uint64_t budget, Pace pace);
    [[nodiscard]] std::optional<ExitReason> at_safepoint(std::uint64_t budget, Pace pace);
    [[nodiscard]] std::optional<ExitReason> at_stop(std::uint64_t budget, Pace pace);
    [[nodiscard]] bool at_breakpoint() const;
    void execute(const Block& block);
    void take_fault();
    void raise(const Fault& fault);
    void resync();
    void renew_mode_tags();

    // Finding and making blocks (translate.cpp)
    /// The block at the program counter; null when it cannot be fetched (fetcher_.fault()).
    [[nodiscard]] Block* lookup(std::uint32_t limit);
    [[nodiscard]] Block* lookup_slowly(Address pc, std::uint32_t limit);
    [[nodiscard]] Block* translate(const BlockKey& key);
    [[nodiscard]] bool lift(Address pc, std::uint32_t max_instructions);
    void remember_jump(Address pc, Block& block);
    void link_to(Block& block);
    void on_drop(CodeBlock& block);
    void flush_when_full();

    TargetCore& core_;
    GuestMemory& memory_;
    InterpOptions options_;
    BlockCache blocks_;
    std::unique_ptr<Machine> machine_;
    CodeFetcher fetcher_;
    Lowering lowering_;
    ir::Block source_;
    TraceOptions trace_;
    std::vector<Address> breakpoints_; ///< Sorted.
    std::optional<Address> resume_pc_; ///< A breakpoint that was reported: running on from there executes it.
    std::atomic<bool> exit_requested_{false};

    std::uint64_t stepped_ = 0;  ///< Instructions of this step() before its last part.
    std::uint64_t finished_ = 0; ///< Instructions of this run before `chunk_` was handed out.
    std::int64_t chunk_ = 0;     ///< What Machine::left began with.

    std::optional<Mode> mode_;
    std::map<Mode, std::uint64_t> mode_tags_;
    std::uint64_t last_mode_tag_ = 0;
    std::bitset<4096> jump_pages_; ///< Hashed pages that the jump cache may lead into.
    Counters counters_;
};

} // namespace medley::accel::interp
