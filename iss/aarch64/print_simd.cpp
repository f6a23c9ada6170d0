// Operands of floating point and Advanced SIMD.

#include "iss/aarch64/print.h"
#include "medley/base/bits.h"

#include <array>
#include <bit>

#include <fmt/format.h>

namespace medley::iss::aarch64 {

namespace {

constexpr std::string_view kLetters = "bhsdq";

bool is_full(const Operands& o) {
    return bit(o.word, 30);
}
unsigned size_of(const Operands& o) {
    return static_cast<unsigned>(bits(o.word, 22, 2));
}
/// Size of the lanes of a shift by immediate.
unsigned shift_size(const Operands& o) {
    return static_cast<unsigned>(std::bit_width(bits(o.word, 19, 4))) - 1;
}
/// Of rows with `t`, or with none for half precision.
unsigned float_size(const Operands& o) {
    return o.size == 0 ? 1 : o.size;
}

std::string arrangement(unsigned lane, bool full) {
    return fmt::format("{}{}", (full ? 16U : 8U) >> lane, kLetters[lane]);
}
std::string vector(unsigned index) {
    return fmt::format("v{}", index);
}
std::string scalar(unsigned lane, unsigned index) {
    return fmt::format("{}{}", kLetters[lane], index);
}
std::string decimal(std::uint64_t value) {
    return fmt::format("{}", value);
}
std::string number_or_zero(unsigned index) {
    return index == 31 ? "zr" : decimal(index);
}

/// Arm ARM, "VFPExpandImm": +-n/16 * 2^r.
std::string float_immediate_text(std::uint64_t imm8) {
    const int exponent = static_cast<int>(bits(imm8, 4, 3) ^ 4) - 3;
    double value = (16.0 + static_cast<double>(bits(imm8, 0, 4))) / 16.0;
    for (int i = 0; i < exponent; ++i)
        value *= 2;
    for (int i = exponent; i < 0; ++i)
        value /= 2;
    return fmt::format("{:.18e}", bit(imm8, 7) ? -value : value);
}

std::string list(unsigned first, unsigned count, std::string_view kind) {
    const unsigned last = (first + count - 1) % 32;
    if (count > 2 && last > first)
        return fmt::format("{{v{}.{}-v{}.{}}}", first, kind, last, kind);
    std::string text;
    for (unsigned i = 0; i < count; ++i)
        text += fmt::format("{}v{}.{}", i == 0 ? "" : ", ", (first + i) % 32, kind);
    return "{" + text + "}";
}

/// Registers of a load or store of structures.
unsigned list_length(const Operands& o) {
    if (bit(o.word, 24))
        return 1 + static_cast<unsigned>(bits(o.word, 21, 1) + 2 * bits(o.word, 13, 1));
    constexpr std::array<unsigned, 16> kRegisters{4, 0, 4, 0, 3, 0, 3, 1, 2, 0, 2, 0, 0, 0, 0, 0};
    return kRegisters[bits(o.word, 12, 4)];
}
std::string lane_list(const Operands& o, unsigned lane) {
    return fmt::format("{}[{}]", list(o.rd, list_length(o), kLetters.substr(lane, 1)), o.imms);
}

/// What a post-indexed access without a register adds.
unsigned transfer_size(const Operands& o) {
    if (!bit(o.word, 24))
        return list_length(o) * (is_full(o) ? 16 : 8);
    const auto opcode = bits(o.word, 14, 2);
    const bool is_double = opcode == 2 && bit(o.word, 10);
    const auto lane = opcode == 3 ? bits(o.word, 10, 2) : is_double ? 3 : opcode;
    return list_length(o) << lane;
}
std::string post_index(const Operands& o) {
    return o.rm == 31 ? fmt::format("#{}", transfer_size(o)) : print_register(true, o.rm);
}

std::string byte_mask(std::uint64_t imm8) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 8; ++i)
        value |= bit(imm8, i) ? std::uint64_t{0xff} << (8 * i) : 0;
    return fmt::format("{:#x}", value);
}

constexpr std::array kOperands{
    PrintedOperand{"Vd", [](const Operands& o, Address) { return vector(o.rd); }},
    PrintedOperand{"Vn", [](const Operands& o, Address) { return vector(o.rn); }},
    PrintedOperand{"Vm", [](const Operands& o, Address) { return vector(o.rm); }},
    PrintedOperand{"Va", [](const Operands& o, Address) { return vector(o.ra); }},
    // Arrangements: by size and Q; twice as wide, of 128 bits; twice as wide; of lanes as named.
    PrintedOperand{"T", [](const Operands& o, Address) { return arrangement(size_of(o), is_full(o)); }},
    PrintedOperand{"W", [](const Operands& o, Address) { return arrangement(size_of(o) + 1, true); }},
    PrintedOperand{"P", [](const Operands& o, Address) { return arrangement(size_of(o) + 1, is_full(o)); }},
    PrintedOperand{"B", [](const Operands& o, Address) { return arrangement(0, is_full(o)); }},
    PrintedOperand{"H", [](const Operands& o, Address) { return arrangement(1, is_full(o)); }},
    PrintedOperand{"S", [](const Operands& o, Address) { return arrangement(2, is_full(o)); }},
    PrintedOperand{"D", [](const Operands& o, Address) { return arrangement(3, is_full(o)); }},
    PrintedOperand{"Hh", [](const Operands& o, Address) { return std::string(is_full(o) ? "4h" : "2h"); }},
    PrintedOperand{"F", [](const Operands& o, Address) { return arrangement(float_size(o), is_full(o)); }},
    PrintedOperand{"Ti", [](const Operands& o, Address) { return arrangement(shift_size(o), is_full(o)); }},
    PrintedOperand{"Twi", [](const Operands& o, Address) { return arrangement(shift_size(o) + 1, true); }},
    PrintedOperand{"tl", [](const Operands& o, Address) { return std::string(kLetters.substr(size_of(o), 1)); }},
    PrintedOperand{"tf", [](const Operands& o, Address) { return std::string(kLetters.substr(float_size(o), 1)); }},
    // Scalars: by size; twice as wide; by the size of floats; by the size of shifts.
    PrintedOperand{"Sd", [](const Operands& o, Address) { return scalar(size_of(o), o.rd); }},
    PrintedOperand{"Sn", [](const Operands& o, Address) { return scalar(size_of(o), o.rn); }},
    PrintedOperand{"Sm", [](const Operands& o, Address) { return scalar(size_of(o), o.rm); }},
    PrintedOperand{"SWd", [](const Operands& o, Address) { return scalar(size_of(o) + 1, o.rd); }},
    PrintedOperand{"SWn", [](const Operands& o, Address) { return scalar(size_of(o) + 1, o.rn); }},
    PrintedOperand{"Fd", [](const Operands& o, Address) { return scalar(float_size(o), o.rd); }},
    PrintedOperand{"Fn", [](const Operands& o, Address) { return scalar(float_size(o), o.rn); }},
    PrintedOperand{"Fm", [](const Operands& o, Address) { return scalar(float_size(o), o.rm); }},
    PrintedOperand{"Fa", [](const Operands& o, Address) { return scalar(float_size(o), o.ra); }},
    PrintedOperand{"Sid", [](const Operands& o, Address) { return scalar(shift_size(o), o.rd); }},
    PrintedOperand{"Sin", [](const Operands& o, Address) { return scalar(shift_size(o), o.rn); }},
    PrintedOperand{"Swin", [](const Operands& o, Address) { return scalar(shift_size(o) + 1, o.rn); }},
    // Register numbers.
    PrintedOperand{"rD", [](const Operands& o, Address) { return decimal(o.rd); }},
    PrintedOperand{"rN", [](const Operands& o, Address) { return decimal(o.rn); }},
    PrintedOperand{"rM", [](const Operands& o, Address) { return decimal(o.rm); }},
    PrintedOperand{"zD", [](const Operands& o, Address) { return number_or_zero(o.rd); }},
    PrintedOperand{"zN", [](const Operands& o, Address) { return number_or_zero(o.rn); }},
    PrintedOperand{"gd", [](const Operands& o, Address) { return print_register(bit(o.word, 31), o.rd); }},
    PrintedOperand{"gn", [](const Operands& o, Address) { return print_register(bit(o.word, 31), o.rn); }},
    // Numbers.
    PrintedOperand{"I", [](const Operands& o, Address) { return decimal(o.imm); }},
    PrintedOperand{"lane", [](const Operands& o, Address) { return decimal(o.imm); }},
    PrintedOperand{"lane2", [](const Operands& o, Address) { return decimal(o.amount); }},
    PrintedOperand{"xar", [](const Operands& o, Address) { return decimal(o.amount); }},
    PrintedOperand{"bits", [](const Operands& o, Address) { return decimal(8U << size_of(o)); }},
    PrintedOperand{"shL", [](const Operands& o, Address) { return decimal(o.imm); }},
    PrintedOperand{"shR", [](const Operands& o, Address) { return decimal((8U << shift_size(o)) - o.imm); }},
    PrintedOperand{"fbits", [](const Operands& o, Address) { return decimal(64 - bits(o.word, 10, 6)); }},
    PrintedOperand{"fflags", [](const Operands& o, Address) { return fmt::format("{:#x}", o.nzcv); }},
    PrintedOperand{"fcond", [](const Operands& o, Address) { return std::string(print_condition(o.cond)); }},
    PrintedOperand{"f8", [](const Operands& o, Address) { return float_immediate_text(o.imm); }},
    PrintedOperand{"fI", [](const Operands& o, Address) { return float_immediate_text(o.imm); }},
    PrintedOperand{"rot4", [](const Operands& o, Address) { return decimal(90U * o.option); }},
    PrintedOperand{"rot2", [](const Operands& o, Address) { return std::string(o.option != 0 ? "270" : "90"); }},
    PrintedOperand{"imm8", [](const Operands& o, Address) { return fmt::format("{:#x}", o.imm); }},
    PrintedOperand{"lsl8",
                   [](const Operands& o, Address) {
                       return o.option == 0 ? std::string() : fmt::format(", lsl #{}", 8 * o.option);
                   }},
    PrintedOperand{"msl", [](const Operands& o, Address) { return fmt::format(", msl #{}", 8 * (o.option + 1)); }},
    PrintedOperand{"imm64", [](const Operands& o, Address) { return byte_mask(o.imm); }},
    // Parts of mnemonics: the high half; even or odd lanes.
    PrintedOperand{"2", [](const Operands& o, Address) { return std::string(is_full(o) ? "2" : ""); }},
    PrintedOperand{"bt", [](const Operands& o, Address) { return std::string(is_full(o) ? "t" : "b"); }},
    // Lists of registers.
    PrintedOperand{
        "list", [](const Operands& o, Address) { return list(o.rd, list_length(o), arrangement(o.size, is_full(o))); }},
    PrintedOperand{"list_b", [](const Operands& o, Address) { return lane_list(o, 0); }},
    PrintedOperand{"list_h", [](const Operands& o, Address) { return lane_list(o, 1); }},
    PrintedOperand{"list_s", [](const Operands& o, Address) { return lane_list(o, 2); }},
    PrintedOperand{"list_d", [](const Operands& o, Address) { return lane_list(o, 3); }},
    PrintedOperand{"table",
                   [](const Operands& o, Address) { return list(o.rn, static_cast<unsigned>(o.imm) + 1, "16b"); }},
    PrintedOperand{"post", [](const Operands& o, Address) { return post_index(o); }},
};

constexpr std::array kConditions{
    AliasCondition{"vmov", [](const Operands& o) { return o.rn == o.rm; }},
    AliasCondition{"shift0", [](const Operands& o) { return o.imm == 0; }},
};

} // namespace

std::span<const PrintedOperand> simd_operands() {
    return kOperands;
}
std::span<const AliasCondition> simd_conditions() {
    return kConditions;
}

} // namespace medley::iss::aarch64
