#include "iss/riscv/isa.h"
#include "medley/base/error.h"

#include <gtest/gtest.h>

namespace medley::iss::riscv {
namespace {

std::string error_of(std::string_view text) {
    try {
        static_cast<void>(Isa::parse(text));
    } catch (const UserError& error) {
        return error.what();
    }
    return {};
}

TEST(Isa, GIsTheGeneralSet) {
    const auto isa = Isa::parse("rv64gc");
    EXPECT_EQ(isa.xlen(), 64U);
    for (const auto each : {Extension::I, Extension::M, Extension::A, Extension::F, Extension::D, Extension::C,
                            Extension::Zicsr, Extension::Zifencei})
        EXPECT_TRUE(isa.has(each)) << Isa::name(each);
    EXPECT_FALSE(isa.has(Extension::Zba));
    EXPECT_EQ(isa.canonical(), "rv64imafdc_zicntr_zicsr_zifencei");
}

TEST(Isa, CaseVersionsAndSeparatorsDoNotMatter) {
    const auto plain = Isa::parse("rv32imac_zba_zbb_sstc");
    EXPECT_EQ(Isa::parse("RV32IMAC_Zba_Zbb_Sstc"), plain);
    EXPECT_EQ(Isa::parse("rv32i2p1m2a2p1_c2_zba1p0_zbb1_sstc1p0"), plain);
    EXPECT_EQ(Isa::parse("rv32i_m_a_c_sstc_zbb_zba"), plain);
    EXPECT_EQ(Isa::parse("rv32imaczba_zbb_sstc"), plain);
}

TEST(Isa, CanonicalTextParsesToTheSame) {
    for (const auto* text :
         {"rv64gc_zba_zbb_zbs_zbc_zbkb_zbkx_zfh_zicond_zicbom_zicboz_zicbop_svinval_svnapot_svpbmt_sstc_smepmp",
          "rv32i", "rv32imafc_zfhmin", "rv64gb_svadu_zihpm_sdtrig_zihintpause"}) {
        const auto isa = Isa::parse(text);
        EXPECT_EQ(Isa::parse(isa.canonical()), isa) << text;
    }
}

TEST(Isa, ImpliedExtensionsComeAlong) {
    const auto zfh = Isa::parse("rv64i_zfh");
    EXPECT_TRUE(zfh.has(Extension::Zfhmin));
    EXPECT_TRUE(zfh.has(Extension::F));
    EXPECT_FALSE(zfh.has(Extension::D));
    const auto b = Isa::parse("rv64ib");
    EXPECT_TRUE(b.has(Extension::Zba) && b.has(Extension::Zbb) && b.has(Extension::Zbs));
    EXPECT_FALSE(b.has(Extension::Zbc));
}

TEST(Isa, MisaShowsLettersAndWidth) {
    const auto letter = [](char c) { return std::uint64_t{1} << (c - 'a'); };
    const auto common = letter('i') | letter('m') | letter('a') | letter('c') | letter('s') | letter('u');
    EXPECT_EQ(Isa::parse("rv32imac").misa(), std::uint64_t{1} << 30 | common);
    EXPECT_EQ(Isa::parse("rv64gc").misa(), std::uint64_t{2} << 62 | common | letter('f') | letter('d'));
    EXPECT_EQ(Isa::parse("rv32imacb").misa(), std::uint64_t{1} << 30 | common | letter('b'));
}

TEST(Isa, PrivilegeModesCanBeTakenAway) {
    const auto isa = Isa::parse("rv32imac");
    EXPECT_TRUE(isa.has(Extension::S) && isa.has(Extension::U));
    const auto machine_only = isa.without(Extension::S).without(Extension::U);
    EXPECT_FALSE(machine_only.has(Extension::S) || machine_only.has(Extension::U));
    EXPECT_EQ(machine_only.canonical(), isa.canonical());
}

TEST(Isa, ErrorsNameWhatIsWrong) {
    EXPECT_NE(error_of("rv64gc_zfoo").find("'zfoo'"), std::string::npos);
    EXPECT_NE(error_of("rv64gcv").find("'v'"), std::string::npos);
    EXPECT_NE(error_of("rv128i").find("rv32 or rv64"), std::string::npos);
    EXPECT_NE(error_of("armv8").find("rv32 or rv64"), std::string::npos);
    EXPECT_NE(error_of("").find("rv32 or rv64"), std::string::npos);
    EXPECT_NE(error_of("rv64").find("base"), std::string::npos);
    EXPECT_NE(error_of("rv64ma").find("base"), std::string::npos);
    EXPECT_NE(error_of("rv64i!").find("'!'"), std::string::npos);
}

} // namespace
} // namespace medley::iss::riscv
