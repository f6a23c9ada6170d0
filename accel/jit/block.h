/// \file
/// A translated block: one run of host code with one entry, and its ways out.
#pragma once

#include "accel/common/block_cache.h"
#include "accel/jit/frame.h"

#include <cstdint>
#include <vector>

namespace medley::accel::jit {

/// A way from one block to a known address.
struct Exit {
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};

    Block* from = nullptr;
    Block* to = nullptr;        ///< Null while it is not linked.
    // Its neighbours among those that lead to the same block.
    Exit* before = nullptr;
    Exit* behind = nullptr;
    Address target = 0;
    // Offsets in the code arena.
    std::uint32_t jump = kNone; ///< Displacement of the jump; kNone: it is never linked.
    std::uint32_t stub = 0;     ///< Where the jump leads while it is not linked.
    std::uint32_t tag = kNone;  ///< Another page: the mode tag that the jump is good for.
    std::uint32_t retry = 0;    ///< Another page: displacement of the stub's jump.

    /// Enters and leaves the list of its target.
    void attach(Block& block);
    void detach();
};

struct Block : CodeBlock {
    const void* entry = nullptr;
    std::uint32_t code_offset = 0;  ///< In the arena.
    std::uint32_t code_bytes = 0;
    std::uint32_t hot_bytes = 0;    ///< Those in front of the out-of-line code.
    std::vector<Exit> exits;
    Exit* incoming = nullptr;       ///< The first exit that leads here.
    static constexpr std::uint16_t kNoJump = 0xffff;
    std::uint16_t first_jump = kNoJump; ///< In the jump cache.
    std::uint32_t segment = 0;      ///< Of the cache.
    std::uint32_t place = 0;        ///< Among the blocks of the segment.

    [[nodiscard]] std::size_t host_bytes() const {
        return sizeof(Block) + code_bytes + exits.capacity() * sizeof(Exit) + bytes.size();
    }
};

inline void Exit::attach(Block& block) {
    to = &block;
    before = nullptr;
    behind = block.incoming;
    if (behind != nullptr)
        behind->before = this;
    block.incoming = this;
}

inline void Exit::detach() {
    if (behind != nullptr)
        behind->before = before;
    (before != nullptr ? before->behind : to->incoming) = behind;
    to = nullptr;
}

} // namespace medley::accel::jit
