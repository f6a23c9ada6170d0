/// \file
/// From a region to host code.
#pragma once

#include "accel/jit/backend.h"
#include "accel/jit/x64/access_thunks.h"
#include "accel/jit/x64/assembler.h"
#include "accel/jit/x64/deferred_nans.h"
#include "accel/jit/x64/float_instructions.h"
#include "accel/jit/x64/later.h"
#include "accel/jit/x64/thunks.h"
#include "accel/jit/x64/values.h"

#include <functional>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

namespace medley::accel::jit::x64 {

class Emitter {
public:
    Emitter(Frame& frame, CodeArena& arena, const Pins& pins, const Features& features, const Thunks& thunks);


    [[nodiscard]] Backend::Outcome compile(const ir::Block& region, const CompileMode& mode, Block& block);

private:
    using Opcode = ir::Opcode;
    using Operation = ir::Operation;
    using Type = ir::Type;
    using Value = ir::Value;
    using Label = asmjit::Label;
    using Condition = asmjit::x86::CondCode;

    struct PendingExit {
        Label stub;
        std::uint32_t jump = Exit::kNone;
        std::uint32_t tag = Exit::kNone;
        std::uint32_t retry = 0;
        Address target = 0;
    };

    // Frame of a compilation (emitter.cpp)
    void emit(Value at);
    [[nodiscard]] bool emit_quickly(const Operation& operation);
    void emit_operation(Value at, const Operation& operation);
    void begin_instruction(Address pc);
    void emit_marker(const Operation& operation);
    void end_sites(Address next);
    void place(Block& block);
    template <class Body>
    void later(Body body) {
        cold_.add(std::move(body));
    }
    void call(Thunks::Code thunk) { a.call(reinterpret_cast<std::uintptr_t>(thunk)); }
    void jump(Thunks::Code thunk) { a.jmp(reinterpret_cast<std::uintptr_t>(thunk)); }
    /// A site for the operation at \p at; returns its number.
    std::uint32_t add_site(const Operation& operation);
    /// Directly in front of a call or jump to a thunk that wants a site.
    void set_site(std::uint32_t site) { a.push(site); }
    [[nodiscard]] Type type_of(Value value) const { return region_->type_of(value); }

    // Integers (emit_integer.cpp)
    [[nodiscard]] bool emit_integer(const Operation& operation);
    void emit_binary(const Operation& operation, Arithmetic instruction);
    void emit_multiply(const Operation& operation);
    [[nodiscard]] std::pair<Value, Value> operands_of(const Operation& operation, bool commutes) const;
    template <class Apply>
    bool emit_two(Type type, Value first, Value second, bool commutes, Apply apply);
    void emit_add(const Operation& operation);
    void emit_and_not(const Operation& operation);
    void emit_shift(const Operation& operation, Shift kind, asmjit::InstId legacy, asmjit::InstId three);
    void emit_multiply_high(const Operation& operation);
    void emit_multiply_high_wide(const Operation& operation);
    void emit_division(const Operation& operation);
    void emit_unary(const Operation& operation, asmjit::InstId instruction);
    void emit_sign_extend(const Operation& operation);
    void emit_zero_extend(const Operation& operation);
    void emit_select(const Operation& operation);

    // Comparisons (emit_flags.cpp)
    /// A value, or a constant where there is none.
    struct Compared {
        Value root = ir::kNoValue;
        std::uint64_t number = 0;
        friend bool operator==(const Compared&, const Compared&) = default;
    };
    /// What the host's flags say: how left - right came out. Type::None: nothing that is known.
    struct HostFlags {
        Type type = Type::None;
        Compared left, right;
        friend bool operator==(const HostFlags&, const HostFlags&) = default;
    };
    void emit_compare(Value at, const Operation& operation);
    [[nodiscard]] Condition emit_flags(const Operation& comparison);
    [[nodiscard]] Condition emit_sum_flags(Type type, Value first, Value second);
    [[nodiscard]] std::optional<Condition> known_condition(const Operation& comparison) const;
    [[nodiscard]] Compared operand_of(Value value) const;
    [[nodiscard]] HostFlags difference(Value left, Value right) const;
    [[nodiscard]] bool spares_host_flags(const Operation& operation) const;
    [[nodiscard]] std::optional<ir::SlotId> slot_of_outcome(Value at) const;
    [[nodiscard]] bool is_fused(Value comparison) const;
    /// In front of the PutSlot of a condition flag. False: nothing is left to do for it.
    [[nodiscard]] bool emit_put_flag();
    [[nodiscard]] bool may_be_put_early(Value put) const;
    void emit_flag_group(const FlagGroup& group);
    void emit_chosen_source(const FlagGroup& group, std::uint32_t source);
    void emit_pending(std::uint64_t& to, Value operand, bool wide);
    void settle_flags();
    [[nodiscard]] bool is_condition_flag(std::uint64_t slot) const { return frame_.core.layout().condition_flags.has(static_cast<ir::SlotId>(slot)); }

    // Common checks (emit_groups.cpp)
    void find_groups();
    [[nodiscard]] AccessGroups::Access describe_access(Value at, const Operation& operation) const;
    [[nodiscard]] AccessGroups::Role role() const { return groups_.role(now_); }
    [[nodiscard]] bool is_grouped() const { return role() != AccessGroups::Role::Alone; }

    // Memory (emit_memory.cpp)
    /// Where an access goes: all 64 bits of a register, and a constant.
    struct Location {
        Gp base;
        std::int32_t offset = 0;
        [[nodiscard]] Mem at(std::uint32_t size) const { return asmjit::x86::ptr(base, offset, size); }
        [[nodiscard]] Mem on_host(const Gp& addend, std::uint32_t size) const { return asmjit::x86::ptr(base, addend, 0, offset, size); }
    };
    /// Registers that a check may change.
    struct CheckRegisters {
        Gp index;
        Gp temp;
    };
    /// What is checked.
    struct Checked {
        ir::MemOp op;
        bool write = false;
        std::uint32_t site = 0; ///< None for a follower.
    };
    void emit_load(const Operation& operation);
    void emit_store(const Operation& operation);
    void emit_load_with(const Gp& addend, const Operation& operation);
    void emit_store_with(const Gp& addend, const Operation& operation);
    [[nodiscard]] bool is_native_access(const Operation& operation) const;
    [[nodiscard]] Location access_location(const Operation& operation);
    void emit_access_out(const Operation& operation);
    [[nodiscard]] std::uint32_t add_access_site(const Operation& operation);
    [[nodiscard]] Gp emit_check(const Location& location, const CheckRegisters& regs, const Checked& access, const Label& slow);
    /// Of 2^size_log2 bytes; the temporary is changed.
    struct FlatCheck {
        Gp temp;
        unsigned size_log2 = 0;
        unsigned alignment = 1;
        bool write = false;
    };
    void emit_flat_check(const FlatRanges::Code& flat, const Location& location, const FlatCheck& check, const Label& slow);
    /// Goes to `slow` unless an entry of the soft TLB serves the access.
    void emit_tlb_check(const Location& location, const TlbAccess& access, const CheckRegisters& regs, const Label& slow);
    void emit_hinted_match(const Location& location, const TlbAccess& access, const CheckRegisters& regs, Thunks::Code hinting, const Label& slow);
    [[nodiscard]] Gp emit_group_check(const Location& location, const CheckRegisters& regs, const Checked& access);
    [[nodiscard]] std::optional<Gp> held_addend(ir::MemOp op);
    void emit_common_flat_check(const FlatRanges::Code& flat, const Location& first, const Gp& temp, const Checked& access);
    void emit_common_tlb_check(const Location& first, const CheckRegisters& regs, const Checked& access, const GroupExtent& extent);
    void emit_load_from(const Mem& from, const Operation& operation, const Gp& to);
    void emit_swap_loaded(const Operation& operation, const Gp& to);
    void emit_store_to(const Mem& to, const Operation& operation, const Gp& data, const Gp& temp);
    /// Calls for an access that the check refused; `temp` is changed.
    void emit_slow_access(const Location& location, const Gp& temp, ir::MemOp op, bool write, std::uint32_t site);
    void emit_fence(const Operation& operation);
    void emit_release(const Operation& operation);
    void emit_write_read_barrier();

    // Floating point (emit_float.cpp)
    [[nodiscard]] bool emit_float(Value at, const Operation& operation);
    [[nodiscard]] bool is_native_float(const Operation& operation) const;
    [[nodiscard]] static bool can_defer(const Operation& operation);
    void move_float(const Xmm& to, const Xmm& from);
    void emit_three(const FloatInstruction& instruction, bool wide, const Xmm& to, const Xmm& left, const asmjit::Operand& right);
    [[nodiscard]] asmjit::Operand float_source(Value value);
    void set_rounding(Rounding rounding);
    void redo_in_software(std::uint32_t site, std::initializer_list<Xmm> operands);
    void jump_if_odd(const Operation& operation, const Xmm& result, const Label& odd);
    void emit_rounded(const Operation& operation, std::initializer_list<Xmm> operands, const std::function<void(const Xmm&)>& body);
    [[nodiscard]] bool right_has_fewer_bits(const Operation& operation) const;
    void emit_arithmetic(const Operation& operation, const FloatInstruction& instruction);
    void emit_square_root(const Operation& operation);
    void emit_multiply_add(const Operation& operation);
    void emit_extreme(const Operation& operation, const FloatInstruction& instruction, const FloatInstruction& of_equals);
    void emit_float_sign(const Operation& operation);
    void emit_float_compare(const Operation& operation);

    // Conversions (emit_float_convert.cpp)
    [[nodiscard]] bool is_native_convert(const Operation& operation) const;
    void emit_host_round(bool wide, const Xmm& to, const Xmm& from, unsigned immediate);
    void emit_integral(bool wide, const Xmm& to, const Xmm& from, Rounding rounding, bool exact);
    void emit_float_round(const Operation& operation);
    void emit_to_integer(const Operation& operation);
    void emit_to_signed(Type type, bool wide, const Gp& to, const Xmm& from, bool as_set, const Label& odd);
    void emit_to_unsigned(Type type, bool wide, const Gp& to, const Xmm& from, const Label& odd);
    void emit_from_integer(const Operation& operation);
    void emit_from_unsigned(asmjit::InstId instruction, bool wide, const Xmm& to, const Gp& from);
    void emit_float_convert(const Operation& operation);
    void emit_from_half(const Operation& operation);
    void emit_bitcast(const Operation& operation);
    void emit_bypass(const Operation& operation, Value source);

    // Vectors (emit_vector.cpp)
    [[nodiscard]] bool emit_vector(const Operation& operation);
    void emit_lanes(asmjit::InstId instruction, const Operation& operation, bool swapped);
    [[nodiscard]] Xmm work_for(const Xmm& to, std::initializer_list<Xmm> needed);
    void emit_low_bits(Type type, const Gp& bits);
    [[nodiscard]] bool emit_vector_bitcast(const Operation& operation);
    void emit_vector_select(const Operation& operation);
    [[nodiscard]] bool emit_extract(const Operation& operation);
    [[nodiscard]] bool emit_insert(const Operation& operation);
    [[nodiscard]] bool emit_splat(const Operation& operation);
    void emit_bit_select(const Operation& operation);
    [[nodiscard]] bool emit_vector_compare(const Operation& operation);
    [[nodiscard]] bool emit_vector_shift(const Operation& operation);
    void emit_widen(const Operation& operation);
    void emit_narrow(const Operation& operation);
    void emit_shuffle(const Operation& operation);
    void emit_table(const Operation& operation);
    void load_vector(const Xmm& to, const Wide& bits);
    [[nodiscard]] bool emit_vector_float(const Operation& operation);
    [[nodiscard]] bool emit_float_lane_compare(const Operation& operation, bool wide);
    [[nodiscard]] bool emit_checked(const Operation& operation, asmjit::InstId instruction, bool can_be_tiny);
    void emit_least_normal_check(bool wide, const Xmm& check, const Xmm& work);

    // Deferred NaNs (emit_nan.cpp)
    struct NanChecks {
        std::vector<DeferredNans::Slot> slots;
        std::vector<DeferredNans::Kind> kinds;
        NanPlaces places;
    };
    void compare_quietly(bool wide, const Xmm& left, const asmjit::Operand& right);
    void defer(Type type);
    [[nodiscard]] bool is_blind_to_payloads(const Operation& operation) const;
    [[nodiscard]] bool has_one_blind_use(Value value) const;
    void settle_operands(Value at, const Operation& operation);
    void settle_misfits(const Operation& operation);
    void follow_nans(const Operation& operation);
    [[nodiscard]] NanPlaces nan_places(bool with_values);
    void settle_behind(const Label& is_nan, const Label& back, bool with_values);
    void settle(Value value);
    void settle_slots();
    [[nodiscard]] NanChecks nan_checks();
    void emit_nan_checks(const NanChecks& checks);

    // Everything else (emit_control.cpp)
    void emit_call_out(const Operation& operation, Thunks::Code thunk);
    void emit_helper(const Operation& operation);
    void emit_get(const Operation& operation);
    void emit_put(const Operation& operation);
    void emit_branch(Value at, const Operation& operation);
    void emit_goto_indirect(const Operation& operation);
    void emit_stop(const Operation& operation);
    void emit_raise(const Operation& operation);
    void emit_edge(Address target);
    void emit_jump_to(Address target, bool safepoint);
    void bind_exit(std::size_t index, std::uint32_t number);
    template <class Target>
    std::uint32_t emit_patchable_jump(const Target& target, std::optional<Condition> condition = {});
    void emit_edge_later(const Label& label, Address target);
    void emit_settling_edge_later(const Label& label, Address target);
    [[nodiscard]] bool is_near(Address target) const { return (target & kPageMask) == (pc_ & kPageMask); }
    /// A jump there is good for ever: what starts there is in this page, and ends in it.
    [[nodiscard]] bool is_steady(Address target) const {
        constexpr Address kLongestInstruction = 16;
        return is_near(target) && (target & ~kPageMask) <= kPageSize - kLongestInstruction;
    }
    [[nodiscard]] bool is_safepoint(Address target) const { return !is_near(target) || target <= pc_; }
    [[nodiscard]] std::uint16_t counted() const { return static_cast<std::uint16_t>(executed_ + 1); }

    Frame& frame_;
    CodeArena& arena_;
    const Pins& pins_;
    Features features_;
    Thunks thunks_;
    AccessThunks access_thunks_;
    EmissionErrors errors_;
    Assembler a{errors_};
    Values values_;
    DeferredNans nans_;
    AccessGroups groups_;
    std::size_t next_hint_ = 0;
    Value relied_until_ = 0; ///< The last follower of the groups so far.

    const ir::Block* region_ = nullptr;
    CompileMode mode_;
    Block* block_ = nullptr;
    Later cold_;
    bool in_cold_ = false;
    /// The exit whose stub the hot code runs into.
    struct FirstCold {
        std::size_t exit = 0;
        std::uint32_t number = 0;
    };
    std::optional<FirstCold> first_cold_;
    std::vector<PendingExit> exits_;
    /// Condition in the host's flags, left by the comparison before.
    std::optional<Condition> flags_;
    HostFlags host_flags_;
    bool flags_settled_ = false; ///< No condition flags are pending here.
    /// Comparisons whose outcome is in its slot before the PutSlot.
    std::vector<Value> stored_outcomes_;
    Value now_ = 0;
    Address pc_ = 0;
    std::uint16_t executed_ = 0;
    bool started_ = false;
    std::size_t sites_ended_ = 0;
};

} // namespace medley::accel::jit::x64
