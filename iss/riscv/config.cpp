#include "iss/riscv/config.h"

#include "iss/riscv/csr_state.h"
#include "medley/base/bits.h"
#include "medley/base/error.h"

#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace medley::iss::riscv {
namespace {

struct Model {
    std::string_view name;
    unsigned xlen;
    std::string_view isa;
    std::string_view mmu;
};

constexpr std::string_view kSuffix =
    "gc_zicbom_zicboz_zicntr_zicond_zihintpause_zihpm_zfh_zba_zbb_zbc_zbs_sdtrig_sstc_svadu_svinval";

const std::array<Model, 2>& models() {
    static const std::string isa64 = fmt::format("rv64{}_svnapot_svpbmt", kSuffix);
    static const std::string isa32 = fmt::format("rv32{}", kSuffix);
    static const std::array<Model, 2> list{{{"rv64", 64, isa64, "sv57"}, {"rv32", 32, isa32, "sv32"}}};
    return list;
}

struct MmuName {
    std::string_view name;
    MmuMode mode;
    unsigned xlen; ///< 0: both.
};
constexpr std::array<MmuName, 5> kMmuNames{{{"bare", MmuMode::Bare, 0},
                                            {"sv32", MmuMode::Sv32, 32},
                                            {"sv39", MmuMode::Sv39, 64},
                                            {"sv48", MmuMode::Sv48, 64},
                                            {"sv57", MmuMode::Sv57, 64}}};

const Model& find_model(const std::string& name) {
    for (const auto& model : models())
        if (model.name == name)
            return model;
    throw UserError(fmt::format("unknown model '{}'; there are: rv64, rv32", name));
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

MmuMode parse_mmu(std::string_view text, const Isa& isa) {
    for (const auto& row : kMmuNames) {
        if (row.name != text)
            continue;
        if (row.xlen != 0 && row.xlen != isa.xlen())
            throw UserError(fmt::format("parameter 'mmu': rv{} has no {}", isa.xlen(), text));
        if (row.mode != MmuMode::Bare && !isa.has(Extension::S))
            throw UserError(fmt::format("parameter 'mmu': {} needs supervisor mode (modes: msu)", text));
        return row.mode;
    }
    throw UserError(fmt::format("parameter 'mmu': '{}' is none of bare, sv32, sv39, sv48, sv57", text));
}

/// Everything of the privileged architecture that hangs on supervisor mode.
constexpr std::array kSupervisorExtensions{Extension::S,       Extension::Sstc,    Extension::Svade, Extension::Svadu,
                                           Extension::Svinval, Extension::Svnapot, Extension::Svpbmt};

Isa restrict_modes(Isa isa, std::string_view modes) {
    if (modes == "msu")
        return isa;
    if (modes != "mu" && modes != "m")
        throw UserError(fmt::format("parameter 'modes': '{}' is none of m, mu, msu", modes));
    for (const auto extension : kSupervisorExtensions)
        isa = isa.without(extension);
    return modes == "m" ? isa.without(Extension::U) : isa;
}

} // namespace

std::vector<std::string> model_list() {
    std::vector<std::string> names;
    for (const auto& model : models())
        names.emplace_back(model.name);
    return names;
}

std::vector<ParameterInfo> parameter_list() {
    return {
        {"isa", std::string(models()[0].isa), "ISA string; rv32's default is that of rv64 without svnapot and svpbmt"},
        {"modes", "msu", "privilege modes: m, mu or msu"},
        {"mmu", "sv57", "largest translation scheme: bare, sv32 (rv32's default), sv39, sv48 or sv57"},
        {"pmp-regions", "16", "PMP regions: 0 to 64"},
        {"mvendorid", "0", "value of mvendorid"},
        {"marchid", "0", "value of marchid"},
        {"mimpid", "0", "value of mimpid"},
        {"reset-vector", "", "program counter after reset, instead of the board's"},
    };
}

Config Config::parse(const CoreConfig& core) {
    const auto& model = find_model(core.model);
    const auto known = parameter_list();
    for (const auto& [name, value] : core.parameters) {
        bool found = false;
        for (const auto& parameter : known)
            found = found || parameter.name == name;
        if (!found)
            throw UserError(fmt::format("unknown parameter '{}'; there are: isa, modes, mmu, pmp-regions, mvendorid, "
                                        "marchid, mimpid, reset-vector",
                                        name));
    }
    const auto text = [&](const char* name, std::string_view fallback) {
        const auto found = core.parameters.find(name);
        return found == core.parameters.end() ? std::string(fallback) : found->second;
    };

    const auto isa = restrict_modes(Isa::parse(text("isa", model.isa)), text("modes", "msu"));
    if (isa.xlen() != model.xlen)
        throw UserError(
            fmt::format("parameter 'isa': model {} needs an ISA string that starts with {}", model.name, model.name));
    Config config{.isa = isa};
    config.mmu = parse_mmu(text("mmu", isa.has(Extension::S) ? model.mmu : "bare"), isa);
    config.pmp_regions = static_cast<unsigned>(parse_number("pmp-regions", text("pmp-regions", "16"), kPmpRegions));
    config.vendor_id = parse_number("mvendorid", text("mvendorid", "0"), 0xffff'ffff);
    const auto word = low_mask(isa.xlen());
    config.architecture_id = parse_number("marchid", text("marchid", "0"), word);
    config.implementation_id = parse_number("mimpid", text("mimpid", "0"), word);
    config.hart_id = core.index;
    if (const auto vector = text("reset-vector", ""); !vector.empty()) {
        config.has_reset_vector = true;
        config.reset_vector = parse_number("reset-vector", vector, word);
    }
    return config;
}

} // namespace medley::iss::riscv
