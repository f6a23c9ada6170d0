/// \file
/// What accelerators that run translated blocks have in common: how far a run goes and what stops it, breakpoints,
/// tracing, and how blocks come to be.
#pragma once

#include "accel/common/block_cache.h"
#include "accel/common/code_fetcher.h"
#include "accel/common/core_slots.h"
#include "accel/common/memory_unit.h"
#include "medley/cpu/accelerator.h"
#include "medley/ir/block.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace medley::accel {

/// Blocks count a number down, `left`, and return here at the first safepoint at which nothing is left of it.
class Dispatcher : public Accelerator {
public:
    [[nodiscard]] RunResult run(std::uint64_t budget) final;
    [[nodiscard]] RunResult step(std::uint64_t count) final;
    void request_exit() override { exit_requested_.store(true); }
    [[nodiscard]] std::uint64_t executed_in_run() const final { return stepped_ + executed_in_part(); }

    void flush_code() final;
    void instruction_barrier() final { blocks_.drop_unwatched(); }
    void clear_exclusive() final { memory_->clear_exclusive(); }

    void set_breakpoints(std::vector<Address> addresses) final;
    void set_trace(const TraceOptions& options) final;

protected:
    using Statistics = std::vector<std::pair<std::string, std::uint64_t>>;

    /// How far apart the dispatcher sees the machine.
    enum class Pace : std::uint8_t {
        Blocks,       ///< Linked blocks until a safepoint at which the budget is spent.
        Instructions, ///< The same, but one instruction at a time.
        Exact,        ///< One instruction at a time until the budget is spent.
    };
    /// Where blocks returned. The program counter is set.
    enum class Landing : std::uint8_t {
        Inside,    ///< No safepoint: the run goes on.
        Safepoint,
        Resync,    ///< A safepoint behind a Stop: modes may have changed.
        Wait,
        Yield,
    };
    static constexpr std::uint32_t kMaxInstructions = 64; ///< Of a block.

    /// \p check: the IR of blocks is verified.
    Dispatcher(TargetCore& core, GuestMemory& memory, bool check);
    /// What the accelerator's blocks run on; once, while it is constructed.
    void attach(std::int64_t& left, CoreSlots& slots, MemoryUnit& memory);

    // --- what an accelerator does
    /// Nothing is in flight.
    virtual void begin_part() {}
    [[nodiscard]] virtual Pace pace() const { return Pace::Blocks; }
    /// Executes from the program counter on. \p limit is 1 where one instruction is to be executed, else 0.
    [[nodiscard]] virtual Landing advance(std::uint32_t limit) = 0;
    /// Instructions in front of the one that is calling out, of the block that it is in, which `left` does not know of.
    [[nodiscard]] virtual std::uint64_t executed_in_flight() const { return 0; }
    /// All instructions ever executed; asked by what is called in a run.
    [[nodiscard]] std::uint64_t executed_ever() const { return earlier_ + executed_in_part(); }
    /// The core's translation key or its address space may be other ones.
    virtual void resync() = 0;
    /// The block goes: nothing may lead to it.
    virtual void on_drop(CodeBlock& block) = 0;

    // --- what it does that with
    /// Set by request_exit().
    [[nodiscard]] const std::atomic<bool>& exit_requested() const { return exit_requested_; }
    /// Whether somebody wants the run to stop at the next safepoint.
    [[nodiscard]] bool wanted() const { return *slots_->attention != 0 || exit_requested_.load(); }
    /// Who wants the run to stop is heard at the next safepoint: nothing is left, without a change of what was executed.
    void spend_when_wanted();
    /// Raises a fault behind \p counted instructions that `left` does not know of yet.
    void raise(const Fault& fault, std::uint64_t counted);
    [[nodiscard]] Landing raise_fetch_fault();
    [[nodiscard]] static Landing landing_of(ir::StopReason reason);
    [[nodiscard]] bool is_breakpoint(Address pc) const;
    /// One block's IR; false when its first instruction cannot be fetched.
    [[nodiscard]] bool lift_block(Address pc, std::uint32_t max_instructions, ir::Block& into);
    /// Another one, behind it in the same steady page; \p into keeps what it has.
    [[nodiscard]] bool lift_more(Address pc, std::uint32_t max_instructions, ir::Block& into);
    CodeBlock& add_block(std::unique_ptr<CodeBlock> block, std::size_t bytes);
    /// The rows of --stats that do not depend on how blocks are made.
    void append_statistics(Statistics& rows) const;

    TargetCore& core_;
    CpuTeam* const team_; ///< CPUs that execute at the same time, or null.
    const bool check_;
    BlockCache blocks_;
    CodeFetcher fetcher_;
    TraceOptions trace_;

private:
    void begin(std::uint64_t budget);
    void hand_out(std::uint64_t count);
    [[nodiscard]] std::uint64_t executed_in_part() const {
        return finished_ + static_cast<std::uint64_t>(chunk_ - *left_) + executed_in_flight();
    }
    [[nodiscard]] RunResult run_part(std::uint64_t budget);
    [[nodiscard]] RunResult loop(std::uint64_t budget, Pace pace);
    [[nodiscard]] RunResult finish(ExitReason why);
    [[nodiscard]] std::optional<ExitReason> after_landing(Landing landing, std::uint64_t budget, Pace pace);
    [[nodiscard]] std::optional<ExitReason> at_safepoint(std::uint64_t budget, Pace pace);
    [[nodiscard]] bool at_breakpoint() const;

    std::int64_t* left_ = nullptr;
    CoreSlots* slots_ = nullptr;
    MemoryUnit* memory_ = nullptr;

    std::vector<Address> breakpoints_; ///< Sorted.
    std::optional<Address> resume_pc_; ///< A breakpoint that was reported: running on from there executes it.
    std::atomic<bool> exit_requested_{false};

    std::uint64_t earlier_ = 0;  ///< Instructions of all earlier parts.
    std::uint64_t stepped_ = 0;  ///< Instructions of this step() before its last part.
    std::uint64_t finished_ = 0; ///< Instructions of this part before `chunk_` was handed out.
    std::int64_t chunk_ = 0;     ///< What `left` began with.

    struct {
        std::uint64_t blocks = 0, instructions = 0, resyncs = 0, faults = 0, code_flushes = 0;
    } counters_;
};

} // namespace medley::accel
