/// \file
/// The assembler of blocks.
#pragma once

#include "accel/jit/x64/host.h"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace medley::accel::jit::x64 {

/// The eight operations that share their encodings, by number (Intel SDM 2, appendix A: opcodes 0x00 to 0x3f).
enum class Arithmetic : std::uint8_t { Add, Or, Adc, Sbb, And, Sub, Xor, Cmp };
/// Shifts and rotations by a constant, by their number in the group (Intel SDM 2, table A-6).
enum class Shift : std::uint8_t { RotateLeft = 0, RotateRight = 1, Left = 4, RightUnsigned = 5, RightSigned = 7 };

/// asmjit's assembler, but for labels, and for the instructions that most code consists of: those it encodes itself, inline,
/// which is many times faster. They have asmjit's names and give the same bytes; what has no encoding here is asmjit's.
///
/// Labels are only for jumps. A jump to one that is not bound yet has a displacement of 32 bits, which holds the offset of the
/// jump before it to the same label until then: there is nothing to allocate, however many there are.
class Assembler final : public asmjit::x86::Assembler {
public:
    using Gp = asmjit::x86::Gp;
    using Mem = asmjit::x86::Mem;
    using Label = asmjit::Label;
    using Condition = asmjit::x86::CondCode;

    explicit Assembler(EmissionErrors& errors);

    /// Starts over: code is written to `room`, and will be executed at `address`.
    void begin(std::span<std::byte> room, const std::byte* address);
    /// The code will run with the stack pointer there, in the low 2 GB: what lies in the bytes from there on that a displacement of one byte
    /// reaches is addressed by it.
    void set_stack(const void* place) { stack_ = reinterpret_cast<std::uintptr_t>(place); }
    /// Every label that something jumps to is bound, and nothing is left to be done at another address.
    [[nodiscard]] bool is_complete() const { return pending_ == 0 && code_.relocEntries().empty(); }
    [[nodiscard]] std::uint32_t offset_of(const Label& label) const { return static_cast<std::uint32_t>(labels_[label.id()].offset); }

    // --- two operands: registers, a register and memory, or either and a constant
    template <class To, class From>
    void add(const To& to, const From& from) { arithmetic(Arithmetic::Add, to, from); }
    template <class To, class From>
    void or_(const To& to, const From& from) { arithmetic(Arithmetic::Or, to, from); }
    template <class To, class From>
    void and_(const To& to, const From& from) { arithmetic(Arithmetic::And, to, from); }
    template <class To, class From>
    void sub(const To& to, const From& from) { arithmetic(Arithmetic::Sub, to, from); }
    template <class To, class From>
    void xor_(const To& to, const From& from) { arithmetic(Arithmetic::Xor, to, from); }
    template <class To, class From>
    void cmp(const To& to, const From& from) { arithmetic(Arithmetic::Cmp, to, from); }

    void arithmetic(Arithmetic operation, const Gp& to, const Gp& from) { put_both(first_opcode(operation), from, to); }
    void arithmetic(Arithmetic operation, const Gp& to, const Mem& from) { put_both(first_opcode(operation) | kFromMemory, to, from); }
    void arithmetic(Arithmetic operation, const Mem& to, const Gp& from) { put_both(first_opcode(operation), from, to); }
    void arithmetic(Arithmetic operation, const Gp& to, std::integral auto value) { arithmetic_constant(operation, to, static_cast<std::int64_t>(value)); }
    void arithmetic(Arithmetic operation, const Mem& to, std::integral auto value) { arithmetic_constant(operation, to, static_cast<std::int64_t>(value)); }

    void mov(const Gp& to, const Gp& from) { put_both(0x88, from, to); }
    void mov(const Gp& to, const Mem& from) { put_both(0x88 | kFromMemory, to, from); }
    void mov(const Mem& to, const Gp& from) { put_both(0x88, from, to); }
    void mov(const Gp& to, std::integral auto value) { move_constant(to, static_cast<std::int64_t>(value)); }
    void mov(const Mem& to, std::integral auto value) { move_constant(to, static_cast<std::int64_t>(value)); }

    void test(const Gp& left, const Gp& right) { put_both(0x84, right, left); }
    void test(const Gp& left, std::integral auto value) { test_constant(left, static_cast<std::int64_t>(value)); }
    void test(const Mem& left, std::integral auto value) { test_constant(left, static_cast<std::int64_t>(value)); }

    // --- a register from something else
    void lea(const Gp& to, const Mem& address) { put({0x8d, to.size(), to.id()}, address); }
    template <class From>
    void movzx(const Gp& to, const From& from) { put({0x0fb5U + from.size(), to.size(), to.id(), false, from.size() == 1}, from); }
    template <class From>
    void movsx(const Gp& to, const From& from) { put({0x0fbdU + from.size(), to.size(), to.id(), false, from.size() == 1}, from); }
    template <class From>
    void movsxd(const Gp& to, const From& from) { put({0x63, 8, to.id()}, from); }
    template <class From>
    void imul(const Gp& to, const From& from) { put({0x0faf, to.size(), to.id()}, from); }
    void imul(const Gp& to, const Gp& from, std::integral auto value) { multiply_constant(to, from, static_cast<std::int64_t>(value)); }
    void imul(const Gp& to, const Mem& from, std::integral auto value) { multiply_constant(to, from, static_cast<std::int64_t>(value)); }
    template <class From>
    void select_if(Condition condition, const Gp& to, const From& from) { put({0x0f40U | number(condition), to.size(), to.id()}, from); }
    /// 0 or 1 to a byte.
    template <class To>
    void set_if(Condition condition, const To& to) { put({0x0f90U | number(condition), 4, 0, false, true}, to); }
    void shift(Shift operation, const Gp& to, unsigned amount);
    void shl(const Gp& to, unsigned amount) { shift(Shift::Left, to, amount); }
    void shr(const Gp& to, unsigned amount) { shift(Shift::RightUnsigned, to, amount); }
    void sar(const Gp& to, unsigned amount) { shift(Shift::RightSigned, to, amount); }
    void neg(const Gp& to) { put({0xf7, to.size(), 3}, to); }
    void not_(const Gp& to) { put({0xf7, to.size(), 2}, to); }
    void rorx(const Gp& to, const Gp& from, unsigned amount);

    void push(std::integral auto value) { push_constant(static_cast<std::int32_t>(value)); }
    void nop();

    // --- jumps; the short form is for labels that are bound
    void jmp(const Label& label) { jump({0xe9, 1, 0xeb}, label); }
    void jmp(std::uintptr_t address) { jump({0xe9, 1}, address); }
    void call(std::uintptr_t address) { jump({0xe8, 1}, address); }
    void jump_if(Condition condition, const Label& label) { jump(conditional(condition), label); }
    void jump_if(Condition condition, std::uintptr_t address) { jump(conditional(condition), address); }
    /// Always the long form, whose displacement is the last four bytes.
    void long_jump(const Label& label) { jump({0xe9, 1}, label); }
    void long_jump(std::uintptr_t address) { jump({0xe9, 1}, address); }
    template <class Target>
    void long_jump_if(Condition condition, const Target& target) { jump({0x0f80U | number(condition), 2}, target); }

    // asmjit's, where the operands are others
    using asmjit::x86::Assembler::call;
    using asmjit::x86::Assembler::imul;
    using asmjit::x86::Assembler::jmp;
    using asmjit::x86::Assembler::push;

    Label newLabel() override;
    asmjit::Error bind(const Label& label) override;
    asmjit::Error _emit(asmjit::InstId instruction, const asmjit::Operand_& o0, const asmjit::Operand_& o1, const asmjit::Operand_& o2,
                        const asmjit::Operand_* others) override;

private:
    static constexpr std::int32_t kNone = -1;
    /// No instruction has more bytes.
    static constexpr std::size_t kLongest = 16;
    /// In the opcodes of instructions with two operands, which are those for bytes: wider ones, and the register is what is written.
    static constexpr unsigned kWide = 1, kFromMemory = 2;

    struct LabelState {
        std::int32_t offset = kNone;
        std::int32_t last_jump = kNone; ///< Where the displacement of the last jump there is.
    };
    /// An instruction with a ModRM byte, without its operand in it.
    struct Shape {
        unsigned opcode = 0; ///< With 0x0f in the second byte where that goes in front.
        unsigned size = 4;   ///< Of the operation, in bytes.
        unsigned reg = 0;    ///< Register, or number in a group.
        bool narrow_reg = false; ///< `reg` is a register of a byte.
        bool narrow_rm = false;
    };
    /// The bytes behind an instruction; none of size 0.
    struct Constant {
        std::int32_t value;
        unsigned size;
    };
    struct Jump {
        unsigned opcode = 0;
        unsigned opcode_bytes = 1;
        unsigned short_opcode = 0; ///< 0: there is no short form.
    };

    [[nodiscard]] static unsigned number(Condition condition) { return static_cast<unsigned>(condition); }
    [[nodiscard]] static unsigned first_opcode(Arithmetic operation) { return static_cast<unsigned>(operation) << 3; }
    [[nodiscard]] static Jump conditional(Condition condition) { return {0x0f80U | number(condition), 2, 0x70U | number(condition)}; }

    [[nodiscard]] bool has_room() {
        if (remainingSpace() >= kLongest) [[likely]]
            return true;
        reportError(asmjit::kErrorTooLarge);
        return false;
    }
    /// Prefixes and opcode; `extended` are the bits of REX that the operand needs, B and X.
    [[nodiscard]] static std::uint8_t* put_opcode(std::uint8_t* to, Shape shape, unsigned extended, bool named) {
        constexpr unsigned kRex = 0x40, kRexWide = 8;
        const auto rex = kRex | (shape.size == 8 ? kRexWide : 0U) | (shape.reg >> 3) << 2 | extended;
        *to = 0x66;
        to += shape.size == 2 ? 1 : 0;
        *to = static_cast<std::uint8_t>(rex);
        to += rex != kRex || named ? 1 : 0;
        *to = 0x0f;
        to += shape.opcode > 0xff ? 1 : 0;
        *to++ = static_cast<std::uint8_t>(shape.opcode);
        return to;
    }
    /// The end of an instruction.
    void put_constant(std::uint8_t* to, Constant constant) {
        std::memcpy(to, &constant.value, sizeof constant.value);
        _bufferPtr = to + constant.size;
    }
    /// Without REX, 4 to 7 are the second bytes of the first four registers.
    [[nodiscard]] static bool is_named(bool narrow, unsigned reg) { return narrow && reg >= 4; }
    void put(Shape shape, const Gp& rm, Constant constant = Constant{0, 0}) {
        if (!has_room())
            return;
        const auto id = rm.id();
        const bool named = is_named(shape.narrow_reg, shape.reg) || is_named(shape.narrow_rm, id);
        auto* to = put_opcode(_bufferPtr, shape, id >> 3, named);
        *to++ = static_cast<std::uint8_t>(0xc0 | (shape.reg & 7) << 3 | (id & 7));
        put_constant(to, constant);
    }
    void put(Shape shape, const Mem& rm, Constant constant = Constant{0, 0});
    [[nodiscard]] bool is_near_stack(const Mem& memory) const;
    /// Two operands of one size.
    template <class Rm>
    void put_both(unsigned opcode, const Gp& reg, const Rm& rm) {
        const auto size = reg.size();
        const bool narrow = size == 1;
        put({opcode | (narrow ? 0 : kWide), size, reg.id(), narrow, narrow}, rm);
    }

    template <class To>
    void arithmetic_constant(Arithmetic operation, const To& to, std::int64_t value);
    template <class To>
    void move_constant(const To& to, std::int64_t value);
    template <class Left>
    void test_constant(const Left& left, std::int64_t value);
    template <class From>
    void multiply_constant(const Gp& to, const From& from, std::int64_t value);
    void push_constant(std::int32_t value);
    void put_accumulator(unsigned size, unsigned opcode, Constant constant);
    void put_short(unsigned opcode, const Gp& reg, Constant constant);
    void jump(Jump jump, const Label& label);
    void jump(Jump jump, std::uintptr_t address);
    void put_jump(Jump jump, std::int32_t displacement);
    [[nodiscard]] bool emit_jump(asmjit::InstId instruction, const asmjit::Operand_& target);

    asmjit::CodeHolder code_;
    std::vector<LabelState> labels_;
    std::size_t pending_ = 0; ///< Labels that are jumped to and not bound.
    std::uintptr_t address_ = 0;
    std::uintptr_t stack_ = 0; ///< 0: not known.
};

} // namespace medley::accel::jit::x64
