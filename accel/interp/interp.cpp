#include "accel/interp/interp.h"

#include <utility>

namespace medley::accel::interp {
namespace {

std::size_t page_hash(Address address) { return (address / kPageSize ^ address >> 24) % 4096; }

} // namespace

Interp::Interp(TargetCore& core, GuestMemory& memory, const InterpOptions& options)
    : Dispatcher(core, memory, options.verify), options_(options), machine_(std::make_unique<Machine>(core, memory, blocks_)),
      lowering_(core, *machine_) {
    attach(machine_->left, *machine_, machine_->memory);
}

Interp::~Interp() = default;

// --- running

void Interp::begin_part() {
    machine_->current = nullptr;
    machine_->link = nullptr;
}

Interp::Landing Interp::advance(std::uint32_t limit) {
    const auto* block = lookup(limit);
    if (block == nullptr)
        return raise_fetch_fault();
    if (trace_.instructions)
        trace_.tracer->instruction(machine_->pc());
    execute(*block);
    const auto landing = after_leave();
    // A request from before this is seen by who called; a later one polls again.
    if (landing != Landing::Inside)
        machine_->poll.store(false);
    return landing;
}

void Interp::execute(const Block& block) {
    const auto* op = block.entry();
    while (op != nullptr)
        op = op->handler(op, *machine_, machine_->left);
}

Interp::Landing Interp::after_leave() {
    switch (machine_->leave) {
    case Leave::Link:
        // The block may have been dropped while it ran, and goes when the next one is translated.
        if (machine_->link != nullptr && machine_->link->from->dead)
            machine_->link = nullptr;
        return Landing::Inside;
    case Leave::Lookup: return Landing::Inside;
    case Leave::Safepoint: return Landing::Safepoint;
    case Leave::Stop: return landing_of(machine_->stop_reason);
    case Leave::Fault: take_fault(); return Landing::Safepoint;
    }
    return Landing::Inside;
}

void Interp::take_fault() {
    const auto* op = machine_->fault_op;
    const auto& site = block_of(op).site_of(op);
    machine_->set_pc(site.pc);
    raise(machine_->fault, site.executed + std::uint64_t{1});
}

std::uint64_t Interp::executed_in_flight() const {
    const auto* op = machine_->current;
    return op != nullptr ? block_of(op).site_of(op).executed : 0;
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
    Dispatcher::request_exit();
    machine_->poll.store(true);
}

void Interp::flush_tlb(const TlbFlush& flush) {
    machine_->memory.flush(flush);
    fetcher_.flush(flush);
    const bool one_page = flush.by_address && !flush.everything;
    if (!one_page || jump_pages_.test(page_hash(flush.address)))
        renew_mode_tags();
}

Interp::Statistics Interp::statistics() const {
    Statistics rows = {{"code bytes", blocks_.size()}, {"links made", counters_.links}, {"block lookups", counters_.lookups}};
    append_statistics(rows);
    return rows;
}

// --- jumps

void Interp::remember_jump(Address pc, Block& block) {
    if (is_breakpoint(pc))
        return;
    jump_pages_.set(page_hash(pc));
    machine_->jumps.at(pc) = {pc, machine_->mode_tag, block.entry(), &block};
}

/// Links the exit that the machine left by, if it is still there (see on_drop).
void Interp::link_to(Block& block) {
    auto* link = std::exchange(machine_->link, nullptr);
    if (link == nullptr || link->to != nullptr || is_breakpoint(block.key.pc))
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
