#include "accel/common/dispatcher.h"

#include "accel/common/verify.h"

#include <algorithm>

namespace medley::accel {
namespace {

/// What a run may exceed its budget by at most: safepoints are no further apart than a page has bytes.
constexpr std::uint64_t kOvershoot = kPageSize;
/// Blocks run no longer than this at a time, so that requests of other threads are heard.
constexpr std::uint64_t kSlice = std::uint64_t{1} << 18;
/// The same where others may have to wait for this CPU.
constexpr std::uint64_t kTeamSlice = std::uint64_t{1} << 14;

} // namespace

Dispatcher::Dispatcher(TargetCore& core, GuestMemory& memory, bool check)
    : core_(core), team_(memory.team()), check_(check), blocks_([this](CodeBlock& block) { on_drop(block); }), fetcher_(core, memory) {}

void Dispatcher::attach(std::int64_t& left, CoreSlots& slots, MemoryUnit& memory) {
    left_ = &left;
    slots_ = &slots;
    memory_ = &memory;
}

// --- running

void Dispatcher::begin(std::uint64_t budget) {
    finished_ = 0;
    chunk_ = *left_ = 0;
    begin_part();
    hand_out(budget);
    // Between runs anybody may have changed the state.
    resync();
}

/// Lets blocks run for `count` instructions, or to the next safepoint when somebody wants the run to stop.
void Dispatcher::hand_out(std::uint64_t count) {
    finished_ = executed_in_part();
    const auto most = wanted() ? 1 : team_ != nullptr ? kTeamSlice : kSlice;
    chunk_ = *left_ = static_cast<std::int64_t>(std::min(count, most));
}

void Dispatcher::spend_when_wanted() {
    if (!wanted() || *left_ <= 0)
        return;
    chunk_ -= *left_;
    *left_ = 0;
}

RunResult Dispatcher::finish(ExitReason why) {
    const auto executed = executed_in_part();
    earlier_ += executed;
    exit_requested_.store(false);
    if (why == ExitReason::Breakpoint)
        resume_pc_ = slots_->pc();
    return {executed, why};
}

RunResult Dispatcher::run(std::uint64_t budget) {
    stepped_ = 0;
    return run_part(budget);
}

RunResult Dispatcher::run_part(std::uint64_t budget) {
    if (budget == 0)
        return {0, ExitReason::Budget};
    begin(budget);
    return loop(budget, pace());
}

/// Runs blocks as long as they cannot go too far, then instructions.
RunResult Dispatcher::step(std::uint64_t count) {
    std::uint64_t done = stepped_ = 0;
    while (count - done > 2 * kOvershoot) {
        const auto part = run_part(count - done - kOvershoot);
        done += part.executed;
        if (part.why != ExitReason::Budget)
            return {done, part.why};
        stepped_ = done;
    }
    if (count == done)
        return {done, ExitReason::Budget};
    begin(count - done);
    const auto rest = loop(count - done, Pace::Exact);
    return {done + rest.executed, rest.why};
}

RunResult Dispatcher::loop(std::uint64_t budget, Pace pace) {
    const bool single = pace != Pace::Blocks;
    for (;;) {
        if (pace == Pace::Exact && executed_in_part() >= budget)
            return finish(ExitReason::Budget);
        if (!breakpoints_.empty() && at_breakpoint())
            return finish(ExitReason::Breakpoint);
        resume_pc_.reset();
        if (single)
            hand_out(1);
        if (const auto why = after_landing(advance(single ? 1 : 0), budget, pace))
            return finish(*why);
    }
}

std::optional<ExitReason> Dispatcher::after_landing(Landing landing, std::uint64_t budget, Pace pace) {
    if (landing == Landing::Inside)
        return std::nullopt;
    if (landing == Landing::Safepoint)
        return at_safepoint(budget, pace);
    ++counters_.resyncs;
    resync();
    if (*slots_->attention == 0) {
        if (landing == Landing::Wait && !core_.wakes_up())
            return ExitReason::WaitForInterrupt;
        if (landing == Landing::Yield)
            return ExitReason::Yield;
    }
    return at_safepoint(budget, pace);
}

std::optional<ExitReason> Dispatcher::at_safepoint(std::uint64_t budget, Pace pace) {
    if (wanted())
        return ExitReason::Attention;
    if (pace == Pace::Exact)
        return std::nullopt;
    const auto executed = executed_in_part();
    if (executed >= budget)
        return ExitReason::Budget;
    if (*left_ <= 0) {
        if (team_ != nullptr)
            team_->safepoint();
        hand_out(budget - executed);
    }
    return std::nullopt;
}

Dispatcher::Landing Dispatcher::landing_of(ir::StopReason reason) {
    switch (reason) {
    case ir::StopReason::WaitForInterrupt: return Landing::Wait;
    case ir::StopReason::Yield: return Landing::Yield;
    case ir::StopReason::Resync: break;
    }
    return Landing::Resync;
}

/// Counted as executed before the core hears of it.
void Dispatcher::raise(const Fault& fault, std::uint64_t counted) {
    *left_ -= static_cast<std::int64_t>(counted);
    ++counters_.faults;
    core_.raise(fault);
    resync();
}

Dispatcher::Landing Dispatcher::raise_fetch_fault() {
    raise(fetcher_.fault(), 1);
    return Landing::Safepoint;
}

// --- blocks

bool Dispatcher::lift_block(Address pc, std::uint32_t max_instructions, ir::Block& into) {
    if (!fetcher_.lift(pc, {.max_instructions = max_instructions, .stop_before = breakpoints_}, into))
        return false;
    if (check_)
        verify(core_, into);
    return true;
}

bool Dispatcher::lift_more(Address pc, std::uint32_t max_instructions, ir::Block& into) {
    const auto first = into.operations.size();
    if (!fetcher_.lift_more(pc, {.max_instructions = max_instructions, .stop_before = breakpoints_}, into))
        return false;
    if (check_)
        verify_from(core_, into, first);
    return true;
}

CodeBlock& Dispatcher::add_block(std::unique_ptr<CodeBlock> block, std::size_t bytes) {
    ++counters_.blocks;
    counters_.instructions += block->instruction_count;
    auto& added = blocks_.insert(std::move(block), bytes);
    for (unsigned i = 0; i < added.page_count; ++i)
        memory_->protect_code(added.pages[i], added.physical_pages[i]);
    return added;
}

void Dispatcher::flush_code() {
    ++counters_.code_flushes;
    blocks_.drop_all();
}

// --- what a user asks for

void Dispatcher::set_breakpoints(std::vector<Address> addresses) {
    std::sort(addresses.begin(), addresses.end());
    breakpoints_ = std::move(addresses);
    flush_code();
}

bool Dispatcher::is_breakpoint(Address pc) const {
    return std::binary_search(breakpoints_.begin(), breakpoints_.end(), pc);
}

bool Dispatcher::at_breakpoint() const {
    const auto pc = slots_->pc();
    return resume_pc_ != pc && is_breakpoint(pc);
}

/// Blocks may have been made to trace, or not to.
void Dispatcher::set_trace(const TraceOptions& options) {
    trace_ = options;
    if (trace_.tracer == nullptr)
        trace_.instructions = trace_.memory = false;
    memory_->set_tracer(trace_.memory ? trace_.tracer : nullptr);
    flush_code();
}

void Dispatcher::append_statistics(Statistics& rows) const {
    const auto& memory = memory_->counters();
    const std::initializer_list<Statistics::value_type> common = {{"blocks translated", counters_.blocks},
                                                                  {"instructions translated", counters_.instructions},
                                                                  {"blocks dropped", blocks_.drops()},
                                                                  {"code flushes", counters_.code_flushes},
                                                                  {"resyncs", counters_.resyncs},
                                                                  {"faults raised", counters_.faults},
                                                                  {"tlb misses", memory.translations},
                                                                  {"tlb fills", memory.tlb_fills},
                                                                  {"slow accesses", memory.slow_accesses},
                                                                  {"device accesses", memory.device_accesses},
                                                                  {"writes to code", memory.code_writes}};
    rows.insert(rows.end(), common);
}

} // namespace medley::accel
