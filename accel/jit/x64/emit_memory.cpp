// Loads and stores: one compare with a flat range, or with a tag of the soft TLB, is inline; the rest calls out.
#include "accel/jit/x64/emitter.h"
#include "accel/jit/x64/value_moves.h"

#include <bit>

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;

bool Emitter::is_native_access(const Operation& operation) const {
    const auto op = ir::MemOp::decode(operation.imm);
    switch (operation.type) {
    case Type::I32:
    case Type::I64: return op.size_log2 <= 3;
    case Type::F16: return op.size_log2 == 1;
    case Type::F32:
    case Type::F64: return !op.big_endian && op.size() == ir::size_of(operation.type);
    case Type::V128: return !op.big_endian && op.size_log2 >= 2;
    default: return false;
    }
}

// --- addresses

Emitter::Location Emitter::access_location(const Operation& operation) {
    const auto value = operation.arguments[0];
    const auto root = values_.uses().root(value);
    Location location;
    if (values_.uses().is_folded(root)) {
        location.base = values_.integer(region_->operations[root].arguments[0]);
        location.offset = Uses::folded_offset(*region_, root);
    } else {
        location.base = values_.integer(value);
    }
    if (type_of(value) != Type::I32)
        return location;
    const auto wide = values_.temporary();
    if (location.offset == 0)
        a.mov(wide.r32(), location.base.r32());
    else
        a.lea(wide.r32(), location.at(0));
    values_.release(location.base);
    return {wide, 0};
}

/// An access that is not emitted at all.
void Emitter::emit_access_out(const Operation& operation) {
    const auto location = access_location(operation);
    if (location.offset != 0) {
        const auto sum = values_.temporary();
        a.lea(sum, location.at(0));
        a.mov(at_address(&frame_.arguments[0].low, 8), sum);
    } else {
        a.mov(at_address(&frame_.arguments[0].low, 8), location.base);
    }
    if (operation.opcode == Opcode::Store)
        values_.store(operation.arguments[1], &frame_.arguments[1]);
    set_site(add_site(operation));
    call(thunks_.memory);
    if (operation.opcode == Opcode::Load)
        values_.make_from(&frame_.result);
}

// --- checks

/// A follower has none: it does not call out.
std::uint32_t Emitter::add_access_site(const Operation& operation) {
    return role() == AccessGroups::Role::Follows ? 0 : add_site(operation);
}

/// Emits the check, and delivers what is to be added to the address. Groups have ways out of their own, others go to `slow`.
Gp Emitter::emit_check(const Location& location, const CheckRegisters& regs, const Checked& access, const Label& slow) {
    if (is_grouped())
        return emit_group_check(location, regs, access);
    const auto& op = access.op;
    if (const auto flat = frame_.memory.flats.code(op.mem_index)) {
        const auto alignment = op.require_alignment ? op.size() : 1U;
        emit_flat_check(*flat, location, {regs.temp, op.size_log2, alignment, access.write}, slow);
        return kWindow;
    }
    emit_tlb_check(location, {op.mem_index, access.write, op.size(), op.require_alignment}, regs, slow);
    return regs.index;
}

/// The distance from the range's first address decides. What the range's limit is, and whether it is 0, can change between any
/// two accesses; where it begins cannot, while this code runs.
void Emitter::emit_flat_check(const FlatRanges::Code& flat, const Location& location, const FlatCheck& check, const Label& slow) {
    const auto& temp = check.temp;
    const auto fits = [](std::int64_t number) { return number == static_cast<std::int32_t>(number); };
    const auto minus_first = static_cast<std::int64_t>(Address{0} - flat.first);
    const auto distance = static_cast<std::int64_t>(static_cast<Address>(minus_first) + static_cast<Address>(std::int64_t{location.offset}));
    if (fits(distance)) {
        a.lea(temp, x86::ptr(location.base, static_cast<std::int32_t>(distance)));
    } else {
        a.lea(temp, location.at(0));
        if (fits(minus_first))
            a.add(temp, static_cast<std::int32_t>(minus_first));
        else
            a.sub(temp, at_address(flat.first_at, 8));
    }
    // What makes it misaligned goes to the top, where it is beyond every limit. The range begins with a page.
    const auto alignment = static_cast<unsigned>(std::countr_zero(check.alignment));
    if (alignment != 0)
        a.shift(Shift::RotateRight, temp, alignment);
    a.cmp(temp, at_address(frame_.memory.flats.limit(flat.mem_index, check.write, check.size_log2, alignment), 8));
    a.jump_if(Condition::kUnsignedGE, slow);
    if (!check.write)
        return;
    a.shr(temp, SoftTlb::kPageBits - alignment);
    const auto page = x86::ptr(temp, static_cast<std::int32_t>(reinterpret_cast<std::uintptr_t>(flat.pages)), 1);
    if (check.size_log2 == 0)
        a.test(page, FlatRanges::kCode);
    else
        a.cmp(page, 0);
    a.jump_if(Condition::kNotEqual, slow);
}

/// Leaves the addend in the register of the index.
void Emitter::emit_tlb_check(const Location& location, const TlbAccess& access, const CheckRegisters& regs, const Label& slow) {
    auto& tlb = frame_.memory.tlb;
    const auto hinting = frame_.wandering.contains(pc_) ? nullptr : access_thunks_.get_hinting(regs.index, regs.temp);
    if (hinting != nullptr) {
        emit_hinted_match(location, access, regs, hinting, slow);
    } else {
        if (location.offset != 0)
            a.lea(regs.index, location.at(0));
        emit_tlb_index(a, features_, regs.index, location.offset != 0 ? regs.index : location.base);
        emit_tlb_match(a, tlb, access, regs.index, location.at(0), regs.temp, slow);
    }
    a.mov(regs.index, in_table(tlb.first_entry(access.mem_index).addend, regs.index));
}

/// Which entry it is was found out when the page was another one for the last time, so that neither the hash nor the addend is on the address's
/// critical path.
void Emitter::emit_hinted_match(const Location& location, const TlbAccess& access, const CheckRegisters& regs, Thunks::Code hinting, const Label& slow) {
    const auto [index, temp] = regs;
    const auto hint = static_cast<std::uint32_t>(next_hint_++ % PageHints::kCount);
    const auto& known = frame_.hints.indexes[hint];
    const auto other_page = a.newLabel();
    const auto again = a.newLabel();
    a.movzx(index.r32(), at_address(&known, sizeof known));
    a.bind(again);
    emit_tlb_match(a, frame_.memory.tlb, access, index, location.at(0), temp, other_page);
    later([=, this] {
        a.bind(other_page);
        a.lea(temp, location.at(0));
        a.mov(index.r32(), hint);
        call(hinting);
        a.jump_if(Condition::kNotEqual, again);
        a.jmp(slow);
    });
}

void Emitter::emit_slow_access(const Location& location, const Gp& temp, ir::MemOp op, bool write, std::uint32_t site) {
    if (location.offset != 0)
        a.lea(temp, location.at(0));
    a.mov(at_address(&frame_.arguments[0].low, 8), location.offset != 0 ? temp : location.base);
    set_site(site);
    // What a flat range does not cover may still be in the soft TLB.
    call(frame_.memory.flats.code(op.mem_index) ? access_thunks_.get(op, write) : thunks_.memory);
}

// --- loads

void Emitter::emit_load_from(const Mem& from, const Operation& operation, const Gp& to) {
    const auto op = ir::MemOp::decode(operation.imm);
    const bool wide = operation.type == Type::I64;
    auto sized_from = from;
    sized_from.setSize(op.size());
    const Gp target = wide ? Gp(to.r64()) : Gp(to.r32());
    switch (op.size_log2) {
    case 0:
    case 1:
        if (op.sign)
            a.movsx(target, sized_from);
        else
            a.movzx(to.r32(), sized_from);
        break;
    case 2:
        if (op.sign && wide)
            a.movsxd(to, sized_from);
        else
            a.mov(to.r32(), sized_from);
        break;
    default: a.mov(to.r64(), sized_from); break; // Of I32: the low half of eight bytes.
    }
}

/// Turns round what was loaded without regard to its byte order.
void Emitter::emit_swap_loaded(const Operation& operation, const Gp& to) {
    const auto op = ir::MemOp::decode(operation.imm);
    if (!op.big_endian)
        return;
    const Gp target = operation.type == Type::I64 ? Gp(to.r64()) : Gp(to.r32());
    switch (op.size_log2) {
    case 0: break;
    case 1:
        a.ror(to.r16(), 8);
        if (op.sign)
            a.movsx(target, to.r16());
        else
            a.movzx(to.r32(), to.r16());
        break;
    case 2:
        a.bswap(to.r32());
        if (op.sign && operation.type == Type::I64)
            a.movsxd(to, to.r32());
        break;
    default: a.bswap(to.r64()); break;
    }
}

/// That of a follower, whose addend is in a register.
void Emitter::emit_load_with(const Gp& addend, const Operation& operation) {
    const auto size = ir::MemOp::decode(operation.imm).size();
    const auto location = access_location(operation);
    if (is_in_vector_register(operation.type))
        return load(a, values_.make_floating(), location.on_host(addend, size));
    const auto result = values_.make_integer(operation.arguments[0]);
    emit_load_from(location.on_host(addend, size), operation, result);
    emit_swap_loaded(operation, result);
}

void Emitter::emit_load(const Operation& operation) {
    if (!is_native_access(operation))
        return emit_access_out(operation);
    const auto op = ir::MemOp::decode(operation.imm);
    if (const auto addend = held_addend(op))
        return emit_load_with(*addend, operation);
    const bool in_vector = is_in_vector_register(operation.type);
    const auto slow = a.newLabel();
    const auto back = a.newLabel();
    const auto location = access_location(operation);
    const auto site = add_access_site(operation);
    // The result's register is settled in front of the check: what that moves must have moved on every path.
    if (in_vector) {
        const auto temp = values_.temporary();
        const auto result = values_.make_floating();
        const auto addend = emit_check(location, {values_.temporary(), temp}, {op, false, site}, slow);
        load(a, result, location.on_host(addend, op.size()));
        if (is_grouped())
            return;
        a.bind(back);
        later([=, this] {
            a.bind(slow);
            emit_slow_access(location, temp, op, false, site);
            load(a, result, at_address(&frame_.result.low, op.size()));
            a.jmp(back);
        });
        return;
    }
    const auto result = values_.make_integer(operation.arguments[0]);
    const bool follows = role() == AccessGroups::Role::Follows;
    const bool is_flat = frame_.memory.flats.code(op.mem_index).has_value();
    const auto temp = result != location.base && (follows || values_.is_scratch(result)) ? result : values_.temporary();
    const auto index = follows || is_flat ? temp : values_.temporary();
    const auto addend = emit_check(location, {index, temp}, {op, false, site}, slow);
    emit_load_from(location.on_host(addend, op.size()), operation, result);
    emit_swap_loaded(operation, result);
    if (is_grouped())
        return;
    a.bind(back);
    later([=, this, &operation] {
        a.bind(slow);
        emit_slow_access(location, temp, op, false, site);
        emit_load_from(at_address(&frame_.result.low, op.size()), operation, result);
        a.jmp(back);
    });
}

// --- stores

void Emitter::emit_store_to(const Mem& to, const Operation& operation, const Gp& data, const Gp& temp) {
    const auto op = ir::MemOp::decode(operation.imm);
    auto from = data;
    if (op.big_endian && op.size_log2 != 0) {
        a.mov(temp, data);
        if (op.size_log2 == 1)
            a.ror(temp.r16(), 8);
        else
            a.bswap(op.size_log2 == 2 ? Gp(temp.r32()) : Gp(temp.r64()));
        from = temp;
    }
    switch (op.size_log2) {
    case 0: a.mov(to, from.r8()); break;
    case 1: a.mov(to, from.r16()); break;
    case 2: a.mov(to, from.r32()); break;
    default: a.mov(to, from.r64()); break;
    }
}

void Emitter::emit_store_with(const Gp& addend, const Operation& operation) {
    const auto op = ir::MemOp::decode(operation.imm);
    const auto value = operation.arguments[1];
    if (is_in_vector_register(operation.type)) {
        const auto vector = values_.floating(value);
        return store(a, access_location(operation).on_host(addend, op.size()), vector);
    }
    const auto location = access_location(operation);
    const auto data = values_.integer(value);
    emit_store_to(location.on_host(addend, op.size()), operation, data, op.big_endian ? values_.temporary() : Gp());
}

void Emitter::emit_store(const Operation& operation) {
    if (!is_native_access(operation))
        return emit_access_out(operation);
    const auto op = ir::MemOp::decode(operation.imm);
    if (const auto addend = held_addend(op))
        return emit_store_with(*addend, operation);
    const auto value = operation.arguments[1];
    const bool in_vector = is_in_vector_register(operation.type);
    const auto slow = a.newLabel();
    const auto back = a.newLabel();
    const auto vector = in_vector ? values_.floating(value) : Xmm();
    const auto location = access_location(operation);
    const auto data = in_vector ? Gp() : values_.integer(value);
    const auto temp = values_.temporary();
    const auto index = frame_.memory.flats.code(op.mem_index) ? temp : values_.temporary();
    const auto site = add_access_site(operation);
    const auto addend = emit_check(location, {index, temp}, {op, true, site}, slow);
    if (in_vector)
        store(a, location.on_host(addend, op.size()), vector);
    else
        emit_store_to(location.on_host(addend, op.size()), operation, data, temp);
    if (is_grouped())
        return;
    a.bind(back);
    later([=, this] {
        a.bind(slow);
        if (in_vector)
            a.movups(at_address(&frame_.arguments[1], 16), vector);
        else
            a.mov(at_address(&frame_.arguments[1].low, 8), data);
        emit_slow_access(location, temp, op, true, site);
        a.jmp(back);
    });
}

/// A later acquiring load may not overtake a releasing store; nobody sees that where CPUs take turns.
void Emitter::emit_release(const Operation& operation) {
    if (frame_.memory.team() != nullptr && ir::MemOp::decode(operation.imm).release)
        emit_write_read_barrier();
}

/// On this host only earlier writes against later reads need an instruction.
void Emitter::emit_fence(const Operation& operation) {
    if ((operation.imm & ir::fence::kWriteRead) != 0)
        emit_write_read_barrier();
}

void Emitter::emit_write_read_barrier() { a.lock().or_(x86::ptr(x86::rsp, -8, 4), 0); }

} // namespace medley::accel::jit::x64
