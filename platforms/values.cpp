#include "platforms/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace medley::board {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array kSizes{Unit{"", 1},           Unit{"B", 1},          Unit{"K", 1ULL << 10},   Unit{"KiB", 1ULL << 10},
                            Unit{"M", 1ULL << 20}, Unit{"MiB", 1ULL << 20}, Unit{"G", 1ULL << 30}, Unit{"GiB", 1ULL << 30},
                            Unit{"T", 1ULL << 40}, Unit{"TiB", 1ULL << 40}};
constexpr std::array kFrequencies{Unit{"", 1}, Unit{"Hz", 1}, Unit{"kHz", 1'000}, Unit{"KHz", 1'000},
                                  Unit{"MHz", 1'000'000}, Unit{"GHz", 1'000'000'000}};
constexpr std::array kTimes{Unit{"ps", 1}, Unit{"ns", 1'000}, Unit{"us", 1'000'000}, Unit{"ms", 1'000'000'000},
                            Unit{"s", 1'000'000'000'000}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::uint64_t> parse_integer(std::string_view text) {
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits), [](char c) { return c != '_'; });
    int base = 10;
    std::size_t start = 0;
    if (digits.size() > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X')) {
        base = 16;
        start = 2;
    } else if (digits.size() > 2 && digits[0] == '0' && (digits[1] == 'b' || digits[1] == 'B')) {
        base = 2;
        start = 2;
    }
    std::uint64_t value = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data() + start, end, value, base);
    if (error != std::errc{} || stop != end || digits.empty())
        return std::nullopt;
    return value;
}

/// A decimal number, perhaps with a fraction, and a unit; exact, and whole in the smallest unit.
template <std::size_t N>
std::optional<std::uint64_t> parse_with_unit(std::string_view text, const std::array<Unit, N>& units) {
    if (text.starts_with("0x") || text.starts_with("0X"))
        return units[0].name.empty() ? parse_integer(text) : std::nullopt;
    unsigned __int128 mantissa = 0;
    unsigned __int128 divisor = 1;
    bool fraction = false;
    std::size_t position = 0;
    unsigned digits = 0;
    for (; position < text.size(); ++position) {
        const char c = text[position];
        if (c == '.' && !fraction) {
            fraction = true;
        } else if (is_digit(c)) {
            if (++digits > 20)
                return std::nullopt;
            mantissa = mantissa * 10 + static_cast<unsigned>(c - '0');
            divisor = fraction ? divisor * 10 : divisor;
        } else if (c != '_') {
            break;
        }
    }
    auto suffix = text.substr(position);
    while (suffix.starts_with(' '))
        suffix.remove_prefix(1);
    const auto* unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == suffix; });
    // 20 digits are below 2^67 and the largest factor is 2^40: no overflow of 128 bits.
    if (digits == 0 || unit == units.end() || mantissa * unit->factor % divisor != 0)
        return std::nullopt;
    const auto value = mantissa * unit->factor / divisor;
    if (value > ~std::uint64_t{0})
        return std::nullopt;
    return static_cast<std::uint64_t>(value);
}

std::optional<std::uint64_t> parse_boolean(std::string_view text) {
    for (const auto* yes : {"true", "yes", "on", "1"})
        if (text == yes)
            return 1;
    for (const auto* no : {"false", "no", "off", "0"})
        if (text == no)
            return 0;
    return std::nullopt;
}

struct TypeRow {
    ParameterType type;
    std::string_view name;
    std::string_view expectation;
};
constexpr std::array kTypes{
    TypeRow{ParameterType::Integer, "integer", "an integer (12 or 0x1f)"},
    TypeRow{ParameterType::Boolean, "boolean", "true or false"},
    TypeRow{ParameterType::Text, "text", "a text"},
    TypeRow{ParameterType::Size, "size", "a size (64K, 128M or 1G)"},
    TypeRow{ParameterType::Frequency, "frequency", "a frequency (10MHz or 32768)"},
    TypeRow{ParameterType::Time, "time", "a time (1ms, 10us or 100ns)"},
};

} // namespace

std::optional<std::uint64_t> parse_number(std::string_view text, ParameterType type) {
    switch (type) {
    case ParameterType::Integer: return parse_integer(text);
    case ParameterType::Boolean: return parse_boolean(text);
    case ParameterType::Size: return parse_with_unit(text, kSizes);
    case ParameterType::Frequency: return parse_with_unit(text, kFrequencies);
    case ParameterType::Time: return parse_with_unit(text, kTimes);
    case ParameterType::Text: break;
    }
    return std::nullopt;
}

std::optional<double> parse_real(std::string_view text) {
    const std::string copy(text);
    char* end = nullptr;
    const double value = std::strtod(copy.c_str(), &end);
    if (copy.empty() || end != copy.c_str() + copy.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

std::string_view expectation(ParameterType type) {
    const auto* row = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRow& r) { return r.type == type; });
    return row->expectation;
}

std::string_view name_of(ParameterType type) {
    const auto* row = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRow& r) { return r.type == type; });
    return row->name;
}

std::optional<ParameterType> type_by_name(std::string_view name) {
    const auto* row = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRow& r) { return r.name == name; });
    if (row == kTypes.end())
        return std::nullopt;
    return row->type;
}

std::string format_size(std::uint64_t bytes) {
    constexpr std::array<std::string_view, 5> kNames{"bytes", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    while (unit + 1 < kNames.size() && bytes >= 1024 && bytes % 1024 == 0) {
        bytes /= 1024;
        ++unit;
    }
    return fmt::format("{} {}", bytes, kNames[unit]);
}

} // namespace medley::board
