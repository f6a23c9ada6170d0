// Common checks of several accesses (access_groups.h), in a flat range or in the soft TLB.
#include "accel/jit/x64/emitter.h"

#include <algorithm>
#include <bit>

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;

namespace {

/// There are limits of flat ranges for accesses of so many bytes. A group in the soft TLB has to lie in one page, which the first of its
/// code's runs decides for long: large ones would often not.
constexpr std::int32_t kMostFlatBytes = 2048;
constexpr std::int32_t kMostPageBytes = 256;

} // namespace

AccessGroups::Access Emitter::describe_access(Value at, const Operation& operation) const {
    const auto op = ir::MemOp::decode(operation.imm);
    const bool is_flat = frame_.memory.flats.code(op.mem_index).has_value();
    const auto origin = values_.uses().origin(*region_, operation.arguments[0]);
    AccessGroups::Access access;
    access.at = at;
    access.base = origin.root;
    access.offset = origin.offset;
    access.size = op.size();
    access.alignment = op.require_alignment ? op.size() : 1;
    access.most_bytes = is_flat ? kMostFlatBytes : kMostPageBytes;
    access.kind = op.mem_index;
    access.writes = operation.opcode == Opcode::Store;
    access.may_follow_loads = access.writes && is_flat;
    // The tag comparison of a group looks at no alignment.
    access.can_be_grouped = (is_flat || access.alignment == 1) && type_of(operation.arguments[0]) == Type::I64;
    return access;
}

/// Code that is looked at one instruction at a time, or that may be left for another kind at any time, has none.
void Emitter::find_groups() {
    relied_until_ = 0;
    groups_.begin(region_->operations.size());
    if (!mode_.linked || mode_.trace)
        return;
    bool apart = false;
    const auto count = static_cast<Value>(region_->operations.size());
    for (Value at = 0; at < count; ++at) {
        const auto& operation = region_->operations[at]; // None of those that matter is ever skipped.
        switch (operation.opcode) {
        case Opcode::Instruction:
            groups_.see_instruction();
            apart = frame_.apart.contains(operation.imm);
            break;
        case Opcode::PutSlot: groups_.see_effect(); break;
        case Opcode::Branch: groups_.see_way_out(); break;
        case Opcode::Load:
        case Opcode::Store:
            if (is_native_access(operation)) {
                auto access = describe_access(at, operation);
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

/// That of an access in a group; delivers what is to be added to the address.
Gp Emitter::emit_group_check(const Location& location, const CheckRegisters& regs, const Checked& access) {
    const auto& hull = groups_.hull(now_);
    const auto flat = frame_.memory.flats.code(access.op.mem_index);
    if (role() == AccessGroups::Role::Leads) {
        relied_until_ = std::max(relied_until_, hull.last);
        const auto origin = values_.uses().origin(*region_, region_->operations[now_].arguments[0]);
        const auto leader = static_cast<std::uint32_t>(origin.offset - hull.first);
        const Location first{location.base, location.offset - static_cast<std::int32_t>(leader)};
        if (flat)
            emit_common_flat_check(*flat, first, regs.temp, access);
        else
            emit_common_tlb_check(first, regs, access, {hull.bytes(), leader});
    } else if (!flat) {
        a.mov(regs.index, at_address(&frame_.group_addends[hull.place], 8));
    }
    if (!flat)
        values_.keep(regs.index, hull.place);
    return flat ? kWindow : regs.index;
}

/// What a follower adds to its address, where that takes no instruction.
std::optional<Gp> Emitter::held_addend(ir::MemOp op) {
    if (role() != AccessGroups::Role::Follows)
        return std::nullopt;
    if (frame_.memory.flats.code(op.mem_index))
        return kWindow;
    return values_.kept(groups_.hull(now_).place);
}

void Emitter::emit_common_flat_check(const FlatRanges::Code& flat, const Location& first, const Gp& temp, const Checked& access) {
    const auto& hull = groups_.hull(now_);
    const auto size_log2 = static_cast<unsigned>(std::bit_width(hull.bytes() - 1));
    const auto apart = a.newLabel();
    emit_flat_check(flat, first, {temp, size_log2, hull.alignment, hull.writes}, apart);
    later([=, this] {
        a.bind(apart);
        set_site(access.site);
        jump(thunks_.leave_apart);
    });
}

/// A page that is not in the table is no reason to leave yet: it is put there, if all of the group lies in it.
void Emitter::emit_common_tlb_check(const Location& first, const CheckRegisters& regs, const Checked& access, const GroupExtent& extent) {
    const auto place = groups_.hull(now_).place;
    const auto missing = a.newLabel();
    const auto prepared = a.newLabel();
    frame_.sites[access.site].imm2 = extent.encode();
    emit_tlb_check(first, {access.op.mem_index, access.write, extent.bytes}, regs, missing);
    a.bind(prepared);
    a.mov(at_address(&frame_.group_addends[place], 8), regs.index);
    later([=, this] {
        a.bind(missing);
        a.lea(regs.temp, first.at(0));
        a.mov(at_address(&frame_.arguments[0].low, 8), regs.temp);
        set_site(access.site);
        call(thunks_.prepare);
        a.mov(regs.index, at_address(&frame_.result.low, 8));
        a.jmp(prepared);
    });
}

} // namespace medley::accel::jit::x64
