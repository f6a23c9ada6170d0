// State, calls, and the ways out of a region.
#include "accel/jit/x64/emitter.h"

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;

void Emitter::emit_call_out(const Operation& operation, Thunks::Code thunk) {
    for (unsigned i = 0; i < operation.argument_count; ++i)
        values_.store(operation.arguments[i], &frame_.arguments[i]);
    set_site(add_site(operation));
    call(thunk);
    const bool has_result = operation.type != Type::None && operation.opcode != Opcode::Store;
    if (has_result)
        values_.make_from(&frame_.result);
}

void Emitter::emit_helper(const Operation& operation) {
    const auto effects = frame_.core.helpers()[operation.imm].effects;
    if ((effects & helper_effect::kWritesState) != 0)
        values_.forget_state();
    emit_call_out(operation, thunks_.helper);
}

void Emitter::emit_get(const Operation& operation) {
    const auto slot = static_cast<ir::SlotId>(operation.imm);
    if (slot == frame_.core.layout().float_flags)
        call(thunks_.sync_flags);
    if (is_condition_flag(slot))
        settle_flags();
    values_.make_slot(slot);
}

void Emitter::emit_put(const Operation& operation) {
    if (is_condition_flag(operation.imm) && !emit_put_flag())
        return;
    if (std::erase(stored_outcomes_, values_.uses().root(operation.arguments[0])) != 0)
        return;
    const auto slot = static_cast<ir::SlotId>(operation.imm);
    const auto& layout = frame_.core.layout();
    if (slot == layout.float_flags)
        call(thunks_.sync_flags);
    values_.put(slot, operation.arguments[0]);
    if (slot == layout.attention)
        call(thunks_.poll);
}

// --- exits

/// A jump whose displacement can be changed while it may be executed: the four bytes lie within one cache line.
template <class Target>
std::uint32_t Emitter::emit_patchable_jump(const Target& target, std::optional<Condition> condition) {
    constexpr std::uint64_t kLine = 64;
    const auto opcode_bytes = condition ? 2U : 1U;
    const auto displacement = reinterpret_cast<std::uintptr_t>(arena_.next()) + a.offset() + opcode_bytes;
    for (auto at = displacement; at % kLine > kLine - 4; ++at)
        a.nop();
    if (condition)
        a.long_jump_if(*condition, target);
    else
        a.long_jump(target);
    return static_cast<std::uint32_t>(a.offset() - 4);
}

/// Ends a path, and what is emitted here: counts it, stops where it must, goes on with the target.
void Emitter::emit_edge(Address target) {
    a.sub(kCounter, counted());
    emit_jump_to(target, is_safepoint(target));
}

/// An exit has one stub, for whatever keeps it from going on: it is not linked, or not in this mode, or has to stop. It stands
/// right behind, so that a conditional jump to the target is all that a safepoint takes.
void Emitter::emit_jump_to(Address target, bool safepoint) {
    const auto index = exits_.size();
    const auto number = static_cast<std::uint32_t>(frame_.exit_sites.size());
    frame_.exit_sites.push_back({block_, target, static_cast<std::uint32_t>(index), safepoint, mode_.linked});
    if (!mode_.linked) {
        set_site(number);
        jump(thunks_.leave_link);
        return;
    }
    auto& exit = exits_.emplace_back();
    exit.target = target;
    exit.stub = a.newLabel();
    std::optional<Condition> goes_on;
    if (safepoint)
        goes_on = x86::CondCode::kSignedGT;
    if (!is_steady(target)) {
        if (goes_on)
            a.jump_if(Condition::kSignedLE, exit.stub);
        a.cmp(at_address(&frame_.mode_tag, 4), 0x7fff'ffff);
        exit.tag = static_cast<std::uint32_t>(a.offset() - 4);
        goes_on = x86::CondCode::kEqual;
    }
    exit.jump = emit_patchable_jump(exit.stub, goes_on);
    if (in_cold_)
        bind_exit(index, number);
    else
        first_cold_ = FirstCold{index, number};
}

/// That of a far one first tries the jump cache, once it was linked.
void Emitter::bind_exit(std::size_t index, std::uint32_t number) {
    auto& exit = exits_[index];
    a.bind(exit.stub);
    set_site(number);
    if (exit.tag == Exit::kNone)
        jump(thunks_.leave_link);
    else
        exit.retry = emit_patchable_jump(reinterpret_cast<std::uintptr_t>(thunks_.leave_link));
}

/// A path that is left for is laid out behind the region.
void Emitter::emit_edge_later(const Label& label, Address target) {
    later([=, this, pc = pc_, executed = executed_] {
        pc_ = pc;
        executed_ = executed;
        a.bind(label);
        emit_edge(target);
    });
}

/// As emit_edge_later(), with NaNs in slots settled on the way.
void Emitter::emit_settling_edge_later(const Label& label, Address target) {
    later([=, this, pc = pc_, executed = executed_, checks = nan_checks()] {
        pc_ = pc;
        executed_ = executed;
        a.bind(label);
        emit_nan_checks(checks);
        emit_edge(target);
    });
}

void Emitter::emit_branch(Value at, const Operation& operation) {
    auto condition = x86::CondCode::kNotZero;
    if (flags_) {
        condition = *flags_;
        flags_.reset();
    } else {
        const auto chooser = values_.integer(operation.arguments[0]);
        a.test(chooser.r32(), chooser.r32());
    }
    const auto taken = operation.imm;
    const bool last = at + 1 == region_->operations.size();
    const auto out = a.newLabel();
    if (last && is_safepoint(taken)) { // A loop: the taken side is the likely one.
        a.jump_if(x86::negateCond(condition), out);
        emit_edge_later(out, operation.imm2);
        emit_edge(taken);
        return;
    }
    a.jump_if(condition, out);
    if (nans_.slots().empty())
        emit_edge_later(out, taken);
    else
        emit_settling_edge_later(out, taken);
    if (last)
        emit_edge(operation.imm2);
}

void Emitter::emit_goto_indirect(const Operation& operation) {
    const auto value = operation.arguments[0];
    if (const auto known = values_.constant(value)) { // As of a call by two instructions, which make half of its address each.
        a.sub(kCounter, counted());
        return emit_jump_to(*known, true);
    }
    const auto held = values_.integer(value);
    const auto target = x86::rax;
    if (held != target || type_of(value) == Type::I32)
        a.mov(sized(target, type_of(value)), sized(held, type_of(value)));
    a.sub(kCounter, counted());
    a.jump_if(Condition::kSignedLE, reinterpret_cast<std::uintptr_t>(thunks_.leave_safepoint_at));
    if (mode_.linked)
        emit_jump_lookup(a, frame_, target, x86::rcx, reinterpret_cast<std::uintptr_t>(thunks_.leave_miss));
    else
        jump(thunks_.leave_safepoint_at);
}

void Emitter::emit_stop(const Operation& operation) {
    if (operation.argument_count != 0) {
        const auto value = operation.arguments[0];
        const auto held = values_.integer(value);
        a.mov(sized(x86::rax, type_of(value)), sized(held, type_of(value)));
    }
    auto site = add_site(operation);
    frame_.sites[site].pc = operation.imm;
    a.sub(kCounter, counted());
    set_site(site);
    const bool may_go_on = mode_.linked && operation.argument_count == 0 && static_cast<ir::StopReason>(operation.imm2) == ir::StopReason::Resync;
    if (!may_go_on)
        return jump(operation.argument_count != 0 ? thunks_.leave_stop_at : thunks_.leave_stop);
    // Most of what could have changed the mode has not: then the next block is where a Goto would find it.
    call(thunks_.resync);
    a.test(kCounter, kCounter);
    emit_jump_to(operation.imm, is_safepoint(operation.imm));
}

void Emitter::emit_raise(const Operation& operation) {
    if (operation.argument_count != 0)
        values_.store(operation.arguments[0], &frame_.arguments[0]);
    set_site(add_site(operation));
    jump(thunks_.leave_fault);
}

} // namespace medley::accel::jit::x64
