// Loads and stores: a soft-TLB hit is inline, the rest calls out.
#include "accel/jit/x64/emitter.h"

#include <bit>

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;

namespace {

constexpr auto kEntryShift = std::countr_zero(sizeof(SoftTlb::Entry));
static_assert(std::has_single_bit(sizeof(SoftTlb::Entry)), "an index is made by shifts");
constexpr auto kOffsetMask = static_cast<std::uint32_t>((SoftTlb::kEntries - 1) << kEntryShift);
constexpr std::int32_t kPage = ~std::int32_t{0xfff};

} // namespace

bool Emitter::is_native_access(const Operation& operation) const {
    const auto op = ir::MemOp::decode(operation.imm);
    const auto type = operation.type;
    if (type == Type::V128 || op.size_log2 > 3 || type == Type::I1)
        return false;
    if (is_host_float(type))
        return !op.big_endian && op.size() == ir::size_of(type);
    return type != Type::F16 || op.size_log2 == 1;
}

/// The address in all 64 bits.
Gp Emitter::access_address(const Operation& operation) {
    const auto value = operation.arguments[0];
    const auto held = values_.integer(value);
    if (type_of(value) != Type::I32)
        return held;
    const auto wide = values_.temporary();
    a.mov(wide.r32(), held.r32());
    values_.release(held);
    return wide;
}

/// Leaves the entry's offset in `entry`. Misaligned addresses differ from every tag.
void Emitter::emit_tlb_check(const Gp& address, const Gp& entry, const Gp& temp, ir::MemOp op, bool write, const Lookup& to) {
    auto& first = frame_.memory.tlb.entry(0);
    const auto in_entry = [&](const void* member) {
        return x86::ptr_abs(reinterpret_cast<std::uintptr_t>(member), entry, 0, 8);
    };
    // An entry's offset in the table: SoftTlb::index, shifted by the size of an entry.
    for (std::size_t part = 0; part < SoftTlb::kIndexParts.size(); ++part) {
        const auto& shifted = part == 0 ? entry : temp;
        const unsigned shift = SoftTlb::kIndexParts[part] - kEntryShift;
        if (features_.bmi2) {
            a.rorx(shifted, address, shift);
        } else {
            a.mov(shifted, address);
            a.shr(shifted, shift);
        }
        if (part > 0)
            a.xor_(entry.r32(), temp.r32());
    }
    a.and_(entry.r32(), kOffsetMask);
    a.mov(temp, address);
    a.and_(temp, kPage | static_cast<std::int32_t>(op.size() - 1));
    a.or_(temp, at_address(frame_.memory.tlb.context_address(op.mem_index), 8));
    a.cmp(temp, in_entry(write ? &first.write_tag : &first.read_tag));
    a.jne(to.slow);
    a.cmp(kWindow, in_entry(&first.addend));
    a.jne(to.other);
}

/// Replaces the entry's offset by its addend.
static void emit_other_addend(x86::Assembler& a, Frame& frame, const Gp& entry) {
    a.add(at_address(&frame.addend_misses, 4), 1);
    a.mov(entry, x86::ptr_abs(reinterpret_cast<std::uintptr_t>(&frame.memory.tlb.entry(0).addend), entry, 0, 8));
}

void Emitter::emit_load_from(const Mem& from, const Operation& operation, const Gp& to) {
    const auto op = ir::MemOp::decode(operation.imm);
    const bool wide = operation.type == Type::I64;
    auto sized_from = from;
    sized_from.setSize(op.size());
    const Gp target = wide ? Gp(to.r64()) : Gp(to.r32());
    switch (op.size_log2) {
    case 0:
        if (op.sign)
            a.movsx(target, sized_from);
        else
            a.movzx(to.r32(), sized_from);
        break;
    case 1:
        if (op.big_endian) {
            a.movzx(to.r32(), sized_from);
            a.ror(to.r16(), 8);
            if (op.sign)
                a.movsx(target, to.r16());
        } else if (op.sign) {
            a.movsx(target, sized_from);
        } else {
            a.movzx(to.r32(), sized_from);
        }
        break;
    case 2:
        if (op.big_endian) {
            a.mov(to.r32(), sized_from);
            a.bswap(to.r32());
            if (op.sign && wide)
                a.movsxd(to, to.r32());
        } else if (op.sign && wide) {
            a.movsxd(to, sized_from);
        } else {
            a.mov(to.r32(), sized_from);
        }
        break;
    default:
        if (wide) {
            a.mov(to, sized_from);
            if (op.big_endian)
                a.bswap(to);
        } else { // The low half of eight bytes.
            a.mov(to.r64(), sized_from);
            if (op.big_endian)
                a.bswap(to.r64());
        }
        break;
    }
}

void Emitter::emit_float_load(const Mem& from, Type type, const Xmm& to) {
    if (type == Type::F32)
        a.movss(to, from);
    else
        a.movsd(to, from);
}

void Emitter::emit_load(const Operation& operation) {
    if (!is_native_access(operation))
        return emit_call_out(operation, thunks_.memory);
    const auto op = ir::MemOp::decode(operation.imm);
    const auto type = operation.type;
    const Lookup to{a.newLabel(), a.newLabel(), a.newLabel()};
    const auto address = access_address(operation);
    const auto entry = values_.temporary();
    const auto site = add_site(operation);
    // The result's register is settled in front of the check: what that moves must have moved on every path.
    const auto slowly = [=, this](auto get) {
        a.bind(to.slow);
        a.mov(at_address(&frame_.arguments[0].low, 8), address);
        set_site(site);
        call(thunks_.memory);
        get(at_address(&frame_.result.low, 8));
        a.jmp(to.back);
        a.bind(to.other);
        emit_other_addend(a, frame_, entry);
    };
    if (is_host_float(type)) {
        const auto result = values_.make_floating();
        emit_tlb_check(address, entry, values_.temporary(), op, false, to);
        emit_float_load(x86::ptr(address, kWindow), type, result);
        a.bind(to.back);
        later([=, this] {
            slowly([&](const Mem& from) { a.movsd(result, from); });
            emit_float_load(x86::ptr(address, entry), type, result);
            a.jmp(to.back);
        });
        return;
    }
    const auto result = values_.make_integer(operation.arguments[0]);
    const bool usable = values_.is_scratch(result) && result != address;
    emit_tlb_check(address, entry, usable ? result : values_.temporary(), op, false, to);
    emit_load_from(x86::ptr(address, kWindow), operation, result);
    a.bind(to.back);
    later([=, this] {
        slowly([&](const Mem& from) { a.mov(result, from); });
        emit_load_from(x86::ptr(address, entry), operation, result);
        a.jmp(to.back);
    });
}

void Emitter::emit_store_to(Mem to, const Operation& operation, const Gp& data) {
    const auto op = ir::MemOp::decode(operation.imm);
    to.setSize(op.size());
    switch (op.size_log2) {
    case 0: a.mov(to, data.r8()); break;
    case 1: a.mov(to, data.r16()); break;
    case 2: a.mov(to, data.r32()); break;
    default: a.mov(to, data.r64()); break;
    }
}

void Emitter::emit_store(const Operation& operation) {
    if (!is_native_access(operation))
        return emit_call_out(operation, thunks_.memory);
    const auto op = ir::MemOp::decode(operation.imm);
    const auto value = operation.arguments[1];
    const Lookup to{a.newLabel(), a.newLabel(), a.newLabel()};
    const auto address = access_address(operation);
    const bool in_float = is_host_float(operation.type);
    const auto data = in_float ? Gp() : values_.integer(value);
    const auto float_data = in_float ? values_.floating(value) : Xmm();
    const auto entry = values_.temporary();
    const auto temp = values_.temporary();
    emit_tlb_check(address, entry, temp, op, true, to);
    const auto site = add_site(operation);
    const bool swaps = op.big_endian && op.size_log2 != 0;
    // Behind the check `temp` is free: big-endian data is turned round there.
    const auto write = [=, this](const Mem& where) {
        if (in_float && operation.type == Type::F32)
            return static_cast<void>(a.movss(where, float_data));
        if (in_float)
            return static_cast<void>(a.movsd(where, float_data));
        if (!swaps)
            return emit_store_to(where, operation, data);
        a.mov(temp, data);
        if (op.size_log2 == 1)
            a.ror(temp.r16(), 8);
        else
            a.bswap(op.size_log2 == 2 ? Gp(temp.r32()) : Gp(temp.r64()));
        emit_store_to(where, operation, temp);
    };
    write(x86::ptr(address, kWindow));
    a.bind(to.back);
    later([=, this] {
        a.bind(to.slow);
        a.mov(at_address(&frame_.arguments[0].low, 8), address);
        if (in_float)
            a.movsd(at_address(&frame_.arguments[1].low, 8), float_data);
        else
            a.mov(at_address(&frame_.arguments[1].low, 8), data);
        set_site(site);
        call(thunks_.memory);
        a.jmp(to.back);
        a.bind(to.other);
        emit_other_addend(a, frame_, entry);
        write(x86::ptr(address, entry));
        a.jmp(to.back);
    });
}

/// On this host only earlier writes against later reads need an instruction.
void Emitter::emit_fence(const Operation& operation) {
    if ((operation.imm & ir::fence::kWriteRead) != 0)
        a.lock().or_(x86::ptr(x86::rsp, -8, 4), 0);
}

} // namespace medley::accel::jit::x64
