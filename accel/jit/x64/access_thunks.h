/// \file
/// Loads and stores out of line: what the inline check refused is looked for in the whole soft TLB, before C++ is called.
#pragma once

#include "accel/jit/frame.h"
#include "accel/jit/x64/arena.h"
#include "accel/jit/x64/thunks.h"

#include <array>
#include <bit>
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
    /// Called with an address in `temp` and the number of a hint (PageHints) in `index`: makes the hint the address's index in the soft TLB, and leaves that
    /// in `index`; changes `temp`. The host's flags say "equal" where the hint was that already, or is worn. Null where there is no room.
    [[nodiscard]] Thunks::Code get_hinting(const Gp& index, const Gp& temp);

private:
    static constexpr std::size_t kKinds = std::size_t{1} << 10;

    [[nodiscard]] static std::size_t kind(ir::MemOp op, bool write);
    [[nodiscard]] Thunks::Code make(ir::MemOp op, bool write);
    void emit(Assembler& a, ir::MemOp op, bool write);
    template <class Emit>
    [[nodiscard]] Thunks::Code assemble(const Emit& emit);

    CodeArena& arena_;
    Frame& frame_;
    Features features_;
    Thunks::Code memory_;
    std::array<Thunks::Code, kKinds> known_{};
    std::array<std::array<Thunks::Code, Frame::kHostRegisters>, Frame::kHostRegisters> hinting_{};
};

/// What a look into the soft TLB is for: `bytes` that start at an address, in one page.
struct TlbAccess {
    unsigned mem_index = 0;
    bool write = false;
    std::uint32_t bytes = 1;
    bool aligned = false; ///< What is misaligned does not match either; `bytes` is a power of two.
};
/// Goes to `miss` unless the soft TLB's entry `index` serves the access of `address`. Changes `temp`.
void emit_tlb_match(Assembler& a, SoftTlb& tlb, const TlbAccess& access, const Gp& index, const Mem& address, const Gp& temp, const asmjit::Label& miss);
/// Leaves the soft TLB's index of the address `from` in `to`, which may be the same register.
void emit_tlb_index(Assembler& a, const Features& features, const Gp& to, const Gp& from);
/// The element of a table in the frame, whose first one is given.
template <class Number>
[[nodiscard]] Mem in_table(const Number& first, const Gp& index) {
    return asmjit::x86::ptr_abs(reinterpret_cast<std::uintptr_t>(&first), index, std::countr_zero(sizeof first), sizeof first);
}

} // namespace medley::accel::jit::x64
