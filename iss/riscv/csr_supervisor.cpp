// Supervisor registers: RISC-V Privileged 1.13, 10.1; Sstc 1.0.
#include "iss/riscv/csr_functions.h"

#include "medley/base/bits.h"

namespace medley::iss::riscv::csr {

bool gate_satp(const Core& core, unsigned) {
    return core.hart().privilege == Privilege::Machine || (core.hart().mstatus & mstatus::kTvm) == 0; // 3.1.6.6
}

bool gate_stimecmp(const Core& core, unsigned) {
    // Sstc 1.0, 2.1: below machine mode both mcounteren.TM and menvcfg.STCE must be set.
    return core.hart().privilege == Privilege::Machine || (bit(core.csr().mcounteren, 1) && core.supervisor_timer());
}

namespace {
/// The fields that sstatus shares with mstatus; UXL is read-only.
constexpr Value kReadable = mstatus::kSupervisorView | Value{3} << 32;
} // namespace

Value read_sstatus(Core& core, unsigned) {
    const auto sd = Value{1} << (core.xlen() - 1);
    return read_mstatus(core, 0) & (kReadable | sd);
}

void write_sstatus(Core& core, unsigned, Value value) {
    const auto kept = core.hart().mstatus & ~mstatus::kSupervisorView;
    write_mstatus(core, 0, kept | (value & mstatus::kSupervisorView));
}

Value read_sie(Core& core, unsigned) {
    return core.csr().mie & core.csr().mideleg;
}

void write_sie(Core& core, unsigned, Value value) {
    const auto mask = core.csr().mideleg;
    core.csr().mie = (core.csr().mie & ~mask) | (value & mask);
}

Value read_sip(Core& core, unsigned) {
    return read_mip(core, 0) & core.csr().mideleg;
}

void write_sip(Core& core, unsigned, Value value) {
    const auto mask = core.csr().mideleg & interrupt::kSsip; // 10.1.3: the other two are read-only here
    core.csr().mip = (core.csr().mip & ~mask) | (value & mask);
}

void write_stvec(Core& core, unsigned, Value value) {
    if (bits(value, 0, 2) < 2)
        core.csr().stvec = value;
}

void write_sepc(Core& core, unsigned, Value value) {
    core.csr().sepc = value & ~(core.has(Extension::C) ? Value{1} : Value{3});
}

void write_senvcfg(Core& core, unsigned, Value value) {
    Value mask = envcfg::kFiom;
    if (core.has(Extension::Zicbom)) {
        mask |= envcfg::kCbcfe;
        if (bits(value, envcfg::kCbieShift, 2) != 2)
            mask |= envcfg::kCbie;
    }
    if (core.has(Extension::Zicboz))
        mask |= envcfg::kCbze;
    core.csr().senvcfg = (core.csr().senvcfg & ~mask) | (value & mask);
}

void write_satp(Core& core, unsigned, Value value) {
    core.write_satp(value);
}

void write_stimecmp(Core& core, unsigned, Value value) {
    core.csr().stimecmp = value;
    core.update_supervisor_timer();
}

} // namespace medley::iss::riscv::csr
