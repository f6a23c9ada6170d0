// Every class of mistake in a board, and the line that the user reads.
#include "tests/platforms/base_board.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace medley::test {
namespace {

struct Case {
    const char* name;
    const char* from;
    const char* to;
    const char* line;
};

const Case kCases[] = {
    {"UnknownTopKey", "quantum: 1ms", "quantm: 1ms", "b.yaml:6:1: board: unknown key 'quantm'; did you mean 'quantum'?"},
    {"NameMissing", "name: base\n", "", "b.yaml:1:1: board: 'name' is missing"},
    {"BadTime", "quantum: 1ms", "quantum: 1 hour", "b.yaml:6:10: board: quantum: expected a time (1ms, 10us or 100ns), found '1 hour'"},
    {"BadParallel", "quantum: 1ms", "parallel: perhaps", "b.yaml:6:11: board: parallel: expected true or false, found 'perhaps'"},
    {"ZeroQuantum", "quantum: 1ms", "quantum: 0ms", "b.yaml:6:10: quantum: expected 1ps to 1s"},
    {"BadFrequency", "10MHz", "fast", "b.yaml:5:22: counter: frequency: expected a frequency (10MHz or 32768), found 'fast'"},
    {"ZeroFrequency", "10MHz", "0", "b.yaml:5:22: counter: frequency: expected 1Hz to 1000GHz"},
    {"UnknownTarget", "target: fake", "target: fke", "b.yaml:9:13: CPU 'core': unknown target 'fke'; did you mean 'fake'?"},
    {"TargetMissing", "    target: fake\n", "", "b.yaml:9:5: CPU 'core': 'target' is missing"},
    {"UnknownModel", "model: f64", "model: f16", "b.yaml:10:12: CPU 'core': unknown model 'f16' of target 'fake'; known: f64, f32"},
    {"UnknownAccelerator", "kind: interp", "kind: warp", "b.yaml:14:12: CPU 'core': unknown accelerator 'warp'; known: interp"},
    {"UnknownAcceleratorOption", "depth: 3", "dept: 3", "b.yaml:14:27: CPU 'core': accel: unknown key 'dept'; did you mean 'depth'?"},
    {"BadAcceleratorOption", "depth: 3", "depth: deep", "b.yaml:14:12: CPU 'core': accel: depth: expected a number"},
    {"UnknownCpuKey", "level: 2", "levl: 2", "b.yaml:13:5: CPU 'core': unknown key 'levl'; did you mean 'level'?"},
    {"BadTargetParameter", "level: 2", "level: 9", "b.yaml:13:12: CPU 'core': level: expected 1 to 3, found '9'"},
    {"BadCpi", "cpi: 1.5", "cpi: none", "b.yaml:16:10: CPU 'core': cpi: expected a positive number (0.001 to 1000000), found 'none'"},
    {"NegativeCpi", "cpi: 1.5", "cpi: -1", "b.yaml:16:10: CPU 'core': cpi: expected a positive number (0.001 to 1000000), found '-1'"},
    {"SlowClock", "clock: 500MHz", "clock: 1", "b.yaml:15:12: CPU 'core': clock: expected 1kHz to 1000GHz"},
    {"BadFlag", "boot: true", "boot: maybe", "b.yaml:12:11: CPU 'core': boot: expected true or false, found 'maybe'"},
    {"CountZero", "count: ${count}", "count: 0", "b.yaml:11:12: CPU 'core': count: expected 1 to 64, found 0"},
    {"CountNoNumber", "count: ${count}", "count: many", "b.yaml:11:12: CPU 'core': count: expected an integer (12 or 0x1f), found 'many'"},
    {"UnknownParameterUse", "${count}", "${cuont}", "b.yaml:11:12: '${cuont}': 'cuont' is not a parameter of the board; did you mean 'count'?"},
    {"ParameterOutOfRange", "default: 2", "default: 9", "b.yaml:4:35: parameter 'count': 9 is out of range, expected 1 to 4"},
    {"ParameterOfUnknownType", "type: integer", "type: intger",
     "b.yaml:4:10: parameter 'count': unknown type 'intger'; did you mean 'integer'?"},
    {"UnknownBus", "model: f64", "bus: bsu", "b.yaml:10:10: CPU 'core': there is no bus 'bsu'; did you mean 'bus'?"},
    {"RomMissing", "model: f64", "rom: bootrom", "b.yaml:10:10: CPU 'core': rom: there is no memory 'bootrom' on bus 'bus'; known: ram"},
    {"UnknownPeripheral", "model: port", "model: prt", "b.yaml:26:17: device 'uart': unknown model 'prt'; did you mean 'port'?"},
    {"ModelMissing", "model: port, ", "", "b.yaml:26:9: device 'uart': 'model' is missing"},
    {"UnknownDeviceKey", "key: a", "key: a, clok: 1", "b.yaml:26:48: device 'uart': unknown key 'clok'; did you mean 'clock'?"},
    {"RequiredParameter", "key: a, ", "", "b.yaml:26:3: device 'uart': 'key' is missing (must be given)"},
    {"BadParameterValue", "key: a", "key: a, clock: 1kg",
     "b.yaml:26:55: device 'uart': clock: expected a frequency (10MHz or 32768), found '1kg'"},
    {"ChardevOnOther", "    at: 0x1000_0000\n", "    at: 0x1000_0000\n    chardev: \"null\"\n",
     "b.yaml:25:14: device 'intc': 'chardev' is for character devices, and 'line_controller' is none"},
    {"UnknownChardev", "chardev: \"null\"", "chardev: telex", "b.yaml:26:70: 'uart': chardev: "},
    {"AddressNoNumber", "at: 0x1001_0000", "at: here", "b.yaml:26:27: device 'uart': at: expected an integer (12 or 0x1f), found 'here'"},
    {"Overlap", "at: 0x1001_0000", "at: 0x1000_0f00",
     "b.yaml:26:27: 'uart' (0x10000f00 to 0x10000fff) overlaps 'intc' (0x10000000 to 0x10000fff) of line 24 on bus 'bus'"},
    {"BeyondTheEnd", "at: 0x1001_0000", "at: 0xffff_ffff_ffff_ffff",
     "b.yaml:26:27: 'uart': 0xffffffffffffffff with 256 bytes reaches beyond the end of the address space"},
    {"SizeMissing", ", size: 64M", "", "b.yaml:20:27: 'ram': 'size' is missing, and its model has no span of its own"},
    {"SizeZero", "size: 64M", "size: 0", "b.yaml:20:46: memory 'ram': 'size' must not be 0"},
    {"SizeOfDeviceZero", "at: 0x1001_0000", "at: 0x1001_0000, size: 0", "b.yaml:26:46: device 'uart': 'size' must not be 0"},
    {"SizeNoNumber", "size: 64M", "size: big", "b.yaml:20:46: memory 'ram': size: expected a size (64K, 128M or 1G), found 'big'"},
    {"SizeNotPages", "size: 64M", "size: 100", "b.yaml:20:27: memory 'ram': address and size must be multiples of 4 KiB"},
    {"DanglingWire", "irq: intc.3", "irq: plic.3", "b.yaml:26:53: 'uart': there is no 'plic' to wire to; known: intc, uart, core.0, core.1"},
    {"WireWithoutInput", "irq: intc.3", "irq: intc", "b.yaml:26:53: 'intc': expected NAME.INPUT"},
    {"UnknownCpuInput", "core.{i}.irq", "core.{i}.nmi", "b.yaml:25:26: 'intc': CPU 'core.0' has no interrupt input 'nmi'; known: irq, timer"},
    {"WireToNoSuchCpu", "core.{i}.irq", "core.7.irq", "b.yaml:25:26: 'intc': there is no 'core.7' to wire to; did you mean 'core.0'?"},
    {"WireToGroup", "core.{i}.irq", "core.irq", "b.yaml:25:26: 'core.irq': expected core.NUMBER.INPUT, or core.{i}.INPUT for each of them"},
    {"PatternToNoGroup", "core.{i}.irq", "uart.{i}", "b.yaml:25:26: 'uart.{i}': '{i}' stands for each CPU of a group, and 'uart' is no group of CPUs"},
    {"WiredTwice", "irq: intc.3", "irq: core.1.irq",
     "b.yaml:26:53: 'uart': core.1.irq is driven by 'intc' already (line 25); 'shared_irq: true' on both allows it"},
    {"KeyTwice", "quantum: 1ms", "quantum: 1ms\nquantum: 2ms", "b.yaml:7:1: key 'quantum' is given twice (first on line 6)"},
    {"NameTwice", "  uart: {", "  ram: {", "b.yaml:26:3: the name 'ram' is taken (line 20)"},
    {"BadName", "  uart: {", "  ua-rt: {", "b.yaml:26:3: devices: 'ua-rt' is not a name: expected letters, digits and '_', a letter first, at most 64 characters"},
    {"ListForTable", "counter: {frequency: 10MHz}", "counter: [10MHz]", "b.yaml:5:10: counter: expected a table of keys, found a list"},
    {"TableForText", "key: a", "key: {a: b}", "b.yaml:26:45: device 'uart': key: expected a plain value, found a table of keys"},
    {"AtAndMap", "key: a", "key: a, map: []", "b.yaml:26:53: device 'uart': either 'at' or 'map', not both"},
    {"BadYaml", "quantum: 1ms", "quantum: [", "b.yaml:8:7: not valid YAML: end of sequence flow not found"},
    {"PrivateToNoCpu", "key: a", "key: a, private: {p: core.9}",
     "b.yaml:26:61: 'uart': private: there is no CPU 'core.9'; did you mean 'core.0'?"},
    {"PrivateToNoGroup", "key: a", "key: a, private: {p.0: \"uart.{i}\"}",
     "b.yaml:26:63: 'uart.{i}': '{i}' stands for each CPU of a group, and 'uart' is no group of CPUs"},
    {"PrivateNoTable", "key: a", "key: a, private: core.0", "b.yaml:26:57: device 'uart': private: expected a table of keys, found a plain value"},
    {"PrivateTwice", "key: a", "key: a, private: {p: core.0, q: core.0}",
     "b.yaml:26:72: 'uart': private: the private bus of CPU 'core.0' leads to 'uart' already (line 26)"},
    {"BadStart", "model: f64", "start: last", "b.yaml:10:12: CPU 'core': start: expected 'first' or 'all', found 'last'"},
    {"BadWhen", "key: a", "key: a, when: maybe", "b.yaml:26:54: device 'uart': when: expected true or false, found 'maybe'"},
    {"WhenOfNoParameter", "key: a", "key: a, when: \"${cuont=2}\"",
     "b.yaml:26:54: '${cuont=2}': 'cuont' is not a parameter of the board; did you mean 'count'?"},
    {"UnknownMaster", "key: a", "key: a, master: axi", "b.yaml:26:56: 'uart': there is no bus 'axi'; known: bus"},
};

class BoardError : public testing::TestWithParam<Case> {};

TEST_P(BoardError, IsReportedWithPlaceAndRemedy) {
    const auto lines = errors_of(changed(GetParam().from, GetParam().to));
    const std::string expected = GetParam().line;
    const auto found = std::any_of(lines.begin(), lines.end(), [&](const std::string& line) { return line.starts_with(expected); });
    std::string all;
    for (const auto& line : lines)
        all += "\n  " + line;
    EXPECT_TRUE(found) << "expected\n  " << expected << "\nfound" << all;
    for (const auto& line : lines)
        EXPECT_EQ(line.find('\n'), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Table, BoardError, testing::ValuesIn(kCases), [](const auto& each) { return std::string(each.param.name); });

TEST(Board, MayGiveEachCpuADeviceOfItsOwn) {
    EXPECT_EQ(errors_of(changed("key: a", "key: a, private: {\"port.{i}\": \"core.{i}\"}")), std::vector<std::string>{});
    EXPECT_EQ(errors_of(changed("model: f64", "start: first")), std::vector<std::string>{});
}

TEST(Board, WithoutMistakesIsAccepted) { EXPECT_EQ(errors_of(kBoard), std::vector<std::string>{}); }

TEST(Board, ReportsAllErrorsAtOnceAndEachOnce) {
    auto text = changed("target: fake", "target: fke");
    text.replace(text.find("model: port"), 11, "model: prt");
    const auto lines = errors_of(text);
    EXPECT_EQ(lines.size(), 2U);
}

TEST(Board, ReportsABadSizeOnceAndNotAsMissing) {
    for (const auto* size : {"size: 0", "size: big"})
        EXPECT_EQ(errors_of(changed("size: 64M", size)).size(), 1U) << size;
}

TEST(Board, IsOneDocument) {
    EXPECT_EQ(errors_of(kBoard + "---\nname: other\n"), std::vector<std::string>{"b.yaml:27:1: a second YAML document begins; a board is one document"});
    EXPECT_EQ(errors_of("--- # one\n" + kBoard + "...\n"), std::vector<std::string>{});
}

/// The parser makes endless documents of this one; found by the fuzzer, which ran out of memory.
TEST(Board, OfALoneCommaEnds) { EXPECT_EQ(errors_of(",").size(), 1U); }

TEST(Board, MayShareAnInterruptWhenBothSaySo) {
    auto text = kBoard + "  uart2: {model: port, at: 0x1002_0000, key: b, irq: intc.3, shared_irq: true}\n";
    EXPECT_EQ(errors_of(text).size(), 1U);
    text.replace(text.find("irq: intc.3, chardev"), 11, "irq: intc.3, shared_irq: true");
    EXPECT_EQ(errors_of(text), std::vector<std::string>{});
}

TEST(Board, TwoMainMemoriesOfOneBusAreAnError) {
    const auto lines = errors_of(changed("devices:\n", "  more: {model: cells, at: 0x9000_0000, size: 1M, main: true}\ndevices:\n"));
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0], "b.yaml:21:3: memory 'more': bus 'bus' has a main memory already, 'ram' (line 20)");
}

TEST(Board, IsNotExpandedWithoutBounds) {
    std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
    for (char c = 'b'; c < 'k'; ++c) {
        const std::string before = std::string("*") + static_cast<char>(c - 1);
        bomb += std::string(1, c) + ": &" + c + " [" + before;
        for (int i = 0; i < 9; ++i)
            bomb += "," + before;
        bomb += "]\n";
    }
    EXPECT_FALSE(errors_of(bomb).empty());
    EXPECT_FALSE(errors_of(std::string(100'000, '[')).empty());
    EXPECT_FALSE(errors_of("").empty());
}

} // namespace
} // namespace medley::test
