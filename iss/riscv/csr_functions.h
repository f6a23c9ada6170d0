/// \file
/// The functions that csr.def names.
#pragma once

#include "iss/riscv/core.h"

namespace medley::iss::riscv::csr {

using Value = std::uint64_t;

/// A register without side effects.
template <Value Csrs::*member>
Value stored(Core& core, unsigned) {
    return core.csr().*member;
}
template <Value Csrs::*member>
void store(Core& core, unsigned, Value value) {
    core.csr().*member = value;
}
template <Value Csrs::*member, Value mask>
void store_masked(Core& core, unsigned, Value value) {
    core.csr().*member = value & mask;
}
template <Value Config::*member>
Value configured(Core& core, unsigned) {
    return core.config().*member;
}
/// Bits of mcounteren and scounteren: cycle, time, instret and the 29 others.
inline constexpr Value kAllCounters = 0xffff'ffff;
inline Value zero(Core&, unsigned) {
    return 0;
}
inline void ignore(Core&, unsigned, Value) {}

// What the columns `exists` and `gate` say.
inline bool always(const Config&) {
    return true;
}
inline bool supervisor(const Config& config) {
    return config.has_supervisor();
}
inline bool user(const Config& config) {
    return config.has_user();
}
template <Extension extension>
bool with(const Config& config) {
    return config.has(extension);
}
inline bool with_pmp(const Config& config) {
    return config.pmp_regions != 0;
}

inline bool open(const Core&, unsigned) {
    return true;
}
bool gate_float(const Core& core, unsigned index);
/// mcounteren and scounteren; the index of cycle is 0, as in those registers.
bool gate_counter(const Core& core, unsigned index);
inline bool gate_time(const Core& core, unsigned) {
    return gate_counter(core, 1);
}
inline bool gate_instret(const Core& core, unsigned) {
    return gate_counter(core, 2);
}
bool gate_counter_from_3(const Core& core, unsigned index);
bool gate_satp(const Core& core, unsigned index);
bool gate_stimecmp(const Core& core, unsigned index);
bool gate_pmpcfg(const Core& core, unsigned index);
bool gate_pmpaddr(const Core& core, unsigned index);

// csr_machine.cpp
Value read_mstatus(Core&, unsigned);
void write_mstatus(Core&, unsigned, Value);
Value read_misa(Core&, unsigned);
void write_medeleg(Core&, unsigned, Value);
void write_mideleg(Core&, unsigned, Value);
void write_mie(Core&, unsigned, Value);
Value read_mip(Core&, unsigned);
void write_mip(Core&, unsigned, Value);
void write_mtvec(Core&, unsigned, Value);
void write_mepc(Core&, unsigned, Value);
void write_menvcfg(Core&, unsigned, Value);
void write_mseccfg(Core&, unsigned, Value);
Value read_pmpcfg(Core&, unsigned);
void write_pmpcfg(Core&, unsigned, Value);
Value read_pmpaddr(Core&, unsigned);
void write_pmpaddr(Core&, unsigned, Value);

// csr_supervisor.cpp
Value read_sstatus(Core&, unsigned);
void write_sstatus(Core&, unsigned, Value);
Value read_sie(Core&, unsigned);
void write_sie(Core&, unsigned, Value);
Value read_sip(Core&, unsigned);
void write_sip(Core&, unsigned, Value);
void write_stvec(Core&, unsigned, Value);
void write_sepc(Core&, unsigned, Value);
void write_senvcfg(Core&, unsigned, Value);
void write_satp(Core&, unsigned, Value);
void write_stimecmp(Core&, unsigned, Value);

// csr_user.cpp
Value read_fflags(Core&, unsigned);
void write_fflags(Core&, unsigned, Value);
Value read_frm(Core&, unsigned);
void write_frm(Core&, unsigned, Value);
Value read_fcsr(Core&, unsigned);
void write_fcsr(Core&, unsigned, Value);
Value read_time(Core&, unsigned);
inline Value read_counter(Core& core, unsigned index) {
    return core.counter(index);
}
inline Value read_instret(Core& core, unsigned) {
    return core.counter(2);
}
inline Value read_counter_from_3(Core& core, unsigned index) {
    return core.counter(index + 3);
}
inline void write_counter(Core& core, unsigned index, Value value) {
    core.set_counter(index, value);
}
inline void write_instret(Core& core, unsigned, Value value) {
    core.set_counter(2, value);
}
inline void write_counter_from_3(Core& core, unsigned index, Value value) {
    core.set_counter(index + 3, value);
}
void write_mcountinhibit(Core&, unsigned, Value);
Value read_event(Core&, unsigned);
void write_event(Core&, unsigned, Value);

// triggers.cpp
void write_tselect(Core&, unsigned, Value);
Value read_tdata1(Core&, unsigned);
void write_tdata1(Core&, unsigned, Value);
Value read_tdata2(Core&, unsigned);
void write_tdata2(Core&, unsigned, Value);
Value read_tinfo(Core&, unsigned);
void write_tcontrol(Core&, unsigned, Value);

} // namespace medley::iss::riscv::csr
