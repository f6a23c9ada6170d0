#include "accel/jit/jump_cache.h"

#include "accel/jit/block.h"

namespace medley::accel::jit {

void JumpCache::begin(const void* miss) {
    miss_ = miss;
    for (auto& entry : entries_)
        entry = {0, miss_};
}

void JumpCache::set_mode(std::uint32_t number) {
    constexpr std::uint32_t kFactor = 0x9e5; // odd: products differ
    const auto mode = number & (kEntries - 1);
    mode_.number = std::uint64_t{mode} << 1;
    mode_.hash = static_cast<std::uint32_t>((mode ^ (mode * kFactor & (kEntries - 1))) << 1);
}

void JumpCache::remember(Address pc, const void* code, Block& block) {
    const auto at = index(pc);
    if (owners_[at].block != nullptr)
        clear(at);
    entries_[at] = {pc ^ mode_.number, code};
    owners_[at] = {&block, Block::kNoJump, block.first_jump};
    if (block.first_jump != Block::kNoJump)
        owners_[block.first_jump].before = static_cast<std::uint16_t>(at);
    block.first_jump = static_cast<std::uint16_t>(at);
}

void JumpCache::clear(std::size_t at) {
    const auto [block, before, behind] = owners_[at];
    if (before != Block::kNoJump)
        owners_[before].behind = behind;
    else
        block->first_jump = behind;
    if (behind != Block::kNoJump)
        owners_[behind].before = before;
    owners_[at] = {};
    entries_[at] = {0, miss_};
}

void JumpCache::forget(Block& block) {
    while (block.first_jump != Block::kNoJump)
        clear(block.first_jump);
}

void JumpCache::forget_all() {
    for (std::size_t at = 0; at < kEntries; ++at)
        if (owners_[at].block != nullptr)
            clear(at);
}

} // namespace medley::accel::jit
