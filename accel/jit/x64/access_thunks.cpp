#include "accel/jit/x64/access_thunks.h"

#include "medley/base/error.h"

#include <bit>
#include <cstring>

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;

namespace {

/// More than any of them takes.
constexpr std::size_t kMostBytes = 512;

/// Moves one access's bytes; those that are larger than a register in two parts.
void emit_transfer(Assembler& a, ir::MemOp op, const Mem& from, const Mem& to, const Gp& temp, const Gp& temp2) {
    const auto part = [](Mem place, std::uint32_t size, std::int32_t offset = 0) {
        place.addOffset(offset);
        place.setSize(size);
        return place;
    };
    const bool swaps = op.big_endian;
    switch (op.size_log2) {
    case 0: a.movzx(temp.r32(), part(from, 1)); break;
    case 1:
        a.movzx(temp.r32(), part(from, 2));
        if (swaps)
            a.ror(temp.r16(), 8);
        break;
    case 2:
        a.mov(temp.r32(), part(from, 4));
        if (swaps)
            a.bswap(temp.r32());
        break;
    case 3:
        a.mov(temp, part(from, 8));
        if (swaps)
            a.bswap(temp);
        break;
    default:
        a.mov(temp, part(from, 8));
        a.mov(temp2, part(from, 8, 8));
        if (swaps) {
            a.bswap(temp);
            a.bswap(temp2);
        }
        a.mov(part(to, 8), swaps ? temp2 : temp);
        a.mov(part(to, 8, 8), swaps ? temp : temp2);
        return;
    }
    switch (to.size()) {
    case 1: a.mov(to, temp.r8()); break;
    case 2: a.mov(to, temp.r16()); break;
    case 4: a.mov(to, temp.r32()); break;
    default: a.mov(to, temp); break;
    }
}

} // namespace

void emit_tlb_index(Assembler& a, const Features& features, const Gp& to, const Gp& from) {
    if (features.bmi2) {
        a.rorx(to, from, SoftTlb::kPageBits); // what comes in above is cut off below
    } else {
        if (to != from)
            a.mov(to, from);
        a.shr(to, SoftTlb::kPageBits);
    }
    a.imul(to.r32(), to.r32(), SoftTlb::kIndexFactor);
    a.shr(to.r32(), SoftTlb::kIndexShift);
}

/// The distance from the entry's page decides, for all of the access at once; misaligned ones are turned so that they are far away.
void emit_tlb_match(Assembler& a, SoftTlb& tlb, const TlbAccess& access, const Gp& index, const Mem& address, const Gp& temp, const asmjit::Label& miss) {
    const auto first = tlb.first_entry(access.mem_index);
    a.lea(temp, address);
    a.sub(temp, in_table(first.page, index));
    const auto alignment = access.aligned ? static_cast<unsigned>(std::countr_zero(access.bytes)) : 0U;
    if (alignment != 0)
        a.shift(Shift::RotateRight, temp, alignment);
    a.cmp(temp, static_cast<std::int32_t>((kPageSize - access.bytes) >> alignment));
    a.jump_if(Assembler::Condition::kUnsignedGT, miss);
    a.mov(temp.r32(), at_address(tlb.context_address(access.mem_index), 4));
    a.cmp(temp.r32(), in_table(access.write ? first.writer : first.reader, index));
    a.jump_if(Assembler::Condition::kNotEqual, miss);
}

std::size_t AccessThunks::kind(ir::MemOp op, bool write) {
    return op.size_log2 | std::size_t{op.big_endian} << 3 | std::size_t{op.require_alignment} << 4 | std::size_t{write} << 5 |
           std::size_t{op.mem_index} << 6;
}

Thunks::Code AccessThunks::get(ir::MemOp op, bool write) {
    auto& known = known_[kind(op, write)];
    if (known == nullptr)
        known = make(op, write);
    return known;
}

Thunks::Code AccessThunks::make(ir::MemOp op, bool write) {
    const auto code = assemble([&](Assembler& a) { emit(a, op, write); });
    return code != nullptr ? code : memory_;
}

Thunks::Code AccessThunks::get_hinting(const Gp& index, const Gp& temp) {
    auto& known = hinting_[index.id()][temp.id()];
    if (known != nullptr)
        return known;
    known = assemble([&](Assembler& a) {
        const auto& hints = frame_.hints;
        const auto same = a.newLabel();
        const auto worn = a.newLabel();
        const auto hint = in_table(hints.indexes[0], index);
        static_assert(PageHints::kWrongs == 1U << 8 * sizeof hints.wear[0].wrongs);
        emit_tlb_index(a, features_, temp, temp);
        a.cmp(hint, temp.r16());
        a.je(same);
        a.mov(hint, temp.r16());
        a.add(x86::ptr_abs(reinterpret_cast<std::uintptr_t>(&hints.wear[0].wrongs), index, std::countr_zero(sizeof hints.wear[0]), 1), 1);
        a.je(worn);
        a.mov(index.r32(), temp.r32());
        a.bind(same);
        a.ret();
        a.bind(worn);
        a.mov(at_address(&hints.worn, sizeof hints.worn), index.r32());
        a.ret();
    });
    return known;
}

template <class Emit>
Thunks::Code AccessThunks::assemble(const Emit& emit) {
    const auto room = arena_.shared_room();
    if (room.size() < kMostBytes)
        return nullptr;
    EmissionErrors errors;
    Assembler a(errors);
    a.begin(room.first(kMostBytes), arena_.next_shared());
    emit(a);
    MEDLEY_ASSERT(!errors.full() && a.is_complete(), "an access thunk is larger than was thought");
    return arena_.append_shared(a.offset());
}

void AccessThunks::emit(Assembler& a, ir::MemOp op, bool write) {
    const auto address = x86::rax;
    const auto entry = x86::rcx;
    const auto temp = x86::rdx;
    const std::array saved{address, entry, temp};
    const auto miss = a.newLabel();
    const auto restore = [&] {
        for (std::size_t i = 0; i < saved.size(); ++i)
            a.mov(saved[i], at_address(&frame_.access_saved[i], 8));
    };
    auto& tlb = frame_.memory.tlb;
    const auto first = tlb.first_entry(op.mem_index);
    for (std::size_t i = 0; i < saved.size(); ++i)
        a.mov(at_address(&frame_.access_saved[i], 8), saved[i]);
    a.mov(address, at_address(&frame_.arguments[0].low, 8));
    emit_tlb_index(a, features_, entry, address);
    emit_tlb_match(a, tlb, {op.mem_index, write, op.size(), op.require_alignment}, entry, x86::ptr(address), temp, miss);
    a.mov(entry, in_table(first.addend, entry));
    a.add(address, entry);
    const auto guest = x86::ptr(address, 0, op.size());
    if (write)
        emit_transfer(a, op, at_address(&frame_.arguments[1], 8), guest, temp, entry);
    else
        emit_transfer(a, op, guest, at_address(&frame_.result, 8), temp, entry);
    restore();
    a.ret(8);
    a.bind(miss);
    restore();
    a.jmp(reinterpret_cast<std::uintptr_t>(memory_));
}

} // namespace medley::accel::jit::x64
