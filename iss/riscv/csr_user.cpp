// Floating-point and counter registers: RISC-V Unprivileged, "F" and "Zicntr"; Privileged 1.13, 3.1.10 to 3.1.12.
#include "iss/riscv/csr_functions.h"

#include "medley/base/bits.h"

namespace medley::iss::riscv::csr {
namespace {

// Medley's flags have the positions of fflags: NX, UF, OF, DZ, NV from bit 0.
static_assert(float_flag::kInexact == 1 && float_flag::kUnderflow == 2 && float_flag::kOverflow == 4 &&
              float_flag::kDivideByZero == 8 && float_flag::kInvalid == 16);
constexpr Value kFlags = 0x1f;

void dirty(Core& core) {
    core.hart().mstatus |= mstatus::kFs;
}

} // namespace

bool gate_float(const Core& core, unsigned) {
    return (core.hart().mstatus & mstatus::kFs) != 0;
}

bool gate_counter(const Core& core, unsigned index) {
    const auto privilege = core.hart().privilege;
    if (privilege == Privilege::Machine)
        return true;
    if (!bit(core.csr().mcounteren, index))
        return false;
    return privilege == Privilege::Supervisor || !core.config().has_supervisor() || bit(core.csr().scounteren, index);
}
bool gate_counter_from_3(const Core& core, unsigned index) {
    return gate_counter(core, index + 3);
}

Value read_fflags(Core& core, unsigned) {
    return core.hart().float_flags & kFlags;
}
void write_fflags(Core& core, unsigned, Value value) {
    core.hart().float_flags = static_cast<std::uint32_t>(value & kFlags);
    dirty(core);
}

Value read_frm(Core& core, unsigned) {
    return core.hart().frm;
}
void write_frm(Core& core, unsigned, Value value) {
    core.hart().frm = static_cast<std::uint32_t>(value & 7);
    dirty(core);
}

Value read_fcsr(Core& core, unsigned) {
    return read_frm(core, 0) << 5 | read_fflags(core, 0);
}
void write_fcsr(Core& core, unsigned, Value value) {
    write_fflags(core, 0, value);
    write_frm(core, 0, value >> 5);
}

Value read_time(Core& core, unsigned) {
    return core.host().counter();
}

void write_mcountinhibit(Core& core, unsigned, Value value) {
    core.set_counter_inhibit(value & kAllCounters & ~Value{2});
}

Value read_event(Core& core, unsigned index) {
    return core.csr().event[index + 3];
}
void write_event(Core& core, unsigned index, Value value) {
    core.set_counter_event(index + 3, value);
}

} // namespace medley::iss::riscv::csr
