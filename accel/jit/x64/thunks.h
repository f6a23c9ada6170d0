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
    // Jumped to. Those with a site take the guest address from there.
    Code leave_link = nullptr;
    Code leave_safepoint = nullptr;
    Code leave_lookup = nullptr;
    Code leave_stop = nullptr;
    Code leave_fault = nullptr;
    Code leave_cut = nullptr;
    // The guest address is in rax.
    Code leave_safepoint_at = nullptr;
    Code leave_lookup_at = nullptr;
    Code leave_stop_at = nullptr;
    /// Goes to the guest address in rax, or else leaves by leave_link.
    Code go_or_link = nullptr;
    // Called. All registers are kept, but for slots that the callee changed.
    Code memory = nullptr;
    Code helper = nullptr;
    Code value = nullptr;
    Code poll = nullptr;
    Code trace = nullptr;
    Code settle = nullptr;
    /// Called: brings the guest's float flags up to date and clears the host's.
    Code sync_flags = nullptr;
};

/// Appends the thunks to the arena.
[[nodiscard]] Thunks make_thunks(CodeArena& arena, Frame& frame, const Pins& pins);

/// Emits the search of the jump cache for the guest address in `target`; goes to `miss` when it is not there.
void emit_jump_lookup(asmjit::x86::Assembler& a, Frame& frame, const Gp& target, const Gp& temp, const Gp& temp2,
                      const asmjit::Label& miss);

} // namespace medley::accel::jit::x64
