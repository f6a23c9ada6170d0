// Operands and aliases of the base instruction set.

#include "iss/aarch64/bitmask.h"
#include "iss/aarch64/memory_access.h"
#include "iss/aarch64/print.h"

#include <array>

#include <fmt/format.h>

namespace medley::iss::aarch64 {

std::string print_register(bool sf, unsigned index) {
    if (index == 31)
        return sf ? "xzr" : "wzr";
    return fmt::format("{}{}", sf ? 'x' : 'w', index);
}

std::string print_register_or_sp(bool sf, unsigned index) {
    return index == 31 ? (sf ? "sp" : "wsp") : print_register(sf, index);
}

std::string_view print_condition(unsigned condition) {
    constexpr std::array<std::string_view, 16> kNames{"eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc",
                                                      "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"};
    return kNames[condition];
}

namespace {

std::string hex(std::uint64_t value) {
    return fmt::format("{:#x}", value);
}
std::string immediate(std::uint64_t value) {
    return fmt::format("#{:#x}", value);
}
std::string decimal(std::uint64_t value) {
    return fmt::format("#{}", static_cast<std::int64_t>(value));
}
/// An offset behind a base register; 0 is not printed.
std::string offset(std::uint64_t value) {
    return value == 0 ? std::string() : ", " + decimal(value);
}

unsigned width_of(const Operands& o) {
    return o.sf ? 64 : 32;
}
std::uint64_t cut(const Operands& o, std::uint64_t value) {
    return value & low_mask(width_of(o));
}

std::string vector_register(unsigned size_log2, unsigned index) {
    return fmt::format("{}{}", "bhsdq"[size_log2], index);
}

std::string shift(const Operands& o) {
    constexpr std::array<std::string_view, 4> kNames{"lsl", "lsr", "asr", "ror"};
    if (o.option == 0 && o.amount == 0)
        return {};
    return fmt::format(", {} #{}", kNames[o.option], o.amount);
}

constexpr std::array<std::string_view, 8> kExtensions{"uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx"};

/// Rm with its extension; next to the stack pointer the one that does nothing is a shift.
std::string extended(const Operands& o, bool next_to_sp) {
    const auto name = print_register(o.sf && (o.option & 3) == 3, o.rm);
    const bool is_shift = next_to_sp && o.option == (o.sf ? 3 : 2);
    if (is_shift)
        return o.amount == 0 ? name : fmt::format("{}, lsl #{}", name, o.amount);
    return o.amount == 0 ? fmt::format("{}, {}", name, kExtensions[o.option])
                         : fmt::format("{}, {} #{}", name, kExtensions[o.option], o.amount);
}

/// Rm as an offset of a load or store.
std::string index_text(const Operands& o) {
    const auto name = print_register((o.option & 1) != 0, o.rm);
    const auto access = single_access(o.word);
    // Prefetches have the size of an X register.
    const auto by = access.size_log2;
    if (o.option == 3)
        return o.amount == 0 ? name : fmt::format("{}, lsl #{}", name, by);
    return o.amount == 0 ? fmt::format("{}, {}", name, kExtensions[o.option])
                         : fmt::format("{}, {} #{}", name, kExtensions[o.option], by);
}

std::string prefetch(const Operands& o) {
    constexpr std::array<std::string_view, 3> kKinds{"pld", "pli", "pst"};
    const unsigned kind = o.rd >> 3;
    const unsigned level = o.rd >> 1 & 3;
    if (kind > 2 || level > 2)
        return fmt::format("#0x{:02x}", o.rd);
    return fmt::format("{}l{}{}", kKinds[kind], level + 1, (o.rd & 1) != 0 ? "strm" : "keep");
}

std::string barrier(const Operands& o) {
    constexpr std::array<std::string_view, 16> kNames{"",      "oshld", "oshst", "osh", "",      "nshld", "nshst", "nsh",
                                                      "",      "ishld", "ishst", "ish", "",      "ld",    "st",    "sy"};
    return kNames[o.imm].empty() ? fmt::format("#0x{:02x}", o.imm) : std::string(kNames[o.imm]);
}

std::string with_shift(std::uint64_t value, unsigned by) {
    return by == 0 ? immediate(value) : fmt::format("#{:#x}, lsl #{}", value, by);
}

constexpr std::array<std::string_view, 4> kPacKeys{"ia", "ib", "da", "db"};
constexpr std::array<std::string_view, 4> kPacZeroKeys{"iza", "izb", "dza", "dzb"};

using O = const Operands&;

constexpr std::array kOperands{
    // general registers
    PrintedOperand{"rd", [](O o, Address) { return print_register(o.sf, o.rd); }},
    PrintedOperand{"rd1", [](O o, Address) { return print_register(o.sf, o.rd + 1U); }},
    PrintedOperand{"rn", [](O o, Address) { return print_register(o.sf, o.rn); }},
    PrintedOperand{"rm", [](O o, Address) { return print_register(o.sf, o.rm); }},
    PrintedOperand{"ra", [](O o, Address) { return print_register(o.sf, o.ra); }},
    PrintedOperand{"rs", [](O o, Address) { return print_register(o.sf, o.rs); }},
    PrintedOperand{"rs1", [](O o, Address) { return print_register(o.sf, o.rs + 1U); }},
    PrintedOperand{"rdsp", [](O o, Address) { return print_register_or_sp(o.sf, o.rd); }},
    PrintedOperand{"rnsp", [](O o, Address) { return print_register_or_sp(o.sf, o.rn); }},
    PrintedOperand{"xd", [](O o, Address) { return print_register(true, o.rd); }},
    PrintedOperand{"xn", [](O o, Address) { return print_register(true, o.rn); }},
    PrintedOperand{"xm", [](O o, Address) { return print_register(true, o.rm); }},
    PrintedOperand{"xa", [](O o, Address) { return print_register(true, o.ra); }},
    PrintedOperand{"xnsp", [](O o, Address) { return print_register_or_sp(true, o.rn); }},
    PrintedOperand{"xmsp", [](O o, Address) { return print_register_or_sp(true, o.rm); }},
    PrintedOperand{"wd", [](O o, Address) { return print_register(false, o.rd); }},
    PrintedOperand{"wn", [](O o, Address) { return print_register(false, o.rn); }},
    PrintedOperand{"wm", [](O o, Address) { return print_register(false, o.rm); }},
    PrintedOperand{"ws", [](O o, Address) { return print_register(false, o.rs); }},
    PrintedOperand{"zd", [](O o, Address) { return print_register(o.size == 3, o.rd); }},
    PrintedOperand{"zs", [](O o, Address) { return print_register(o.size == 3, o.rs); }},
    PrintedOperand{"base", [](O o, Address) { return print_register_or_sp(true, o.rn); }},
    PrintedOperand{"tested", [](O o, Address) { return print_register(o.amount > 31, o.rd); }},
    // registers of loads and stores
    PrintedOperand{"ft", [](O o, Address) { return vector_register(single_access(o.word).size_log2, o.rd); }},
    PrintedOperand{"fp", [](O o, Address) { return vector_register(o.size + 2U, o.rd); }},
    PrintedOperand{"fp2", [](O o, Address) { return vector_register(o.size + 2U, o.ra); }},
    PrintedOperand{"d", [](O o, Address) { return fmt::format("{}", o.rd); }},
    // constants
    PrintedOperand{"imm", [](O o, Address) { return immediate(o.imm); }},
    PrintedOperand{"dec", [](O o, Address) { return decimal(o.imm); }},
    PrintedOperand{"sdec", [](O o, Address) { return decimal(o.imm); }},
    PrintedOperand{"addimm", [](O o, Address) { return with_shift(o.imm, o.amount != 0 ? 12 : 0); }},
    PrintedOperand{"bitmask",
                   [](O o, Address) { return immediate(decode_bitmask(o.sf, o.n, o.amount, o.imms).value_or(0)); }},
    PrintedOperand{"wide", [](O o, Address) { return with_shift(o.imm, o.amount * 16U); }},
    PrintedOperand{"wide_value", [](O o, Address) { return immediate(o.imm << (o.amount * 16)); }},
    PrintedOperand{"wide_not", [](O o, Address) { return immediate(cut(o, ~(o.imm << (o.amount * 16)))); }},
    PrintedOperand{"amount", [](O o, Address) { return decimal(o.amount); }},
    PrintedOperand{"left", [](O o, Address) { return decimal(width_of(o) - 1 - o.imms); }},
    PrintedOperand{"width", [](O o, Address) { return decimal(o.imms - o.amount + 1U); }},
    PrintedOperand{"insert_lsb", [](O o, Address) { return decimal((width_of(o) - o.amount) % width_of(o)); }},
    PrintedOperand{"insert_width", [](O o, Address) { return decimal(o.imms + 1U); }},
    PrintedOperand{"nzcv", [](O o, Address) { return immediate(o.nzcv); }},
    PrintedOperand{"mask", [](O o, Address) { return decimal(o.nzcv); }},
    // second operands
    PrintedOperand{"shift", [](O o, Address) { return shift(o); }},
    PrintedOperand{"extended", [](O o, Address) { return extended(o, o.rn == 31 || o.rd == 31); }},
    PrintedOperand{"extended_s", [](O o, Address) { return extended(o, o.rn == 31); }},
    // places
    PrintedOperand{"label", [](O o, Address pc) { return hex(pc + o.imm); }},
    PrintedOperand{"page", [](O o, Address pc) { return hex((pc & kPageMask) + (o.imm << 12)); }},
    PrintedOperand{"target", [](O o, Address pc) { return hex(pc + o.imm * 4); }},
    PrintedOperand{"off9", [](O o, Address) { return offset(o.imm); }},
    PrintedOperand{"off12", [](O o, Address) { return offset(o.imm << single_access(o.word).size_log2); }},
    PrintedOperand{"offauth", [](O o, Address) { return offset(o.imm * 8); }},
    PrintedOperand{"pairoff", [](O o, Address) { return offset(o.imm << pair_access(o.word).size_log2); }},
    PrintedOperand{"pairimm", [](O o, Address) { return decimal(o.imm << pair_access(o.word).size_log2); }},
    PrintedOperand{"index", [](O o, Address) { return index_text(o); }},
    PrintedOperand{"prefetch", [](O o, Address) { return prefetch(o); }},
    // conditions, and parts of mnemonics
    PrintedOperand{"cond", [](O o, Address) { return std::string(print_condition(o.cond)); }},
    PrintedOperand{"not_cond", [](O o, Address) { return std::string(print_condition(o.cond ^ 1U)); }},
    PrintedOperand{"acquire", [](O o, Address) { return std::string(o.a ? "a" : ""); }},
    PrintedOperand{"release", [](O o, Address) { return std::string(o.r ? "l" : ""); }},
    PrintedOperand{"bh", [](O o, Address) { return std::string(o.size == 0 ? "b" : o.size == 1 ? "h" : ""); }},
    PrintedOperand{"bhw", [](O o, Address) { return std::string(1, "bhwx"[o.size]); }},
    PrintedOperand{"key", [](O o, Address) { return std::string(o.n ? "b" : "a"); }},
    PrintedOperand{"pac_key", [](O o, Address) { return std::string(kPacKeys[o.imms]); }},
    PrintedOperand{"pac_keyz", [](O o, Address) { return std::string(kPacZeroKeys[o.imms]); }},
    // system instructions
    PrintedOperand{"barrier", [](O o, Address) { return barrier(o); }},
    PrintedOperand{"bti",
                   [](O o, Address) {
                       constexpr std::array<std::string_view, 4> kTargets{"", " c", " j", " jc"};
                       return std::string(kTargets[o.option]);
                   }},
    PrintedOperand{"option", [](O o, Address) { return fmt::format("{}", o.option); }},
    PrintedOperand{"size", [](O o, Address) { return fmt::format("{}", o.size); }},
    PrintedOperand{"crm", [](O o, Address) { return fmt::format("{}", o.imm); }},
    PrintedOperand{"imms", [](O o, Address) { return fmt::format("{}", o.imms); }},
    PrintedOperand{"sysreg", [](O o, Address) { return print_sysreg(o.word); }},
    PrintedOperand{"sys", [](O o, Address) { return print_sys(o); }},
    PrintedOperand{"msr_imm", [](O o, Address) { return print_msr_immediate(o); }},
    PrintedOperand{"inst", [](O o, Address) { return fmt::format(".inst {:#010x}", o.word); }},
};

unsigned top_of(O o) {
    return width_of(o) - 1;
}
bool extends(O o, unsigned imms) {
    return o.amount == 0 && o.imms == imms;
}
/// A constant that MOVZ or MOVN can make, too: MOV then means one of those.
bool wide_preferred(O o) {
    const auto value = decode_bitmask(o.sf, o.n, o.amount, o.imms).value_or(0);
    for (unsigned at = 0; at < width_of(o); at += 16) {
        const auto others = cut(o, ~(std::uint64_t{0xffff} << at));
        if ((value & others) == 0 || (value & others) == others)
            return true;
    }
    return false;
}

constexpr std::array kConditions{
    AliasCondition{"rd31", [](O o) { return o.rd == 31; }},
    AliasCondition{"rn31", [](O o) { return o.rn == 31; }},
    AliasCondition{"ra31", [](O o) { return o.ra == 31; }},
    AliasCondition{"rn30", [](O o) { return o.rn == 30; }},
    AliasCondition{"rm_is_rn", [](O o) { return o.rm == o.rn; }},
    AliasCondition{"imm0", [](O o) { return o.imm == 0; }},
    AliasCondition{"imm4", [](O o) { return o.imm == 4; }},
    AliasCondition{"imm15", [](O o) { return o.imm == 15; }},
    AliasCondition{"size3", [](O o) { return o.size == 3; }},
    AliasCondition{"sp_move", [](O o) { return o.imm == 0 && o.amount == 0 && (o.rd == 31 || o.rn == 31); }},
    AliasCondition{"no_bitmask", [](O o) { return !decode_bitmask(o.sf, o.n, o.amount, o.imms); }},
    AliasCondition{"mov_bitmask", [](O o) { return o.rn == 31 && (o.rd == 31 || !wide_preferred(o)); }},
    AliasCondition{"wide_w", [](O o) { return !o.sf && o.amount > 1; }},
    AliasCondition{"mov_wide", [](O o) { return o.imm != 0 || o.amount == 0; }},
    AliasCondition{"mov_inverted",
                   [](O o) { return (o.imm != 0 || o.amount == 0) && (o.sf || o.imm != 0xffff); }},
    AliasCondition{"no_bitfield",
                   [](O o) { return o.n != o.sf || (!o.sf && (o.amount > 31 || o.imms > 31)); }},
    AliasCondition{"to_top", [](O o) { return o.imms == top_of(o); }},
    AliasCondition{"wraps", [](O o) { return o.imms < o.amount; }},
    AliasCondition{"left_shift", [](O o) { return o.imms + 1U == o.amount; }},
    AliasCondition{"sxtb", [](O o) { return extends(o, 7); }},
    AliasCondition{"sxth", [](O o) { return extends(o, 15); }},
    AliasCondition{"sxtw", [](O o) { return extends(o, 31); }},
    AliasCondition{"uxtb", [](O o) { return !o.sf && extends(o, 7); }},
    AliasCondition{"uxth", [](O o) { return !o.sf && extends(o, 15); }},
    AliasCondition{"long_shift", [](O o) { return !o.sf && o.amount > 31; }},
    AliasCondition{"no_shift", [](O o) { return o.option == 0 && o.amount == 0; }},
    AliasCondition{"rotated", [](O o) { return o.option == 3; }},
    AliasCondition{"long_extend", [](O o) { return o.amount > 4; }},
    AliasCondition{"cond_is_real", [](O o) { return o.cond < 14; }},
    AliasCondition{"no_offset", [](O o) { return (o.option & 2) == 0; }},
    AliasCondition{"odd_pair", [](O o) { return ((o.rs | o.rd) & 1) != 0; }},
    AliasCondition{"no_result", [](O o) { return o.rd == 31 && !o.a; }},
};

} // namespace

std::span<const PrintedOperand> base_operands() {
    return kOperands;
}
std::span<const AliasCondition> base_conditions() {
    return kConditions;
}

} // namespace medley::iss::aarch64
