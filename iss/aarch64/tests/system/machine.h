/// \file
/// A core with fake surroundings, driven through its helpers as lifted code would drive it.
#pragma once

#include "iss/aarch64/core.h"
#include "iss/aarch64/helpers.h"
#include "iss/aarch64/syndrome.h"
#include "iss/aarch64/sys_bits.h"
#include "iss/aarch64/sysreg_table.h"
#include "iss/aarch64/tests/system/host.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace medley::iss::aarch64::test {

using Parameters = std::map<std::string, std::string>;

/// EL2 and EL3 with everything that the largest model has.
inline const Parameters kAllLevels{{"el2", "on"}, {"el3", "on"}, {"psci", "none"}};
inline const Parameters kWithEl2{{"el2", "on"}, {"psci", "none"}};

/// The encoding of a register by its name in the table.
inline std::uint16_t key_of(std::string_view name) {
    for (const auto& row : sysreg_rows())
        if (row.name == name)
            return row.key;
    ADD_FAILURE() << "no register " << name;
    return 0;
}

class Machine {
public:
    explicit Machine(std::string model = "cortex-a53", Parameters parameters = {})
        : core(Config::parse({std::move(model), std::move(parameters), 0}), host), system(core.system()) {
        core.reset(kRam);
        host.flushes.clear();
        host.events.clear();
    }

    /// Moves to an exception level of the Non-secure state, with SPx.
    void go_to(unsigned level) {
        regs().pstate.el = level;
        regs().pstate.sp_sel = level == 0 ? 0 : 1;
        if (core.config().has_el3)
            regs().scr_el3 |= scr::kNs;
        system.update_attention();
    }

    // --- MRS and MSR; nothing is returned when they raise
    static std::uint32_t mrs(std::uint16_t key, unsigned rt = 0) { return 0xd520'0000U | std::uint32_t{key} << 5 | rt; }
    static std::uint32_t msr(std::uint16_t key, unsigned rt = 0) { return 0xd500'0000U | std::uint32_t{key} << 5 | rt; }
    std::optional<std::uint64_t> read(std::uint16_t key) { return run(helper_sysreg_read, mrs(key)); }
    bool write(std::uint16_t key, std::uint64_t value) { return run(helper_sysreg_write, msr(key), value).has_value(); }
    std::optional<std::uint64_t> read(std::string_view name) { return read(key_of(name)); }
    bool write(std::string_view name, std::uint64_t value) { return write(key_of(name), value); }
    /// SYS #op1, cn, cm, #op2.
    bool sys(unsigned op1, unsigned crn, unsigned crm, unsigned op2, std::uint64_t value = 0) {
        return run(helper_sys, 0xd508'0000U | op1 << 16 | crn << 12 | crm << 8 | op2 << 5, value).has_value();
    }
    /// MSR pstatefield, #imm.
    bool msr_imm(unsigned op1, unsigned op2, unsigned imm) {
        return run(helper_msr_immediate, 0xd500'401fU | op1 << 16 | imm << 8 | op2 << 5).has_value();
    }
    /// ERET: the state afterwards is that of the core; the result is the next program counter.
    std::uint64_t eret() {
        const auto next = run(helper_exception_return, 0xd69f'03e0).value_or(0);
        core_state().pc = next;
        return next;
    }

    /// Runs any helper; on a fault `fault` says which.
    std::optional<std::uint64_t> run(HelperFunction function, std::uint64_t a = 0, std::uint64_t b = 0, std::uint64_t c = 0) {
        HelperContext context;
        context.core = &core;
        const auto result = function(context, a, b, c, 0);
        fault = context.fault;
        return context.faulted ? std::nullopt : std::optional(result);
    }
    /// Raises the last fault.
    void take() { core.raise(fault); }
    /// Where the last fault would go, without going there.
    unsigned target_of_fault() {
        const auto saved = core_state();
        take();
        const auto level = regs().pstate.el;
        core_state() = saved;
        return level;
    }

    void raise(std::uint32_t code, std::uint64_t value = 0) {
        core.raise({FaultKind::Instruction, Access::Fetch, code, 0, value});
    }
    [[nodiscard]] bool attention() { return core_state().attention != 0; }

    State& core_state() { return system.state(); }
    SystemState& regs() { return system.regs(); }

    FakeHost host;
    Core core;
    System& system;
    Fault fault{};
};

} // namespace medley::iss::aarch64::test
