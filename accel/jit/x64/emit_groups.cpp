// Common checks of several accesses in a flat range (access_groups.h).
#include "accel/jit/x64/emitter.h"

#include <algorithm>
#include <bit>

namespace medley::accel::jit::x64 {

bool Emitter::can_be_grouped(const Operation& operation, std::uint32_t flat) const {
    const auto op = ir::MemOp::decode(operation.imm);
    const bool is_aligned = op.require_alignment && op.size_log2 != 0;
    return (flat >> op.mem_index & 1) != 0 && !is_aligned && type_of(operation.arguments[0]) == Type::I64;
}

AccessGroups::Access Emitter::describe_access(Value at, const Operation& operation) const {
    const auto op = ir::MemOp::decode(operation.imm);
    const auto& uses = values_.uses();
    const auto root = uses.root(operation.arguments[0]);
    AccessGroups::Access access;
    access.at = at;
    access.base = root;
    if (uses.is_folded(root)) {
        access.base = uses.root(region_->operations[root].arguments[0]);
        access.offset = Uses::folded_offset(*region_, root);
    }
    access.size = op.size();
    access.kind = op.mem_index << 1 | (operation.opcode == Opcode::Store ? 1U : 0U);
    return access;
}

/// Code that is looked at one instruction at a time, or that may be left for another kind at any time, has none.
void Emitter::find_groups() {
    relied_until_ = 0;
    groups_.begin(region_->operations.size());
    std::uint32_t flat = 0;
    for (unsigned i = 0; mode_.linked && !mode_.trace && i < FlatRanges::kMemIndexes; ++i)
        flat |= frame_.memory.flats.code(i) ? 1U << i : 0U;
    if (flat == 0)
        return;
    bool apart = false;
    for (Value at = 0; at < region_->operations.size(); ++at) {
        const auto& operation = region_->operations[at];
        if (values_.uses().skipped(at))
            continue;
        switch (operation.opcode) {
        case Opcode::Instruction:
            groups_.see_instruction();
            apart = frame_.apart.contains(operation.imm);
            break;
        case Opcode::PutSlot: groups_.see_effect(); break;
        case Opcode::Load:
        case Opcode::Store:
            if (is_native_access(operation)) {
                auto access = describe_access(at, operation);
                access.can_be_grouped = can_be_grouped(operation, flat);
                access.may_lead = !apart;
                groups_.see_access(access);
                break;
            }
            [[fallthrough]];
        case Opcode::AtomicRmw:
        case Opcode::CompareExchange:
        case Opcode::LoadExclusive:
        case Opcode::StoreExclusive:
        case Opcode::CallHelper: groups_.see_call(); break;
        default: break;
        }
    }
}

/// That of a leader.
void Emitter::emit_common_check(const Gp& base, const Gp& temp, ir::MemOp op, bool write, const Label& apart) {
    const auto& hull = groups_.hull(now_);
    relied_until_ = std::max(relied_until_, hull.last);
    const auto size_log2 = static_cast<unsigned>(std::bit_width(hull.bytes() - 1));
    emit_flat_check(*frame_.memory.flats.code(op.mem_index), {base, hull.first}, {temp, size_log2, 1, write}, apart);
}

/// Where the check of the group that the operation belongs to fails.
void Emitter::emit_apart(const Label& label, std::uint32_t site) {
    if (role() != AccessGroups::Role::Leads)
        return;
    later([=, this] {
        a.bind(label);
        set_site(site);
        jump(thunks_.leave_apart);
    });
}

} // namespace medley::accel::jit::x64
