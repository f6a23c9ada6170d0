#include "tests/ir/fixture.h"

#include <fmt/format.h>

namespace medley::ir::test {
namespace {

TEST(Printer, WritesOneOperationALine) {
    Draft d;
    const auto base = d.r(kR1);
    const auto address = d.b.add(base, d.c(16));
    const auto loaded = d.b.load(Type::I64, address, MemOp{.size_log2 = 1, .sign = true, .mem_index = 3});
    d.b.put(kR2, loaded);
    d.b.branch(d.b.op(Opcode::CompareLtU, {loaded, address}), 0x2000, 0x1004);
    EXPECT_EQ(d.text(), "block 0x1000 +4 (1 instructions)\n"
                        "  Instruction 0x1000 +4\n"
                        "    %1:i64 = GetSlot r1\n"
                        "    %2:i64 = Const 0x10\n"
                        "    %3:i64 = Add %1, %2\n"
                        "    %4:i64 = Load [16s mem3] %3\n"
                        "    PutSlot r2 %4\n"
                        "    %6:i1 = CompareLtU %4, %3\n"
                        "    Branch 0x2000 else 0x1004 %6\n");
}

TEST(Printer, NamesHelpersFloatEnvironmentsAndStops) {
    Draft d;
    const auto x = d.b.bitcast(Type::F64, d.r(kR0));
    FloatOp op;
    op.env.rounding = Rounding::NearestAway;
    d.b.put(kR1, d.b.bitcast(Type::I64, d.b.op(Opcode::FAdd, {x, x}, op.encode())));
    d.b.call(kWriter, Type::None, {});
    d.b.stop(0x1004, StopReason::WaitForInterrupt);
    const auto text = d.text();
    EXPECT_NE(text.find("%3:f64 = FAdd [rna] %2, %2\n"), std::string::npos) << text;
    EXPECT_NE(text.find("    CallHelper writer\n"), std::string::npos) << text;
    EXPECT_NE(text.find("    Stop wfi 0x1004\n"), std::string::npos) << text;
}

TEST(Printer, PrintsBothHalvesOfWideConstants) {
    Draft d;
    const auto wide = d.b.op_as(Opcode::Const, Type::V128, {}, 0x1122, 0x33);
    const auto narrow = d.b.op_as(Opcode::Const, Type::V128, {}, 0x1122);
    const auto text = d.text();
    EXPECT_NE(text.find(fmt::format("%{}:v128 = Const 0x330000000000001122\n", wide)), std::string::npos) << text;
    EXPECT_NE(text.find(fmt::format("%{}:v128 = Const 0x1122\n", narrow)), std::string::npos) << text;
}

TEST(Printer, PrintsEveryOpcodeByItsName) {
    for (unsigned i = 0; i < kOpcodeCount; ++i) {
        Draft d;
        d.block.operations.push_back(Operation{static_cast<Opcode>(i), Type::I64, 0, {}, 0, 0});
        EXPECT_NE(d.text().find(info(static_cast<Opcode>(i)).name), std::string::npos);
    }
}

} // namespace
} // namespace medley::ir::test
