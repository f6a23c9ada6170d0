#include "accel/jit/jit.h"

#include <algorithm>
#include <limits>

namespace medley::accel::jit {
namespace {

/// What a run may exceed its budget by at most: safepoints are no further apart than a page has bytes.
constexpr std::uint64_t kOvershoot = kPageSize;
/// Translated code runs no longer than this at a time, so that requests of other threads are heard.
constexpr std::uint64_t kSlice = std::uint64_t{1} << 18;
/// No mode tag: unlinked exits and flushed modes compare with it.
constexpr std::uint32_t kLastModeTag = 0x7fff'0000;
/// More modes than this are forgotten.
constexpr std::size_t kMostModes = 1024;


} // namespace

Jit::Jit(TargetCore& core, GuestMemory& memory, const JitOptions& options)
    : core_(core), memory_(memory), options_(options), blocks_([this](CodeBlock& block) { on_drop(block); }),
      frame_(make_frame(core, memory, blocks_, *this)),
      backend_(make_backend(*frame_, {options.cache_bytes, options.baseline, options.without})), fetcher_(core, memory),
      report_(core, options.log_file, options.perf_map),
      regions_(core.layout(), [this](Address pc, std::uint32_t most, ir::Block& into) { return lift_next(pc, most, into); }) {
    const auto& layout = core.layout();
    segments_.resize(backend_->segments());
    attention_ = &no_attention_;
    if (layout.attention != StateLayout::kNone)
        attention_ = reinterpret_cast<const std::uint32_t*>(core.state() + layout[layout.attention].offset);
}

Jit::~Jit() = default;

// --- running

void Jit::begin(std::uint64_t budget) {
    finished_ = 0;
    chunk_ = frame_->left = 0;
    frame_->in_callout = false;
    hand_out(budget);
    resync();
}

/// Lets translated code run for `count` instructions, or to the next safepoint when somebody wants it to stop.
void Jit::hand_out(std::uint64_t count) {
    finished_ = executed_in_part();
    const auto most = wanted() ? 1 : kSlice;
    chunk_ = frame_->left = static_cast<std::int64_t>(std::min(count, most));
}

/// Whether somebody wants the run to stop at the next safepoint.
bool Jit::wanted() const { return *attention_ != 0 || exit_requested_.load(std::memory_order_relaxed); }

/// Inside a run the budget expires at once, without changing what was executed.
void Jit::after_call() {
    if (!wanted() || frame_->left <= 0)
        return;
    chunk_ -= frame_->left;
    frame_->left = 0;
}

RunResult Jit::finish(ExitReason why) {
    const auto executed = executed_in_part();
    exit_requested_.store(false);
    if (why == ExitReason::Breakpoint)
        resume_pc_ = frame_->pc();
    return {executed, why};
}

RunResult Jit::run(std::uint64_t budget) {
    stepped_ = 0;
    return run_part(budget);
}

RunResult Jit::run_part(std::uint64_t budget) {
    if (budget == 0)
        return {0, ExitReason::Budget};
    begin(budget);
    return loop(budget, Pace::Blocks);
}

/// Runs blocks as long as they cannot go too far, then instructions.
RunResult Jit::step(std::uint64_t count) {
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

RunResult Jit::loop(std::uint64_t budget, Pace pace) {
    for (;;) {
        if (pace == Pace::Exact) {
            if (executed_in_part() >= budget)
                return finish(ExitReason::Budget);
            hand_out(1);
        }
        if (!breakpoints_.empty() && at_breakpoint())
            return finish(ExitReason::Breakpoint);
        resume_pc_.reset();
        settle_memory();
        if (const auto* block = lookup(pace == Pace::Exact ? 1 : 0)) {
            ++counters_.entries;
            backend_->enter(block->entry);
        } else {
            frame_->left -= 1;
            raise(fetcher_.fault());
            frame_->leave = Leave::Safepoint;
        }
        if (const auto why = after_leave(budget, pace))
            return finish(*why);
    }
}

std::optional<ExitReason> Jit::after_leave(std::uint64_t budget, Pace pace) {
    link_ = nullptr;
    switch (frame_->leave) {
    case Leave::Link: return after_link(budget, pace);
    case Leave::Lookup: return std::nullopt;
    case Leave::Safepoint: return at_safepoint(budget, pace);
    case Leave::Fault: take_fault(); return at_safepoint(budget, pace);
    case Leave::Cut: return frame_->continue_behind(frame_->sites[frame_->cut_site]) ? at_safepoint(budget, pace) : std::nullopt;
    case Leave::ExitStop: frame_->set_pc(frame_->current().pc); return at_stop(budget, pace);
    case Leave::Stop: return at_stop(budget, pace);
    }
    return std::nullopt;
}

std::optional<ExitReason> Jit::after_link(std::uint64_t budget, Pace pace) {
    const auto& site = frame_->exit_sites[frame_->site];
    frame_->set_pc(site.target);
    if (site.is_safepoint && frame_->left <= 0)
        return at_safepoint(budget, pace);
    if (site.is_linkable)
        link_ = &site.block->exits[site.exit];
    return std::nullopt;
}

std::optional<ExitReason> Jit::at_safepoint(std::uint64_t budget, Pace pace) {
    if (wanted())
        return ExitReason::Attention;
    const auto executed = executed_in_part();
    if (pace == Pace::Exact)
        return std::nullopt;
    if (executed >= budget)
        return ExitReason::Budget;
    if (frame_->left <= 0)
        hand_out(budget - executed);
    return std::nullopt;
}

std::optional<ExitReason> Jit::at_stop(std::uint64_t budget, Pace pace) {
    const auto reason = static_cast<ir::StopReason>(frame_->current().imm2);
    ++counters_.resyncs;
    resync();
    if (*attention_ == 0) {
        if (reason == ir::StopReason::WaitForInterrupt && !core_.wakes_up())
            return ExitReason::WaitForInterrupt;
        if (reason == ir::StopReason::Yield)
            return ExitReason::Yield;
    }
    return at_safepoint(budget, pace);
}

void Jit::take_fault() {
    const auto site = frame_->current();
    auto fault = frame_->fault;
    if (site.opcode == ir::Opcode::Raise) {
        fault = Fault{.kind = FaultKind::Instruction, .code = static_cast<std::uint32_t>(site.imm)};
        if (site.argument_count != 0)
            fault.value = site.argument_types[0] == ir::Type::I32 ? static_cast<std::uint32_t>(frame_->arguments[0].low)
                                                                  : frame_->arguments[0].low;
    }
    // Counted as executed before the core hears of it.
    frame_->left -= site.executed + 1;
    frame_->set_pc(site.pc);
    raise(fault);
}

void Jit::raise(const Fault& fault) {
    ++counters_.faults;
    core_.raise(fault);
    resync();
}

// --- modes

/// The jump cache, far links and the fetcher are only good for the mode and the address space that they were made in.
void Jit::resync() {
    const auto key = core_.translation_key();
    const auto space = core_.address_space();
    if (!mode_ || mode_->key != key || mode_->space != space || frame_->memory.is_unsettled())
        enter_mode(key, space);
}

/// Flat ranges came or went: code that was made for others is not used any more.
void Jit::settle_memory() {
    if (mode_ && frame_->memory.is_unsettled())
        enter_mode(mode_->key, mode_->space);
}

void Jit::enter_mode(std::uint64_t key, std::uint64_t space) {
    auto& memory = frame_->memory;
    fetcher_.set_mode(key, space);
    if (!mode_ || mode_->space != space || memory.is_unsettled()) {
        while (!memory.set_space(space)) {
            flush_code();
            memory.start_over();
        }
    }
    const Mode now{key, space, memory.flats.variant()};
    if (mode_ == now)
        return;
    mode_ = now;
    link_ = nullptr;
    if (modes_.size() >= kMostModes)
        renew_mode_tags();
    else
        enter_mode();
    if (mode_state_->mem_index)
        memory.expect(*mode_state_->mem_index);
    const auto rounding = roundings_.find(key);
    backend_->set_rounding(rounding != roundings_.end() ? rounding->second : Rounding::NearestEven);
}

/// Gives the current mode a tag, if it has none.
void Jit::enter_mode() {
    auto known = modes_.find(*mode_);
    if (known == modes_.end()) {
        const auto tag = new_mode_tag();
        known = modes_.emplace(*mode_, ModeState{tag, block_mode(*mode_), std::nullopt}).first;
    }
    mode_state_ = &known->second;
    frame_->mode_tag = mode_state_->tag;
    frame_->jumps.set_mode(mode_state_->tag);
}

std::uint64_t Jit::block_mode(const Mode& mode) {
    if (block_modes_.size() >= kMostModes) {
        // A guest that makes so many has lost its code often enough already.
        flush_code();
        block_modes_.clear();
        roundings_.clear();
    }
    auto& name = block_modes_[{mode.key, mode.variant}];
    if (name == 0)
        name = ++last_block_mode_;
    return name;
}

/// Numbers that come again must not be remembered by anybody: the jump cache knows the low bits of them, exits know all.
std::uint32_t Jit::new_mode_tag() {
    if (last_mode_tag_ >= kLastModeTag) {
        modes_.clear();
        flush_code();
        last_mode_tag_ = 0;
    }
    if (++last_mode_tag_ % JumpCache::kEntries == 0) {
        modes_.clear();
        frame_->jumps.forget_all();
        ++last_mode_tag_;
    }
    return last_mode_tag_;
}

/// What was found by address may be elsewhere now.
void Jit::renew_mode_tags() {
    ++counters_.renewals;
    modes_.clear();
    mode_state_ = nullptr;
    jump_pages_.reset();
    if (mode_)
        enter_mode();
}

void Jit::renew_mode_tags(std::uint64_t space) {
    ++counters_.renewals;
    mode_state_ = nullptr;
    std::erase_if(modes_, [space](const auto& entry) { return entry.first.space == space; });
    if (mode_)
        enter_mode();
}

// --- what others ask for

std::uint64_t Jit::executed_in_part() const {
    auto executed = finished_ + static_cast<std::uint64_t>(chunk_ - frame_->left);
    if (frame_->in_callout)
        executed += frame_->current().executed;
    return executed;
}

void Jit::flush_tlb(const TlbFlush& flush) {
    frame_->memory.flush(flush);
    fetcher_.flush(flush);
    const bool one_page = flush.by_address && !flush.everything;
    if (one_page && !jump_pages_.test(page_hash(flush.address)))
        return;
    if (flush.by_space && !flush.everything)
        renew_mode_tags(flush.address_space);
    else
        renew_mode_tags();
}

void Jit::flush_code() {
    ++counters_.code_flushes;
    blocks_.drop_all();
}

void Jit::set_breakpoints(std::vector<Address> addresses) {
    std::sort(addresses.begin(), addresses.end());
    breakpoints_ = std::move(addresses);
    flush_code();
}

bool Jit::is_breakpoint(Address pc) const { return std::binary_search(breakpoints_.begin(), breakpoints_.end(), pc); }

bool Jit::at_breakpoint() const {
    const auto pc = frame_->pc();
    return resume_pc_ != pc && is_breakpoint(pc);
}

void Jit::set_trace(const TraceOptions& options) {
    trace_ = options;
    if (trace_.tracer == nullptr)
        trace_.instructions = trace_.memory = false;
    frame_->memory.set_tracer(trace_.memory ? trace_.tracer : nullptr);
    flush_code();
}

void Jit::trace_instruction(Address pc) {
    if (trace_.instructions)
        trace_.tracer->instruction(pc);
}

std::vector<std::pair<std::string, std::uint64_t>> Jit::statistics() const {
    const auto& memory = frame_->memory.counters();
    return {{"blocks translated", counters_.blocks},
            {"instructions translated", counters_.instructions},
            {"host bytes made", counters_.host_bytes},
            {"hot host bytes made", counters_.hot_bytes},
            {"translation time in us", counters_.translation_ns / 1000},
            {"blocks dropped", blocks_.drops()},
            {"code bytes", backend_->used()},
            {"cache segments emptied", counters_.evictions},
            {"code flushes", counters_.code_flushes},
            {"links made", counters_.links},
            {"mode tags renewed", counters_.renewals},
            {"entries into translated code", counters_.entries},
            {"block lookups", counters_.lookups},
            {"resyncs", counters_.resyncs},
            {"faults raised", counters_.faults},
            {"tlb misses", memory.translations},
            {"tlb fills", memory.tlb_fills},
            {"slow accesses", memory.slow_accesses},
            {"device accesses", memory.device_accesses},
            {"writes to code", memory.code_writes}};
}

} // namespace medley::accel::jit
