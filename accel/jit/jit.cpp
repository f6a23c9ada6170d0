#include "accel/jit/jit.h"

#include <utility>

namespace medley::accel::jit {
namespace {

/// No mode tag: unlinked exits and flushed modes compare with it.
constexpr std::uint32_t kLastModeTag = 0x7fff'0000;
/// More modes than this are forgotten.
constexpr std::size_t kMostModes = 1024;

} // namespace

Jit::Jit(TargetCore& core, GuestMemory& memory, const JitOptions& options)
    : Dispatcher(core, memory, options.verify), frame_(make_frame(core, memory, blocks_, exit_requested(), *this)),
      backend_(make_backend(*frame_, {options.cache_bytes, options.baseline, options.without})),
      report_(core, options.log_file, options.perf_map), simplifier_(region_, {core.layout(), core.helpers()}),
      regions_(core.layout(), simplifier_, [this](Address pc, std::uint32_t most, ir::Block& into) { return !is_breakpoint(pc) && lift_more(pc, most, into); }) {
    attach(frame_->left, frame_->slots, frame_->memory);
    segments_.resize(backend_->segments());
    fetcher_.simplify_with(simplifier_);
}

Jit::~Jit() = default;

// --- running

Jit::Landing Jit::advance(std::uint32_t limit) {
    settle_memory();
    const auto* block = lookup(limit);
    if (block == nullptr) {
        link_ = nullptr; // What is looked up next is not where that exit leads.
        return raise_fetch_fault();
    }
    ++counters_.entries;
    frame_->has_shifted = false;
    backend_->enter(block->entry);
    frame_->flags.settle();
    return after_leave();
}

Jit::Landing Jit::after_leave() {
    link_ = nullptr;
    switch (frame_->leave) {
    case Leave::Link: return after_link();
    case Leave::Lookup: return Landing::Inside;
    case Leave::Safepoint: return Landing::Safepoint;
    case Leave::Fault: take_fault(); return Landing::Safepoint;
    case Leave::Apart: take_apart(); return Landing::Inside;
    case Leave::Again: execute_again(); return Landing::Inside;
    case Leave::Cut: return frame_->continue_behind(frame_->sites[frame_->cut_site]) ? Landing::Safepoint : Landing::Inside;
    case Leave::ExitStop: frame_->set_pc(frame_->current().pc); return after_stop();
    case Leave::Stop: return after_stop();
    }
    return Landing::Inside;
}

Jit::Landing Jit::after_link() {
    const auto& site = frame_->exit_sites[frame_->site];
    frame_->set_pc(site.target);
    if (site.is_safepoint && frame_->left <= 0)
        return Landing::Safepoint;
    if (site.is_linkable)
        link_ = &site.block->exits[site.exit];
    return Landing::Inside;
}

Jit::Landing Jit::after_stop() const { return landing_of(static_cast<ir::StopReason>(frame_->current().imm2)); }

void Jit::take_fault() {
    const auto site = frame_->current();
    auto fault = frame_->fault;
    if (site.opcode == ir::Opcode::Raise) {
        fault = Fault{.kind = FaultKind::Instruction, .code = static_cast<std::uint32_t>(site.imm)};
        if (site.argument_count != 0)
            fault.value = site.argument_types[0] == ir::Type::I32 ? static_cast<std::uint32_t>(frame_->arguments[0].low)
                                                                  : frame_->arguments[0].low;
    }
    frame_->set_pc(site.pc);
    raise(fault, site.executed + std::uint64_t{1});
}

/// The instruction is executed again, by code that checks its accesses one by one.
void Jit::take_apart() {
    ++counters_.apart;
    frame_->apart.add(frame_->current().pc);
    execute_again();
}

void Jit::execute_again() {
    const auto site = frame_->current();
    frame_->settle(site.nans);
    frame_->left -= site.executed;
    frame_->set_pc(site.pc);
    if (!site.block->dead)
        blocks_.drop(*site.block);
}

/// A place that goes on to another page every few hundred instructions has no more of its hint than a branch that the host predicts wrong.
bool Jit::give_up_hint(const Site& site) {
    constexpr std::uint32_t kInstructionsEach = 256;
    auto& hints = frame_->hints;
    const auto worn = std::exchange(hints.worn, PageHints::kNone);
    const auto now = static_cast<std::uint32_t>(executed_ever());
    const auto past = now - std::exchange(hints.wear[worn].since, now);
    if (past >= PageHints::kWrongs * kInstructionsEach || site.block->dead)
        return false;
    ++counters_.hints_given_up;
    frame_->wandering.add(site.pc);
    blocks_.drop(*site.block);
    return true;
}

// --- modes

/// The jump cache, far links and the fetcher are only good for the mode and the address space that they were made in.
void Jit::resync() {
    const auto key = core_.translation_key();
    const auto space = core_.address_space();
    if (!is_in_mode(key, space))
        enter_mode(key, space);
}

bool Jit::is_in_mode(std::uint64_t key, std::uint64_t space) const {
    return mode_ && mode_->key == key && mode_->space == space && !frame_->memory.is_unsettled();
}

bool Jit::is_in_step() const { return !wanted() && is_in_mode(core_.translation_key(), core_.address_space()); }

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

void Jit::trace_instruction(Address pc) {
    if (trace_.instructions)
        trace_.tracer->instruction(pc);
}

Jit::Statistics Jit::statistics() const {
    Statistics rows = {{"host bytes made", counters_.host_bytes},
                       {"hot host bytes made", counters_.hot_bytes},
                       {"translation time in us", counters_.translation_ns / 1000},
                       {"code bytes", backend_->used()},
                       {"cache segments emptied", counters_.evictions},
                       {"common checks failed", counters_.apart},
                       {"page hints given up", counters_.hints_given_up},
                       {"links made", counters_.links},
                       {"mode tags renewed", counters_.renewals},
                       {"entries into translated code", counters_.entries},
                       {"block lookups", counters_.lookups}};
    append_statistics(rows);
    return rows;
}

} // namespace medley::accel::jit
