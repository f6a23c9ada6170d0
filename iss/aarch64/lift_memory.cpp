// Loads and stores of one register and of pairs, prefetches.

#include "iss/aarch64/lifting.h"
#include "iss/aarch64/memory_access.h"
#include "iss/aarch64/sys.h"

namespace medley::iss::aarch64 {

namespace {

ir::MemOp mem_of(const Lifting& l, const MemoryAccess& access) {
    return l.mem(access.size_log2, access.sign);
}

/// Type of the value of a vector register's access; bytes and halves are integers in between.
Type vector_type(unsigned size_log2) {
    constexpr Type kTypes[]{Type::I32, Type::I32, Type::F32, Type::F64, Type::V128};
    return kTypes[size_log2];
}

/// A value from memory, as its register will hold it.
Value load_value(Lifting& l, const MemoryAccess& access, Value address, const ir::MemOp& mem) {
    if (access.vector)
        return l.b.load(vector_type(access.size_log2), address, mem);
    const bool to_w = access.sign && !access.to_x;
    const auto value = l.b.load(to_w ? Type::I32 : Type::I64, address, mem);
    return to_w ? l.b.zero_extend(Type::I64, value, 32) : value;
}

void put_loaded(Lifting& l, const MemoryAccess& access, unsigned index, Value value) {
    if (!access.vector)
        l.set_x(index, value);
    else if (access.size_log2 == 4)
        l.set_v(index, value);
    else
        l.set_scalar(index, value);
}

Value stored_value(Lifting& l, const MemoryAccess& access, unsigned index) {
    if (!access.vector)
        return l.x(index);
    const auto value = l.v(index);
    if (access.size_log2 == 4)
        return value;
    ir::VectorOp lane;
    lane.lane_log2 = static_cast<std::uint8_t>(access.size_log2);
    return l.b.op_as(Opcode::VExtract, vector_type(access.size_log2), {value}, lane.encode());
}

/// The base of an access, and what one with writeback adds to it.
struct Writeback {
    bool wanted = false;
    Value base = ir::kNoValue;
    std::uint64_t step = 0;
};

/// The sum is made here: the access uses base and offset, and the sum can be made in the register.
void write_back(Lifting& l, const Operands& o, const Writeback& writeback) {
    if (!writeback.wanted)
        return;
    const auto change =
        writeback.step % 16 == 0 ? Lifting::SpChange::KeepsAlignment : Lifting::SpChange::MayMisalign;
    l.set_or_sp(true, o.rn, l.offset(writeback.base, writeback.step), change);
}

void access_one(Lifting& l, const Operands& o, const MemoryAccess& access, Value address, const ir::MemOp& mem,
                const Writeback& writeback = {}) {
    if (!access.load) {
        l.b.store(address, stored_value(l, access, o.rd), mem);
        write_back(l, o, writeback);
        return;
    }
    const auto value = load_value(l, access, address, mem);
    // Where the base is loaded, too, which is constrained unpredictable, that is what it holds.
    const bool base_is_loaded = !access.vector && o.rd == o.rn;
    if (base_is_loaded)
        write_back(l, o, writeback);
    put_loaded(l, access, o.rd, value);
    if (!base_is_loaded)
        write_back(l, o, writeback);
}

/// Both are at constant distances from the base, as those of other accesses are.
void access_pair(Lifting& l, const Operands& o, const MemoryAccess& access, std::uint64_t distance,
                 const Writeback& writeback) {
    const auto mem = mem_of(l, access);
    const auto address = l.offset(writeback.base, distance);
    const auto second_address = l.offset(writeback.base, distance + mem.size());
    if (!access.load) {
        const auto first = stored_value(l, access, o.rd);
        const auto second = stored_value(l, access, o.ra);
        l.b.store(address, first, mem);
        l.b.store(second_address, second, mem);
        write_back(l, o, writeback);
        return;
    }
    const auto first = load_value(l, access, address, mem);
    const auto second = load_value(l, access, second_address, mem);
    const bool base_is_loaded = !access.vector && (o.rd == o.rn || o.ra == o.rn);
    if (base_is_loaded)
        write_back(l, o, writeback);
    put_loaded(l, access, o.rd, first);
    put_loaded(l, access, o.ra, second);
    if (!base_is_loaded)
        write_back(l, o, writeback);
}

/// The offset in a register: Rm extended as option says, times the size where S is set; nothing where that is reserved.
Value index_of(Lifting& l, const Operands& o, unsigned size_log2) {
    const auto rm = l.x(o.rm);
    Value index = rm;
    if (o.option == 0b010)
        index = l.b.zero_extend(Type::I64, rm, 32);
    if (o.option == 0b110)
        index = l.b.sign_extend(Type::I64, rm, 32);
    return o.amount != 0 && size_log2 != 0 ? l.b.shl(index, l.constant(size_log2)) : index;
}

bool refuse_index(Lifting& l, const Operands& o) {
    if ((o.option & 2) != 0)
        return false;
    l.undefined();
    return true;
}

bool refuse_vector(Lifting& l, const MemoryAccess& access) {
    return access.vector && l.float_trapped();
}

/// Quad words are the largest of pairs.
bool refuse_pair(Lifting& l, const MemoryAccess& access) {
    if (access.size_log2 <= 4)
        return refuse_vector(l, access);
    l.undefined();
    return true;
}

std::uint64_t pair_offset(const Operands& o, const MemoryAccess& access) {
    return o.imm << access.size_log2;
}

/// ldraa xt, [xn|sp, #imm]
Value authenticated_address(Lifting& l, const Operands& o) {
    const auto key = o.n ? PacKey::DataB : PacKey::DataA;
    const auto pointer = l.base(o.rn);
    const auto checked =
        l.b.call(helper::pac_authenticate, Type::I64, {pointer, l.constant(0), l.word(static_cast<unsigned>(key))});
    return l.offset(checked, o.imm * 8);
}

} // namespace

// ldur rt, [xn|sp, #imm]
void lift_unscaled(Lifting& l, const Operands& o) {
    const auto access = single_access(o.word);
    if (!refuse_vector(l, access))
        access_one(l, o, access, l.offset(l.base(o.rn), o.imm), mem_of(l, access));
}
// ldtr rt, [xn|sp, #imm]: with the rights of EL0
void lift_unprivileged(Lifting& l, const Operands& o) {
    const auto access = single_access(o.word);
    auto mem = mem_of(l, access);
    mem.mem_index = l.mode().unprivileged_index;
    access_one(l, o, access, l.offset(l.base(o.rn), o.imm), mem);
}
// ldr rt, [xn|sp], #imm
void lift_post(Lifting& l, const Operands& o) {
    const auto access = single_access(o.word);
    if (refuse_vector(l, access))
        return;
    const auto address = l.base(o.rn);
    access_one(l, o, access, address, mem_of(l, access), {true, address, o.imm});
}
// ldr rt, [xn|sp, #imm]!
void lift_pre(Lifting& l, const Operands& o) {
    const auto access = single_access(o.word);
    if (refuse_vector(l, access))
        return;
    const auto base = l.base(o.rn);
    access_one(l, o, access, l.offset(base, o.imm), mem_of(l, access), {true, base, o.imm});
}
// ldr rt, [xn|sp, rm, extend #amount]
void lift_register(Lifting& l, const Operands& o) {
    const auto access = single_access(o.word);
    if (refuse_index(l, o) || refuse_vector(l, access))
        return;
    const auto base = l.base(o.rn);
    access_one(l, o, access, l.b.add(base, index_of(l, o, access.size_log2)), mem_of(l, access));
}
// ldr rt, [xn|sp, #imm]
void lift_scaled(Lifting& l, const Operands& o) {
    const auto access = single_access(o.word);
    if (!refuse_vector(l, access))
        access_one(l, o, access, l.offset(l.base(o.rn), o.imm << access.size_log2), mem_of(l, access));
}
// ldr rt, label
void lift_literal(Lifting& l, const Operands& o) {
    const auto access = literal_access(o.word);
    if (!refuse_vector(l, access))
        access_one(l, o, access, l.constant(l.pc() + o.imm * 4), mem_of(l, access));
}
// prfm: a hint; nothing is cached here
void lift_prefetch(Lifting&, const Operands&) {}
void lift_prefetch_register(Lifting& l, const Operands& o) {
    refuse_index(l, o);
}

void lift_ldra(Lifting& l, const Operands& o) {
    const auto address = authenticated_address(l, o);
    l.set_x(o.rd, l.b.load(Type::I64, address, l.mem(3)));
}
void lift_ldra_pre(Lifting& l, const Operands& o) {
    const auto address = authenticated_address(l, o);
    const auto value = l.b.load(Type::I64, address, l.mem(3));
    l.set_or_sp(true, o.rn, address);
    l.set_x(o.rd, value);
}

// ldp rt, rt2, [xn|sp, #imm]
void lift_pair_offset(Lifting& l, const Operands& o) {
    const auto access = pair_access(o.word);
    if (!refuse_pair(l, access))
        access_pair(l, o, access, pair_offset(o, access), {false, l.base(o.rn)});
}
// ldp rt, rt2, [xn|sp], #imm
void lift_pair_post(Lifting& l, const Operands& o) {
    const auto access = pair_access(o.word);
    if (!refuse_pair(l, access))
        access_pair(l, o, access, 0, {true, l.base(o.rn), pair_offset(o, access)});
}
// ldp rt, rt2, [xn|sp, #imm]!
void lift_pair_pre(Lifting& l, const Operands& o) {
    const auto access = pair_access(o.word);
    if (refuse_pair(l, access))
        return;
    const auto step = pair_offset(o, access);
    access_pair(l, o, access, step, {true, l.base(o.rn), step});
}

} // namespace medley::iss::aarch64
