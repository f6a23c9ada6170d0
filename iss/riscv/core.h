/// \file
/// One hart. Its rules are split by topic: core.cpp (the TargetCore interface), trap.cpp, interrupt.cpp, mmu.cpp,
/// counters.cpp, triggers.cpp and the CSR files; all of them work on the state block alone.
#pragma once

#include "iss/riscv/config.h"
#include "iss/riscv/csr.h"
#include "iss/riscv/decode/tables.h"
#include "iss/riscv/lift_context.h"
#include "iss/riscv/page_walk.h"
#include "iss/riscv/state.h"
#include "iss/riscv/superpages.h"
#include "medley/cpu/target.h"

#include <memory>
#include <vector>

namespace medley::iss::riscv {

/// What a mem_index means: who accesses (after MPRV), and the two bits of mstatus that change rights.
struct DataRegime {
    Privilege privilege = Privilege::Machine;
    bool supervisor_user = false;          ///< SUM
    bool make_executable_readable = false; ///< MXR

    [[nodiscard]] static constexpr DataRegime decode(unsigned index) {
        return {static_cast<Privilege>(index & 3), (index & 4) != 0, (index & 8) != 0};
    }
    [[nodiscard]] constexpr unsigned encode() const {
        return static_cast<unsigned>(privilege) | (supervisor_user ? 4U : 0U) | (make_executable_readable ? 8U : 0U);
    }
};

class Core final : public TargetCore {
public:
    Core(const Config& config, CoreHost& host);

    // --- TargetCore
    [[nodiscard]] const StateLayout& layout() const override { return layout_; }
    [[nodiscard]] std::byte* state() override { return reinterpret_cast<std::byte*>(&state_); }
    [[nodiscard]] std::span<const Helper> helpers() const override { return helpers_; }
    void reset(Address entry) override;
    void state_written() override;
    [[nodiscard]] std::uint64_t translation_key() const override;
    [[nodiscard]] LiftResult lift(Address start, const LiftLimits& limits, CodeReader& code,
                                  ir::Builder& builder) override;
    [[nodiscard]] Translation translate(Address address, unsigned size, Access access, unsigned mem_index) override;
    [[nodiscard]] unsigned fetch_mem_index() const override { return static_cast<unsigned>(state_.privilege); }
    [[nodiscard]] std::uint64_t address_space() const override;
    [[nodiscard]] std::optional<Address> translate_debug(Address address) override;
    void raise(const Fault& fault) override;
    void set_interrupt(unsigned line, bool level) override;
    bool take_interrupt() override;
    [[nodiscard]] bool wakes_up() const override;
    void on_alarm(unsigned id) override;
    [[nodiscard]] std::string disassemble(Address address, std::span<const std::byte> code,
                                          unsigned& length) const override;

    // --- what the CSR functions and helpers work with
    [[nodiscard]] const Config& config() const { return config_; }
    [[nodiscard]] CoreHost& host() { return host_; }
    [[nodiscard]] State& hart() { return state_; }
    [[nodiscard]] const State& hart() const { return state_; }
    [[nodiscard]] Csrs& csr() { return state_.csr; }
    [[nodiscard]] const Csrs& csr() const { return state_.csr; }
    [[nodiscard]] unsigned xlen() const { return config_.xlen(); }
    [[nodiscard]] bool has(Extension extension) const { return config_.has(extension); }
    [[nodiscard]] const CsrTable& csr_table() const { return csr_table_; }

    /// The regime of loads and stores now: MPRV may lend them another privilege (Privileged 1.13, 3.1.6.3).
    [[nodiscard]] DataRegime data_regime() const;

    // interrupt.cpp
    [[nodiscard]] std::uint64_t pending() const;
    void update_attention();
    /// Whether the supervisor timer is the hart's own (menvcfg.STCE).
    [[nodiscard]] bool supervisor_timer() const;
    void update_supervisor_timer();

    // trap.cpp
    /// Return from a trap into machine or supervisor mode; the next program counter.
    std::uint64_t return_from_machine();
    std::uint64_t return_from_supervisor();

    // counters.cpp
    [[nodiscard]] std::uint64_t counter(unsigned index);
    void set_counter(unsigned index, std::uint64_t value);
    void set_counter_inhibit(std::uint64_t value);
    void set_counter_event(unsigned index, std::uint64_t event);

    // mmu.cpp
    void write_satp(std::uint64_t value);
    /// Everything that translations depend on may have changed.
    void flush_all_translations();
    /// SFENCE.VMA; absent operands mean all.
    void fence_translations(std::optional<Address> address, std::optional<std::uint64_t> space);

    // triggers.cpp
    /// The breakpoint that an instruction fetch or a data access meets, if any.
    [[nodiscard]] std::optional<Fault> trigger_on(Address address, unsigned size, Access access) const;

private:
    // trap.cpp
    void enter_trap(std::uint64_t code, bool is_interrupt, std::uint64_t value);
    void enter_machine(std::uint64_t cause, std::uint64_t value);
    void enter_supervisor(std::uint64_t cause, std::uint64_t value);
    // interrupt.cpp
    [[nodiscard]] std::optional<unsigned> next_interrupt() const;
    // counters.cpp
    [[nodiscard]] std::uint64_t counter_source(unsigned index);
    void uncount_trapped_instruction();
    // triggers.cpp
    [[nodiscard]] bool execute_triggers_armed() const;
    [[nodiscard]] bool has_data_triggers() const;
    [[nodiscard]] bool page_has_data_trigger(Address address) const;
    // mmu.cpp
    [[nodiscard]] Translation translate_virtual(Address address, unsigned size, Access access,
                                                const DataRegime& regime);
    [[nodiscard]] WalkRegime walk_regime(const DataRegime& regime) const;
    [[nodiscard]] bool is_translated(Privilege privilege) const;

    Config config_;
    CoreHost& host_;
    StateLayout layout_;
    std::vector<Helper> helpers_;
    CsrTable csr_table_;
    std::shared_ptr<const DecodeTables> decode_;
    alignas(16) State state_;
    Superpages superpages_;
};

} // namespace medley::iss::riscv
