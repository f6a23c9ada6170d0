#include "iss/riscv/disassemble.h"

#include "iss/riscv/decode/csr_names.h"
#include "medley/base/bits.h"

#include <array>

#include <fmt/format.h>

namespace medley::iss::riscv {

namespace {

constexpr std::array<std::string_view, 32> kIntegerNames{
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
    "a6",   "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
constexpr std::array<std::string_view, 32> kFloatNames{
    "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0",  "fa1",  "fa2", "fa3", "fa4",  "fa5",
    "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};

struct Printer {
    const Operands& o;
    Address address;
    unsigned xlen;
    RegisterNames names;

    [[nodiscard]] std::string x(unsigned index) const {
        return names == RegisterNames::Abi ? std::string(kIntegerNames[index]) : fmt::format("x{}", index);
    }
    [[nodiscard]] std::string f(unsigned index) const {
        return names == RegisterNames::Abi ? std::string(kFloatNames[index]) : fmt::format("f{}", index);
    }
};

std::string fence_set(unsigned set) {
    std::string text;
    for (unsigned i = 0; i < 4; ++i)
        if (bit(set, 3 - i))
            text.push_back("iorw"[i]);
    return text.empty() ? "unknown" : text;
}

std::string_view rounding(unsigned mode) {
    constexpr std::array<std::string_view, 8> kNames{"rne", "rtz", "rdn", "rup", "rmm", "unknown", "unknown", "dyn"};
    return kNames[mode];
}

std::string order(const Operands& o) {
    return fmt::format("{}{}{}", o.aq || o.rl ? "." : "", o.aq ? "aq" : "", o.rl ? "rl" : "");
}

/// What a name in braces stands for in an assembly template.
struct Operand {
    std::string_view name;
    std::string (*print)(const Printer&);
};

constexpr std::array kOperands{
    Operand{"rd", [](const Printer& p) { return p.x(p.o.rd); }},
    Operand{"rs1", [](const Printer& p) { return p.x(p.o.rs1); }},
    Operand{"rs2", [](const Printer& p) { return p.x(p.o.rs2); }},
    Operand{"frd", [](const Printer& p) { return p.f(p.o.rd); }},
    Operand{"frs1", [](const Printer& p) { return p.f(p.o.rs1); }},
    Operand{"frs2", [](const Printer& p) { return p.f(p.o.rs2); }},
    Operand{"frs3", [](const Printer& p) { return p.f(p.o.rs3); }},
    Operand{"imm", [](const Printer& p) { return fmt::format("{}", static_cast<std::int64_t>(p.o.imm)); }},
    Operand{"hex", [](const Printer& p) { return fmt::format("{:#x}", p.o.imm); }},
    Operand{"upper", [](const Printer& p) { return fmt::format("{:#x}", bits(p.o.imm, 12, 20)); }},
    Operand{"target", [](const Printer& p) { return fmt::format("{:#x}", (p.address + p.o.imm) & low_mask(p.xlen)); }},
    Operand{"csr", [](const Printer& p) { return csr_name(static_cast<unsigned>(p.o.imm)); }},
    Operand{"zimm", [](const Printer& p) { return fmt::format("{}", p.o.rs1); }},
    Operand{"pred", [](const Printer& p) { return fence_set(p.o.predecessor); }},
    Operand{"succ", [](const Printer& p) { return fence_set(p.o.successor); }},
    Operand{"aqrl", [](const Printer& p) { return order(p.o); }},
    // The dynamic mode is what an assembler fills in when none is written, so it is not printed.
    Operand{"rm", [](const Printer& p) { return p.o.rm == 7 ? std::string() : fmt::format(",{}", rounding(p.o.rm)); }},
};

consteval bool templates_name_known_operands() {
    constexpr std::string_view kTemplates[]{
#define INSN(name, pattern, requirement, lifter, assembly) assembly,
#define SPECIAL(name, pattern, requirement, lifter, assembly) assembly,
#define RESERVED(name, pattern, requirement)
#include "iss/riscv/decode/all.def"
    };
    for (auto rest : kTemplates)
        while (rest.find('{') != std::string_view::npos) {
            const auto open = rest.find('{');
            const auto close = rest.find('}', open);
            bool known = false;
            for (const auto& operand : kOperands)
                known = known || operand.name == rest.substr(open + 1, close - open - 1);
            if (!known)
                return false;
            rest.remove_prefix(close + 1);
        }
    return true;
}
static_assert(templates_name_known_operands(), "an assembly template has something in braces that kOperands lacks");

void append_operand(std::string& text, std::string_view name, const Printer& printer) {
    for (const auto& operand : kOperands)
        if (operand.name == name)
            text += operand.print(printer);
}

std::string expand(std::string_view assembly, const Printer& printer) {
    std::string text;
    while (!assembly.empty()) {
        const auto open = assembly.find('{');
        text += assembly.substr(0, open);
        if (open == std::string_view::npos)
            break;
        const auto close = assembly.find('}', open);
        append_operand(text, assembly.substr(open + 1, close - open - 1), printer);
        assembly.remove_prefix(close + 1);
    }
    // The mnemonic is told apart by a tab, as listings have it.
    if (const auto blank = text.find(' '); blank != std::string::npos)
        text[blank] = '\t';
    return text;
}

std::uint32_t little_endian(std::span<const std::byte> code, unsigned count) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i)
        value |= static_cast<std::uint32_t>(code[i]) << (8 * i);
    return value;
}

} // namespace

std::string disassemble(const DecodeTables& tables, Address address, std::span<const std::byte> code, unsigned& length,
                        RegisterNames names) {
    if (code.size() < 2) {
        length = static_cast<unsigned>(code.size());
        return code.empty() ? std::string() : fmt::format(".byte\t{:#x}", static_cast<unsigned>(code[0]));
    }
    length = instruction_length(little_endian(code, 2));
    if (code.size() < length)
        length = 2;
    const auto word = little_endian(code, length);
    const Row* row = nullptr;
    if (instruction_length(word) == length)
        row = length == 2 ? tables.find16(static_cast<std::uint16_t>(word)) : tables.find32(word);
    if (row == nullptr)
        return fmt::format(".{}byte\t{:#x}", length, word);
    const auto operands = row->operands(word);
    return expand(row->assembly, Printer{operands, address, tables.isa().xlen(), names});
}

} // namespace medley::iss::riscv
