#include "medley/base/log.h"

#include <cstdio>

namespace medley {

void Log::report(Severity severity, std::string_view origin, std::string_view text) const {
    if (sink_) {
        sink_(severity, origin, text);
    } else if (severity >= Severity::Warning) {
        std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(origin.size()), origin.data(),
                     static_cast<int>(text.size()), text.data());
    }
}

void Log::report_once(const std::string& site, std::string_view origin, std::string_view text) {
    if (seen_.insert(site).second)
        report(Severity::Warning, origin, text);
}

} // namespace medley
