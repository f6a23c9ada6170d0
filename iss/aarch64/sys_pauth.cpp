// What pointer authentication depends on: keys, enables, traps and the layout of addresses. Arm ARM DDI 0487, D8.9.
#include "iss/aarch64/sys.h"
#include "iss/aarch64/sys_bits.h"
#include "iss/aarch64/syndrome.h"
#include "medley/base/bits.h"

namespace medley::iss::aarch64 {

PacRegime System::pac_regime(PacKey key) const {
    const auto& r = regs();
    PacRegime regime;
    std::uint64_t enable = 0;
    switch (key) {
    case PacKey::InstructionA:
        regime.key_low = r.apiakeylo_el1, regime.key_high = r.apiakeyhi_el1, enable = sctlr::kEnIa;
        break;
    case PacKey::InstructionB:
        regime.key_low = r.apibkeylo_el1, regime.key_high = r.apibkeyhi_el1, enable = sctlr::kEnIb;
        break;
    case PacKey::DataA: regime.key_low = r.apdakeylo_el1, regime.key_high = r.apdakeyhi_el1, enable = sctlr::kEnDa; break;
    case PacKey::DataB: regime.key_low = r.apdbkeylo_el1, regime.key_high = r.apdbkeyhi_el1, enable = sctlr::kEnDb; break;
    case PacKey::Generic: regime.key_low = r.apgakeylo_el1, regime.key_high = r.apgakeyhi_el1; break;
    }
    regime.enabled = enable == 0 || (sctlr() & enable) != 0;
    if (!regime.enabled)
        return regime;
    const bool guest = el() < 2 && el2_enabled() && !host_user();
    unsigned trap = 0;
    if (guest && (r.hcr_el2 & hcr::kApi) == 0)
        trap = 2;
    else if (el() < 3 && config_.has_el3 && (r.scr_el3 & scr::kApi) == 0)
        trap = 3;
    if (trap != 0)
        regime.trap = Fault{FaultKind::Instruction, Access::Fetch, syndrome::kPointerAuth, 0, trap};
    return regime;
}

PointerLayout System::pointer_layout(Address pointer, bool is_data) const {
    const auto of = regime();
    PointerLayout layout;
    layout.two_ranges = has_two_ranges(of);
    layout.tagged = tag_ignored(of, pointer, !is_data);
    auto address = pointer;
    const auto& r = regs();
    const auto tcr = of == Regime::El10 ? r.tcr_el1 : of == Regime::El3 ? r.tcr_el3 : r.tcr_el2;
    const bool high = layout.two_ranges && bit(address, 55);
    const auto size = bits(tcr, high ? 16 : 0, 6);
    // Sizes out of bounds count as the nearest legal one (TCR_EL1.TnSZ).
    const std::uint64_t least = config_.has(Feature::LVA) ? 12 : 16;
    const std::uint64_t most = config_.has(Feature::TTST) ? 48 : 39;
    layout.va_bits = 64 - static_cast<unsigned>(size < least ? least : size > most ? most : size);
    return layout;
}

} // namespace medley::iss::aarch64
