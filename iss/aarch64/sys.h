/// \file
/// What of a core is not instructions: system registers, exceptions and interrupts, translation, timers, debug, performance
/// monitors. It works on the state block alone, so that everything that it remembers has a slot.
#pragma once

#include "iss/aarch64/config.h"
#include "iss/aarch64/large_pages.h"
#include "iss/aarch64/lift_mode.h"
#include "iss/aarch64/page_walk.h"
#include "iss/aarch64/regime.h"
#include "iss/aarch64/state.h"
#include "medley/base/host_files.h"
#include "medley/cpu/target.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace medley::iss::aarch64 {

/// The keys of pointer authentication.
enum class PacKey : std::uint8_t { InstructionA, InstructionB, DataA, DataB, Generic };

/// How pointers are authenticated now.
struct PacRegime {
    bool enabled = false;              ///< SCTLR_ELx.EnIA ...; always true of the generic key.
    std::optional<Fault> trap;         ///< Use of the instructions is trapped (HCR_EL2.API, SCR_EL3.API).
    std::uint64_t key_low = 0;
    std::uint64_t key_high = 0;
};

/// The layout of a pointer by its range (Arm ARM, "AddPAC").
struct PointerLayout {
    bool tagged = false;      ///< The top byte is ignored, so that the code is not there.
    unsigned va_bits = 48;    ///< 64 - TnSZ.
    bool two_ranges = true;   ///< Bit 55 selects the range.
};

/// An exception that waits or is being taken.
struct Exception {
    enum class Kind : std::uint8_t { Synchronous, Irq, Fiq, SError };
    Kind kind = Kind::Synchronous;
    unsigned target = 1;
    std::uint32_t syndrome = 0;
    Address return_address = 0;
    std::optional<Address> fault_address; ///< For FAR_ELx.
    std::optional<Address> intermediate;  ///< For HPFAR_EL2.
};

/// Which translations a TLBI instruction concerns, in the words of CoreHost::flush_tlb. Broadcast in this form.
struct Invalidation {
    bool by_address = false;
    bool by_space = false;
    Address first = 0;
    Address last = 0; ///< Inclusive.
    std::uint64_t space = 0;
};

class System {
public:
    System(const Config& config, CoreHost& host, State& state);

    /// Appends slots for debuggers behind the common ones.
    void add_slots(StateLayout& layout) const;

    // --- as TargetCore's functions of these names
    void reset(Address entry);
    /// By RMR_ELx.RR.
    void warm_reset();
    void start(Address entry, std::uint64_t argument);
    void state_written();
    [[nodiscard]] Translation translate(Address address, unsigned size, Access access, unsigned mem_index);
    [[nodiscard]] unsigned fetch_mem_index() const;
    [[nodiscard]] std::uint64_t address_space() const;
    [[nodiscard]] std::optional<Address> translate_debug(Address address);
    void raise(const Fault& fault);
    void set_interrupt(unsigned line, bool level);
    bool take_interrupt();
    [[nodiscard]] bool wakes_up() const;
    void on_alarm(unsigned id);
    void hear(const Broadcast& message);

    /// What the translation key is made of.
    [[nodiscard]] LiftMode lift_mode() const;

    // --- pointer authentication (sys_pauth.cpp)
    [[nodiscard]] PacRegime pac_regime(PacKey key) const;
    /// \p is_data: of a data address, for TBI and TBID.
    [[nodiscard]] PointerLayout pointer_layout(Address pointer, bool is_data) const;

    [[nodiscard]] const Config& config() const { return config_; }
    [[nodiscard]] CoreHost& host() { return host_; }
    [[nodiscard]] State& state() { return state_; }
    [[nodiscard]] const State& state() const { return state_; }
    [[nodiscard]] SystemState& regs() { return state_.sys; }
    [[nodiscard]] const SystemState& regs() const { return state_.sys; }

    // --- where the core is (sys.cpp)
    [[nodiscard]] unsigned el() const { return regs().pstate.el; }
    /// Below EL3: Secure state. EL3 itself is always Secure.
    [[nodiscard]] bool secure_below_el3() const;
    /// EL2 exists in the current security state.
    [[nodiscard]] bool el2_enabled() const { return config_.has_el2 && !secure_below_el3(); }
    /// HCR_EL2 as it takes effect: 0 where EL2 is not enabled.
    [[nodiscard]] std::uint64_t effective_hcr() const { return el2_enabled() ? regs().hcr_el2 : 0; }
    [[nodiscard]] bool e2h() const;
    /// EL0 belongs to EL2 (E2H and TGE).
    [[nodiscard]] bool host_user() const;
    [[nodiscard]] Regime regime() const;
    /// SCTLR_ELx of the current regime.
    [[nodiscard]] std::uint64_t sctlr() const;
    /// Affinity and identification of this core, whatever EL2 shows to EL1.
    [[nodiscard]] std::uint64_t mpidr() const;
    [[nodiscard]] std::uint64_t midr() const;
    [[nodiscard]] bool zva_may_trap() const;

    // --- exceptions (exception.cpp, exception_return.cpp)
    void take(const Exception& exception);
    [[nodiscard]] std::uint64_t exception_return();
    /// SPSR_ELx's format of the current state, and back (the flags and masks only).
    [[nodiscard]] std::uint64_t saved_state() const;
    /// Where an exception that asks for EL1 goes from here.
    [[nodiscard]] unsigned default_target() const;
    /// The level that traps floating point, or 0.
    [[nodiscard]] unsigned float_trap() const;
    [[nodiscard]] std::uint64_t& elr(unsigned level);
    [[nodiscard]] std::uint64_t& spsr(unsigned level);
    /// A branch target without the tag that the regime of \p level ignores (AArch64.BranchAddr).
    [[nodiscard]] Address branch_address(Address target, unsigned level) const;

    // --- interrupts (interrupt.cpp)
    void update_attention();
    /// ISR_EL1.
    [[nodiscard]] std::uint64_t pending_interrupts() const;
    /// ESB.
    void synchronize_errors();

    // --- translation (mmu.cpp, mmu_stages.cpp, mmu_maintenance.cpp)
    void flush_translations();
    void invalidate(const Invalidation& what);
    void invalidate_everywhere(const Invalidation& what);
    [[nodiscard]] bool stage1_enabled(Regime of) const;
    /// Stage 1 as it holds for an address, from which tags are taken.
    [[nodiscard]] Stage stage1_of(Regime of, Address& address, bool fetch) const;
    [[nodiscard]] Stage stage2_of(Regime of) const;
    [[nodiscard]] std::uint64_t space_of(Regime of, std::uint64_t asid, std::uint64_t vmid) const;
    [[nodiscard]] std::uint64_t current_vmid() const;
    [[nodiscard]] std::uint64_t current_asid(Regime of) const;
    /// Whether the regime ignores the top byte of an address (TBI, and TBID for instructions).
    [[nodiscard]] bool tag_ignored(Regime of, Address address, bool fetch) const;
    [[nodiscard]] unsigned physical_bits() const;
    [[nodiscard]] bool pan_applies() const;

    // --- timers (timer.cpp)
    [[nodiscard]] std::uint64_t virtual_offset() const;
    void update_timers();

    // --- waits and events (event.cpp)
    /// WFI begins.
    void wait_for_interrupt();
    /// WFE begins; false: there was an event, which is gone now.
    bool wait_for_event();
    /// TargetCore::waits_for_memory: WFE with the exclusive monitor set, whose loss is an event.
    [[nodiscard]] bool waits_for_memory() const;
    /// SEV or, for this core alone, SEVL.
    void send_event(bool local);
    void set_event();

    // --- debug (debug.cpp)
    /// Where debug exceptions go from here.
    [[nodiscard]] unsigned debug_exception_target() const;
    /// The stepped instruction has begun and not ended.
    [[nodiscard]] bool step_running() const;
    [[nodiscard]] bool debug_enabled() const { return debug_enabled_from(el(), secure_now(), (regs().pstate.daif & 8) != 0); }
    [[nodiscard]] bool debug_enabled_from(unsigned level, bool secure, bool masked) const;
    [[nodiscard]] bool stepping() const;
    [[nodiscard]] bool breakpoints_armed() const;
    [[nodiscard]] std::optional<Fault> breakpoint_at(Address address) const;
    void begin_step();
    /// Writes PSTATE.DAIF.
    void set_masks(std::uint32_t daif);
    [[nodiscard]] bool secure_now() const { return el() == 3 || secure_below_el3(); }

    // --- performance monitors (pmu.cpp)
    [[nodiscard]] std::uint64_t event_counter(unsigned index);
    void set_event_counter(unsigned index, std::uint64_t value);
    /// Runs \p change, which may alter what counts, with the counters' values kept.
    template <class Change>
    void change_counting(Change&& change) {
        if (regs().pmcnten_el0 != 0)
            settle_counters(); // what is chained counts by the old rules as well
        const auto values = counter_values();
        change();
        restore_counters(values);
    }
    void update_pmu();
    void count_event(std::uint64_t event);

    // --- firmware calls (psci.cpp)
    /// The host's files, for semihosting; made when they are first asked for.
    [[nodiscard]] HostFiles& host_files();
    /// Whether the call instruction reaches the firmware that the core offers.
    [[nodiscard]] bool is_conduit(Conduit conduit) const;
    void call_firmware();

private:
    using CounterValues = std::array<std::uint64_t, kEventCounters + 1>;
    [[nodiscard]] CounterValues counter_values();
    void restore_counters(const CounterValues& values);
    [[nodiscard]] std::uint64_t counter_source(unsigned index);
    void settle_counters();
    [[nodiscard]] Picoseconds next_overflow();
    [[nodiscard]] unsigned unprivileged_index() const;

    // exception.cpp
    void raise_instruction(const Fault& fault);
    void raise_abort(const Fault& fault);
    [[nodiscard]] std::uint32_t stage2_instruction_syndrome();
    [[nodiscard]] unsigned external_abort_target() const;
    [[nodiscard]] bool writes_first(const Fault& fault);
    /// The instruction at an address, 0 where it cannot be read; without side effects.
    [[nodiscard]] std::uint32_t instruction_at(Address address);
    [[nodiscard]] std::optional<Address> zeroed_address();
    void trace(const Exception& exception) const;
    // interrupt.cpp
    struct Interrupt {
        Exception exception;
        bool is_virtual = false;
    };
    [[nodiscard]] std::uint64_t current_inputs() const;
    [[nodiscard]] std::optional<Interrupt> next_interrupt() const;
    /// The level that a physical interrupt goes to, by its bits in SCR_EL3 and HCR_EL2.
    [[nodiscard]] unsigned physical_target(std::uint64_t to_el3, std::uint64_t to_el2) const;
    /// Whether one that goes to `target` is taken now; `mask` is its bit of PSTATE.DAIF.
    [[nodiscard]] bool takes_from_here(unsigned target, std::uint32_t mask) const;
    [[nodiscard]] std::uint32_t serror_syndrome(bool is_virtual) const;
    void forget_serror(bool is_virtual);
    // event.cpp
    [[nodiscard]] bool waits_for_event() const;
    [[nodiscard]] bool is_event_wait_over() const;
    void note_stream_events();
    [[nodiscard]] Picoseconds next_stream_event();
    void on_event_stream();
    // debug.cpp
    [[nodiscard]] static std::uint32_t step_iss(std::uint64_t step_syndrome);
    [[nodiscard]] bool context_matches(unsigned index) const;
    [[nodiscard]] bool link_matches(std::uint64_t control) const;
    [[nodiscard]] std::optional<Address> watchpoint_hit(Address address, unsigned size, Access access, bool privileged) const;
    [[nodiscard]] bool any_watchpoint() const;
    [[nodiscard]] bool page_is_watched(Address address) const;
    // mmu.cpp
    [[nodiscard]] Translation refused(const WalkFault& fault, Address address, Access access) const;

    const Config& config_;
    CoreHost& host_;
    State& state_;
    std::unique_ptr<HostFiles> host_files_;
    LargePages large_pages_;
    /// Addresses with a tag have been translated: they are not found by their page.
    bool tags_seen_ = false;
    /// Shortest times that a count was seen to take, in picoseconds; 0: not known. Only to guess when counters overflow.
    double cycle_time_ = 0;
    double instruction_time_ = 0;
};

} // namespace medley::iss::aarch64
