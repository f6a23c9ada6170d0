#include "iss/aarch64/disassemble.h"

#include "iss/aarch64/print.h"

#include <fmt/format.h>

namespace medley::iss::aarch64 {

namespace {

const PrintedOperand* find_operand(std::string_view name) {
    for (const auto operands : {base_operands(), simd_operands()})
        for (const auto& operand : operands)
            if (operand.name == name)
                return &operand;
    return nullptr;
}

const AliasCondition* find_condition(std::string_view name) {
    for (const auto conditions : {base_conditions(), simd_conditions()})
        for (const auto& condition : conditions)
            if (condition.name == name)
                return &condition;
    return nullptr;
}

/// Takes "[name]" off the front of an alternative; empty when there is none.
std::string_view take_condition(std::string_view& alternative) {
    if (alternative.empty() || alternative.front() != '[')
        return {};
    const auto close = alternative.find(']');
    const auto name = alternative.substr(1, close - 1);
    alternative.remove_prefix(close + 1);
    return name;
}

bool conditions_hold(std::string_view& alternative, const Operands& o) {
    bool all = true;
    for (auto name = take_condition(alternative); !name.empty(); name = take_condition(alternative)) {
        const auto* condition = find_condition(name);
        all = all && condition != nullptr && condition->holds(o);
    }
    return all;
}

std::string_view take_alternative(std::string_view& assembly) {
    const auto bar = assembly.find('|');
    const auto alternative = assembly.substr(0, bar);
    assembly = bar == std::string_view::npos ? std::string_view{} : assembly.substr(bar + 1);
    return alternative;
}

std::string expand(std::string_view alternative, const Operands& o, Address address) {
    std::string text;
    while (!alternative.empty()) {
        const auto open = alternative.find('{');
        text += alternative.substr(0, open);
        if (open == std::string_view::npos)
            break;
        const auto close = alternative.find('}', open);
        if (const auto* operand = find_operand(alternative.substr(open + 1, close - open - 1)))
            text += operand->print(o, address);
        alternative.remove_prefix(close + 1);
    }
    // The mnemonic is told apart by a tab, as listings have it.
    if (const auto blank = text.find(' '); blank != std::string::npos)
        text[blank] = '\t';
    return text;
}

std::string print(std::string_view assembly, const Operands& o, Address address) {
    while (!assembly.empty()) {
        auto alternative = take_alternative(assembly);
        if (conditions_hold(alternative, o) || assembly.empty())
            return expand(alternative, o, address);
    }
    return {};
}

} // namespace

std::string unknown_in_template(std::string_view assembly) {
    while (!assembly.empty()) {
        auto alternative = take_alternative(assembly);
        for (auto name = take_condition(alternative); !name.empty(); name = take_condition(alternative))
            if (find_condition(name) == nullptr)
                return std::string(name);
        while (alternative.find('{') != std::string_view::npos) {
            const auto open = alternative.find('{');
            const auto close = alternative.find('}', open);
            const auto name = alternative.substr(open + 1, close - open - 1);
            if (find_operand(name) == nullptr)
                return std::string(name);
            alternative.remove_prefix(close + 1);
        }
    }
    return {};
}

std::string disassemble(const DecodeTables& tables, Address address, std::span<const std::byte> code, unsigned& length) {
    length = static_cast<unsigned>(std::min<std::size_t>(code.size(), 4));
    std::uint32_t word = 0;
    for (unsigned i = 0; i < length; ++i)
        word |= static_cast<std::uint32_t>(code[i]) << (8 * i);
    if (length < 4)
        return length == 0 ? std::string() : fmt::format(".byte\t{:#x}", word);
    const Row* row = tables.find(word);
    if (row == nullptr)
        return fmt::format(".inst\t{:#010x}", word);
    return print(row->assembly, row->operands(word), address);
}

} // namespace medley::iss::aarch64
