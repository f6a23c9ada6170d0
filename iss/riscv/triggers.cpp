#include "iss/riscv/triggers.h"

#include "iss/riscv/csr_functions.h"
#include "medley/base/bits.h"

#include <algorithm>
#include <bit>

namespace medley::iss::riscv {
namespace {

enum Match : unsigned { Equal = 0, Napot = 1, AtLeast = 2, Below = 3 };

struct Range {
    Address first;
    Address last;
    [[nodiscard]] bool meets(Address from, Address to) const { return first <= to && from <= last; }
};

std::uint64_t type_of(std::uint64_t data1) {
    return data1 >> tdata1::kTypeShift;
}

bool is_address_trigger(std::uint64_t data1) {
    return type_of(data1) == tdata1::kMcontrol || type_of(data1) == tdata1::kMcontrol6;
}

/// The addresses that match; nothing when none can.
std::optional<Range> range_of(std::uint64_t data1, std::uint64_t data2) {
    switch (bits(data1, tdata1::kMatchShift, 4)) {
    case Napot: {
        const auto inside = low_mask(static_cast<unsigned>(std::countr_one(data2)) + 1);
        return Range{data2 & ~inside, data2 | inside};
    }
    case AtLeast: return Range{data2, ~Address{0}};
    case Below: return data2 == 0 ? std::nullopt : std::optional(Range{0, data2 - 1});
    default: return Range{data2, data2};
    }
}

std::uint64_t kind_bit(Access access) {
    return access == Access::Read ? tdata1::kLoad : access == Access::Write ? tdata1::kStore : tdata1::kExecute;
}

/// The mode bit of a trigger that lets it fire now; 0 while none may. Debug 1.0, 5.4: machine mode has tcontrol; in
/// supervisor mode triggers whose exception it handles itself rest while it could not be resumed.
std::uint64_t mode_bit(const State& state) {
    switch (state.privilege) {
    case Privilege::User: return tdata1::kUser;
    case Privilege::Supervisor: {
        const bool handles_itself = bit(state.csr.medeleg, cause::kBreakpoint);
        return handles_itself && (state.mstatus & mstatus::kSie) == 0 ? 0 : tdata1::kSupervisor;
    }
    case Privilege::Machine: return (state.csr.tcontrol & tcontrol::kMte) != 0 ? tdata1::kMachine : 0;
    }
    return 0;
}

std::uint64_t legal_control(const Core& core, std::uint64_t type, std::uint64_t value) {
    std::uint64_t mask = tdata1::kLoad | tdata1::kStore | tdata1::kExecute | tdata1::kMachine;
    if (core.config().has_user())
        mask |= tdata1::kUser;
    if (core.config().has_supervisor())
        mask |= tdata1::kSupervisor;
    auto match = bits(value, tdata1::kMatchShift, 4);
    if (match > Below)
        match = Equal;
    return type << tdata1::kTypeShift | (value & mask) | match << tdata1::kMatchShift;
}

} // namespace

std::optional<Fault> Core::trigger_on(Address address, unsigned size, Access access) const {
    const auto kind = kind_bit(access);
    for (unsigned i = 0; i < kTriggers; ++i) {
        const auto data1 = csr().tdata1[i];
        if (!is_address_trigger(data1) || (data1 & kind) == 0 || (data1 & mode_bit(state_)) == 0)
            continue;
        if (const auto range = range_of(data1, csr().tdata2[i]); range && range->meets(address, address + size - 1))
            return Fault{FaultKind::Translation, access, cause::kBreakpoint, address, 0};
    }
    return std::nullopt;
}

bool Core::has_data_triggers() const {
    return std::any_of(csr().tdata1.begin(), csr().tdata1.end(), [](std::uint64_t data1) {
        return is_address_trigger(data1) && (data1 & (tdata1::kLoad | tdata1::kStore)) != 0;
    });
}

bool Core::page_has_data_trigger(Address address) const {
    const auto page = address & kPageMask;
    for (unsigned i = 0; i < kTriggers; ++i) {
        const auto data1 = csr().tdata1[i];
        // Whatever the mode is now: a translation may be used under another one.
        if (!is_address_trigger(data1) || (data1 & (tdata1::kLoad | tdata1::kStore)) == 0)
            continue;
        if (const auto range = range_of(data1, csr().tdata2[i]); range && range->meets(page, page + kPageSize - 1))
            return true;
    }
    return false;
}

bool Core::execute_triggers_armed() const {
    const auto mode = mode_bit(state_);
    for (const auto data1 : csr().tdata1)
        if (is_address_trigger(data1) && (data1 & tdata1::kExecute) != 0 && (data1 & mode) != 0)
            return true;
    return false;
}

namespace csr {

void write_tselect(Core& core, unsigned, Value value) {
    if (value < kTriggers) // a trigger that does not exist leaves the register as it is (5.7.1)
        core.csr().tselect = value;
}

Value read_tdata1(Core& core, unsigned) {
    const auto data1 = core.csr().tdata1[core.csr().tselect];
    auto value = type_of(data1) << (core.xlen() - 4) | (data1 & low_mask(27));
    if (type_of(data1) == tdata1::kMcontrol) // maskmax: the largest NAPOT range is 2^(XLEN - 1)
        value |= core.xlen() == 64 ? Value{63} << 53 : Value{31} << 21;
    return value;
}

void write_tdata1(Core& core, unsigned, Value value) {
    const auto type = bits(value, core.xlen() - 4, 4);
    auto& data1 = core.csr().tdata1[core.csr().tselect];
    data1 = type == tdata1::kMcontrol || type == tdata1::kMcontrol6 ? legal_control(core, type, value) : tdata1::kReset;
    core.flush_all_translations();
}

Value read_tdata2(Core& core, unsigned) {
    return core.csr().tdata2[core.csr().tselect];
}

void write_tdata2(Core& core, unsigned, Value value) {
    core.csr().tdata2[core.csr().tselect] = value;
    core.flush_all_translations();
}

Value read_tinfo(Core&, unsigned) {
    constexpr Value kVersion = 1; // of Debug 1.0
    return kVersion << 24 | 1U << tdata1::kMcontrol | 1U << tdata1::kMcontrol6 | 1U << tdata1::kDisabled;
}

void write_tcontrol(Core& core, unsigned, Value value) {
    core.csr().tcontrol = value & (tcontrol::kMte | tcontrol::kMpte);
}

} // namespace csr
} // namespace medley::iss::riscv
