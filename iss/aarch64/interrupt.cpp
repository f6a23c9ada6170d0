// Physical and virtual interrupts: Arm ARM DDI 0487, "Asynchronous exception types" and ISR_EL1.
#include "iss/aarch64/sys.h"
#include "iss/aarch64/sys_bits.h"
#include "iss/aarch64/syndrome.h"
#include "iss/aarch64/wires.h"
#include "medley/base/bits.h"

#include <array>

namespace medley::iss::aarch64 {
namespace {

/// How the kinds of interrupts differ: the registers' bits for them.
struct Kind {
    Exception::Kind kind;
    std::uint32_t mask;          ///< In PSTATE.DAIF, and (a place to the left) in ISR_EL1.
    std::uint64_t to_el3;        ///< SCR_EL3
    std::uint64_t to_el2;        ///< HCR_EL2: routing of the physical one, and existence of the virtual one.
    std::uint64_t virtual_bit;   ///< HCR_EL2: the virtual one is pending.
    std::uint64_t input;         ///< Bit of the input.
    std::uint64_t virtual_input;
};

constexpr std::uint64_t input_bit(Input input) { return one_bit(static_cast<unsigned>(input)); }

constexpr Kind kError{Exception::Kind::SError, pstate::kA, scr::kEa, hcr::kAmo, hcr::kVse, input_bit(Input::Sei), 0};

/// Most urgent first; the architecture leaves the order open.
constexpr std::array<Kind, 3> kKinds{{
    kError,
    {Exception::Kind::Fiq, pstate::kF, scr::kFiq, hcr::kFmo, hcr::kVf, input_bit(Input::Fiq), input_bit(Input::Vfiq)},
    {Exception::Kind::Irq, pstate::kI, scr::kIrq, hcr::kImo, hcr::kVi, input_bit(Input::Irq), input_bit(Input::Virq)},
}};

/// Bits 8 to 6 of ISR_EL1.
std::uint64_t isr_bit(const Kind& kind) { return std::uint64_t{kind.mask} << 6; }

bool is_asserted_virtually(const Kind& kind, std::uint64_t hcr, std::uint64_t inputs) {
    return (hcr & kind.virtual_bit) != 0 || (inputs & kind.virtual_input) != 0;
}

/// Virtual interrupts exist below EL2, for a guest.
bool is_pending_virtually(const Kind& kind, unsigned level, std::uint64_t hcr, std::uint64_t inputs) {
    const bool exists = level < 2 && (hcr & kind.to_el2) != 0 && (hcr & hcr::kTge) == 0;
    return exists && is_asserted_virtually(kind, hcr, inputs);
}

} // namespace

/// The inputs with those of either security state as what they are in the current one, and the SError that is pending for the
/// level of its wire.
std::uint64_t System::current_inputs() const {
    auto inputs = regs().inputs & ~input_bit(Input::Sei);
    if (regs().serror_pending != 0)
        inputs |= input_bit(Input::Sei);
    if ((inputs & input_bit(Input::IrqNs)) != 0)
        inputs |= input_bit(secure_now() ? Input::Fiq : Input::Irq);
    if ((inputs & input_bit(Input::IrqS)) != 0)
        inputs |= input_bit(el() < 3 && secure_below_el3() ? Input::Irq : Input::Fiq);
    return inputs;
}

void System::set_interrupt(unsigned line, bool level) {
    auto& inputs = regs().inputs;
    if (line == static_cast<unsigned>(Input::Sei) && level && (inputs & one_bit(line)) == 0)
        regs().serror_pending = 1;
    inputs = level ? inputs | one_bit(line) : inputs & ~one_bit(line);
    update_attention();
}

unsigned System::physical_target(std::uint64_t to_el3, std::uint64_t to_el2) const {
    if (config_.has_el3 && (regs().scr_el3 & to_el3) != 0)
        return 3;
    return (effective_hcr() & (to_el2 | hcr::kTge)) != 0 ? 2 : 1;
}

/// "Asynchronous exception masking": what goes to a higher level than EL1 cannot be masked from below, but for a host's own users.
bool System::takes_from_here(unsigned target, std::uint32_t mask) const {
    if (target < el())
        return false;
    const bool unmaskable = target > el() && target > 1 && !(target == 2 && host_user());
    return unmaskable || (regs().pstate.daif & mask) == 0;
}

/// An SError of the platform has no syndrome of its own ("uncategorized"); that of a virtual one is the hypervisor's choice
/// (ESR_ELx, "ISS encoding for an SError exception", and VSESR_EL2).
std::uint32_t System::serror_syndrome(bool is_virtual) const {
    const bool chosen = is_virtual && config_.has(Feature::RAS);
    return chosen ? syndrome::iss_of(static_cast<std::uint32_t>(regs().vsesr_el2)) : 0;
}

std::optional<System::Interrupt> System::next_interrupt() const {
    const auto inputs = current_inputs();
    const auto hcr = effective_hcr();
    const auto make = [&](const Kind& kind, unsigned target, bool is_virtual) {
        Interrupt interrupt;
        interrupt.is_virtual = is_virtual;
        interrupt.exception.kind = kind.kind;
        interrupt.exception.target = target;
        interrupt.exception.return_address = state_.pc;
        if (kind.kind == Exception::Kind::SError)
            interrupt.exception.syndrome = syndrome::make(ec::kSError, serror_syndrome(is_virtual));
        return interrupt;
    };
    for (const auto& kind : kKinds) {
        if ((inputs & kind.input) == 0)
            continue;
        const auto target = physical_target(kind.to_el3, kind.to_el2);
        if (takes_from_here(target, kind.mask))
            return make(kind, target, false);
    }
    for (const auto& kind : kKinds)
        if (is_pending_virtually(kind, el(), hcr, inputs) && (regs().pstate.daif & kind.mask) == 0)
            return make(kind, 1, true);
    return std::nullopt;
}

void System::update_attention() { state_.attention = next_interrupt() ? 1 : 0; }

bool System::take_interrupt() {
    const auto interrupt = next_interrupt();
    if (!interrupt) {
        update_attention();
        return false;
    }
    // An SError is taken once.
    if (interrupt->exception.kind == Exception::Kind::SError)
        forget_serror(interrupt->is_virtual);
    take(interrupt->exception);
    return true;
}

void System::forget_serror(bool is_virtual) {
    if (is_virtual)
        regs().hcr_el2 &= ~hcr::kVse;
    else
        regs().serror_pending = 0;
}

/// ESB (AArch64.ESBOperation and AArch64.vESBOperation): SErrors that are masked here are noted in DISR_EL1 or VDISR_EL2 and
/// wait no longer; the others are taken behind it.
void System::synchronize_errors() {
    constexpr std::uint64_t kDeferred = one_bit(31); // A
    auto& r = regs();
    if (r.serror_pending != 0 && !takes_from_here(physical_target(kError.to_el3, kError.to_el2), kError.mask)) {
        r.disr_el1 = kDeferred | serror_syndrome(false);
        forget_serror(false);
    }
    if (is_pending_virtually(kError, el(), effective_hcr(), 0) && (r.pstate.daif & kError.mask) != 0) {
        r.vdisr_el2 = kDeferred | serror_syndrome(true);
        forget_serror(true);
    }
    update_attention();
}

std::uint64_t System::pending_interrupts() const {
    const auto inputs = current_inputs();
    const auto hcr = effective_hcr();
    std::uint64_t value = 0;
    for (const auto& kind : kKinds) {
        const bool shows_virtual = el() == 1 && (hcr & kind.to_el2) != 0;
        const bool pending = shows_virtual ? is_asserted_virtually(kind, hcr, inputs) : (inputs & kind.input) != 0;
        value |= pending ? isr_bit(kind) : 0;
    }
    return value;
}

/// "WFI wake-up events": whatever PSTATE masks, but virtual interrupts only where they exist.
bool System::wakes_up() const {
    if (waits_for_event())
        return is_event_wait_over();
    const auto inputs = current_inputs();
    const auto hcr = effective_hcr();
    for (const auto& kind : kKinds) {
        if ((inputs & kind.input) != 0)
            return true;
        if (is_pending_virtually(kind, el(), hcr, inputs))
            return true;
    }
    return false;
}

} // namespace medley::iss::aarch64
