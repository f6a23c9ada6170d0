/// \file
/// A translated block of the interpreter.
#pragma once

#include "accel/common/block_cache.h"
#include "accel/interp/op.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace medley::accel::interp {

/// A way from one block into another in the same page.
struct Link {
    Block* from = nullptr;
    Exit* exit = nullptr;
    const Op* stub = nullptr; ///< Where the exit leads while it is not linked.
    Block* to = nullptr;
};

/// What guest instruction an operation that can leave its block belongs to.
struct Site {
    std::uint16_t op = 0;       ///< Index into Block::code.
    std::uint16_t executed = 0; ///< Instructions of the block before this one.
    std::uint16_t end = 0;      ///< Where the block can be left behind the instruction; 0: it ends with it.
    Address pc = 0;
    Address next = 0;           ///< Of the instruction behind `end`.
};

struct Block : CodeBlock {
    std::unique_ptr<Op[]> code;       ///< The first one only points back here; entry() is behind it.
    std::size_t code_size = 0;
    std::vector<Site> sites;          ///< By `op`.
    std::array<Link, 2> links{};      ///< Those without `exit` are unused.
    std::vector<Link*> incoming;

    [[nodiscard]] const Op* entry() const { return code.get() + 1; }
    [[nodiscard]] const Site& site_of(const Op* op) const;
    [[nodiscard]] std::size_t host_bytes() const {
        return sizeof(Block) + code_size * sizeof(Op) + sites.capacity() * sizeof(Site) + bytes.size();
    }
    void link(Link& link);
    /// Cuts all links from and to this block.
    void unlink();

private:
    static constexpr std::uint16_t kNoSite = 0xffff;
    void index_sites() const;
    mutable std::vector<std::uint16_t> site_at_; ///< Index into `sites`, by operation; empty before somebody asks.
};

/// The block that an operation with a site belongs to.
[[nodiscard]] inline Block& block_of(const Op* op) { return *(op - op->mem.site)->block; }

} // namespace medley::accel::interp
