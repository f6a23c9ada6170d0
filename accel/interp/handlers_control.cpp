// Terminals, and calls of helpers.
#include "accel/interp/access.h"
#include "accel/interp/handlers.h"
#include "accel/interp/semantics.h"

namespace medley::accel::interp {
namespace {

using ir::Opcode;
using ir::Type;

/// Whether the budget is spent or somebody wants the machine to stop.
bool must_stop(const Machine& machine, std::int64_t left) {
    return left <= 0 || machine.poll.load(std::memory_order_relaxed);
}

const Op* leave_at(Machine& machine, std::int64_t left, Address pc, Leave why) {
    machine.left = left;
    machine.set_pc(pc);
    return machine.leave_with(why);
}

// --- jumps inside a page

template <bool Safepoint>
const Op* go_to(const Op* op, Machine& machine, std::int64_t left) {
    const auto& exit = data_of(op).exits[0];
    left -= static_cast<std::int64_t>(op->count);
    if (Safepoint && must_stop(machine, left)) [[unlikely]]
        return leave_at(machine, left, exit.target, Leave::Safepoint);
    MEDLEY_NEXT(exit.next, machine, left);
}

template <bool Safepoint>
const Op* taken(const Op* op, Machine& machine, std::int64_t left) {
    const auto& exit = data_of(op).exits[0];
    if (Safepoint && must_stop(machine, left)) [[unlikely]]
        return leave_at(machine, left, exit.target, Leave::Safepoint);
    MEDLEY_NEXT(exit.next, machine, left);
}

template <class Meaning, class T, bool Immediate, bool Safepoint>
const Op* branch(const Op* op, Machine& machine, std::int64_t left) {
    left -= static_cast<std::int64_t>(op->count);
    const auto b = [op] {
        if constexpr (Immediate)
            return static_cast<T>(op->imm);
        else
            return read<T>(op->b);
    }();
    if (Meaning::template apply<T>(read<T>(op->a), b))
        return taken<Safepoint>(op, machine, left);
    MEDLEY_NEXT(data_of(op).exits[1].next, machine, left);
}

template <bool Safepoint>
const Op* branch_bit(const Op* op, Machine& machine, std::int64_t left) {
    left -= static_cast<std::int64_t>(op->count);
    if (read<std::uint8_t>(op->a) != 0)
        return taken<Safepoint>(op, machine, left);
    MEDLEY_NEXT(data_of(op).exits[1].next, machine, left);
}

template <class Meaning, class T>
Handler sized_branch(bool immediate, bool safepoint) {
    if (immediate)
        return safepoint ? &branch<Meaning, T, true, true> : &branch<Meaning, T, true, false>;
    return safepoint ? &branch<Meaning, T, false, true> : &branch<Meaning, T, false, false>;
}

template <class Meaning>
Handler typed_branch(Type type, bool immediate, bool safepoint) {
    switch (type) {
    case Type::I1: return sized_branch<Meaning, std::uint8_t>(immediate, safepoint);
    case Type::I32: return sized_branch<Meaning, std::uint32_t>(immediate, safepoint);
    case Type::I64: return sized_branch<Meaning, std::uint64_t>(immediate, safepoint);
    default: return nullptr;
    }
}

const Op* link(const Op* op, Machine& machine, std::int64_t left) {
    machine.link = op->link;
    return leave_at(machine, left, op->imm, Leave::Link);
}

// --- jumps through the jump cache

const Op* jump(Machine& machine, std::int64_t left, Address target) {
    if (must_stop(machine, left)) [[unlikely]]
        return leave_at(machine, left, target, Leave::Safepoint);
    const auto& entry = machine.jumps.at(target);
    if (entry.pc != target || entry.mode_tag != machine.mode_tag) [[unlikely]]
        return leave_at(machine, left, target, Leave::Lookup);
    MEDLEY_NEXT(entry.code, machine, left);
}

const Op* far_goto(const Op* op, Machine& machine, std::int64_t left) { return jump(machine, left, op->imm); }

template <class T>
const Op* goto_indirect(const Op* op, Machine& machine, std::int64_t left) {
    return jump(machine, left - static_cast<std::int64_t>(op->count), read<T>(op->a));
}

// --- leaving

const Op* stop_at(Machine& machine, std::int64_t left, Address pc, ir::StopReason reason) {
    machine.stop_reason = reason;
    return leave_at(machine, left, pc, Leave::Stop);
}

template <ir::StopReason Reason>
const Op* stop(const Op* op, Machine& machine, std::int64_t left) {
    return stop_at(machine, left - static_cast<std::int64_t>(op->count), op->imm, Reason);
}

template <Leave Why>
const Op* cut(const Op* op, Machine& machine, std::int64_t left) {
    return leave_at(machine, left - static_cast<std::int64_t>(op->count), op->imm, Why);
}

template <ir::StopReason Reason, class T>
const Op* stop_computed(const Op* op, Machine& machine, std::int64_t left) {
    return stop_at(machine, left - static_cast<std::int64_t>(op->count), read<T>(op->a), Reason);
}

template <ir::StopReason Reason>
Handler stop_computed_form(Type type) {
    return type == Type::I32 ? &stop_computed<Reason, std::uint32_t> : &stop_computed<Reason, std::uint64_t>;
}

template <class T>
const Op* raise(const Op* op, Machine& machine, std::int64_t left) {
    machine.left = left;
    machine.fault = Fault{.kind = FaultKind::Instruction, .code = static_cast<std::uint32_t>(op->mem.offset)};
    if (op->a != nullptr)
        machine.fault.value = read<T>(op->a);
    machine.fault_op = op;
    return machine.leave_with(Leave::Fault);
}

// --- helpers

template <class Result>
const Op* call(const Op* op, Machine& machine, std::int64_t left) {
    machine.left = left;
    machine.current = op;
    const auto footing = machine.footing();
    const auto& arguments = data_of(op).pointers;
    auto& context = machine.helper_context;
    context.faulted = false;
    const auto result = op->function(context, read<std::uint64_t>(arguments[0]), read<std::uint64_t>(arguments[1]),
                                     read<std::uint64_t>(arguments[2]), read<std::uint64_t>(arguments[3]));
    machine.current = nullptr;
    machine.after_call();
    if (context.faulted)
        return machine.leave_with_fault(op, context.fault);
    if constexpr (!std::is_void_v<Result>)
        write(op->d, static_cast<Result>(result));
    machine.leave_when_lost(op, footing);
    MEDLEY_NEXT(op + 2, machine, machine.left);
}

const Op* set_pc(const Op* op, Machine& machine, std::int64_t left) {
    machine.set_pc(op->imm);
    MEDLEY_NEXT(op + 1, machine, left);
}

const Op* poll(const Op* op, Machine& machine, std::int64_t left) {
    machine.after_call();
    MEDLEY_NEXT(op + 1, machine, left);
}

} // namespace

Handler goto_handler(bool safepoint) { return safepoint ? &go_to<true> : &go_to<false>; }

Handler branch_handler(Opcode comparison, Type type, bool immediate, bool safepoint) {
    switch (comparison) {
#define MEDLEY_FORM(name) \
    case Opcode::name: return typed_branch<Comparison<Opcode::name>>(type, immediate, safepoint);
        MEDLEY_FORM(CompareEq) MEDLEY_FORM(CompareNe) MEDLEY_FORM(CompareLtS) MEDLEY_FORM(CompareLeS)
        MEDLEY_FORM(CompareLtU) MEDLEY_FORM(CompareLeU)
#undef MEDLEY_FORM
    default: return nullptr;
    }
}

Handler branch_bit_handler(bool safepoint) { return safepoint ? &branch_bit<true> : &branch_bit<false>; }
Handler far_goto_handler() { return &far_goto; }
Handler link_handler() { return &link; }
Handler goto_indirect_handler(Type type) {
    return type == Type::I32 ? &goto_indirect<std::uint32_t> : &goto_indirect<std::uint64_t>;
}

Handler cut_handler(bool safepoint) { return safepoint ? &cut<Leave::Safepoint> : &cut<Leave::Lookup>; }

Handler stop_handler(ir::StopReason reason) {
    switch (reason) {
    case ir::StopReason::Resync: return &stop<ir::StopReason::Resync>;
    case ir::StopReason::WaitForInterrupt: return &stop<ir::StopReason::WaitForInterrupt>;
    case ir::StopReason::Yield: return &stop<ir::StopReason::Yield>;
    }
    return nullptr;
}

Handler stop_computed_handler(ir::StopReason reason, Type type) {
    switch (reason) {
    case ir::StopReason::Resync: return stop_computed_form<ir::StopReason::Resync>(type);
    case ir::StopReason::WaitForInterrupt: return stop_computed_form<ir::StopReason::WaitForInterrupt>(type);
    case ir::StopReason::Yield: return stop_computed_form<ir::StopReason::Yield>(type);
    }
    return nullptr;
}

Handler raise_handler(Type type) { return type == Type::I32 ? &raise<std::uint32_t> : &raise<std::uint64_t>; }

Handler call_handler(unsigned size) {
    switch (size) {
    case 0: return &call<void>;
    case 1: return &call<std::uint8_t>;
    case 2: return &call<std::uint16_t>;
    case 4: return &call<std::uint32_t>;
    case 8: return &call<std::uint64_t>;
    default: return nullptr;
    }
}

Handler set_pc_handler() { return &set_pc; }
Handler poll_handler() { return &poll; }

} // namespace medley::accel::interp
