#include "accel/jit/x64/assembler.h"

#include "medley/base/error.h"

#include <array>
#include <cstring>

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;
namespace Inst = x86::Inst;
using asmjit::Operand_;
using asmjit::x86::Mem;
using asmjit::RegType;

// Intel SDM 2, chapter 2 (formats) and appendix A (opcodes).

/// How the operands of an instruction are encoded.
enum class Kind : std::uint8_t {
    Foreign,    ///< By asmjit.
    Arithmetic, ///< The eight of 0x00 to 0x3f; `code` is the number among them.
    Move,
    Test,
    Shift,      ///< By a constant; `code` is the number in the group.
    Unary,      ///< F6 and F7; `code` is the number in the group.
    Address,    ///< lea.
    Extend,     ///< 0F `code`, and `code` + 1 for sources of 16 bits.
    ExtendWord, ///< movsxd.
    Load,       ///< 0F `code`: to a register from anywhere.
    Set,        ///< setcc; `code` is the condition.
    Multiply,
    Rotate, ///< rorx.
    Push,   ///< A constant.
    Jump,
    Call,
    JumpIf, ///< `code` is the condition.
    Nothing,
};

struct Assembler::Form {
    Kind kind = Kind::Foreign;
    std::uint8_t code = 0;
};

namespace {

/// No instruction has more bytes.
constexpr std::size_t kLongest = 16;

constexpr bool is_byte(std::int64_t value) { return value == static_cast<std::int8_t>(value); }
constexpr bool is_word(std::int64_t value) { return value == static_cast<std::int32_t>(value); }

} // namespace

/// An instruction with a ModRM byte.
struct Assembler::Encoding {
    std::uint16_t opcode = 0;  ///< With 0x0f in the high byte where that goes in front.
    std::uint8_t size = 4;     ///< Of the operation, in bytes.
    std::uint8_t reg = 0;      ///< Register, or number in a group.
    bool narrow_reg = false;   ///< `reg` is a register of a byte.
    bool narrow_rm = false;
    const Operand_* rm = nullptr;
    std::uint8_t immediate_size = 0;
    std::int32_t immediate = 0;
};

namespace {

using FormRow = std::pair<std::uint8_t, std::uint8_t>;

constexpr FormRow row(Kind kind, unsigned code = 0) { return {static_cast<std::uint8_t>(kind), static_cast<std::uint8_t>(code)}; }

/// The instructions of each condition, under all of their names.
struct Conditional {
    std::uint8_t condition = 0;
    asmjit::InstId jump = 0, set = 0, move = 0;
};
constexpr std::array kConditional{
    Conditional{0, Inst::kIdJo, Inst::kIdSeto, Inst::kIdCmovo},
    Conditional{1, Inst::kIdJno, Inst::kIdSetno, Inst::kIdCmovno},
    Conditional{2, Inst::kIdJb, Inst::kIdSetb, Inst::kIdCmovb},
    Conditional{2, Inst::kIdJc, Inst::kIdSetc, Inst::kIdCmovc},
    Conditional{2, Inst::kIdJnae, Inst::kIdSetnae, Inst::kIdCmovnae},
    Conditional{3, Inst::kIdJae, Inst::kIdSetae, Inst::kIdCmovae},
    Conditional{3, Inst::kIdJnb, Inst::kIdSetnb, Inst::kIdCmovnb},
    Conditional{3, Inst::kIdJnc, Inst::kIdSetnc, Inst::kIdCmovnc},
    Conditional{4, Inst::kIdJe, Inst::kIdSete, Inst::kIdCmove},
    Conditional{4, Inst::kIdJz, Inst::kIdSetz, Inst::kIdCmovz},
    Conditional{5, Inst::kIdJne, Inst::kIdSetne, Inst::kIdCmovne},
    Conditional{5, Inst::kIdJnz, Inst::kIdSetnz, Inst::kIdCmovnz},
    Conditional{6, Inst::kIdJbe, Inst::kIdSetbe, Inst::kIdCmovbe},
    Conditional{6, Inst::kIdJna, Inst::kIdSetna, Inst::kIdCmovna},
    Conditional{7, Inst::kIdJa, Inst::kIdSeta, Inst::kIdCmova},
    Conditional{7, Inst::kIdJnbe, Inst::kIdSetnbe, Inst::kIdCmovnbe},
    Conditional{8, Inst::kIdJs, Inst::kIdSets, Inst::kIdCmovs},
    Conditional{9, Inst::kIdJns, Inst::kIdSetns, Inst::kIdCmovns},
    Conditional{10, Inst::kIdJp, Inst::kIdSetp, Inst::kIdCmovp},
    Conditional{10, Inst::kIdJpe, Inst::kIdSetpe, Inst::kIdCmovpe},
    Conditional{11, Inst::kIdJnp, Inst::kIdSetnp, Inst::kIdCmovnp},
    Conditional{11, Inst::kIdJpo, Inst::kIdSetpo, Inst::kIdCmovpo},
    Conditional{12, Inst::kIdJl, Inst::kIdSetl, Inst::kIdCmovl},
    Conditional{12, Inst::kIdJnge, Inst::kIdSetnge, Inst::kIdCmovnge},
    Conditional{13, Inst::kIdJge, Inst::kIdSetge, Inst::kIdCmovge},
    Conditional{13, Inst::kIdJnl, Inst::kIdSetnl, Inst::kIdCmovnl},
    Conditional{14, Inst::kIdJle, Inst::kIdSetle, Inst::kIdCmovle},
    Conditional{14, Inst::kIdJng, Inst::kIdSetng, Inst::kIdCmovng},
    Conditional{15, Inst::kIdJg, Inst::kIdSetg, Inst::kIdCmovg},
    Conditional{15, Inst::kIdJnle, Inst::kIdSetnle, Inst::kIdCmovnle},
};

constexpr auto kForms = [] {
    std::array<FormRow, Inst::_kIdCount> forms{};
    constexpr std::array kArithmetic{Inst::kIdAdd, Inst::kIdOr, Inst::kIdAdc, Inst::kIdSbb, Inst::kIdAnd, Inst::kIdSub, Inst::kIdXor, Inst::kIdCmp};
    for (unsigned i = 0; i < kArithmetic.size(); ++i)
        forms[kArithmetic[i]] = row(Kind::Arithmetic, i);
    for (const auto& names : kConditional) {
        forms[names.jump] = row(Kind::JumpIf, names.condition);
        forms[names.set] = row(Kind::Set, names.condition);
        forms[names.move] = row(Kind::Load, 0x40U + names.condition);
    }
    forms[Inst::kIdMov] = row(Kind::Move);
    forms[Inst::kIdTest] = row(Kind::Test);
    forms[Inst::kIdRol] = row(Kind::Shift, 0);
    forms[Inst::kIdRor] = row(Kind::Shift, 1);
    forms[Inst::kIdShl] = row(Kind::Shift, 4);
    forms[Inst::kIdShr] = row(Kind::Shift, 5);
    forms[Inst::kIdSar] = row(Kind::Shift, 7);
    forms[Inst::kIdNot] = row(Kind::Unary, 2);
    forms[Inst::kIdNeg] = row(Kind::Unary, 3);
    forms[Inst::kIdLea] = row(Kind::Address);
    forms[Inst::kIdMovzx] = row(Kind::Extend, 0xb6);
    forms[Inst::kIdMovsx] = row(Kind::Extend, 0xbe);
    forms[Inst::kIdMovsxd] = row(Kind::ExtendWord);
    forms[Inst::kIdImul] = row(Kind::Multiply);
    forms[Inst::kIdRorx] = row(Kind::Rotate);
    forms[Inst::kIdPush] = row(Kind::Push);
    forms[Inst::kIdJmp] = row(Kind::Jump);
    forms[Inst::kIdCall] = row(Kind::Call);
    forms[Inst::kIdNop] = row(Kind::Nothing);
    return forms;
}();

/// A general register but for the high halves of 16 bits.
bool is_general(const Operand_& o) {
    const auto type = o.as<asmjit::BaseReg>().type();
    return o.isReg() && (type == RegType::kX86_GpbLo || type == RegType::kX86_Gpw || type == RegType::kX86_Gpd || type == RegType::kX86_Gpq) && o.id() < 16;
}

/// A place in memory by registers of 64 bits, or by an address in the low 2 GB.
bool is_plain_memory(const Operand_& o) {
    if (!o.isMem())
        return false;
    const auto& memory = o.as<Mem>();
    const auto base = memory.baseType();
    const auto index = memory.indexType();
    if (memory.hasSegment() || (index != RegType::kNone && (index != RegType::kX86_Gpq || memory.indexId() == x86::Gp::kIdSp || memory.indexId() >= 16)))
        return false;
    if (base == RegType::kNone)
        return memory.isAbs() && memory.offsetHi32() == 0 && memory.offsetLo32() >= 0;
    return base == RegType::kX86_Gpq && memory.baseId() < 16 && memory.addrType() == Mem::AddrType::kDefault;
}

bool is_operand(const Operand_& o) { return is_general(o) || is_plain_memory(o); }

template <class Number>
std::uint8_t* append(std::uint8_t* to, Number number) {
    std::memcpy(to, &number, sizeof number);
    return to + sizeof number;
}

std::uint8_t* append_immediate(std::uint8_t* to, std::int32_t value, unsigned size) {
    std::memcpy(to, &value, sizeof value);
    return to + size;
}

/// The registers of a ModRM operand that need a bit of REX: B and X.
std::uint8_t rex_of(const Operand_& rm) {
    if (rm.isReg())
        return static_cast<std::uint8_t>(rm.id() >> 3);
    const auto& memory = rm.as<Mem>();
    const unsigned base = memory.baseType() != RegType::kNone ? memory.baseId() >> 3 : 0;
    const unsigned index = memory.indexType() != RegType::kNone ? memory.indexId() >> 3 : 0;
    return static_cast<std::uint8_t>(base | index << 1);
}

/// ModRM, SIB and displacement of a place in memory.
std::uint8_t* append_memory(std::uint8_t* to, unsigned reg, const Mem& memory) {
    constexpr unsigned kSib = 4, kNoIndex = 4, kNoBase = 5;
    const auto shape = [&](unsigned mod, unsigned rm) { *to++ = static_cast<std::uint8_t>(mod << 6 | (reg & 7) << 3 | rm); };
    const bool has_index = memory.indexType() != RegType::kNone;
    const unsigned index = has_index ? memory.indexId() & 7 : kNoIndex;
    const auto sib = [&](unsigned base) { *to++ = static_cast<std::uint8_t>(memory.shift() << 6 | index << 3 | base); };
    const auto offset = memory.offsetLo32();
    if (memory.baseType() == RegType::kNone) {
        shape(0, kSib);
        sib(kNoBase);
        return append(to, offset);
    }
    const unsigned base = memory.baseId() & 7;
    const unsigned mod = offset == 0 && base != kNoBase ? 0 : is_byte(offset) ? 1 : 2;
    shape(mod, has_index || base == kSib ? kSib : base);
    if (has_index || base == kSib)
        sib(base);
    return mod == 0 ? to : append_immediate(to, offset, mod == 1 ? 1 : 4);
}

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
    return asmjit::Label(static_cast<std::uint32_t>(labels_.size() - 1));
}

asmjit::Error Assembler::bind(const asmjit::Label& label) {
    auto& state = labels_[label.id()];
    state.offset = static_cast<std::int32_t>(offset());
    pending_ -= state.last_jump != kNone ? 1 : 0;
    for (auto at = state.last_jump; at != kNone;) {
        std::int32_t before = 0;
        std::memcpy(&before, _bufferData + at, sizeof before);
        append(_bufferData + at, static_cast<std::int32_t>(state.offset - (at + 4)));
        at = before;
    }
    return asmjit::kErrorOk;
}

// --- instructions

asmjit::Error Assembler::_emit(asmjit::InstId instruction, const Operand_& o0, const Operand_& o1, const Operand_& o2, const Operand_* others) {
    // asmjit does not know how much of the buffer is in use: it must not be the one who asks.
    if (remainingSpace() < kLongest) {
        resetInstOptions();
        resetExtraReg();
        return reportError(asmjit::kErrorTooLarge);
    }
    const auto [kind, code] = kForms[instruction];
    if (kind != static_cast<std::uint8_t>(Kind::Foreign) && encode({static_cast<Kind>(kind), code}, o0, o1, o2)) {
        resetInstOptions();
        return asmjit::kErrorOk;
    }
    return x86::Assembler::_emit(instruction, o0, o1, o2, others);
}

bool Assembler::encode(const Form& form, const Operand_& o0, const Operand_& o1, const Operand_& o2) {
    if (form.kind == Kind::Jump || form.kind == Kind::Call || form.kind == Kind::JumpIf)
        return encode_jump(form, o0);
    if (instOptions() != asmjit::InstOptions::kNone)
        return false;
    if (form.kind == Kind::Multiply)
        return encode_multiply(o0, o1, o2);
    if (form.kind == Kind::Rotate)
        return encode_rotate(o0, o1, o2);
    if (form.kind == Kind::Push)
        return encode_push(o0);
    if (form.kind == Kind::Nothing) {
        *_bufferPtr++ = 0x90;
        return true;
    }
    if (!is_operand(o0))
        return false;
    switch (form.kind) {
    case Kind::Arithmetic: return encode_arithmetic(form, o0, o1);
    case Kind::Move: return encode_move(o0, o1);
    case Kind::Test: return encode_test(o0, o1);
    default: return encode_one(form, o0, o1);
    }
}

void Assembler::put(const Encoding& encoding) {
    const auto& rm = *encoding.rm;
    auto* to = _bufferPtr;
    constexpr unsigned kWide = 8;
    unsigned rex = (encoding.size == 8 ? kWide : 0U) | (encoding.reg >> 3U) << 2U | rex_of(rm);
    // Without REX, 4 to 7 are the second bytes of the first four registers.
    const bool named = (encoding.narrow_reg && encoding.reg >= 4) || (encoding.narrow_rm && rm.isReg() && rm.id() >= 4);
    if (encoding.size == 2)
        *to++ = 0x66;
    if (rex != 0 || named)
        *to++ = static_cast<std::uint8_t>(0x40 | rex);
    if (encoding.opcode > 0xff)
        *to++ = static_cast<std::uint8_t>(encoding.opcode >> 8);
    *to++ = static_cast<std::uint8_t>(encoding.opcode);
    if (rm.isReg())
        *to++ = static_cast<std::uint8_t>(0xc0 | (encoding.reg & 7) << 3 | (rm.id() & 7));
    else
        to = append_memory(to, encoding.reg, rm.as<Mem>());
    _bufferPtr = append_immediate(to, encoding.immediate, encoding.immediate_size);
}

namespace {

std::uint8_t number_of(const Operand_& reg) { return static_cast<std::uint8_t>(reg.id()); }
std::uint8_t size_of(const Operand_& o) { return static_cast<std::uint8_t>(o.size()); }
std::int64_t value_of(const Operand_& o) { return o.as<asmjit::Imm>().value(); }
/// Of a constant that goes with an operation of that size.
std::uint8_t immediate_size(unsigned size) { return static_cast<std::uint8_t>(size < 4 ? size : 4); }
/// The constant as it is encoded: those of 64 bits are extended from 32; of narrower ones what is above them does not count.
bool fits(std::int64_t value, unsigned size) { return size == 8 ? is_word(value) : size == 4 && (is_word(value) || value == static_cast<std::uint32_t>(value)); }

} // namespace

bool Assembler::encode_arithmetic(const Form& form, const Operand_& o0, const Operand_& o1) {
    const auto first = static_cast<std::uint16_t>(form.code << 3);
    if (o1.isImm()) {
        const auto size = size_of(o0);
        const auto value = size == 1 ? static_cast<std::int8_t>(value_of(o1)) : value_of(o1);
        if (size == 1) {
            if (o0.isReg() && o0.id() == 0)
                return false;
            put({.opcode = 0x80, .size = 1, .reg = form.code, .narrow_rm = true, .rm = &o0, .immediate_size = 1, .immediate = static_cast<std::int32_t>(value)});
            return true;
        }
        if (!fits(value, size))
            return false;
        const auto number = static_cast<std::int32_t>(value);
        if (is_byte(number)) {
            put({.opcode = 0x83, .size = size, .reg = form.code, .rm = &o0, .immediate_size = 1, .immediate = number});
            return true;
        }
        if (o0.isReg() && o0.id() == 0) { // The accumulator has a form without ModRM.
            if (size == 8)
                *_bufferPtr++ = 0x48;
            *_bufferPtr++ = static_cast<std::uint8_t>(first + 5);
            _bufferPtr = append(_bufferPtr, number);
            return true;
        }
        put({.opcode = 0x81, .size = size, .reg = form.code, .rm = &o0, .immediate_size = 4, .immediate = number});
        return true;
    }
    const bool from_memory = o1.isMem();
    const auto& reg = from_memory ? o0 : o1;
    const auto& rm = from_memory ? o1 : o0;
    if (!is_general(reg) || !is_operand(rm) || (rm.isReg() && size_of(rm) != size_of(reg)))
        return false;
    const bool narrow = size_of(reg) == 1;
    put({.opcode = static_cast<std::uint16_t>(first | (from_memory ? 2 : 0) | (narrow ? 0 : 1)), .size = size_of(reg), .reg = number_of(reg),
         .narrow_reg = narrow, .narrow_rm = narrow, .rm = &rm});
    return true;
}

bool Assembler::encode_move(const Operand_& o0, const Operand_& o1) {
    if (o1.isImm()) {
        const auto size = size_of(o0);
        const auto value = value_of(o1);
        if (!fits(value, size))
            return false;
        const auto number = static_cast<std::int32_t>(value);
        if (o0.isReg() && size == 4) {
            if (o0.id() >= 8)
                *_bufferPtr++ = 0x41;
            *_bufferPtr++ = static_cast<std::uint8_t>(0xb8 | (o0.id() & 7));
            _bufferPtr = append(_bufferPtr, number);
            return true;
        }
        put({.opcode = 0xc7, .size = size, .rm = &o0, .immediate_size = immediate_size(size), .immediate = number});
        return true;
    }
    const bool from_memory = o1.isMem();
    const auto& reg = from_memory ? o0 : o1;
    const auto& rm = from_memory ? o1 : o0;
    if (!is_general(reg) || !is_operand(rm) || (rm.isReg() && size_of(rm) != size_of(reg)))
        return false;
    const bool narrow = size_of(reg) == 1;
    put({.opcode = static_cast<std::uint16_t>(0x88 | (from_memory ? 2 : 0) | (narrow ? 0 : 1)), .size = size_of(reg), .reg = number_of(reg),
         .narrow_reg = narrow, .narrow_rm = narrow, .rm = &rm});
    return true;
}

bool Assembler::encode_test(const Operand_& o0, const Operand_& o1) {
    const auto size = size_of(o0);
    const bool narrow = size == 1;
    if (is_general(o1) && o0.isReg() && size_of(o1) == size) {
        put({.opcode = static_cast<std::uint16_t>(narrow ? 0x84 : 0x85), .size = size, .reg = number_of(o1), .narrow_reg = narrow, .narrow_rm = narrow, .rm = &o0});
        return true;
    }
    if (!o1.isImm() || (o0.isReg() && o0.id() == 0) || (!narrow && !fits(value_of(o1), size)))
        return false;
    put({.opcode = static_cast<std::uint16_t>(narrow ? 0xf6 : 0xf7), .size = size, .narrow_rm = narrow, .rm = &o0, .immediate_size = immediate_size(size),
         .immediate = static_cast<std::int32_t>(value_of(o1))});
    return true;
}

/// What has one operand of ModRM and at most a register or a number beside it.
bool Assembler::encode_one(const Form& form, const Operand_& o0, const Operand_& o1) {
    const auto size = size_of(o0);
    switch (form.kind) {
    case Kind::Shift: {
        if (!o1.isImm() || !o0.isReg() || size < 4)
            return false;
        const auto by = static_cast<std::uint8_t>(value_of(o1));
        put({.opcode = static_cast<std::uint16_t>(by == 1 ? 0xd1 : 0xc1), .size = size, .reg = form.code, .rm = &o0,
             .immediate_size = static_cast<std::uint8_t>(by == 1 ? 0 : 1), .immediate = by});
        return true;
    }
    case Kind::Unary:
        if (!o0.isReg() || size < 4)
            return false;
        put({.opcode = 0xf7, .size = size, .reg = form.code, .rm = &o0});
        return true;
    case Kind::Set:
        if (size != 1)
            return false;
        put({.opcode = static_cast<std::uint16_t>(0x0f90 | form.code), .narrow_rm = true, .rm = &o0});
        return true;
    default: break;
    }
    // The others make a register from something else.
    if (!o0.isReg() || size < 4 || !is_operand(o1))
        return false;
    const auto from = size_of(o1);
    Encoding encoding{.size = size, .reg = number_of(o0), .rm = &o1};
    switch (form.kind) {
    case Kind::Address:
        if (!o1.isMem())
            return false;
        encoding.opcode = 0x8d;
        break;
    case Kind::Extend:
        if (from != 1 && from != 2)
            return false;
        encoding.opcode = static_cast<std::uint16_t>(0x0f00 | (form.code + from - 1));
        encoding.narrow_rm = from == 1;
        break;
    case Kind::ExtendWord:
        if (size != 8 || from != 4)
            return false;
        encoding.opcode = 0x63;
        break;
    case Kind::Load:
        if (o1.isReg() && from != size)
            return false;
        encoding.opcode = static_cast<std::uint16_t>(0x0f00 | form.code);
        break;
    default: return false;
    }
    put(encoding);
    return true;
}

bool Assembler::encode_multiply(const Operand_& o0, const Operand_& o1, const Operand_& o2) {
    if (!is_general(o0) || !is_operand(o1) || size_of(o0) < 4 || (o1.isReg() && size_of(o1) != size_of(o0)))
        return false;
    if (o2.isNone()) {
        put({.opcode = 0x0faf, .size = size_of(o0), .reg = number_of(o0), .rm = &o1});
        return true;
    }
    if (!o2.isImm() || !fits(value_of(o2), size_of(o0)))
        return false;
    const auto number = static_cast<std::int32_t>(value_of(o2));
    const bool short_number = is_byte(number);
    put({.opcode = static_cast<std::uint16_t>(short_number ? 0x6b : 0x69), .size = size_of(o0), .reg = number_of(o0), .rm = &o1,
         .immediate_size = static_cast<std::uint8_t>(short_number ? 1 : 4), .immediate = number});
    return true;
}

/// VEX.LZ.F2.0F3A.W F0 /r ib
bool Assembler::encode_rotate(const Operand_& o0, const Operand_& o1, const Operand_& o2) {
    if (!is_general(o0) || !is_general(o1) || !o2.isImm() || size_of(o0) < 4 || size_of(o1) != size_of(o0))
        return false;
    const unsigned to = o0.id();
    const unsigned from = o1.id();
    const std::array<std::uint8_t, 6> bytes{0xc4,
                                            static_cast<std::uint8_t>((to < 8 ? 0x80 : 0) | 0x40 | (from < 8 ? 0x20 : 0) | 0x03),
                                            static_cast<std::uint8_t>(size_of(o0) == 8 ? 0xfb : 0x7b),
                                            0xf0,
                                            static_cast<std::uint8_t>(0xc0 | (to & 7) << 3 | (from & 7)),
                                            static_cast<std::uint8_t>(value_of(o2))};
    _bufferPtr = append(_bufferPtr, bytes);
    return true;
}

bool Assembler::encode_push(const Operand_& o0) {
    if (!o0.isImm() || !is_word(value_of(o0)))
        return false;
    const auto value = static_cast<std::int32_t>(value_of(o0));
    const bool short_number = is_byte(value);
    *_bufferPtr++ = short_number ? 0x6a : 0x68;
    _bufferPtr = append_immediate(_bufferPtr, value, short_number ? 1 : 4);
    return true;
}

/// To a label, or to an address. The short form is for labels that are bound, unless the long one is asked for.
bool Assembler::encode_jump(const Form& form, const Operand_& target) {
    if (!target.isLabel() && !target.isImm())
        return false;
    const auto here = static_cast<std::int32_t>(offset());
    auto* state = target.isLabel() ? &labels_[target.id()] : nullptr;
    const bool is_long = form.kind == Kind::Call || (instOptions() & asmjit::InstOptions::kLongForm) != asmjit::InstOptions::kNone;
    if (state != nullptr && state->offset != kNone && !is_long && is_byte(state->offset - (here + 2))) {
        *_bufferPtr++ = static_cast<std::uint8_t>(form.kind == Kind::Jump ? 0xeb : 0x70 | form.code);
        *_bufferPtr++ = static_cast<std::uint8_t>(state->offset - (here + 2));
        return true;
    }
    const std::int32_t place = here + (form.kind == Kind::JumpIf ? 2 : 1);
    std::int64_t displacement = 0;
    if (state == nullptr) {
        displacement = static_cast<std::int64_t>(static_cast<std::uint64_t>(value_of(target)) - (address_ + static_cast<std::uint64_t>(place) + 4));
        if (!is_word(displacement))
            return false;
    } else if (state->offset != kNone) {
        displacement = state->offset - (place + 4);
    } else {
        pending_ += state->last_jump == kNone ? 1 : 0;
        displacement = state->last_jump;
        state->last_jump = place;
    }
    if (form.kind == Kind::JumpIf) {
        *_bufferPtr++ = 0x0f;
        *_bufferPtr++ = static_cast<std::uint8_t>(0x80 | form.code);
    } else {
        *_bufferPtr++ = form.kind == Kind::Call ? 0xe8 : 0xe9;
    }
    _bufferPtr = append(_bufferPtr, static_cast<std::int32_t>(displacement));
    return true;
}

} // namespace medley::accel::jit::x64
