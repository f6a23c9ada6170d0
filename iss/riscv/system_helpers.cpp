// Helpers of privileged instructions; those of CSR instructions are in csr_access.cpp.
#include "iss/riscv/core.h"
#include "iss/riscv/helpers.h"
#include "medley/base/bits.h"

namespace medley::iss::riscv {
namespace {

Core& core_of(HelperContext& context) {
    return static_cast<Core&>(*context.core);
}

std::uint64_t illegal(HelperContext& context, std::uint64_t encoding) {
    context.raise({FaultKind::Instruction, Access::Fetch, cause::kIllegalInstruction, 0, encoding});
    return 0;
}

/// Whether supervisor mode is kept from an instruction by a bit of mstatus, or the privilege is too low for it.
bool supervisor_may(const Core& core, std::uint64_t trap_bit) {
    switch (core.hart().privilege) {
    case Privilege::Machine: return true;
    case Privilege::Supervisor: return (core.hart().mstatus & trap_bit) == 0;
    case Privilege::User: break;
    }
    return false;
}

/// Both environment registers must allow a cache-block operation: menvcfg below machine mode, senvcfg in user mode
/// (CMO 1.0, 4.1 and 4.2).
bool environment_allows(const Core& core, std::uint64_t mask) {
    const auto privilege = core.hart().privilege;
    if (privilege == Privilege::Machine)
        return true;
    if ((core.csr().menvcfg & mask) == 0)
        return false;
    return privilege == Privilege::Supervisor || !core.config().has_supervisor() || (core.csr().senvcfg & mask) != 0;
}

/// The management operation in the immediate field (CMO 1.0, 5.3).
enum ManageOperation : unsigned { Inval = 0, Clean = 1, Flush = 2 };

} // namespace

// MRET
std::uint64_t helper_mret(HelperContext& context, std::uint64_t encoding, std::uint64_t, std::uint64_t, std::uint64_t) {
    auto& core = core_of(context);
    if (core.hart().privilege != Privilege::Machine)
        return illegal(context, encoding);
    return core.return_from_machine();
}

// SRET
std::uint64_t helper_sret(HelperContext& context, std::uint64_t encoding, std::uint64_t, std::uint64_t, std::uint64_t) {
    auto& core = core_of(context);
    if (!core.config().has_supervisor() || !supervisor_may(core, mstatus::kTsr))
        return illegal(context, encoding);
    return core.return_from_supervisor();
}

// WFI
std::uint64_t helper_wfi(HelperContext& context, std::uint64_t encoding, std::uint64_t, std::uint64_t, std::uint64_t) {
    const auto& core = core_of(context);
    const auto privilege = core.hart().privilege;
    // Privileged 1.13, 3.1.6.6 and 3.3.3: with TW the time limit is 0; user mode has none to wait where supervisor mode
    // exists.
    const bool trapped = privilege != Privilege::Machine && (core.hart().mstatus & mstatus::kTw) != 0;
    if (trapped || (privilege == Privilege::User && core.config().has_supervisor()))
        return illegal(context, encoding);
    return 0;
}

// SFENCE.VMA rs1, rs2; SINVAL.VMA rs1, rs2
std::uint64_t helper_sfence_vma(HelperContext& context, std::uint64_t encoding, std::uint64_t address,
                                std::uint64_t space, std::uint64_t) {
    auto& core = core_of(context);
    if (!core.config().has_supervisor() || !supervisor_may(core, mstatus::kTvm))
        return illegal(context, encoding);
    core.fence_translations(bits(encoding, 15, 5) != 0 ? std::optional(address) : std::nullopt,
                            bits(encoding, 20, 5) != 0 ? std::optional(space) : std::nullopt);
    return 0;
}

// SFENCE.W.INVAL; SFENCE.INVAL.IR
std::uint64_t helper_sfence_order(HelperContext& context, std::uint64_t encoding, std::uint64_t, std::uint64_t,
                                  std::uint64_t) {
    const auto& core = core_of(context);
    // Svinval: these two are not subject to TVM.
    if (core.hart().privilege == Privilege::User)
        return illegal(context, encoding);
    return 0;
}

// FENCE.I
std::uint64_t helper_fence_i(HelperContext& context, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t) {
    core_of(context).host().instruction_barrier();
    return 0;
}

// CBO.ZERO (rs1)
std::uint64_t helper_cbo_zero_check(HelperContext& context, std::uint64_t encoding, std::uint64_t, std::uint64_t,
                                    std::uint64_t) {
    return environment_allows(core_of(context), envcfg::kCbze) ? 0 : illegal(context, encoding);
}

// CBO.INVAL (rs1); CBO.CLEAN (rs1); CBO.FLUSH (rs1)
std::uint64_t helper_cbo_manage(HelperContext& context, std::uint64_t encoding, std::uint64_t address,
                                std::uint64_t mem_index, std::uint64_t) {
    auto& core = core_of(context);
    const auto operation = bits(encoding, 20, 12);
    if (!environment_allows(core, operation == Inval ? envcfg::kCbie : envcfg::kCbcfe))
        return illegal(context, encoding);
    // CMO 1.0, 2.5.2: allowed where the block may be read or written; a refusal is reported as that of a store. There
    // are no caches to manage, and an invalidation may be done as a flush.
    const auto index = static_cast<unsigned>(mem_index);
    if (core.translate(address, 1, Access::Read, index).ok)
        return 0;
    if (const auto result = core.translate(address, 1, Access::Write, index); !result.ok)
        context.raise(result.fault);
    return 0;
}

// Jumps and taken branches on harts without C
std::uint64_t helper_check_target(HelperContext& context, std::uint64_t target, std::uint64_t, std::uint64_t,
                                  std::uint64_t) {
    if (target % 4 != 0)
        context.raise({FaultKind::Instruction, Access::Fetch, cause::kFetchMisaligned, 0, target});
    return 0;
}

// Before an instruction while execute triggers are armed
std::uint64_t helper_execute_trigger(HelperContext& context, std::uint64_t address, std::uint64_t, std::uint64_t,
                                     std::uint64_t) {
    if (const auto fault = core_of(context).trigger_on(address, 1, Access::Fetch))
        context.raise(*fault);
    return 0;
}

} // namespace medley::iss::riscv
