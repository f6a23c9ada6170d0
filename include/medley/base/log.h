/// \file
/// Reports from code that knows no SystemC. A `Log` is an object that is passed; the platform's one forwards to
/// `sc_report`, so that an EDA environment can filter and redirect everything.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace medley {

enum class Severity : std::uint8_t { Debug, Info, Warning, Error };

class Log {
public:
    using Sink = std::function<void(Severity, std::string_view origin, std::string_view text)>;

    Log() = default;
    explicit Log(Sink sink) : sink_(std::move(sink)) {}

    /// Passes one line on; without a sink, to stderr for warnings and errors.
    void report(Severity severity, std::string_view origin, std::string_view text) const;

    /// "Not modelled": reports `text` the first time that `site` is seen, then never again. \p site names the
    /// register, instruction or feature, and includes the guest address where the text does.
    void report_once(const std::string& site, std::string_view origin, std::string_view text);

private:
    Sink sink_;
    std::set<std::string> seen_;
};

} // namespace medley
