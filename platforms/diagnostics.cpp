#include "platforms/diagnostics.h"

#include "platforms/values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

namespace medley::board {

std::string to_string(const Place& place) {
    return place.line == 0 ? place.file : fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

std::string short_form(const Place& place) {
    return place.line == 0 ? place.file : fmt::format("line {}", place.line);
}

void Diagnostics::error(const Place& place, const std::string& text) { error(to_string(place) + ": " + text); }

void Diagnostics::error(const std::string& text) {
    std::string line = text;
    std::replace_if(line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    if (std::find(lines_.begin(), lines_.end(), line) == lines_.end())
        lines_.push_back(line);
}

void Diagnostics::throw_if_any() const {
    if (!lines_.empty())
        throw BoardErrors(lines_);
}

BoardErrors::BoardErrors(std::vector<std::string> lines)
    : UserError(fmt::format("{}", fmt::join(lines, "\n"))), lines_(std::move(lines)) {}

namespace {

/// Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other.
std::size_t distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before = std::exchange(above, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({row[j - 1] + 1, above[j] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row.back();
}

} // namespace

std::vector<std::string> in_ranges(const std::vector<std::string>& names) {
    struct Name {
        std::string stem;
        std::optional<std::uint64_t> number;
    };
    std::vector<Name> parsed;
    for (const auto& name : names) {
        const auto digits = name.find_last_not_of("0123456789") + 1;
        parsed.push_back({name.substr(0, digits), parse_number(name.substr(digits), ParameterType::Integer)});
    }
    std::stable_sort(parsed.begin(), parsed.end(),
                     [](const Name& a, const Name& b) { return std::tie(a.stem, a.number) < std::tie(b.stem, b.number); });
    const auto text = [](const Name& name) { return name.stem + (name.number ? std::to_string(*name.number) : ""); };
    std::vector<std::string> result;
    for (std::size_t first = 0; first < parsed.size();) {
        auto last = first;
        while (parsed[first].number && last + 1 < parsed.size() && parsed[last + 1].stem == parsed[first].stem &&
               parsed[last + 1].number == *parsed[last].number + 1)
            ++last;
        result.push_back(last > first ? text(parsed[first]) + " to " + text(parsed[last]) : text(parsed[first]));
        first = last + 1;
    }
    return result;
}

std::string join(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, ", ")); }

std::string near_miss(const std::string& wrong, const std::vector<std::string>& known) {
    constexpr std::size_t kLongestName = 64; // keeps the distance cheap whatever the file contains
    if (known.empty() || wrong.size() > kLongestName)
        return "";
    const auto nearest = std::min_element(known.begin(), known.end(), [&](const auto& a, const auto& b) {
        return distance(wrong, a) < distance(wrong, b);
    });
    const auto near = std::max<std::size_t>(1, nearest->size() / 3);
    return distance(wrong, *nearest) <= near ? fmt::format("; did you mean '{}'?", *nearest) : "";
}

std::string suggestion(const std::string& wrong, const std::vector<std::string>& known) {
    if (known.empty())
        return "";
    const auto is_number = [](const std::string& text) {
        return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    };
    if (is_number(wrong) && is_number(known.front()))
        return "; known: " + join(in_ranges(known)); // every number is near every other
    const auto near = near_miss(wrong, known);
    return near.empty() ? "; known: " + join(known) : near;
}

} // namespace medley::board
