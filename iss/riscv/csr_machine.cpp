// Machine-mode registers: RISC-V Privileged 1.13, 3.1.
#include "iss/riscv/csr_functions.h"

#include "iss/riscv/pmp.h"
#include "medley/base/bits.h"

namespace medley::iss::riscv::csr {
namespace {

/// Exceptions that can be delegated: all that reach a lower privilege, but the call from machine mode (3.1.8).
constexpr Value kDelegatedExceptions = 0xb3ff;

bool is_privilege(const Core& core, Value value) {
    return value == 3 || (value == 1 && core.config().has_supervisor()) || (value == 0 && core.config().has_user());
}

Value writable_status(const Core& core) {
    Value mask = mstatus::kMie | mstatus::kMpie;
    if (core.config().has_user())
        mask |= mstatus::kMprv | mstatus::kTw;
    if (core.config().has_supervisor())
        mask |= mstatus::kSie | mstatus::kSpie | mstatus::kSpp | mstatus::kSum | mstatus::kMxr | mstatus::kTvm |
                mstatus::kTsr;
    if (core.has(Extension::F))
        mask |= mstatus::kFs;
    return mask;
}

/// Registers come in groups of 16 and 64 (3.7.1); those of a group that the core lacks read as 0.
unsigned pmp_group(const Core& core) {
    return core.config().pmp_regions <= 16 ? 16 : 64;
}

unsigned pmpcfg_bytes(const Core& core) {
    return core.xlen() / 8;
}

} // namespace

bool gate_pmpcfg(const Core& core, unsigned index) {
    return index * 4 < pmp_group(core) && (core.xlen() == 32 || index % 2 == 0);
}
bool gate_pmpaddr(const Core& core, unsigned index) {
    return index < pmp_group(core);
}

Value read_mstatus(Core& core, unsigned) {
    auto value = core.hart().mstatus;
    if ((value & mstatus::kFs) == mstatus::kFs)
        value |= Value{1} << (core.xlen() - 1); // SD
    return value;
}

void write_mstatus(Core& core, unsigned, Value value) {
    auto& status = core.hart().mstatus;
    const auto mask = writable_status(core);
    auto changed = (status & ~mask) | (value & mask);
    // MPP is WARL: an unsupported privilege leaves the field as it is (3.1.6.1).
    if (const auto mpp = bits(value, mstatus::kMppShift, 2); is_privilege(core, mpp))
        changed = with_bits(changed, mstatus::kMppShift, 2, mpp);
    status = changed;
}

Value read_misa(Core& core, unsigned) {
    return core.config().isa.misa();
}

void write_medeleg(Core& core, unsigned, Value value) {
    core.csr().medeleg = value & kDelegatedExceptions;
}
void write_mideleg(Core& core, unsigned, Value value) {
    core.csr().mideleg = value & interrupt::kSupervisorAll;
}

void write_mie(Core& core, unsigned, Value value) {
    const auto supervisor_part = core.config().has_supervisor() ? interrupt::kSupervisorAll : 0;
    core.csr().mie = value & (interrupt::kMachineAll | supervisor_part);
}

Value read_mip(Core& core, unsigned) {
    core.update_supervisor_timer();
    return core.pending();
}

void write_mip(Core& core, unsigned, Value value) {
    if (!core.config().has_supervisor())
        return;
    // 3.1.9: the supervisor's bits are writable here; STIP only while it is not the hart's own timer (Sstc 1.0, 3.1).
    const auto mask = interrupt::kSsip | interrupt::kSeip | (core.supervisor_timer() ? 0 : interrupt::kStip);
    core.csr().mip = (core.csr().mip & ~mask) | (value & mask);
}

void write_mtvec(Core& core, unsigned, Value value) {
    if (bits(value, 0, 2) < 2) // modes above Vectored are reserved (3.1.7)
        core.csr().mtvec = value;
}

void write_mepc(Core& core, unsigned, Value value) {
    core.csr().mepc = value & ~(core.has(Extension::C) ? Value{1} : Value{3}); // 3.1.14
}

void write_menvcfg(Core& core, unsigned, Value value) {
    auto& stored_value = core.csr().menvcfg;
    Value mask = core.config().has_supervisor() ? envcfg::kFiom : 0;
    if (core.has(Extension::Zicbom)) {
        mask |= envcfg::kCbcfe;
        if (bits(value, envcfg::kCbieShift, 2) != 2) // reserved: the field stays as it is
            mask |= envcfg::kCbie;
    }
    if (core.has(Extension::Zicboz))
        mask |= envcfg::kCbze;
    if (core.has(Extension::Svadu))
        mask |= envcfg::kAdue;
    if (core.has(Extension::Svpbmt))
        mask |= envcfg::kPbmte;
    if (core.has(Extension::Sstc))
        mask |= envcfg::kStce;
    const auto changed = (stored_value & ~mask) | (value & mask);
    const auto difference = changed ^ stored_value;
    stored_value = changed;
    if ((difference & envcfg::kStce) != 0)
        core.update_supervisor_timer();
    if ((difference & (envcfg::kAdue | envcfg::kPbmte)) != 0)
        core.flush_all_translations();
}

void write_mseccfg(Core& core, unsigned, Value value) {
    pmp_write_mseccfg(core.csr(), core.config().pmp_regions, value);
    core.flush_all_translations();
}

Value read_pmpcfg(Core& core, unsigned index) {
    Value value = 0;
    for (unsigned byte = 0; byte < pmpcfg_bytes(core); ++byte)
        value |= core.csr().pmpcfg[index * 4 + byte] << (byte * 8);
    return value;
}

void write_pmpcfg(Core& core, unsigned index, Value value) {
    for (unsigned byte = 0; byte < pmpcfg_bytes(core); ++byte)
        if (const auto region = index * 4 + byte; region < core.config().pmp_regions)
            pmp_write_cfg(core.csr(), region, bits(value, byte * 8, 8));
    core.flush_all_translations();
}

Value read_pmpaddr(Core& core, unsigned index) {
    return core.csr().pmpaddr[index];
}

void write_pmpaddr(Core& core, unsigned index, Value value) {
    if (index >= core.config().pmp_regions)
        return;
    pmp_write_addr(core.csr(), index, value & low_mask(core.xlen() == 64 ? 54 : 32)); // 3.7.1: bits 55:2 or 33:2
    core.flush_all_translations();
}

} // namespace medley::iss::riscv::csr
