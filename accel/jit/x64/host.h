/// \file
/// How the host's registers are shared out, and which instructions it has.
///
/// In all translated code: `rbp` points into the guest state, `r15` counts, `r14` is the window, the pinned registers hold
/// the slots that the target ranks first, the scratch registers hold values within a block. `rsp` is a multiple of 16.
#pragma once

#include "medley/cpu/state_layout.h"

#include <array>
#include <asmjit/x86.h>
#include <cstdint>
#include <vector>

namespace medley::accel::jit::x64 {

inline constexpr auto kState = asmjit::x86::rbp;
inline constexpr auto kCounter = asmjit::x86::r15;
inline constexpr auto kWindow = asmjit::x86::r14;
/// What `rbp` is ahead of the state block, so that one-byte displacements reach 256 bytes.
inline constexpr std::int32_t kStateBias = 128;

inline constexpr std::array kScratch{asmjit::x86::rax, asmjit::x86::rcx, asmjit::x86::rdx, asmjit::x86::rsi};
inline constexpr std::array kPinned{asmjit::x86::rbx, asmjit::x86::rdi, asmjit::x86::r8,  asmjit::x86::r9,
                                    asmjit::x86::r10, asmjit::x86::r11, asmjit::x86::r12, asmjit::x86::r13};
inline constexpr unsigned kFloatScratch = 4; ///< xmm0 to xmm3.
inline constexpr unsigned kFloatPinned = 12; ///< xmm4 to xmm15.

struct Features {
    bool avx = false, fma = false, bmi1 = false, bmi2 = false, lzcnt = false, popcnt = false;
    [[nodiscard]] static Features detect(bool baseline);
};

/// Where a slot is while translated code runs.
struct SlotPlace {
    std::int8_t integer = -1;      ///< Number of the pinned general register.
    std::int8_t floating = -1;     ///< Number of the pinned vector register.
    /// Others can change it, or it shares bytes with another slot: read and written at once, never referred to.
    bool plain = false;
    std::int32_t displacement = 0; ///< From `rbp`.
    ir::Type type{};
};

/// The places of all slots of a core.
class Pins {
public:
    explicit Pins(const StateLayout& layout);
    [[nodiscard]] const SlotPlace& operator[](std::uint64_t slot) const { return places_[slot]; }
    [[nodiscard]] const std::vector<SlotPlace>& places() const { return places_; }
    [[nodiscard]] const std::vector<ir::SlotId>& pinned() const { return pinned_; }

private:
    std::vector<SlotPlace> places_;
    std::vector<ir::SlotId> pinned_;
};

} // namespace medley::accel::jit::x64
