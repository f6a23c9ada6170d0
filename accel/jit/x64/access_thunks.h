/// \file
/// Loads and stores out of line: what the inline check refused is looked for in the whole soft TLB, before C++ is called.
#pragma once

#include "accel/jit/frame.h"
#include "accel/jit/x64/arena.h"
#include "accel/jit/x64/thunks.h"

#include <array>
#include <cstddef>

namespace medley::accel::jit::x64 {

/// One piece of code for each kind of access, made when it is first asked for. It is called with the address in
/// Frame::arguments[0] and the data to be stored in arguments[1]; what is loaded comes in Frame::result, extended by zeros, both in
/// host order. Like the ways to C++ it takes the number of the site off the stack, and keeps all registers.
class AccessThunks {
public:
    AccessThunks(CodeArena& arena, Frame& frame, const Features& features, Thunks::Code memory)
        : arena_(arena), frame_(frame), features_(features), memory_(memory) {}

    /// Where there is no room for more of them, the way to C++.
    [[nodiscard]] Thunks::Code get(ir::MemOp op, bool write);

private:
    static constexpr std::size_t kKinds = std::size_t{1} << 10;

    [[nodiscard]] static std::size_t kind(ir::MemOp op, bool write);
    [[nodiscard]] Thunks::Code make(ir::MemOp op, bool write);
    void emit(Assembler& a, ir::MemOp op, bool write);

    CodeArena& arena_;
    Frame& frame_;
    Features features_;
    Thunks::Code memory_;
    std::array<Thunks::Code, kKinds> known_{};
};

/// Leaves the soft TLB's index of the address `from` in `to`, which may be the same register.
void emit_tlb_index(Assembler& a, const Features& features, const Gp& to, const Gp& from);
/// The element of one of its tables, whose first one is given.
[[nodiscard]] Mem in_tlb(const std::uint64_t& first, const Gp& index);

} // namespace medley::accel::jit::x64
