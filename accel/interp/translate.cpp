// Finding blocks, and making those that are not there.
#include "accel/interp/interp.h"

#include "accel/common/verify.h"
#include "medley/base/error.h"

#include <utility>

namespace medley::accel::interp {

Block* Interp::lookup(std::uint32_t limit) {
    const auto pc = machine_->pc();
    if (limit == 0) {
        const auto& jump = machine_->jumps.at(pc);
        if (jump.pc == pc && jump.mode_tag == machine_->mode_tag) {
            link_to(*jump.block);
            return jump.block;
        }
    }
    auto* block = lookup_slowly(pc, limit);
    if (block != nullptr && !block->checked && limit == 0) {
        link_to(*block);
        remember_jump(pc, *block);
    }
    machine_->link = nullptr;
    return block;
}

Block* Interp::lookup_slowly(Address pc, std::uint32_t limit) {
    ++counters_.lookups;
    auto key = key_at(pc, limit);
    auto* block = key ? find_current(*key) : nullptr;
    if (!key || block != nullptr)
        return block;
    alone(team_, [&] {
        if (team_ != nullptr) { // This CPU may have waited for others, which changed mappings.
            key = key_at(pc, limit);
            block = key ? find_current(*key) : nullptr;
        }
        if (key && block == nullptr)
            block = translate(*key);
    });
    return block;
}

/// The name of the block at an address, as it is mapped now; nothing when it cannot be fetched.
std::optional<BlockKey> Interp::key_at(Address pc, std::uint32_t limit) {
    const auto* page = fetcher_.page(pc, 1);
    if (page == nullptr)
        return std::nullopt;
    if (fetcher_.overflowed())
        renew_mode_tags();
    return BlockKey{pc, page->physical | (pc & ~kPageMask), mode_->key, limit};
}

Block* Interp::find_current(const BlockKey& key) {
    auto* found = static_cast<Block*>(blocks_.find(key));
    if (found == nullptr || !found->checked || fetcher_.is_current(*found))
        return found;
    blocks_.drop(*found);
    return nullptr;
}

/// Nothing runs here, so that what was dropped can go, and everything when there is too much.
void Interp::flush_when_full() {
    if (blocks_.size() + lowering_.constants().host_bytes() > options_.cache_bytes) {
        flush_code();
        lowering_.constants().clear();
    }
    blocks_.reclaim();
}

Block* Interp::translate(const BlockKey& key) {
    auto max = key.limit != 0 ? key.limit : kMaxInstructions;
    auto block = std::make_unique<Block>();
    for (;;) {
        if (!lift(key.pc, max))
            return nullptr;
        block->key = key;
        block->instruction_count = source_.instruction_count;
        block->byte_length = source_.byte_length;
        if (!fetcher_.describe(*block))
            return nullptr;
        if (lowering_.lower(source_, {.linked = !block->checked && key.limit == 0}, *block))
            break;
        MEDLEY_ASSERT(max > 1, "one instruction is too large for a block");
        max /= 2;
    }
    const auto bytes = block->host_bytes();
    return static_cast<Block*>(&add_block(std::move(block), bytes));
}

bool Interp::lift(Address pc, std::uint32_t max_instructions) {
    flush_when_full();
    if (!lift_block(pc, max_instructions, source_))
        return false;
    ir::optimize(source_, {core_.layout(), core_.helpers()}, scratch_);
    if (check_)
        verify(core_, source_);
    return true;
}

} // namespace medley::accel::interp
