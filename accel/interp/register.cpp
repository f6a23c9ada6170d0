#include "accel/interp/register.h"

#include "accel/interp/interp.h"
#include "medley/base/error.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <string>

namespace medley {
namespace {

constexpr std::size_t kLeastCache = std::size_t{1} << 16;

bool parse_bool(const std::string& name, const std::string& text) {
    if (text == "true" || text == "1" || text == "on")
        return true;
    if (text == "false" || text == "0" || text == "off")
        return false;
    throw UserError(fmt::format("accelerator option {}: '{}' is neither true nor false", name, text));
}

unsigned suffix_shift(const std::string& suffix) {
    if (suffix.empty())
        return 0;
    if (suffix == "K" || suffix == "k")
        return 10;
    if (suffix == "M" || suffix == "m")
        return 20;
    return suffix == "G" || suffix == "g" ? 30 : 64;
}

std::size_t parse_bytes(const std::string& name, const std::string& text) {
    std::size_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    const auto shift = suffix_shift({rest, end});
    const bool fits = shift < 64 && value <= std::numeric_limits<std::size_t>::max() >> shift;
    if (error != std::errc{} || !fits || value << shift < kLeastCache)
        throw UserError(fmt::format("accelerator option {}: '{}' is no size of at least 64K (a number with K, M or G)", name, text));
    return value << shift;
}

class InterpKind final : public AcceleratorKind {
public:
    [[nodiscard]] std::string_view name() const override { return "interp"; }
    [[nodiscard]] std::string_view description() const override {
        return "the reference: interprets blocks of pre-decoded operations";
    }
    [[nodiscard]] std::vector<ParameterInfo> parameters() const override {
        return {{"cache", "64M", "host memory for translated blocks; when it is full, all are dropped"},
                {"verify", "false", "check the IR of every block (slow; for tests of targets)"}};
    }
    [[nodiscard]] std::unique_ptr<Accelerator> make(TargetCore& core, GuestMemory& memory,
                                                    const AcceleratorOptions& options) const override {
        accel::interp::InterpOptions chosen;
        for (const auto& [option, value] : options) {
            if (option == "verify")
                chosen.verify = parse_bool(option, value);
            else if (option == "cache")
                chosen.cache_bytes = parse_bytes(option, value);
            else
                throw UserError(fmt::format("accelerator interp has no option '{}'; there are: cache, verify", option));
        }
        return std::make_unique<accel::interp::Interp>(core, memory, chosen);
    }
};

} // namespace

void register_interp(CpuRegistry& registry) { registry.accelerators.add(std::make_unique<InterpKind>()); }

} // namespace medley
