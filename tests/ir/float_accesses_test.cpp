// Accesses whose bits only pass through an integer.

#include "tests/ir/fixture.h"

namespace medley::ir::test {
namespace {

TEST(TypeFloatAccesses, ALoadThatIsOnlyUsedAsAFloatIsOne) {
    Draft d;
    const auto loaded = d.b.load(Type::I64, d.r(kR0), {.size_log2 = 3});
    d.b.store(d.r(kR1), d.b.bitcast(Type::F64, loaded), {.size_log2 = 3});
    d.b.go_to(0x1004);
    type_float_accesses(d.block);
    EXPECT_EQ(d.block.type_of(loaded), Type::F64);
    EXPECT_EQ(d.complaint(), std::nullopt) << d.text();
}

TEST(TypeFloatAccesses, ALoadThatIsUsedOtherwiseStays) {
    Draft d;
    const auto loaded = d.b.load(Type::I64, d.r(kR0), {.size_log2 = 3});
    d.b.put(kR2, loaded);
    d.b.store(d.r(kR1), d.b.bitcast(Type::F64, loaded), {.size_log2 = 3});
    d.b.go_to(0x1004);
    type_float_accesses(d.block);
    EXPECT_EQ(d.block.type_of(loaded), Type::I64);
}

TEST(TypeFloatAccesses, AStoreOfAFloatsBitsStoresTheFloat) {
    Draft d;
    const auto value = d.b.load(Type::F64, d.r(kR0), {.size_log2 = 3});
    d.b.store(d.r(kR1), d.b.bitcast(Type::I64, value), {.size_log2 = 3});
    d.b.go_to(0x1004);
    type_float_accesses(d.block);
    optimize(d.block, d.core.passes());
    EXPECT_EQ(d.text().find("Bitcast"), std::string::npos) << d.text();
    EXPECT_EQ(d.complaint(), std::nullopt) << d.text();
}

TEST(TypeFloatAccesses, NarrowerAccessesStay) {
    Draft d;
    const auto loaded = d.b.load(Type::I64, d.r(kR0), {.size_log2 = 2});
    const auto value = d.b.bitcast(Type::F64, loaded);
    d.b.store(d.r(kR1), d.b.bitcast(Type::I64, value), {.size_log2 = 2});
    d.b.go_to(0x1004);
    type_float_accesses(d.block);
    EXPECT_EQ(d.block.type_of(loaded), Type::I64);
    EXPECT_NE(d.text().find("Store [32"), std::string::npos) << d.text();
}

} // namespace
} // namespace medley::ir::test
