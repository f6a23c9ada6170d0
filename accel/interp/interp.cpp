#include "accel/interp/interp.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace medley::accel::interp {
namespace {

/// What a run may exceed its budget by at most: safepoints are no further apart than a page has bytes.
constexpr std::uint64_t kOvershoot = kPageSize;

std::size_t page_hash(Address address) { return (address / kPageSize ^ address >> 24) % 4096; }

} // namespace

Interp::Interp(TargetCore& core, GuestMemory& memory, const InterpOptions& options)
    : core_(core), memory_(memory), options_(options), blocks_([this](CodeBlock& block) { on_drop(block); }),
      machine_(std::make_unique<Machine>(core, memory, blocks_)), fetcher_(core, memory), lowering_(core, *machine_) {
    const auto& layout = core.layout();
    auto* state = core.state();
    const auto& pc = layout[layout.program_counter];
    machine_->program_counter = state + pc.offset;
    machine_->pc_is_wide = pc.type == ir::Type::I64;
    machine_->float_flags = &machine_->no_float_flags;
    machine_->attention = &machine_->no_attention;
    if (layout.float_flags != StateLayout::kNone)
        machine_->float_flags = reinterpret_cast<std::uint32_t*>(state + layout[layout.float_flags].offset);
    if (layout.attention != StateLayout::kNone)
        machine_->attention = reinterpret_cast<const std::uint32_t*>(state + layout[layout.attention].offset);
}

Interp::~Interp() = default;

// --- running

void Interp::begin(std::uint64_t budget) {
    finished_ = 0;
    chunk_ = static_cast<std::int64_t>(std::min<std::uint64_t>(budget, std::numeric_limits<std::int64_t>::max()));
    machine_->left = chunk_;
    machine_->current = nullptr;
    machine_->link = nullptr;
    // Between runs anybody may have changed the state.
    if (*machine_->attention != 0)
        machine_->poll.store(true, std::memory_order_relaxed);
    resync();
}

RunResult Interp::finish(ExitReason why) {
    const auto executed = executed_in_part();
    exit_requested_.store(false);
    machine_->poll.store(false);
    if (why == ExitReason::Breakpoint)
        resume_pc_ = machine_->pc();
    return {executed, why};
}

RunResult Interp::run(std::uint64_t budget) {
    stepped_ = 0;
    return run_part(budget);
}

RunResult Interp::run_part(std::uint64_t budget) {
    if (budget == 0)
        return {0, ExitReason::Budget};
    begin(budget);
    return loop(budget, trace_.instructions ? Pace::Instructions : Pace::Blocks);
}

/// Runs blocks as long as they cannot go too far, then instructions.
RunResult Interp::step(std::uint64_t count) {
    std::uint64_t done = stepped_ = 0;
    while (!trace_.instructions && count - done > 2 * kOvershoot) {
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

RunResult Interp::loop(std::uint64_t budget, Pace pace) {
    const bool single = pace != Pace::Blocks;
    for (;;) {
        if (pace == Pace::Exact && executed_in_part() >= budget)
            return finish(ExitReason::Budget);
        if (!breakpoints_.empty() && at_breakpoint())
            return finish(ExitReason::Breakpoint);
        resume_pc_.reset();
        if (single) {
            finished_ = executed_in_part();
            machine_->left = chunk_ = 1;
        }
        if (auto* block = lookup(single ? 1 : 0)) {
            if (trace_.instructions)
                trace_.tracer->instruction(machine_->pc());
            execute(*block);
        } else {
            machine_->left -= 1;
            raise(fetcher_.fault());
            machine_->leave = Leave::Safepoint;
        }
        if (const auto why = after_leave(budget, pace))
            return finish(*why);
    }
}

void Interp::execute(const Block& block) {
    const auto* op = block.entry();
    while (op != nullptr)
        op = op->handler(op, *machine_, machine_->left);
}

std::optional<ExitReason> Interp::after_leave(std::uint64_t budget, Pace pace) {
    switch (machine_->leave) {
    case Leave::Link:
        // The block may have been dropped while it ran, and goes when the next one is translated.
        if (machine_->link != nullptr && machine_->link->from->dead)
            machine_->link = nullptr;
        return std::nullopt;
    case Leave::Lookup: return std::nullopt;
    case Leave::Safepoint: return at_safepoint(budget, pace);
    case Leave::Fault:
        take_fault();
        return at_safepoint(budget, pace);
    case Leave::Resync:
    case Leave::Wait:
    case Leave::Yield: return at_stop(budget, pace);
    }
    return std::nullopt;
}

std::optional<ExitReason> Interp::at_safepoint(std::uint64_t budget, Pace pace) {
    if (*machine_->attention != 0 || exit_requested_.load())
        return ExitReason::Attention;
    machine_->poll.store(false, std::memory_order_relaxed);
    // A request between the two lines above would be lost without this.
    if (exit_requested_.load())
        return ExitReason::Attention;
    if (pace != Pace::Exact && executed_in_part() >= budget)
        return ExitReason::Budget;
    return std::nullopt;
}

std::optional<ExitReason> Interp::at_stop(std::uint64_t budget, Pace pace) {
    const auto leave = machine_->leave;
    ++counters_.resyncs;
    resync();
    if (*machine_->attention == 0) {
        if (leave == Leave::Wait && !core_.wakes_up())
            return ExitReason::WaitForInterrupt;
        if (leave == Leave::Yield)
            return ExitReason::Yield;
    }
    return at_safepoint(budget, pace);
}

void Interp::take_fault() {
    const auto* op = machine_->fault_op;
    const auto& site = block_of(op).site_of(op);
    // Counted as executed before the core hears of it.
    machine_->left -= site.executed + 1;
    machine_->set_pc(site.pc);
    raise(machine_->fault);
}

void Interp::raise(const Fault& fault) {
    ++counters_.faults;
    core_.raise(fault);
    resync();
}

// --- modes

/// The jump cache and the fetcher are only good for the mode and the address space that they were filled in.
void Interp::resync() {
    const Mode now{core_.translation_key(), core_.address_space()};
    if (mode_ == now)
        return;
    mode_ = now;
    fetcher_.set_mode(now.key, now.space);
    machine_->memory.tlb.set_space(now.space);
    auto& tag = mode_tags_[now];
    if (tag == 0)
        tag = ++last_mode_tag_;
    machine_->mode_tag = tag;
    if (mode_tags_.size() > 1024)
        renew_mode_tags();
}

void Interp::renew_mode_tags() {
    mode_tags_.clear();
    jump_pages_.reset();
    if (!mode_)
        return;
    mode_tags_[*mode_] = ++last_mode_tag_;
    machine_->mode_tag = last_mode_tag_;
}

// --- what others ask for

void Interp::request_exit() {
    exit_requested_.store(true);
    machine_->poll.store(true);
}

std::uint64_t Interp::executed_in_part() const {
    auto executed = finished_ + static_cast<std::uint64_t>(chunk_ - machine_->left);
    if (const auto* op = machine_->current)
        executed += block_of(op).site_of(op).executed;
    return executed;
}

void Interp::flush_tlb(const TlbFlush& flush) {
    machine_->memory.flush(flush);
    fetcher_.flush(flush);
    const bool one_page = flush.by_address && !flush.everything;
    if (!one_page || jump_pages_.test(page_hash(flush.address)))
        renew_mode_tags();
}

void Interp::flush_code() {
    ++counters_.code_flushes;
    blocks_.drop_all();
}

void Interp::instruction_barrier() { blocks_.drop_unwatched(); }

void Interp::clear_exclusive() { machine_->memory.clear_exclusive(); }

void Interp::set_breakpoints(std::vector<Address> addresses) {
    std::sort(addresses.begin(), addresses.end());
    breakpoints_ = std::move(addresses);
    flush_code();
}

bool Interp::at_breakpoint() const {
    const auto pc = machine_->pc();
    return resume_pc_ != pc && std::binary_search(breakpoints_.begin(), breakpoints_.end(), pc);
}

void Interp::set_trace(const TraceOptions& options) {
    trace_ = options;
    if (trace_.tracer == nullptr)
        trace_.instructions = trace_.memory = false;
    machine_->memory.set_tracer(trace_.memory ? trace_.tracer : nullptr);
}

std::vector<std::pair<std::string, std::uint64_t>> Interp::statistics() const {
    const auto& memory = machine_->memory.counters();
    return {{"blocks translated", counters_.blocks},
            {"instructions translated", counters_.instructions},
            {"blocks dropped", blocks_.drops()},
            {"code bytes", blocks_.size()},
            {"code flushes", counters_.code_flushes},
            {"links made", counters_.links},
            {"block lookups", counters_.lookups},
            {"resyncs", counters_.resyncs},
            {"faults raised", counters_.faults},
            {"tlb misses", memory.translations},
            {"tlb fills", memory.tlb_fills},
            {"slow accesses", memory.slow_accesses},
            {"device accesses", memory.device_accesses},
            {"writes to code", memory.code_writes}};
}

// --- jumps

void Interp::remember_jump(Address pc, Block& block) {
    if (std::binary_search(breakpoints_.begin(), breakpoints_.end(), pc))
        return;
    jump_pages_.set(page_hash(pc));
    machine_->jumps.at(pc) = {pc, machine_->mode_tag, block.entry(), &block};
}

/// Links the exit that the machine left by, if it is still there (see on_drop).
void Interp::link_to(Block& block) {
    auto* link = std::exchange(machine_->link, nullptr);
    const bool possible = link != nullptr && link->to == nullptr &&
                          !std::binary_search(breakpoints_.begin(), breakpoints_.end(), block.key.pc);
    if (!possible)
        return;
    ++counters_.links;
    block.link(*link);
}

void Interp::on_drop(CodeBlock& dropped) {
    auto& block = static_cast<Block&>(dropped);
    block.unlink();
    if (machine_->link != nullptr && machine_->link->from == &block)
        machine_->link = nullptr;
    auto& jump = machine_->jumps.at(block.key.pc);
    if (jump.block == &block)
        jump = {};
}

} // namespace medley::accel::interp
