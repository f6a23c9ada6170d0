#include "peripherals/finisher/sifive_test.h"

#include <algorithm>
#include <string>

namespace medley::periph {

namespace {

constexpr std::uint64_t kSpan = 0x1000;
constexpr std::uint32_t kFail = 0x3333, kPass = 0x5555, kReset = 0x7777;

constexpr std::array kTable{
    Reg<SifiveTest>{0, "FINISHER", 0, write_only(0xffffffff), nullptr, &SifiveTest::finish,
                    "0x5555: pass; code << 16 | 0x3333: fail; 0x7777: reset; anything else does nothing"},
};
static_assert(well_formed(kTable));

} // namespace

SifiveTest::SifiveTest(const sc_core::sc_module_name& name, const Services& services)
    : RegisterPeripheral(name, kTable, {.sizes = kHalfwords | kWords, .holes = Holes::ReadZero, .span = kSpan}), control_(services.control) {}

void SifiveTest::finish(std::uint64_t value) {
    const auto code = static_cast<unsigned>(bits(value, 16, 16));
    switch (bits(value, 0, 16)) {
    case kPass: control_.request_exit(0, "test finisher: pass"); break;
    case kFail: control_.request_exit(static_cast<int>(std::clamp(code, 1U, 255U)), "test finisher: fail, code " + std::to_string(code)); break;
    case kReset: control_.request_reset("test finisher"); break;
    default: break;
    }
}

void register_sifive_test(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "sifive_test";
    kind.description = "test finisher: ends or restarts the machine";
    kind.document = "device tree bindings sifive,test0, syscon-poweroff and syscon-reboot";
    kind.registers = describe_registers(kTable);
    kind.address_size = kSpan;
    kind.make = [](const char* name, const Configuration&, const Services& services) {
        return std::make_unique<SifiveTest>(name, services);
    };
    kind.tree = [](const Configuration&) {
        TreeInfo tree;
        tree.node_name = "test";
        tree.compatible = {"sifive,test1", "sifive,test0", "syscon"};
        tree.regmap_nodes = {
            {"poweroff", {"syscon-poweroff"}, {{"offset", {0}}, {"value", {kPass}}}},
            {"reboot", {"syscon-reboot"}, {{"offset", {0}}, {"value", {kReset}}}},
        };
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
