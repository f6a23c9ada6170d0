#include "accel/jit/callouts.h"

#include "accel/jit/block.h"
#include "accel/jit/evaluate.h"
#include "medley/base/bits.h"

namespace medley::accel::jit {
namespace {

using ir::MemOp;
using ir::Opcode;
using ir::Type;

constexpr std::uint32_t kGoOn = 0;
constexpr std::uint32_t kLeave = 1;

std::uint32_t fail(Frame& frame, const Fault& fault) {
    frame.fault = fault;
    frame.leave = Leave::Fault;
    return kLeave;
}

/// Who is called may ask how many instructions were executed: those of the block in front of the site, which it counts only when it is left,
/// are to be given back behind the call.
std::int64_t count_block(Frame& frame, const Site& site) {
    frame.left -= site.executed;
    return site.executed;
}

/// What a block rests on while it calls out.
struct Footing {
    explicit Footing(const Frame& frame)
        : drops(frame.blocks.drops()), retreats(frame.memory.flats.retreats() + frame.memory.tlb.retreats()), mode_tag(frame.mode_tag) {}
    std::uint64_t drops;
    std::uint64_t retreats; ///< Only counts where accesses behind were checked before.
    std::uint32_t mode_tag;
    friend bool operator==(const Footing&, const Footing&) = default;
};

/// When the block was dropped while it called out, it ends behind the instruction: at once, or, where something of the
/// instruction is left to do, by a change of its code, which is never run again.
[[gnu::noinline]] std::uint32_t go_on_if_it_stands(Frame& frame, const Footing& before, const Footing& now) {
    const auto& site = frame.current();
    if (site.cut == Site::kNoCut) {
        frame.has_shifted = true;
        return kGoOn;
    }
    auto& block = *site.block;
    if (!block.dead && (now.mode_tag != before.mode_tag || (site.is_relied_on && now.retreats != before.retreats)))
        frame.owner.drop(block);
    if (!block.dead)
        return kGoOn;
    if (site.is_last) {
        frame.leave = frame.continue_behind(site) ? Leave::Safepoint : Leave::Lookup;
        return kLeave;
    }
    frame.cut_site = frame.site;
    frame.owner.cut(site);
    return kGoOn;
}

inline std::uint32_t go_on(Frame& frame, const Footing& before) {
    const Footing now(frame);
    return now == before ? kGoOn : go_on_if_it_stands(frame, before, now);
}

/// A value in memory as the result's type wants it.
Wide extended(const Wide& value, const MemOp& op, Type type) {
    if (type == Type::V128 || (!op.sign && op.size() * 8 <= ir::bits_of(type)))
        return value;
    const auto width = op.size() * 8;
    const auto wide = op.sign && width < 64 ? sign_extend(value.low, width) : value.low;
    return {wide & low_mask(ir::bits_of(type)), 0};
}

Address address_mask(const Site& site) { return low_mask(site.argument_types[0] == Type::I32 ? 32 : 64); }

/// Atomics and exclusives.
[[gnu::noinline]] bool access_atomically(Frame& frame, const Site& site, const MemOp& op) {
    const auto address = frame.arguments[0].low & address_mask(site);
    const auto operand = [&](unsigned i) { return frame.arguments[i].low & low_mask(ir::bits_of(site.argument_types[i])); };
    const auto wide_operand = [&](unsigned i) {
        return site.argument_types[i] == Type::V128 ? frame.arguments[i] : Wide{operand(i), 0};
    };
    auto& memory = frame.memory;
    switch (site.opcode) {
    case Opcode::AtomicRmw: return memory.rmw(address, op, static_cast<ir::RmwOp>(site.imm2), operand(1));
    case Opcode::CompareExchange: return memory.compare_exchange(address, op, wide_operand(1), wide_operand(2));
    case Opcode::LoadExclusive: return memory.load_exclusive(address, op);
    default: return memory.store_exclusive(address, op, wide_operand(1));
    }
}

inline bool access(Frame& frame, const Site& site, const MemOp& op) {
    const auto mask = address_mask(site);
    const auto address = frame.arguments[0].low & mask;
    if (site.opcode == Opcode::Load)
        return frame.memory.load(address, op, mask);
    if (site.opcode == Opcode::Store) // Of the operand it takes the bytes that are stored, and no more.
        return frame.memory.store(address, op, mask, frame.arguments[1]);
    return access_atomically(frame, site, op);
}

} // namespace

std::uint32_t callout_memory(Frame& frame) {
    const auto& site = frame.current();
    frame.settle(site.nans);
    if (site.opcode == Opcode::ClearExclusive) {
        frame.memory.clear_exclusive();
        return kGoOn;
    }
    const auto op = MemOp::decode(site.imm);
    const Footing footing(frame);
    const auto executed = count_block(frame, site);
    const bool done = access(frame, site, op);
    frame.left += executed;
    frame.after_call();
    if (frame.hints.worn != PageHints::kNone)
        frame.owner.give_up_hint(site);
    if (!done)
        return fail(frame, frame.memory.fault());
    if (site.opcode == Opcode::StoreExclusive)
        frame.result = {frame.memory.value.low & 1, 0};
    else if (site.opcode != Opcode::Store)
        frame.result = extended(frame.memory.value, op, site.type);
    return go_on(frame, footing);
}

std::uint32_t callout_prepare(Frame& frame) {
    const auto& site = frame.current();
    if (frame.hints.worn != PageHints::kNone && frame.owner.give_up_hint(site)) {
        frame.leave = Leave::Again;
        return kLeave;
    }
    const auto access = site.opcode == Opcode::Store ? Access::Write : Access::Read;
    const Footing footing(frame);
    const auto executed = count_block(frame, site);
    const auto extent = GroupExtent::decode(site.imm2);
    const auto first = frame.arguments[0].low;
    const auto addend = frame.memory.prepare({first, extent.bytes}, first + extent.leader, MemOp::decode(site.imm), access);
    frame.left += executed;
    frame.after_call();
    if (!addend || Footing(frame) != footing) {
        frame.leave = Leave::Apart;
        return kLeave;
    }
    frame.result = {*addend, 0};
    return kGoOn;
}

namespace {

Wide call_scalar(const Helper& helper, HelperContext& context, const Frame& frame, const Site& site) {
    std::array<std::uint64_t, 4> values{};
    for (unsigned i = 0; i < site.argument_count; ++i)
        values[i] = frame.arguments[i].low & low_mask(ir::bits_of(site.argument_types[i]));
    return {helper.function(context, values[0], values[1], values[2], values[3]) & low_mask(ir::bits_of(site.type)), 0};
}

Wide call_vector(const Helper& helper, HelperContext& context, const Frame& frame, const Site& site) {
    std::array<Vector128, 4> values{};
    for (unsigned i = 0; i < site.argument_count; ++i) {
        const auto& from = frame.arguments[i];
        const auto type = site.argument_types[i];
        values[i] = type == Type::V128 ? Vector128{from.low, from.high} : Vector128{from.low & low_mask(ir::bits_of(type)), 0};
    }
    Vector128 result;
    helper.vector_function(context, values.data(), result);
    return site.type == Type::V128 ? Wide{result.low, result.high} : Wide{result.low & low_mask(ir::bits_of(site.type)), 0};
}

} // namespace

std::uint32_t callout_helper(Frame& frame) {
    const auto& site = frame.current();
    const auto& helper = frame.core.helpers()[site.imm];
    frame.settle(site.nans);
    auto& context = frame.helper_context;
    context.faulted = false;
    const Footing footing(frame);
    const auto executed = count_block(frame, site);
    if (helper.effects != helper_effect::kPure)
        frame.set_pc(site.pc);
    const auto result = helper.vector_function != nullptr ? call_vector(helper, context, frame, site)
                                                          : call_scalar(helper, context, frame, site);
    frame.left += executed;
    frame.after_call();
    if (context.faulted)
        return fail(frame, context.fault);
    frame.result = result;
    return go_on(frame, footing);
}

std::uint32_t callout_value(Frame& frame) {
    const auto& site = frame.current();
    frame.result = evaluate(site, std::span(frame.arguments).first(site.argument_count), *frame.slots.float_flags);
    return kGoOn;
}

std::uint32_t callout_settle(Frame& frame) {
    frame.settle(frame.current().nans);
    return kGoOn;
}

std::uint32_t callout_resync(Frame& frame) {
    if (frame.left > 0 && !frame.has_shifted && frame.owner.is_in_step())
        return kGoOn;
    frame.leave = Leave::ExitStop;
    return kLeave;
}

std::uint32_t callout_poll(Frame& frame) {
    frame.after_call();
    return kGoOn;
}

std::uint32_t callout_trace(Frame& frame) {
    frame.settle(frame.current().nans);
    frame.owner.trace_instruction(frame.current().pc);
    return kGoOn;
}

} // namespace medley::accel::jit
