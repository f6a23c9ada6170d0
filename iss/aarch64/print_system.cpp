// Names in instructions that reach system registers.

#include "iss/aarch64/print.h"
#include "iss/aarch64/sysreg_table.h"

#include <array>

#include <fmt/format.h>

namespace medley::iss::aarch64 {

namespace {

struct SysName {
    std::string_view mnemonic;
    std::string_view name;
    unsigned op1;
    unsigned crm;
    unsigned op2;
    bool has_register;

    [[nodiscard]] constexpr unsigned crn() const { return mnemonic == "tlbi" ? 8 : 7; }
};
constexpr std::array kSysNames{
#define SYS_NAME(mnemonic, name, op1, crm, op2, has_register) SysName{mnemonic, name, op1, crm, op2, has_register},
#include "iss/aarch64/decode/sys_names.def"
};

struct StateField {
    std::string_view name;
    unsigned op1;
    unsigned op2;
    unsigned most; ///< The largest immediate.
};
/// What MSR (immediate) writes (Arm ARM, "MSR (immediate)").
constexpr std::array kStateFields{
    StateField{"uao", 0, 3, 1},  StateField{"pan", 0, 4, 1}, StateField{"spsel", 0, 5, 1},   StateField{"ssbs", 3, 1, 1},
    StateField{"dit", 3, 2, 1},  StateField{"tco", 3, 4, 1}, StateField{"daifset", 3, 6, 15}, StateField{"daifclr", 3, 7, 15},
};

struct RegisterName {
    std::string_view name;
    std::uint16_t key;
};
constexpr std::array kRegisterNames{
#define SYSREG_NAME(name, op0, op1, crn, crm, op2) RegisterName{name, sysreg_key(op0, op1, crn, crm, op2)},
#include "iss/aarch64/decode/sysreg_names.def"
};

std::string lower(std::string_view text) {
    std::string result;
    for (const char c : text)
        result.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    return result;
}

} // namespace

std::string print_sysreg(std::uint32_t instruction) {
    const auto op0 = bits(instruction, 19, 2);
    const auto op1 = bits(instruction, 16, 3);
    const auto crn = bits(instruction, 12, 4);
    const auto crm = bits(instruction, 8, 4);
    const auto op2 = bits(instruction, 5, 3);
    const auto key = sysreg_key(instruction);
    for (const auto& row : kRegisterNames)
        if (row.key == key)
            return std::string(row.name);
    if (const auto place = find_sysreg(key); place.row != nullptr) {
        auto name = lower(place.row->name);
        const auto number = name.find("<n>");
        if (number != std::string::npos)
            return name.replace(number, 3, std::to_string(place.index));
        if (place.row->count == 1)
            return name;
    }
    return fmt::format("s{}_{}_c{}_c{}_{}", op0, op1, crn, crm, op2);
}

std::string print_sys(const Operands& o) {
    for (const auto& row : kSysNames) {
        if (row.op1 != o.option || row.crn() != o.size || row.crm != o.imm || row.op2 != o.imms)
            continue;
        if (row.has_register)
            return fmt::format("{} {}, {}", row.mnemonic, row.name, print_register(true, o.rd));
        return fmt::format("{} {}", row.mnemonic, row.name);
    }
    const auto text = fmt::format("sys #{}, C{}, C{}, #{}", o.option, o.size, o.imm, o.imms);
    return o.rd == 31 ? text : fmt::format("{}, {}", text, print_register(true, o.rd));
}

std::string print_msr_immediate(const Operands& o) {
    for (const auto& row : kStateFields)
        if (row.op1 == o.option && row.op2 == o.imms && o.imm <= row.most)
            return fmt::format("msr {}, #{:#x}", row.name, o.imm);
    return fmt::format("msr s0_{}_c4_c{}_{}, xzr", o.option, o.imm, o.imms);
}

} // namespace medley::iss::aarch64
