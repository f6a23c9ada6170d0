// Finding blocks, and making those that are not there.
#include "accel/jit/jit.h"

#include "accel/jit/rounding.h"
#include "medley/base/error.h"

#include <chrono>
#include <utility>

namespace medley::accel::jit {

/// The block at the program counter; null when it cannot be fetched (fetcher_.fault()).
Block* Jit::lookup(std::uint32_t limit) {
    const auto pc = frame_->pc();
    if (auto* known = limit == 0 ? frame_->jumps.find(pc) : nullptr) {
        try_link(*known);
        return known;
    }
    auto* block = lookup_slowly(pc, limit);
    if (block == nullptr || block->checked || limit != 0)
        return block;
    try_link(*block);
    remember_jump(pc, *block);
    return block;
}

Block* Jit::lookup_slowly(Address pc, std::uint32_t limit) {
    ++counters_.lookups;
    auto key = key_at(pc, limit);
    auto* block = key ? find_current(*key) : nullptr;
    if (!key || block != nullptr)
        return block;
    const auto begin = std::chrono::steady_clock::now();
    alone(team_, [&] {
        if (team_ != nullptr) { // This CPU may have waited for others, which changed mappings.
            key = key_at(pc, limit);
            block = key ? find_current(*key) : nullptr;
        }
        if (key && block == nullptr)
            block = translate(*key);
    });
    counters_.translation_ns += static_cast<std::uint64_t>((std::chrono::steady_clock::now() - begin).count());
    return block;
}

/// The name of the block at an address, as it is mapped now; nothing when it cannot be fetched.
std::optional<BlockKey> Jit::key_at(Address pc, std::uint32_t limit) {
    const auto* page = fetcher_.page(pc, 1);
    if (page == nullptr)
        return std::nullopt;
    if (fetcher_.overflowed())
        renew_mode_tags();
    return BlockKey{pc, page->physical | (pc & ~kPageMask), mode_state_->block_mode, limit};
}

Block* Jit::find_current(const BlockKey& key) {
    auto* found = static_cast<Block*>(blocks_.find(key));
    if (found == nullptr || (found->checked ? fetcher_.is_current(*found) : is_mapped_as_before(*found)))
        return found;
    blocks_.drop(*found);
    return nullptr;
}

/// A block in two pages is named by the first one alone.
bool Jit::is_mapped_as_before(const Block& block) {
    if (block.page_count < 2)
        return true;
    const auto* second = fetcher_.page((block.key.pc & kPageMask) + kPageSize, 1);
    return second != nullptr && second->physical == block.physical_pages[1] && second->code == block.pages[1];
}

/// Where both pages of a block are watched, and mapped as wholes, nothing changes unnoticed but the mapping of the second one: that
/// is compared when the block is looked up, and exits that may lead to such a block know the mode that they are good for.
void Jit::settle_straddling(Block& block) {
    if (!block.checked || block.page_count < 2)
        return;
    const auto first_page = block.key.pc & kPageMask;
    for (const auto address : {first_page, first_page + kPageSize}) {
        const auto* page = fetcher_.page(address, 1);
        if (page == nullptr || !page->steady() || page->code.watch == nullptr)
            return;
    }
    block.checked = false;
    block.bytes = {};
}

/// The oldest segment of the cache gives way: its blocks are dropped. Nothing runs here.
void Jit::make_room() {
    const auto next = (backend_->segment() + 1) % backend_->segments();
    ++counters_.evictions;
    for (std::size_t i = 0; i < segments_[next].size(); ++i)
        if (auto* block = segments_[next][i])
            blocks_.drop(*block);
    segments_[next].clear();
    reclaim();
    backend_->begin_segment(next);
}

/// Nothing runs here, so that what was dropped can go.
void Jit::reclaim() {
    if (link_ != nullptr && link_->from->dead)
        link_ = nullptr;
    blocks_.reclaim();
}

Block* Jit::translate(const BlockKey& key) {
    auto max = key.limit != 0 ? key.limit : kMaxInstructions;
    auto block = std::make_unique<Block>();
    reclaim();
    bool emptied = false;
    for (;;) {
        if (!make_region(key.pc, max))
            return nullptr;
        expect_accesses();
        block->key = key;
        block->instruction_count = region_.instruction_count;
        block->byte_length = region_.byte_length;
        if (!fetcher_.describe(*block))
            return nullptr;
        settle_straddling(*block);
        choose_rounding(mode_->key);
        const CompileMode mode{.linked = !block->checked && key.limit == 0, .trace = trace_.instructions};
        const auto outcome = backend_->compile(region_, mode, *block);
        if (outcome == Backend::Outcome::Done)
            break;
        if (outcome == Backend::Outcome::Full && !std::exchange(emptied, true)) {
            make_room();
            continue;
        }
        MEDLEY_ASSERT(max > 1, "one instruction is too large for a block");
        max /= 2;
    }
    counters_.host_bytes += block->code_bytes;
    counters_.hot_bytes += block->hot_bytes;
    auto& neighbours = segments_[backend_->segment()];
    block->segment = backend_->segment();
    block->place = static_cast<std::uint32_t>(neighbours.size());
    neighbours.push_back(block.get());
    report_.block(*block, region_, *backend_);
    const auto bytes = block->host_bytes();
    return static_cast<Block*>(&add_block(std::move(block), bytes));
}

/// Code of a mode accesses memory under one index, as a rule: the window is set up for that.
void Jit::expect_accesses() {
    for (const auto& operation : region_.operations) {
        if (operation.opcode != ir::Opcode::Load && operation.opcode != ir::Opcode::Store)
            continue;
        mode_state_->mem_index = ir::MemOp::decode(operation.imm).mem_index;
        frame_->memory.expect(*mode_state_->mem_index);
        return;
    }
}

bool Jit::make_region(Address pc, std::uint32_t max_instructions) {
    if (!lift_block(pc, max_instructions, region_))
        return false;
    const bool steady = fetcher_.is_steady() && region_.byte_length <= kPageSize - (pc & ~kPageMask);
    if (steady && max_instructions > 1)
        regions_.extend(region_, max_instructions);
    ir::clean_up(region_, {core_.layout(), core_.helpers()}, scratch_);
    RegionMaker::trim(region_);
    return true;
}

/// The rounding of a translation key's first code that rounds is what the host is set to for all of it: code of one key rarely
/// needs two. Earlier code of the key does not mind.
void Jit::choose_rounding(std::uint64_t key) {
    if (roundings_.contains(key))
        return;
    const auto rounding = first_rounding(region_);
    if (!rounding)
        return;
    roundings_.emplace(key, *rounding);
    backend_->set_rounding(*rounding);
}

// --- jumps

/// The block is reached without a look at its pages' translations.
void Jit::note_jump_to(const Block& block) {
    jump_pages_.set(page_hash(block.key.pc));
    if (block.page_count > 1)
        jump_pages_.set(page_hash(block.key.pc + kPageSize));
}

void Jit::remember_jump(Address pc, Block& block) {
    if (is_breakpoint(pc))
        return;
    note_jump_to(block);
    frame_->jumps.remember(pc, block.entry, block);
}

/// Makes the exit that translated code left through lead to the block. A far exit may be linked already, under another
/// mode tag.
void Jit::try_link(Block& to) {
    auto* exit = std::exchange(link_, nullptr);
    if (exit == nullptr || exit->from->dead || to.checked || is_breakpoint(to.key.pc))
        return;
    if (exit->to != nullptr && exit->to != &to)
        exit->detach();
    if (exit->to == nullptr)
        exit->attach(to);
    ++counters_.links;
    note_jump_to(to);
    backend_->link(*exit, to);
}

/// Cuts all links from and to the block.
void Jit::on_drop(CodeBlock& dropped) {
    auto& block = static_cast<Block&>(dropped);
    for (auto& exit : block.exits) {
        if (exit.to == nullptr)
            continue;
        exit.detach();
        backend_->unlink(exit);
    }
    while (auto* exit = block.incoming) {
        exit->detach();
        backend_->unlink(*exit);
    }
    frame_->jumps.forget(block);
    segments_[block.segment][block.place] = nullptr;
}

} // namespace medley::accel::jit
