#include "accel/jit/x64/assembler.h"

#include "medley/base/error.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;
namespace Inst = x86::Inst;
using asmjit::Operand_;
using asmjit::RegType;

// Intel SDM 2, chapter 2 (formats) and appendix A (opcodes).

namespace {

constexpr bool is_byte(std::int64_t value) { return value == static_cast<std::int8_t>(value); }
constexpr bool is_word(std::int64_t value) { return value == static_cast<std::int32_t>(value); }
/// The constant as it is encoded: those of 64 bits are extended from 32; of narrower ones what is above them does not count.
bool fits(std::int64_t value, unsigned size) {
    return is_word(value) || (size == 4 && value == static_cast<std::uint32_t>(value));
}
/// Of a constant that goes with an operation of that size.
unsigned constant_size(unsigned size) { return std::min(size, 4U); }
bool is_accumulator(const x86::Gp& reg) { return reg.id() == 0; }
bool is_accumulator(const x86::Mem&) { return false; }

template <class Number>
void append(std::uint8_t*& to, Number number) {
    std::memcpy(to, &number, sizeof number);
    to += sizeof number;
}

/// ModRM, SIB and displacement of a place in memory: by registers of 64 bits, or by an address in the low 2 GB.
std::uint8_t* put_memory(std::uint8_t* to, unsigned reg, const x86::Mem& memory) {
    constexpr unsigned kSib = 4, kNoIndex = 4, kNoBase = 5;
    const bool has_index = memory.hasIndex();
    const unsigned index = has_index ? memory.indexId() & 7 : kNoIndex;
    const auto offset = memory.offsetLo32();
    const auto put_shape = [&](unsigned mod, unsigned rm) { *to++ = static_cast<std::uint8_t>(mod << 6 | (reg & 7) << 3 | rm); };
    const auto put_sib = [&](unsigned base) { *to++ = static_cast<std::uint8_t>(memory.shift() << 6 | index << 3 | base); };
    if (!memory.hasBase()) {
        put_shape(0, kSib);
        put_sib(kNoBase);
        append(to, offset);
        return to;
    }
    const unsigned base = memory.baseId() & 7;
    const unsigned mod = offset == 0 && base != kNoBase ? 0 : is_byte(offset) ? 1 : 2;
    const bool with_sib = has_index || base == kSib;
    put_shape(mod, with_sib ? kSib : base);
    if (with_sib)
        put_sib(base);
    std::memcpy(to, &offset, sizeof offset);
    constexpr std::array<std::uint8_t, 3> kDisplacement{0, 1, 4};
    return to + kDisplacement[mod];
}

/// The registers of a place in memory that need a bit of REX: B and X.
unsigned rex_of(const x86::Mem& memory) {
    const unsigned base = memory.hasBase() ? memory.baseId() >> 3 : 0;
    const unsigned index = memory.hasIndex() ? memory.indexId() >> 3 : 0;
    return base | index << 1;
}

/// The conditional jumps, under all of their names.
struct NamedJump {
    asmjit::InstId instruction = 0;
    std::uint8_t condition = 0;
};
constexpr std::array<NamedJump, 30> kConditionalJumps{{
    {Inst::kIdJo, 0},
    {Inst::kIdJno, 1},
    {Inst::kIdJb, 2},
    {Inst::kIdJc, 2},
    {Inst::kIdJnae, 2},
    {Inst::kIdJae, 3},
    {Inst::kIdJnb, 3},
    {Inst::kIdJnc, 3},
    {Inst::kIdJe, 4},
    {Inst::kIdJz, 4},
    {Inst::kIdJne, 5},
    {Inst::kIdJnz, 5},
    {Inst::kIdJbe, 6},
    {Inst::kIdJna, 6},
    {Inst::kIdJa, 7},
    {Inst::kIdJnbe, 7},
    {Inst::kIdJs, 8},
    {Inst::kIdJns, 9},
    {Inst::kIdJp, 10},
    {Inst::kIdJpe, 10},
    {Inst::kIdJnp, 11},
    {Inst::kIdJpo, 11},
    {Inst::kIdJl, 12},
    {Inst::kIdJnge, 12},
    {Inst::kIdJge, 13},
    {Inst::kIdJnl, 13},
    {Inst::kIdJle, 14},
    {Inst::kIdJng, 14},
    {Inst::kIdJg, 15},
    {Inst::kIdJnle, 15},
}};

} // namespace

// --- blocks and labels

Assembler::Assembler(EmissionErrors& errors) {
    code_.init(asmjit::Environment::host());
    code_.setErrorHandler(&errors);
    code_.attach(this);
}

void Assembler::begin(std::span<std::byte> room, const std::byte* address) {
    auto& buffer = code_.textSection()->buffer();
    buffer._data = reinterpret_cast<std::uint8_t*>(room.data());
    buffer._size = 0;
    buffer._capacity = room.size();
    buffer._flags = asmjit::CodeBufferFlags::kIsExternal | asmjit::CodeBufferFlags::kIsFixed;
    _bufferData = _bufferPtr = buffer._data;
    _bufferEnd = buffer._data + room.size();
    address_ = reinterpret_cast<std::uintptr_t>(address);
    labels_.clear();
    pending_ = 0;
}

asmjit::Label Assembler::newLabel() {
    labels_.emplace_back();
    return Label(static_cast<std::uint32_t>(labels_.size() - 1));
}

asmjit::Error Assembler::bind(const Label& label) {
    auto& state = labels_[label.id()];
    state.offset = static_cast<std::int32_t>(offset());
    pending_ -= state.last_jump != kNone ? 1 : 0;
    for (auto at = state.last_jump; at != kNone;) {
        std::int32_t before = 0;
        std::memcpy(&before, _bufferData + at, sizeof before);
        const auto displacement = state.offset - (at + 4);
        std::memcpy(_bufferData + at, &displacement, sizeof displacement);
        at = before;
    }
    return asmjit::kErrorOk;
}

// --- what is asmjit's

asmjit::Error Assembler::_emit(asmjit::InstId instruction, const Operand_& o0, const Operand_& o1, const Operand_& o2, const Operand_* others) {
    // asmjit does not know how much of the buffer is in use: it must not be the one who asks.
    if (remainingSpace() < kLongest) {
        resetInstOptions();
        resetExtraReg();
        return reportError(asmjit::kErrorTooLarge);
    }
    return emit_jump(instruction, o0) ? asmjit::kErrorOk : x86::Assembler::_emit(instruction, o0, o1, o2, others);
}

/// Labels are not asmjit's, nor is where the code will be.
bool Assembler::emit_jump(asmjit::InstId instruction, const Operand_& target) {
    if (!target.isLabel() && !target.isImm())
        return false;
    const auto go = [&](Jump form) {
        if (target.isLabel())
            jump(form, target.as<Label>());
        else
            jump(form, static_cast<std::uintptr_t>(target.as<asmjit::Imm>().value()));
        return true;
    };
    if (instruction == Inst::kIdJmp)
        return go({0xe9, 1, 0xeb});
    if (instruction == Inst::kIdCall)
        return go({0xe8, 1});
    const auto* named = std::ranges::find(kConditionalJumps, instruction, &NamedJump::instruction);
    return named != kConditionalJumps.end() && go(conditional(static_cast<Condition>(named->condition)));
}

// --- instructions

/// What is pushed lies below the stack pointer.
bool Assembler::is_near_stack(const Mem& memory) const {
    constexpr std::uint64_t kReach = 128;
    return stack_ != 0 && !memory.hasBaseReg() && !memory.hasIndexReg() && static_cast<std::uint64_t>(memory.offset()) - stack_ < kReach;
}

void Assembler::put(Shape shape, const Mem& rm, Constant constant) {
    if (!has_room())
        return;
    if (is_near_stack(rm)) {
        const auto near = x86::ptr(x86::rsp, static_cast<std::int32_t>(static_cast<std::uint64_t>(rm.offset()) - stack_), rm.size());
        put_constant(put_memory(put_opcode(_bufferPtr, shape, 0, is_named(shape.narrow_reg, shape.reg)), shape.reg, near), constant);
        return;
    }
    put_constant(put_memory(put_opcode(_bufferPtr, shape, rex_of(rm), is_named(shape.narrow_reg, shape.reg)), shape.reg, rm), constant);
}

template <class To>
void Assembler::arithmetic_constant(Arithmetic operation, const To& to, std::int64_t value) {
    const auto size = to.size();
    const auto number = static_cast<std::int32_t>(value);
    const auto code = static_cast<unsigned>(operation);
    MEDLEY_ASSERT(fits(value, size), "a constant has more than 32 bits");
    if (size == 1 && is_accumulator(to)) {
        put_accumulator(1, first_opcode(operation) + 4, {number, 1});
    } else if (size == 1) {
        put({0x80, 1, code, false, true}, to, {number, 1});
    } else if (is_byte(number)) {
        put({0x83, size, code}, to, {number, 1});
    } else if (is_accumulator(to)) {
        put_accumulator(size, first_opcode(operation) + 5, {number, constant_size(size)});
    } else {
        put({0x81, size, code}, to, {number, constant_size(size)});
    }
}
template void Assembler::arithmetic_constant(Arithmetic, const Gp&, std::int64_t);
template void Assembler::arithmetic_constant(Arithmetic, const Mem&, std::int64_t);

template <class To>
void Assembler::move_constant(const To& to, std::int64_t value) {
    constexpr bool kIsRegister = std::is_same_v<To, Gp>;
    const auto size = to.size();
    const Constant constant{static_cast<std::int32_t>(value), constant_size(size)};
    if constexpr (kIsRegister) {
        if (size == 4)
            return put_short(0xb8, to, constant);
        if (!is_word(value))
            return static_cast<void>(x86::Assembler::mov(to, asmjit::Imm(value)));
    }
    MEDLEY_ASSERT(fits(value, size), "a constant has more than 32 bits");
    put({size == 1 ? 0xc6U : 0xc7U, size, 0, false, size == 1}, to, constant);
}
template void Assembler::move_constant(const Gp&, std::int64_t);
template void Assembler::move_constant(const Mem&, std::int64_t);

template <class Left>
void Assembler::test_constant(const Left& left, std::int64_t value) {
    const auto size = left.size();
    const bool narrow = size == 1;
    const Constant constant{static_cast<std::int32_t>(value), constant_size(size)};
    MEDLEY_ASSERT(fits(value, size), "a constant has more than 32 bits");
    if (is_accumulator(left))
        put_accumulator(size, narrow ? 0xa8 : 0xa9, constant);
    else
        put({narrow ? 0xf6U : 0xf7U, size, 0, false, narrow}, left, constant);
}
template void Assembler::test_constant(const Gp&, std::int64_t);
template void Assembler::test_constant(const Mem&, std::int64_t);

template <class From>
void Assembler::multiply_constant(const Gp& to, const From& from, std::int64_t value) {
    MEDLEY_ASSERT(fits(value, to.size()), "a constant has more than 32 bits");
    const auto number = static_cast<std::int32_t>(value);
    const bool is_short = is_byte(number);
    put({is_short ? 0x6bU : 0x69U, to.size(), to.id()}, from, {number, is_short ? 1U : 4U});
}
template void Assembler::multiply_constant(const Gp&, const Gp&, std::int64_t);
template void Assembler::multiply_constant(const Gp&, const Mem&, std::int64_t);

void Assembler::put_accumulator(unsigned size, unsigned opcode, Constant constant) {
    if (has_room())
        put_constant(put_opcode(_bufferPtr, {opcode, size}, 0, false), constant);
}

void Assembler::put_short(unsigned opcode, const Gp& reg, Constant constant) {
    if (has_room())
        put_constant(put_opcode(_bufferPtr, {opcode | (reg.id() & 7), reg.size()}, reg.id() >> 3, false), constant);
}

void Assembler::shift(Shift operation, const Gp& to, unsigned amount) {
    const bool by_one = amount == 1;
    put({by_one ? 0xd1U : 0xc1U, to.size(), static_cast<unsigned>(operation)}, to, {static_cast<std::int32_t>(amount), by_one ? 0U : 1U});
}

/// VEX.LZ.F2.0F3A.W F0 /r ib
void Assembler::rorx(const Gp& to, const Gp& from, unsigned amount) {
    if (!has_room())
        return;
    const unsigned reg = to.id();
    const unsigned rm = from.id();
    const std::array<std::uint8_t, 6> bytes{0xc4,
                                            static_cast<std::uint8_t>((reg < 8 ? 0x80 : 0) | 0x40 | (rm < 8 ? 0x20 : 0) | 0x03),
                                            static_cast<std::uint8_t>(to.size() == 8 ? 0xfb : 0x7b),
                                            0xf0,
                                            static_cast<std::uint8_t>(0xc0 | (reg & 7) << 3 | (rm & 7)),
                                            static_cast<std::uint8_t>(amount)};
    append(_bufferPtr, bytes);
}

void Assembler::push_constant(std::int32_t value) {
    if (!has_room())
        return;
    const bool is_short = is_byte(value);
    *_bufferPtr++ = is_short ? 0x6a : 0x68;
    std::memcpy(_bufferPtr, &value, sizeof value);
    _bufferPtr += is_short ? 1 : 4;
}

void Assembler::nop() {
    if (has_room())
        *_bufferPtr++ = 0x90;
}

// --- jumps

void Assembler::put_jump(Jump jump, std::int32_t displacement) {
    *_bufferPtr = 0x0f;
    _bufferPtr += jump.opcode_bytes - 1;
    *_bufferPtr++ = static_cast<std::uint8_t>(jump.opcode);
    append(_bufferPtr, displacement);
}

void Assembler::jump(Jump jump, const Label& label) {
    if (!has_room())
        return;
    const auto here = static_cast<std::int32_t>(offset());
    auto& state = labels_[label.id()];
    const auto place = here + static_cast<std::int32_t>(jump.opcode_bytes);
    if (state.offset == kNone) {
        pending_ += state.last_jump == kNone ? 1 : 0;
        put_jump(jump, std::exchange(state.last_jump, place));
    } else if (jump.short_opcode != 0 && is_byte(state.offset - (here + 2))) {
        *_bufferPtr++ = static_cast<std::uint8_t>(jump.short_opcode);
        *_bufferPtr++ = static_cast<std::uint8_t>(state.offset - (here + 2));
    } else {
        put_jump(jump, state.offset - (place + 4));
    }
}

/// Everything that code jumps to is in the arena, which is less than 2 GB.
void Assembler::jump(Jump jump, std::uintptr_t address) {
    if (!has_room())
        return;
    const auto behind = address_ + offset() + jump.opcode_bytes + 4;
    const auto displacement = static_cast<std::int64_t>(address - behind);
    MEDLEY_ASSERT(is_word(displacement), "a jump leads too far");
    put_jump(jump, static_cast<std::int32_t>(displacement));
}

} // namespace medley::accel::jit::x64
