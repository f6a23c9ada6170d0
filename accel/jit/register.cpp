#include "accel/jit/register.h"

#include "accel/jit/jit.h"
#include "medley/base/error.h"

#include <charconv>
#include <fmt/format.h>
#include <string>

namespace medley {
namespace {

using accel::jit::JitOptions;

constexpr std::size_t kLeastCache = std::size_t{1} << 16;
/// Jumps within the cache have displacements of 32 bits.
constexpr std::size_t kMostCache = std::size_t{1} << 30;

bool parse_bool(const std::string& name, const std::string& text) {
    if (text == "true" || text == "1" || text == "on")
        return true;
    if (text == "false" || text == "0" || text == "off")
        return false;
    throw UserError(fmt::format("accelerator option {}: '{}' is neither true nor false", name, text));
}

std::size_t parse_cache(const std::string& text) {
    std::size_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    const std::string suffix(rest, end);
    const unsigned shift = suffix == "K" || suffix == "k" ? 10 : suffix == "M" || suffix == "m" ? 20 : suffix == "G" || suffix == "g" ? 30 : 0;
    const bool known = suffix.empty() || shift != 0;
    if (error != std::errc{} || !known || value > kMostCache >> shift || value << shift < kLeastCache)
        throw UserError(fmt::format("accelerator option cache: '{}' is no size from 64K to 1G", text));
    return value << shift;
}

void parse_option(const std::string& name, const std::string& value, JitOptions& options) {
    if (name == "cache")
        options.cache_bytes = parse_cache(value);
    else if (name == "verify")
        options.verify = parse_bool(name, value);
    else if (name == "baseline")
        options.baseline = parse_bool(name, value);
    else if (name == "without")
        options.without = value;
    else if (name == "perf-map")
        options.perf_map = parse_bool(name, value);
    else if (name == "log")
        options.log_file = value;
    else
        throw UserError(fmt::format(
            "accelerator jit has no option '{}'; there are: cache, verify, baseline, without, perf-map, log", name));
}

class JitKind final : public AcceleratorKind {
public:
    [[nodiscard]] std::string_view name() const override { return "jit"; }
    [[nodiscard]] std::string_view description() const override { return "translates to the host's machine code"; }
    [[nodiscard]] std::vector<ParameterInfo> parameters() const override {
        return {{"cache", "64M", "host memory for translated code; when it is full, the oldest gives way"},
                {"verify", "false", "check the IR of every block (slow; for tests of targets)"},
                {"baseline", "false", "use no optional instructions of the host"},
                {"without", "", "optional instructions of the host not to use, with commas between: avx512,fma"},
                {"perf-map", "false", "write /tmp/perf-PID.map for the host's profiler"},
                {"log", "", "write the IR and the host code of every block to this file"}};
    }
    [[nodiscard]] std::unique_ptr<Accelerator> make(TargetCore& core, GuestMemory& memory,
                                                    const AcceleratorOptions& given) const override {
        JitOptions options;
        for (const auto& [option, value] : given)
            parse_option(option, value, options);
        return std::make_unique<accel::jit::Jit>(core, memory, options);
    }
};

} // namespace

void register_jit(CpuRegistry& registry) { registry.accelerators.add(std::make_unique<JitKind>()); }

} // namespace medley
