#include "iss/aarch64/config.h"

#include "medley/base/error.h"

#include <array>
#include <charconv>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

namespace medley::iss::aarch64 {
namespace {

struct FeatureRow {
    Feature feature;
    std::string_view parameter;
    std::string_view implied;
    std::string_view meaning;
};
constexpr std::array kFeatures{
#define FEATURE(name, parameter, implied, meaning) FeatureRow{Feature::name, parameter, implied, meaning},
#include "iss/aarch64/features.def"
};

constexpr FeatureSet kArmv80{Feature::FP,   Feature::AdvSIMD, Feature::CRC32,  Feature::AES,
                             Feature::PMULL, Feature::SHA1,    Feature::SHA256, Feature::PMUv3};
/// All but what the board must bring.
constexpr FeatureSet everything() {
    FeatureSet features{(std::uint64_t{1} << kFeatureCount) - 1};
    features.remove(Feature::GICv3);
    return features;
}

struct ModelRow {
    Model model;
    std::string_view name;
    std::string_view compatible; ///< Devicetree binding arm/cpus.yaml.
    FeatureSet features;
    unsigned cluster_size;
};
constexpr std::array kModels{
    ModelRow{Model::CortexA53, "cortex-a53", "arm,cortex-a53", kArmv80, 8},
    ModelRow{Model::CortexA57, "cortex-a57", "arm,cortex-a57", kArmv80, 8},
    ModelRow{Model::CortexA72, "cortex-a72", "arm,cortex-a72", kArmv80, 8},
    ModelRow{Model::Max, "max", "arm,armv8", everything(), 16},
};

const ModelRow& find_model(const std::string& name) {
    std::string known;
    for (const auto& model : kModels) {
        if (model.name == name)
            return model;
        known.append(known.empty() ? "" : ", ").append(model.name);
    }
    throw UserError(fmt::format("unknown model '{}'; there are: {}", name, known));
}

std::uint64_t parse_number(std::string_view name, std::string_view text, std::uint64_t maximum) {
    auto digits = text;
    int base = 10;
    if (digits.starts_with("0x") || digits.starts_with("0X")) {
        digits.remove_prefix(2);
        base = 16;
    }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty() || value > maximum)
        throw UserError(fmt::format("parameter '{}': '{}' is not a number from 0 to {:#x}", name, text, maximum));
    return value;
}

bool parse_switch(std::string_view name, std::string_view text) {
    if (text == "on" || text == "true" || text == "yes")
        return true;
    if (text == "off" || text == "false" || text == "no")
        return false;
    throw UserError(fmt::format("parameter '{}': '{}' is neither on nor off", name, text));
}

Conduit parse_conduit(std::string_view text) {
    if (text == "smc")
        return Conduit::Smc;
    if (text == "hvc")
        return Conduit::Hvc;
    if (text == "none")
        return Conduit::None;
    throw UserError(fmt::format("parameter 'psci': '{}' is none of smc, hvc, none", text));
}

const FeatureRow& feature_row(std::string_view parameter) {
    for (const auto& row : kFeatures)
        if (row.parameter == parameter)
            return row;
    MEDLEY_ASSERT(false, "features.def implies what it does not list");
    return kFeatures.front();
}

/// Parameter names in a list that blanks separate.
std::vector<std::string_view> words(std::string_view list) {
    std::vector<std::string_view> found;
    while (!list.empty()) {
        const auto end = list.find(' ');
        found.push_back(list.substr(0, end));
        list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
    }
    return found;
}

/// The model's features with those that the parameters switch; what needs something that is off goes with it, unless
/// it was asked for.
FeatureSet parse_features(const CoreConfig& core, FeatureSet features) {
    for (const auto& row : kFeatures)
        if (const auto found = core.parameters.find(std::string(row.parameter)); found != core.parameters.end()) {
            if (parse_switch(row.parameter, found->second))
                features.add(row.feature);
            else
                features.remove(row.feature);
        }
    for (const auto& row : kFeatures)
        for (const auto needed : words(row.implied)) {
            if (!features.has(row.feature) || features.has(feature_row(needed).feature))
                continue;
            const auto asked = core.parameters.find(std::string(row.parameter));
            if (asked != core.parameters.end())
                throw UserError(fmt::format("parameter '{}' needs '{}' on", row.parameter, needed));
            features.remove(row.feature);
        }
    return features;
}

void check_names(const CoreConfig& core) {
    const auto known = parameter_list();
    for (const auto& [name, value] : core.parameters) {
        std::string all;
        bool found = false;
        for (const auto& parameter : known) {
            found = found || parameter.name == name;
            all.append(all.empty() ? "" : ", ").append(parameter.name);
        }
        if (!found)
            throw UserError(fmt::format("unknown parameter '{}'; there are: {}", name, all));
    }
}

} // namespace

std::string_view Config::compatible() const {
    return kModels[static_cast<unsigned>(model)].compatible;
}

std::vector<std::string> model_list() {
    std::vector<std::string> names;
    for (const auto& model : kModels)
        names.emplace_back(model.name);
    return names;
}

std::vector<ParameterInfo> parameter_list() {
    std::vector<ParameterInfo> list{
        {"el2", "off", "whether EL2 (hypervisors) is there"},
        {"el3", "off", "whether EL3 (secure monitors) is there"},
        {"psci", "", "instruction that calls the power-control firmware: smc, hvc, or none; hvc, or smc where EL2 is there"},
        {"semihosting", "off", "whether HLT #0xf000 calls the host"},
        {"semihosting-folder", "", "folder of the host whose files semihosting may open; without it there is the console alone"},
        {"cluster-size", "", "cores to a cluster: 1 to 256; 8, or 16 on max"},
        {"reset-vector", "", "program counter after reset, instead of the board's"},
    };
    for (const auto& row : kFeatures)
        list.push_back({std::string(row.parameter), "", fmt::format("{}; on or off, else as the model has it", row.meaning)});
    return list;
}

Config Config::parse(const CoreConfig& core) {
    const auto& model = find_model(core.model);
    check_names(core);
    const auto text = [&](const char* name, std::string_view fallback) {
        const auto found = core.parameters.find(name);
        return found == core.parameters.end() ? std::string(fallback) : found->second;
    };
    Config config;
    config.model = model.model;
    config.features = parse_features(core, model.features);
    config.has_el2 = parse_switch("el2", text("el2", "off"));
    config.has_el3 = parse_switch("el3", text("el3", "off"));
    config.psci = parse_conduit(text("psci", config.has_el2 ? "smc" : "hvc"));
    config.semihosting = parse_switch("semihosting", text("semihosting", "off"));
    config.semihosting_folder = text("semihosting-folder", "");
    if (!config.semihosting_folder.empty() && !std::filesystem::is_directory(config.semihosting_folder))
        throw UserError(fmt::format("parameter 'semihosting-folder': '{}' is not a folder", config.semihosting_folder));
    config.index = core.index;
    config.cluster_size = model.cluster_size;
    if (const auto size = text("cluster-size", ""); !size.empty()) {
        config.cluster_size = static_cast<unsigned>(parse_number("cluster-size", size, 256));
        if (config.cluster_size == 0)
            throw UserError("parameter 'cluster-size': there must be at least one core to a cluster");
    }
    if (const auto vector = text("reset-vector", ""); !vector.empty()) {
        config.has_reset_vector = true;
        config.reset_vector = parse_number("reset-vector", vector, ~std::uint64_t{0});
    }
    return config;
}

} // namespace medley::iss::aarch64
