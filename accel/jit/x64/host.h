/// \file
/// How the host's registers are shared out, and which instructions it has.
///
/// In all translated code: `rbp` points into the guest state, `r15` counts, `r14` is the window, the pinned registers hold
/// the slots that the target ranks first, the scratch registers hold values within a block. `rsp` is a multiple of 16.
#pragma once

#include "medley/base/float.h"
#include "medley/cpu/state_layout.h"

#include <array>
#include <asmjit/x86.h>
#include <cstdint>
#include <string_view>
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

/// Hears of what the assembler does not take: that the buffer is full is the only thing that may happen.
class EmissionErrors final : public asmjit::ErrorHandler {
public:
    void handleError(asmjit::Error error, const char* message, asmjit::BaseEmitter*) override;
    [[nodiscard]] bool full() const { return full_; }
    void clear() { full_ = false; }

private:
    bool full_ = false;
};

/// Optional instructions of the host.
struct Features {
    bool sse41 = false, avx = false, fma = false, f16c = false, avx512 = false;
    bool bmi1 = false, bmi2 = false, lzcnt = false, popcnt = false;
    /// What the host has, but for those that \p without names, with commas between: "avx512,fma". Extensions that rest on one
    /// that is left out are left out, too. Throws UserError on a name that is not known.
    [[nodiscard]] static Features detect(bool baseline, std::string_view without = {});
};

/// The host's floating-point control register with everything masked, no flags, and to nearest.
inline constexpr std::uint32_t kCleanControl = 0x1f80;
/// The bits of the host's control register that round so; NearestAway it cannot.
[[nodiscard]] constexpr std::uint32_t host_rounding(Rounding rounding) {
    switch (rounding) {
    case Rounding::Down: return 0x2000;
    case Rounding::Up: return 0x4000;
    case Rounding::TowardZero: return 0x6000;
    default: return 0;
    }
}

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
