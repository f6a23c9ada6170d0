// Models and parameters.
#include "iss/riscv/config.h"
#include "medley/base/error.h"

#include <gtest/gtest.h>

namespace medley::iss::riscv::test {
namespace {

std::string error_of(const std::string& model, const std::map<std::string, std::string>& parameters) {
    try {
        (void)Config::parse({model, parameters, 0});
    } catch (const UserError& error) {
        return error.what();
    }
    return "none";
}

TEST(Config, DefaultsOfTheModels) {
    const auto rv64 = Config::parse({"rv64", {}, 3});
    EXPECT_EQ(rv64.xlen(), 64U);
    EXPECT_EQ(rv64.mmu, MmuMode::Sv57);
    EXPECT_EQ(rv64.pmp_regions, 16U);
    EXPECT_EQ(rv64.hart_id, 3U);
    const auto rv32 = Config::parse({"rv32", {}, 0});
    EXPECT_EQ(rv32.xlen(), 32U);
    EXPECT_EQ(rv32.mmu, MmuMode::Sv32);
}

TEST(Config, MistakesAreNamed) {
    EXPECT_EQ(error_of("rv128", {}), "unknown model 'rv128'; there are: rv64, rv32");
    EXPECT_NE(error_of("rv64", {{"speed", "1"}}).find("unknown parameter 'speed'"), std::string::npos);
    EXPECT_EQ(error_of("rv64", {{"pmp-regions", "65"}}),
              "parameter 'pmp-regions': '65' is not a number from 0 to 0x40");
    EXPECT_NE(error_of("rv64", {{"pmp-regions", "4x"}}).find("'4x' is not a number"), std::string::npos);
    EXPECT_NE(error_of("rv64", {{"pmp-regions", ""}}).find("'' is not a number"), std::string::npos);
    EXPECT_EQ(error_of("rv64", {{"mmu", "sv32"}}), "parameter 'mmu': rv64 has no sv32");
    EXPECT_NE(error_of("rv64", {{"mmu", "sv64"}}).find("is none of"), std::string::npos);
    EXPECT_NE(error_of("rv64", {{"isa", "rv32gc"}}).find("needs an ISA string that starts with rv64"),
              std::string::npos);
    EXPECT_NE(error_of("rv64", {{"modes", "u"}}).find("'u' is none of"), std::string::npos);
    EXPECT_NE(error_of("rv64", {{"modes", "mu"}, {"mmu", "sv39"}}).find("needs supervisor mode"), std::string::npos);
    EXPECT_NE(error_of("rv32", {{"reset-vector", "0x100000000"}}).find("reset-vector"), std::string::npos);
}

TEST(Config, FewerModesTakeTheirExtensionsAlong) {
    const auto config = Config::parse({"rv64", {{"modes", "m"}}, 0});
    EXPECT_FALSE(config.has_supervisor());
    EXPECT_FALSE(config.has_user());
    EXPECT_FALSE(config.has(Extension::Sstc));
    EXPECT_EQ(config.mmu, MmuMode::Bare);
}

TEST(Config, EveryParameterHasADefaultThatParses) {
    for (const auto& parameter : parameter_list()) {
        if (parameter.default_value.empty())
            continue;
        EXPECT_EQ(error_of("rv64", {{parameter.name, parameter.default_value}}), "none") << parameter.name;
    }
}

} // namespace
} // namespace medley::iss::riscv::test
