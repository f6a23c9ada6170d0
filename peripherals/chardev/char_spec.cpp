#include "peripherals/chardev/char_spec.h"

#include "medley/base/error.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

namespace medley::periph {

namespace {

[[noreturn]] void fail(const std::string& text, const std::string& what) {
    throw UserError("character back end '" + text + "': " + what);
}

CharKind kind_of(const std::string& text, std::string_view name) {
    static constexpr std::pair<std::string_view, CharKind> kKinds[] = {
        {"null", CharKind::Null}, {"stdio", CharKind::Stdio}, {"file", CharKind::File},
        {"tcp", CharKind::Tcp},   {"pty", CharKind::Pty},     {"capture", CharKind::Capture},
    };
    const auto* found = std::ranges::find(kKinds, name, [](const auto& row) { return row.first; });
    if (found == std::end(kKinds))
        fail(text, "unknown kind '" + std::string(name) + "'; there are null, stdio, file, tcp, pty and capture");
    return found->second;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const auto comma = std::min(text.find(',', at), text.size());
        parts.emplace_back(text.substr(at, comma - at));
        at = comma + 1;
    }
    return parts;
}

/// What follows "key=" when \p part is that.
std::optional<std::string> value_of(const std::string& part, std::string_view key) {
    if (part.size() <= key.size() || !part.starts_with(key) || part[key.size()] != '=')
        return std::nullopt;
    return part.substr(key.size() + 1);
}

void parse_tcp(const std::string& text, const std::string& address, CharSpec& spec) {
    const auto colon = address.rfind(':');
    spec.port = colon == std::string::npos ? address : address.substr(colon + 1);
    if (colon != std::string::npos)
        spec.host = address.substr(0, colon);
    if (spec.host.size() > 2 && spec.host.front() == '[' && spec.host.back() == ']')
        spec.host = spec.host.substr(1, spec.host.size() - 2);
    unsigned number = 0;
    const auto* end = spec.port.data() + spec.port.size();
    const auto [rest, error] = std::from_chars(spec.port.data(), end, number);
    if (error != std::errc() || rest != end || number > 65535)
        fail(text, "'" + spec.port + "' is no port number (0 to 65535); expected tcp:PORT or tcp:HOST:PORT");
    if (spec.host.empty())
        fail(text, "no host before the colon; expected tcp:PORT or tcp:HOST:PORT");
}

bool parse_option(const std::string& part, CharSpec& spec) {
    if (auto label = value_of(part, "label")) {
        spec.label = *label;
    } else if (auto out = value_of(part, "out"); out && spec.kind == CharKind::File) {
        spec.out = *out;
    } else if (auto in = value_of(part, "in"); in && spec.kind == CharKind::File) {
        spec.in = *in;
    } else if (part == "wait" && spec.kind == CharKind::Tcp) {
        spec.wait = true;
    } else if ((part == "input=on" || part == "input=off") && spec.kind == CharKind::Stdio) {
        spec.input = part == "input=on";
    } else {
        return false;
    }
    return true;
}

} // namespace

CharSpec parse_char_spec(const std::string& text) {
    const auto name_end = std::min(text.find_first_of(":,"), text.size());
    CharSpec spec;
    spec.kind = kind_of(text, std::string_view(text).substr(0, name_end));
    if (name_end < text.size()) {
        const bool has_argument = text[name_end] == ':';
        auto parts = split(std::string_view(text).substr(name_end + 1));
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (parse_option(parts[i], spec))
                continue;
            if (i == 0 && has_argument && parts[i].empty() && (spec.kind == CharKind::Tcp || spec.kind == CharKind::File))
                continue; // what is missing is said below
            if (i != 0 || !has_argument || parts[i].empty())
                fail(text, "unknown option '" + parts[i] + "'");
            if (spec.kind == CharKind::Tcp)
                parse_tcp(text, parts[i], spec);
            else if (spec.kind == CharKind::File)
                spec.out = parts[i];
            else
                fail(text, "takes no argument after the colon");
        }
    }
    if (spec.kind == CharKind::Tcp && spec.port.empty())
        fail(text, "no port; expected tcp:PORT or tcp:HOST:PORT");
    if (spec.kind == CharKind::File && spec.out.empty() && spec.in.empty())
        fail(text, "no path; expected file:PATH or file:out=PATH,in=PATH");
    return spec;
}

} // namespace medley::periph
