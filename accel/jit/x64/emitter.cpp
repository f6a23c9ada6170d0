#include "accel/jit/x64/emitter.h"

#include "accel/jit/evaluate.h"
#include "medley/base/error.h"

#include <algorithm>

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;

Emitter::Emitter(Frame& frame, CodeArena& arena, const Pins& pins, const Features& features, const Thunks& thunks)
    : frame_(frame), arena_(arena), pins_(pins), features_(features), thunks_(thunks),
      access_thunks_(arena, frame, features, thunks.memory), values_(a, frame, pins) {
    a.set_stack(frame.stack_top());
}

/// As far as nothing is emitted for it.
inline void Emitter::begin_instruction(Address pc) {
    if (sites_ended_ < frame_.sites.size())
        end_sites(pc);
    executed_ = static_cast<std::uint16_t>(started_ ? executed_ + 1 : 0);
    started_ = true;
    pc_ = pc;
}

/// Much of a region emits nothing, needs no registers and leaves everything as it is.
inline bool Emitter::emit_quickly(const Operation& operation) {
    if (operation.opcode != Opcode::Instruction && operation.opcode != Opcode::Const)
        return false;
    if (nans_.any())
        return false;
    if (operation.opcode == Opcode::Const)
        return true;
    if (operation.argument_count != 0 || mode_.trace)
        return false;
    begin_instruction(operation.imm);
    return true;
}

Backend::Outcome Emitter::compile(const ir::Block& region, const CompileMode& mode, Block& block) {
    cold_.clear();
    in_cold_ = false;
    first_cold_.reset();
    errors_.clear();
    a.begin(arena_.room(), arena_.next()); // It writes where the code is to be.
    region_ = &region;
    mode_ = mode;
    block_ = &block;
    exits_.clear();
    flags_.reset();
    pc_ = region.start;
    executed_ = 0;
    started_ = false;
    const auto sites_before = frame_.sites.size();
    const auto nan_places_before = frame_.nan_places.size();
    const auto exits_before = frame_.exit_sites.size();
    const auto give_up = [&](Backend::Outcome why) {
        frame_.sites.resize(sites_before);
        frame_.exit_sites.resize(exits_before);
        frame_.nan_places.resize(nan_places_before);
        return why;
    };
    sites_ended_ = sites_before;
    values_.begin(region);
    nans_.begin(region, values_.uses());
    find_groups();
    host_flags_ = {};
    flags_settled_ = false;
    stored_outcomes_.clear();
    // Where no float and no vector occurs nothing sets the host's exception flags.
    if (region.may_use_floats())
        a.mov(at_address(&frame_.floats_used, 1), 1);
    const auto count = static_cast<Value>(region.operations.size());
    for (Value at = 0; at < count && !values_.failed(); ++at)
        if (!values_.uses().skipped(at) && !emit_quickly(region.operations[at]))
            emit(at);
    if (values_.failed())
        return give_up(Backend::Outcome::TooLarge);
    block.hot_bytes = static_cast<std::uint32_t>(a.offset());
    in_cold_ = true;
    if (first_cold_)
        bind_exit(first_cold_->exit, first_cold_->number);
    cold_.run();
    if (errors_.full() || frame_.sites.full() || frame_.exit_sites.full() || frame_.nan_places.full())
        return give_up(Backend::Outcome::Full);
    place(block);
    return Backend::Outcome::Done;
}

void Emitter::emit(Value at) {
    const auto& operation = region_->operations[at];
    now_ = at;
    values_.start(at);
    if (flags_)
        values_.keep_flags();
    if (nans_.any())
        settle_operands(at, operation);
    if (host_flags_.type != Type::None && (nans_.any() || !spares_host_flags(operation)))
        host_flags_ = {};
    emit_operation(at, operation);
    if (nans_.any())
        follow_nans(operation);
    values_.finish();
}

/// The next instruction starts here: the block can be cut behind those operations of the last one that call out.
void Emitter::end_sites(Address next) {
    for (; sites_ended_ < frame_.sites.size(); ++sites_ended_) {
        auto& site = frame_.sites[sites_ended_];
        site.resume = next;
        site.cut = static_cast<std::uint32_t>(a.offset());
        if (!nans_.slots().empty())
            site.nans_behind = nan_places(false);
    }
}

void Emitter::emit_marker(const Operation& operation) {
    begin_instruction(operation.imm);
    if (operation.argument_count != 0)
        a.add(kCounter, values_.integer(operation.arguments[0]));
    if (mode_.trace) {
        set_site(add_site(operation));
        call(thunks_.trace);
    }
}

void Emitter::emit_operation(Value at, const Operation& operation) {
    switch (operation.opcode) {
    case Opcode::Instruction: return emit_marker(operation);
    case Opcode::GetSlot: return emit_get(operation);
    case Opcode::PutSlot: return emit_put(operation);
    case Opcode::Const: return;
    case Opcode::Load: return emit_load(operation);
    case Opcode::Store:
        emit_store(operation);
        return emit_release(operation);
    case Opcode::AtomicRmw:
    case Opcode::CompareExchange:
    case Opcode::LoadExclusive:
    case Opcode::StoreExclusive:
    case Opcode::ClearExclusive: return emit_call_out(operation, thunks_.memory);
    case Opcode::Fence: return emit_fence(operation);
    case Opcode::CallHelper: return emit_helper(operation);
    case Opcode::Goto:
        end_sites(operation.imm);
        return emit_edge(operation.imm);
    case Opcode::GotoIndirect: return emit_goto_indirect(operation);
    case Opcode::Branch: return emit_branch(at, operation);
    case Opcode::Raise: return emit_raise(operation);
    case Opcode::Stop: return emit_stop(operation);
    default: break;
    }
    const bool compares = operation.opcode >= Opcode::CompareEq && operation.opcode <= Opcode::SubOverflowS;
    if (compares)
        return emit_compare(at, operation);
    if (emit_integer(operation) || emit_float(at, operation) || emit_vector(operation))
        return;
    MEDLEY_ASSERT(is_value_operation(operation.opcode), ir::info(operation.opcode).name.data());
    emit_call_out(operation, thunks_.value);
}

std::uint32_t Emitter::add_site(const Operation& operation) {
    auto& site = frame_.sites.emplace_back();
    site.block = block_;
    site.pc = pc_;
    site.imm = operation.imm;
    site.imm2 = operation.imm2;
    site.executed = executed_;
    site.opcode = operation.opcode;
    site.type = operation.type;
    site.argument_count = operation.argument_count;
    for (unsigned i = 0; i < operation.argument_count; ++i)
        site.argument_types[i] = type_of(operation.arguments[i]);
    site.is_relied_on = now_ < relied_until_;
    if (!nans_.slots().empty())
        site.nans = nan_places(false);
    const auto& next = region_->operations[std::min<std::size_t>(now_ + 1, region_->operations.size() - 1)];
    site.is_last = next.opcode == Opcode::Instruction || next.opcode == Opcode::Goto;
    return static_cast<std::uint32_t>(frame_.sites.size() - 1);
}

void Emitter::place(Block& block) {
    MEDLEY_ASSERT(a.is_complete(), "code refers to what is not there");
    block.code_bytes = static_cast<std::uint32_t>(a.offset());
    const auto* code = arena_.append(block.code_bytes);
    block.entry = code;
    block.code_offset = arena_.offset_of(code);
    block.exits.clear();
    block.exits.reserve(exits_.size());
    for (const auto& pending : exits_) {
        Exit exit;
        exit.from = &block;
        exit.target = pending.target;
        exit.jump = block.code_offset + pending.jump;
        exit.stub = block.code_offset + a.offset_of(pending.stub);
        if (pending.tag != Exit::kNone) {
            exit.tag = block.code_offset + pending.tag;
            exit.retry = block.code_offset + pending.retry;
        }
        block.exits.push_back(exit);
    }
}

} // namespace medley::accel::jit::x64
