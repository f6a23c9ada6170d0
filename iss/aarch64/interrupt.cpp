// Physical and virtual interrupts: Arm ARM DDI 0487, D1.3.6 and D19.2.76.
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

/// Most urgent first; the architecture leaves the order open.
constexpr std::array<Kind, 3> kKinds{{
    {Exception::Kind::SError, pstate::kA, scr::kEa, hcr::kAmo, hcr::kVse, 0, 0},
    {Exception::Kind::Fiq, pstate::kF, scr::kFiq, hcr::kFmo, hcr::kVf, input_bit(Input::Fiq), input_bit(Input::Vfiq)},
    {Exception::Kind::Irq, pstate::kI, scr::kIrq, hcr::kImo, hcr::kVi, input_bit(Input::Irq), input_bit(Input::Virq)},
}};

/// Bits 8 to 6 of ISR_EL1.
std::uint64_t isr_bit(const Kind& kind) { return std::uint64_t{kind.mask} << 6; }

} // namespace

/// The inputs with those of either security state as what they are in the current one.
std::uint64_t System::current_inputs() const {
    auto inputs = regs().inputs;
    if ((inputs & input_bit(Input::IrqNs)) != 0)
        inputs |= input_bit(secure_now() ? Input::Fiq : Input::Irq);
    if ((inputs & input_bit(Input::IrqS)) != 0)
        inputs |= input_bit(el() < 3 && secure_below_el3() ? Input::Irq : Input::Fiq);
    return inputs;
}

void System::set_interrupt(unsigned line, bool level) {
    auto& inputs = regs().inputs;
    inputs = level ? inputs | one_bit(line) : inputs & ~one_bit(line);
    update_attention();
}

std::optional<Exception> System::next_interrupt() const {
    const auto& r = regs();
    const auto inputs = current_inputs();
    const auto level = el();
    const auto hcr = effective_hcr();
    const bool tge = (hcr & hcr::kTge) != 0;
    const auto masked = [&](const Kind& kind) { return (r.pstate.daif & kind.mask) != 0; };
    const auto make = [&](const Kind& kind, unsigned target) {
        Exception exception;
        exception.kind = kind.kind;
        exception.target = target;
        exception.return_address = state_.pc;
        exception.syndrome = kind.kind == Exception::Kind::SError ? syndrome::make(ec::kSError) : 0;
        return exception;
    };
    for (const auto& kind : kKinds) {
        if ((inputs & kind.input) == 0)
            continue;
        const bool to_el3 = config_.has_el3 && (r.scr_el3 & kind.to_el3) != 0;
        const unsigned target = to_el3 ? 3 : (hcr & kind.to_el2) != 0 || tge ? 2 : 1;
        if (target < level)
            continue;
        // D1.3.6.3: what goes to a higher level than EL1 cannot be masked from below, but for a host's own users.
        const bool unmaskable = target > level && target > 1 && !(target == 2 && host_user());
        if (unmaskable || !masked(kind))
            return make(kind, target);
    }
    // Virtual interrupts exist below EL2, for a guest.
    if (level < 2 && !tge)
        for (const auto& kind : kKinds)
            if ((hcr & kind.to_el2) != 0 && ((hcr & kind.virtual_bit) != 0 || (inputs & kind.virtual_input) != 0) && !masked(kind))
                return make(kind, 1);
    return std::nullopt;
}

void System::update_attention() { state_.attention = next_interrupt() ? 1 : 0; }

bool System::take_interrupt() {
    const auto exception = next_interrupt();
    if (!exception) {
        update_attention();
        return false;
    }
    // A virtual SError is taken once (D1.3.6.4).
    if (exception->kind == Exception::Kind::SError && (regs().hcr_el2 & hcr::kVse) != 0)
        regs().hcr_el2 &= ~hcr::kVse;
    take(*exception);
    return true;
}

std::uint64_t System::pending_interrupts() const {
    const auto inputs = current_inputs();
    const auto hcr = effective_hcr();
    std::uint64_t value = 0;
    for (const auto& kind : kKinds) {
        const bool shows_virtual = el() == 1 && (hcr & kind.to_el2) != 0;
        const bool pending = shows_virtual ? (hcr & kind.virtual_bit) != 0 || (inputs & kind.virtual_input) != 0
                                           : (inputs & kind.input) != 0;
        value |= pending ? isr_bit(kind) : 0;
    }
    return value;
}

/// D1.6.1: whatever PSTATE masks, but virtual interrupts only where they exist.
bool System::wakes_up() const {
    if (waits_for_event())
        return is_event_wait_over();
    const auto inputs = current_inputs();
    const auto hcr = effective_hcr();
    for (const auto& kind : kKinds) {
        if ((inputs & kind.input) != 0)
            return true;
        const bool exists = el() < 2 && (hcr & kind.to_el2) != 0 && (hcr & hcr::kTge) == 0;
        if (exists && ((hcr & kind.virtual_bit) != 0 || (inputs & kind.virtual_input) != 0))
            return true;
    }
    return false;
}

} // namespace medley::iss::aarch64
