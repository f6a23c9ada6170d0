#include "iss/aarch64/sysreg_table.h"

#include "iss/aarch64/sysreg.h"
#include "iss/aarch64/sysreg_functions.h"
#include "iss/aarch64/slots.h"
#include "iss/aarch64/syndrome.h"

#include <array>
#include <memory>

namespace medley::iss::aarch64 {
namespace {

using namespace sysreg;

constexpr SysregRow kRows[] = {
#define SYSREG(name, encoding, exists, rights, trap, read, write) SysregRow{name, encoding, 1, 1, exists, rights, trap, read, write},
#define SYSREGS(name, encoding, count, stride, exists, rights, trap, read, write)                                      \
    SysregRow{name, encoding, count, stride, exists, rights, trap, read, write},
#include "iss/aarch64/sysreg.def"
};

/// Rows by encoding; 0 is none. Only op0 2 and 3 are registers.
constexpr unsigned kFirstKey = 2U << 14;
constexpr unsigned kKeys = 2U << 14;
struct Index {
    std::array<std::uint16_t, kKeys> row{};
};

constexpr bool rows_are_disjoint() {
    for (const auto& a : kRows)
        for (const auto& b : kRows) {
            if (&a == &b)
                continue;
            for (unsigned i = 0; i < a.count; ++i) {
                const auto key = a.key + i * a.stride;
                const auto distance = key - b.key;
                if (key >= b.key && distance % b.stride == 0 && distance / b.stride < b.count)
                    return false;
            }
        }
    return true;
}
static_assert(rows_are_disjoint());

const Index& row_index() {
    static const auto index = [] {
        auto made = std::make_unique<Index>();
        for (unsigned n = 0; n < std::size(kRows); ++n)
            for (unsigned i = 0; i < kRows[n].count; ++i)
                made->row[kRows[n].key + i * kRows[n].stride - kFirstKey] = static_cast<std::uint16_t>(n + 1);
        return made;
    }();
    return *index;
}

/// With E2H, these EL1 registers are EL2's for software at EL2 (HCR_EL2.E2H), and the encodings with
/// op1 5 reach those of EL1.
struct Redirect {
    std::uint16_t from;
    std::uint16_t to;
};
constexpr std::array kRedirects{
    Redirect{R(3, 0, 1, 0, 0), R(3, 4, 1, 0, 0)},   // SCTLR
    Redirect{R(3, 0, 1, 0, 2), R(3, 4, 1, 1, 2)},   // CPACR, CPTR
    Redirect{R(3, 0, 2, 0, 0), R(3, 4, 2, 0, 0)},   // TTBR0
    Redirect{R(3, 0, 2, 0, 1), R(3, 4, 2, 0, 1)},   // TTBR1
    Redirect{R(3, 0, 2, 0, 2), R(3, 4, 2, 0, 2)},   // TCR
    Redirect{R(3, 0, 4, 0, 0), R(3, 4, 4, 0, 0)},   // SPSR
    Redirect{R(3, 0, 4, 0, 1), R(3, 4, 4, 0, 1)},   // ELR
    Redirect{R(3, 0, 5, 1, 0), R(3, 4, 5, 1, 0)},   // AFSR0
    Redirect{R(3, 0, 5, 1, 1), R(3, 4, 5, 1, 1)},   // AFSR1
    Redirect{R(3, 0, 5, 2, 0), R(3, 4, 5, 2, 0)},   // ESR
    Redirect{R(3, 0, 6, 0, 0), R(3, 4, 6, 0, 0)},   // FAR
    Redirect{R(3, 0, 10, 2, 0), R(3, 4, 10, 2, 0)}, // MAIR
    Redirect{R(3, 0, 10, 3, 0), R(3, 4, 10, 3, 0)}, // AMAIR
    Redirect{R(3, 0, 12, 0, 0), R(3, 4, 12, 0, 0)}, // VBAR
    Redirect{R(3, 0, 13, 0, 1), R(3, 4, 13, 0, 1)}, // CONTEXTIDR
    Redirect{R(3, 0, 14, 1, 0), R(3, 4, 14, 1, 0)}, // CNTKCTL, CNTHCTL
    Redirect{R(3, 3, 14, 2, 0), R(3, 4, 14, 2, 0)}, // CNTP_TVAL, CNTHP_TVAL
    Redirect{R(3, 3, 14, 2, 1), R(3, 4, 14, 2, 1)}, // CNTP_CTL
    Redirect{R(3, 3, 14, 2, 2), R(3, 4, 14, 2, 2)}, // CNTP_CVAL
    Redirect{R(3, 3, 14, 3, 0), R(3, 4, 14, 3, 0)}, // CNTV_TVAL, CNTHV_TVAL
    Redirect{R(3, 3, 14, 3, 1), R(3, 4, 14, 3, 1)}, // CNTV_CTL
    Redirect{R(3, 3, 14, 3, 2), R(3, 4, 14, 3, 2)}, // CNTV_CVAL
};

constexpr unsigned kOp1Shift = 11;
constexpr std::uint16_t kAliasOfEl1 = 5; ///< op1 of SCTLR_EL12, CNTP_CTL_EL02 ...

const Redirect* redirect_of(std::uint16_t key) {
    for (const auto& redirect : kRedirects)
        if (redirect.from == key)
            return &redirect;
    return nullptr;
}

/// The register that an encoding reaches from here; 0: none.
std::uint16_t resolve(const System& system, std::uint16_t key) {
    const bool host = system.e2h() || (system.el() == 3 && system.config().has_el2 && system.config().has(Feature::VHE) &&
                                       (system.regs().hcr_el2 & hcr::kE2h) != 0);
    if ((key >> kOp1Shift & 7) == kAliasOfEl1 && key >> 14 == 3) {
        if (!host || system.el() < 2)
            return 0;
        const bool timer = (key >> 7 & 15) == 14 && (key >> 3 & 15) != 1;
        const auto own = static_cast<std::uint16_t>((key & ~(7U << kOp1Shift)) | (timer ? 3U : 0U) << kOp1Shift);
        return redirect_of(own) != nullptr ? own : std::uint16_t{0};
    }
    if (system.el() == 2 && system.e2h())
        if (const auto* redirect = redirect_of(key))
            return redirect->to;
    // The users of a host have its timers (CNTP_CTL_EL0 with HCR_EL2.E2H and TGE).
    if (system.el() == 0 && system.host_user() && (key >> 7) == (R(3, 3, 14, 0, 0) >> 7))
        if (const auto* redirect = redirect_of(key))
            return redirect->to;
    return key;
}

/// CRn 11 and 15 of op0 3 belong to the implementation (S3_<op1>_<Cn>_<Cm>_<op2>).
bool is_implementation_defined(std::uint16_t key) {
    const auto crn = key >> 7 & 15;
    return key >> 14 == 3 && (crn == 11 || crn == 15);
}

Fault undefined() { return {FaultKind::Instruction, medley::Access::Fetch, syndrome::kUndefined, 0, 0}; }

/// The feature ID space: op0 3, op1 0, 1 or 3, CRn 0, CRm 0 to 7 (ID_AA64MMFR2_EL1.IDS).
bool is_identification(std::uint16_t key) {
    const auto op1 = key >> kOp1Shift & 7;
    return key >> 14 == 3 && (op1 == 0 || op1 == 1 || op1 == 3) && (key >> 7 & 15) == 0 && (key >> 3 & 15) < 8;
}

} // namespace

std::span<const SysregRow> sysreg_rows() { return kRows; }

SysregPlace find_sysreg(std::uint16_t key) {
    if (key < kFirstKey)
        return {};
    const auto number = row_index().row[key - kFirstKey];
    if (number == 0)
        return {};
    const auto& row = kRows[number - 1];
    return {&row, static_cast<unsigned>((key - row.key) / row.stride)};
}

std::optional<Fault> fault_of(const System& system, Verdict verdict, std::uint32_t instruction) {
    Fault fault{FaultKind::Instruction, medley::Access::Fetch, syndrome::system(instruction), 0, 0};
    switch (verdict) {
    case Verdict::Allowed: return std::nullopt;
    case Verdict::Undefined: return undefined();
    case Verdict::TrapEl1: fault.value = system.default_target(); return fault;
    case Verdict::TrapEl2: fault.value = 2; return fault;
    case Verdict::TrapEl3: fault.value = 3; break;
    }
    return fault;
}

namespace {

/// What an access gets that there is not, or not at this level: with FEAT_IDST reads of identification say what they are.
Fault refused(const System& system, std::uint32_t instruction, bool write) {
    if (write || !system.config().has(Feature::IDST) || !is_identification(sysreg_key(instruction)))
        return undefined();
    return *fault_of(system, Verdict::TrapEl1, instruction);
}

} // namespace

SysregDecision decide_sysreg(const System& system, std::uint32_t instruction, bool write) {
    const auto key = resolve(system, sysreg_key(instruction));
    const auto place = find_sysreg(key);
    SysregDecision decision;
    if (place.row == nullptr || !place.row->exists(system.config())) {
        const auto encoded = sysreg_key(instruction);
        if (!is_implementation_defined(encoded) || system.el() == 0) {
            decision.fault = refused(system, instruction, write);
            return decision;
        }
        decision.fault = fault_of(system, trap_tidcp(system, {encoded, write}), instruction);
        return decision;
    }
    // The redirected register is reached with the rights of the one that was named.
    const bool alias = key != sysreg_key(instruction);
    const auto least = write ? place.row->rights.write : place.row->rights.read;
    const auto level = alias && system.el() == 0 ? 2U : system.el();
    if (level < least) {
        decision.fault = refused(system, instruction, write);
        return decision;
    }
    // Traps are those of the register that was named.
    const auto named = alias ? find_sysreg(sysreg_key(instruction)) : place;
    const auto& gate = named.row != nullptr ? *named.row : *place.row;
    decision.fault = fault_of(system, gate.trap(system, {sysreg_key(instruction), write}), instruction);
    decision.place = place;
    return decision;
}

namespace {

/// A register that lifted code may reach as a slot.
struct PlainRegister {
    std::uint16_t key;
    std::string_view slot;
    bool write = true;         ///< Writes keep every bit and change nothing else.
    bool trapped_by_el2 = false;
};
constexpr std::array kPlain{
    PlainRegister{R(3, 3, 13, 0, 2), "tpidr_el0"},
    PlainRegister{R(3, 3, 13, 0, 3), "tpidrro_el0"},
    PlainRegister{R(3, 0, 13, 0, 4), "tpidr_el1"},
    PlainRegister{R(3, 4, 13, 0, 2), "tpidr_el2"},
    PlainRegister{R(3, 6, 13, 0, 2), "tpidr_el3"},
    PlainRegister{R(3, 0, 4, 0, 1), "elr_el1"},
    PlainRegister{R(3, 0, 4, 0, 0), "spsr_el1", false},
    PlainRegister{R(3, 0, 5, 2, 0), "esr_el1", false, true},
    PlainRegister{R(3, 0, 6, 0, 0), "far_el1", true, true},
    PlainRegister{R(3, 0, 2, 0, 0), "ttbr0_el1", false, true},
    PlainRegister{R(3, 0, 2, 0, 1), "ttbr1_el1", false, true},
};

/// Of EL1's registers, those that lifted code at EL1 alone reaches: at EL2 the encoding may mean another one.
bool is_redirected(std::uint16_t key) { return redirect_of(key) != nullptr; }

ir::SlotId slot_of(std::string_view name) {
    constexpr std::array kNames{
#define SYS_SLOT(name) std::string_view(#name),
#include "iss/aarch64/sys_slots.def"
    };
    static_assert(kNames.front() == "monitor_armed"); // slot::kMonitorArmed
    for (unsigned i = 0; i < kNames.size(); ++i)
        if (kNames[i] == name)
            return static_cast<ir::SlotId>(slot::kFirstSystem + i);
    return 0;
}

} // namespace

SysregPlan plan_sysreg(const Config& config, const LiftMode& mode, std::uint32_t instruction) {
    const bool write = (instruction >> 21 & 1) == 0;
    const auto key = sysreg_key(instruction);
    if (key == R(3, 0, 4, 1, 0) && mode.el != 0 && mode.sp_sel) // SP_EL0, where it is not SP itself
        return {SysregPlan::Kind::Slot, slot::sp(0), true};
    SysregPlan plan;
    for (const auto& plain : kPlain) {
        if (plain.key != key)
            continue;
        const auto& row = *find_sysreg(key).row;
        const bool reachable = row.exists(config) && mode.el >= (write ? row.rights.write : row.rights.read) &&
                               !(is_redirected(key) && mode.el != 1) && !(plain.trapped_by_el2 && config.has_el2);
        if (reachable && (plain.write || !write))
            plan = {SysregPlan::Kind::Slot, slot_of(plain.slot), true};
        // Exception state has effects at the return alone.
        plan.write_goes_on = plan.write_goes_on || key == R(3, 0, 4, 0, 0);
    }
    return plan;
}

} // namespace medley::iss::aarch64
