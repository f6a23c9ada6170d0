/// \file
/// The code that is made once: the way into translated code, the ways out, and the bridges to C++.
#pragma once

#include "accel/jit/callouts.h"
#include "accel/jit/x64/arena.h"
#include "accel/jit/x64/values.h"

namespace medley::accel::jit::x64 {

struct Thunks {
    using Code = const std::byte*;

    void (*enter)(const void* code) = nullptr;
    // Jumped to, with the number of the site, or of the exit, on the stack.
    Code leave_link = nullptr;
    Code leave_stop = nullptr;
    Code leave_fault = nullptr;
    Code leave_apart = nullptr;
    /// Goes to the exit's guest address through the jump cache, or else leaves by leave_link.
    Code go_or_link = nullptr;
    // Jumped to without.
    Code leave_cut = nullptr;
    // The guest address is in rax.
    Code leave_safepoint_at = nullptr;
    /// The jump cache does not have it: in rax is the key that was searched.
    Code leave_miss = nullptr;
    Code leave_stop_at = nullptr; ///< With the number of the site on the stack.
    // Called, with the number of the site on the stack, which they take off. All registers are kept, but for slots that the
    // callee changed.
    Code memory = nullptr;
    Code prepare = nullptr;
    Code helper = nullptr;
    Code value = nullptr;
    Code trace = nullptr;
    Code settle = nullptr;
    Code resync = nullptr; ///< Keeps no scratch register.
    // Called without a site.
    Code poll = nullptr;
    Code flags = nullptr; ///< Settles the condition flags.
    /// Brings the guest's float flags up to date and clears the host's.
    Code sync_flags = nullptr;
};

/// Appends the thunks to the arena.
[[nodiscard]] Thunks make_thunks(CodeArena& arena, Frame& frame, const Pins& pins);

/// Emits the search of the jump cache for the guest address in `target`, which becomes the key; goes to `miss` when it is
/// not there.
template <class Miss>
void emit_jump_lookup(Assembler& a, Frame& frame, const Gp& target, const Gp& temp, const Miss& miss) {
    static_assert(sizeof(JumpCache::Entry) == 16, "the index is scaled by 8, from bit 1 on");
    const auto entry = [&](const void* member) {
        return asmjit::x86::ptr_abs(reinterpret_cast<std::uintptr_t>(member), temp, 3, 8);
    };
    const auto& first = *frame.jumps.entries();
    a.mov(temp.r32(), at_address(frame.jumps.hash_address(), 4));
    a.xor_(temp.r32(), target.r32());
    a.and_(temp.r32(), JumpCache::kIndexMask);
    a.xor_(target, at_address(frame.jumps.mode_address(), 8));
    a.cmp(target, entry(&first.key));
    a.jne(miss);
    a.jmp(entry(&first.code));
}

} // namespace medley::accel::jit::x64
