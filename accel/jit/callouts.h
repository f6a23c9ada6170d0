/// \file
/// The C++ that translated code calls for everything it does not do itself. Each function finds what to do in
/// Frame::current() and its operands in Frame::arguments; no exception may leave it.
#pragma once

#include "accel/jit/frame.h"

namespace medley::accel::jit {

/// 0: go on (a result is in Frame::result); else translated code leaves as Frame::leave says.
using Callout = std::uint32_t (*)(Frame&);

/// What translated code is connected with: everybody finds the condition flags in their slots.
template <Callout callout>
[[nodiscard]] std::uint32_t with_flags(Frame& frame) {
    frame.flags.settle();
    return callout(frame);
}
/// Condition flags are read that may be pending: nothing else is wanted.
[[nodiscard]] inline std::uint32_t callout_nothing(Frame&) { return 0; }

/// Loads, stores, atomics and exclusives.
[[nodiscard]] std::uint32_t callout_memory(Frame& frame);
/// The check of a group's leader failed in the soft TLB: fills it, if that serves all of the group; else nothing of the instruction has
/// happened, and translated code leaves.
[[nodiscard]] std::uint32_t callout_prepare(Frame& frame);
[[nodiscard]] std::uint32_t callout_helper(Frame& frame);
/// Any operation that only makes a value.
[[nodiscard]] std::uint32_t callout_value(Frame& frame);
/// At a Stop for a resync, whose instruction has been counted: goes on if there is nothing that could have to be done there.
[[nodiscard]] std::uint32_t callout_resync(Frame& frame);
/// The guest wrote the attention slot.
[[nodiscard]] std::uint32_t callout_poll(Frame& frame);
/// An instruction starts, for tracing.
[[nodiscard]] std::uint32_t callout_trace(Frame& frame);
/// Of the site only the deferred NaNs are meant: they are settled.
[[nodiscard]] std::uint32_t callout_settle(Frame& frame);

} // namespace medley::accel::jit
