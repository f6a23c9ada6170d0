#include "iss/riscv/isa.h"

#include "medley/base/error.h"

#include <array>
#include <cctype>
#include <optional>

#include <fmt/format.h>

namespace medley::iss::riscv {

namespace {

struct ExtensionRow {
    Extension extension;
    std::string_view text;
    std::string_view implied;
};

constexpr std::array kRows{
#define EXTENSION(name, text, implied) ExtensionRow{Extension::name, text, implied},
#include "iss/riscv/extensions.def"
};

std::optional<Extension> find(std::string_view text) {
    for (const auto& row : kRows)
        if (row.text == text)
            return row.extension;
    return std::nullopt;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Takes the next word off a list that single separators divide.
std::string_view take_word(std::string_view& list, char separator) {
    const auto end = list.find(separator);
    const auto word = list.substr(0, end);
    list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
    return word;
}

/// Length of a version number (digits, or digits 'p' digits) at the start of the text.
std::size_t version_length(std::string_view text) {
    std::size_t length = 0;
    while (length < text.size() && is_digit(text[length]))
        ++length;
    if (length == 0 || length + 1 >= text.size() || text[length] != 'p' || !is_digit(text[length + 1]))
        return length;
    ++length;
    while (length < text.size() && is_digit(text[length]))
        ++length;
    return length;
}

/// A multi-letter name without the version at its end.
std::string_view without_version(std::string_view name) {
    for (std::size_t start = 1; start < name.size(); ++start)
        if (is_digit(name[start]) && !is_digit(name[start - 1]) &&
            start + version_length(name.substr(start)) == name.size())
            return name.substr(0, start);
    return name;
}

[[noreturn]] void unknown(std::string_view text, std::string_view name) {
    std::string known;
    for (const auto& row : kRows)
        known.append(known.empty() ? "" : " ").append(row.text);
    throw UserError(fmt::format("ISA string '{}': unknown extension '{}'; there are: {}", text, name, known));
}

} // namespace

std::string_view Isa::name(Extension extension) {
    return kRows[static_cast<unsigned>(extension)].text;
}

void Isa::add(Extension extension) {
    extensions_.set(static_cast<unsigned>(extension));
    auto implied = kRows[static_cast<unsigned>(extension)].implied;
    while (!implied.empty())
        if (const auto next = find(take_word(implied, ' ')); next && !has(*next))
            add(*next);
}

Isa Isa::parse(std::string_view text) {
    std::string lower;
    for (const char c : text)
        lower.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    std::string_view rest = lower;

    Isa isa;
    if (rest.starts_with("rv32"))
        isa.xlen_ = 32;
    else if (!rest.starts_with("rv64"))
        throw UserError(fmt::format("ISA string '{}' must start with rv32 or rv64", text));
    rest.remove_prefix(4);

    bool first = true;
    while (!rest.empty()) {
        auto word = take_word(rest, '_');
        while (!word.empty() && word[0] != 'z' &&
               !(word[0] == 's' && word.size() > 1 && std::isalpha(word[1]) != 0 && !first)) {
            const char letter = word[0];
            word.remove_prefix(1);
            word.remove_prefix(version_length(word));
            if (letter == 'g')
                for (const auto each : {Extension::I, Extension::M, Extension::A, Extension::D})
                    isa.add(each);
            else if (letter == 'b')
                for (const auto each : {Extension::Zba, Extension::Zbb, Extension::Zbs})
                    isa.add(each);
            else if (const auto found = find(std::string_view(&letter, 1)))
                isa.add(*found);
            else
                unknown(text, std::string_view(&letter, 1));
        }
        if (!word.empty()) {
            const auto found = find(without_version(word));
            if (!found)
                unknown(text, word);
            isa.add(*found);
        }
        first = false;
    }
    if (!isa.has(Extension::I))
        throw UserError(fmt::format("ISA string '{}' lacks the base: add 'i' or 'g' behind rv{}", text, isa.xlen_));
    isa.add(Extension::S);
    return isa;
}

Isa Isa::without(Extension extension) const {
    Isa result = *this;
    result.extensions_.reset(static_cast<unsigned>(extension));
    return result;
}

std::string Isa::canonical() const {
    std::string text = fmt::format("rv{}", xlen_);
    for (const auto& row : kRows) {
        if (!has(row.extension) || row.extension == Extension::S || row.extension == Extension::U)
            continue;
        if (row.text.size() > 1)
            text.push_back('_');
        text.append(row.text);
    }
    return text;
}

std::uint64_t Isa::misa() const {
    std::uint64_t value = std::uint64_t{xlen_ == 64 ? 2U : 1U} << (xlen_ - 2);
    for (const auto& row : kRows)
        if (row.text.size() == 1 && has(row.extension))
            value |= std::uint64_t{1} << (row.text[0] - 'a');
    const bool has_b = has(Extension::Zba) && has(Extension::Zbb) && has(Extension::Zbs);
    return has_b ? value | std::uint64_t{1} << ('b' - 'a') : value;
}

} // namespace medley::iss::riscv
