#include "peripherals/bus/router.h"

#include "medley/base/error.h"
#include "peripherals/memory/memory.h"
#include "support/bench.h"

#include <tlm_utils/simple_target_socket.h>

#include <cstring>
#include <numeric>

namespace medley::periph::test {
namespace {

constexpr Address kLow = 0x1000;
constexpr Address kHigh = 0x8000'0000;

/// Two memories on one bus, at adjoining and at distant addresses.
struct BusBench : Bench {
    BusBench() {
        bus->map(kHigh, 0x2000, *big->target_socket(""), "big");
        bus->map(kLow, 0x1000, *small->target_socket(""), "small");
        bus->map(kLow + 0x1000, 0x1000, *big->target_socket(""), "big again");
        bus->attach(cpu.socket);
        bus->attach(other.socket);
    }
    std::unique_ptr<Bus> bus = make_bus("bus", 2000);
    std::unique_ptr<Peripheral> small = make("ram", "small", {{"size", 0x1000}});
    std::unique_ptr<Peripheral> big = make("ram", "big", {{"size", 0x2000}});
    Initiator cpu{"cpu"};
    Initiator other{"other"};
};

/// A target that shows what arrives and grants any range of direct access.
class Witness : public sc_core::sc_module {
public:
    explicit Witness(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
        socket.register_b_transport(this, &Witness::b_transport);
        socket.register_get_direct_mem_ptr(this, &Witness::get_direct_mem_ptr);
        socket.register_transport_dbg(this, &Witness::transport_dbg);
    }

    std::uint64_t address = 0;
    tlm::tlm_dmi grant;
    unsigned debug_answer = 0;
    tlm_utils::simple_target_socket<Witness> socket{"socket"};

private:
    void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time&) {
        address = transaction.get_address();
        transaction.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    }
    bool get_direct_mem_ptr(tlm::tlm_generic_payload&, tlm::tlm_dmi& dmi) {
        dmi = grant;
        return !grant.is_none_allowed();
    }
    unsigned transport_dbg(tlm::tlm_generic_payload&) { return debug_answer; }
};

TEST(Router, DecodesAndTranslatesAddresses) {
    BusBench bench;
    bench.run([&] {
        bench.cpu.put(kHigh + 0x10, 0x11);
        bench.cpu.put(kLow + 0x10, 0x22);
        EXPECT_EQ(bench.cpu.get(kHigh + 0x10), 0x11u);
        EXPECT_EQ(bench.cpu.get(kLow + 0x1010), 0x11u) << "the same memory twice";
        EXPECT_EQ(bench.other.get(kLow + 0x10), 0x22u);
        EXPECT_EQ(bench.cpu.get(kLow, 1), 0u);
        EXPECT_EQ(bench.cpu.get(kLow + 0xfff, 1), 0u);
        EXPECT_EQ(bench.cpu.delay, sc_core::sc_time(12, sc_core::SC_NS)) << "2 ns for each";
    });
}

TEST(Router, HolesAreAddressErrors) {
    BusBench bench;
    bench.run([&] {
        for (const Address address : {Address{0}, kLow - 1, kLow + 0x2000, kHigh - 1, kHigh + 0x2000, ~Address{0}})
            EXPECT_EQ(bench.cpu.read(address, 1).status, tlm::TLM_ADDRESS_ERROR_RESPONSE) << std::hex << address;
        EXPECT_EQ(bench.cpu.delay, sc_core::SC_ZERO_TIME);
    });
}

TEST(Router, TransactionsThatCrossAMappingsEndAreErrors) {
    BusBench bench;
    bench.run([&] {
        EXPECT_EQ(bench.cpu.write(kLow + 0xffe, 0xffffffff), tlm::TLM_ADDRESS_ERROR_RESPONSE) << "although another one follows";
        EXPECT_EQ(bench.cpu.write(kHigh + 0x1ffc, 0, 8), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(bench.cpu.get(kLow + 0xffe, 2), 0u) << "nothing was written";
        std::vector<std::uint8_t> none;
        EXPECT_EQ(bench.cpu.read_block(kLow, none), tlm::TLM_BURST_ERROR_RESPONSE);
    });
}

TEST(Router, LeavesThePayloadsAddressAsItWas) {
    Bench bench;
    auto bus = bench.make_bus("bus");
    Witness witness("witness");
    Initiator cpu("cpu");
    bus->map(0x4000, 0x1000, witness.socket, "witness");
    bus->attach(cpu.socket);
    bench.run([&] {
        std::uint32_t word = 0;
        tlm::tlm_generic_payload transaction;
        transaction.set_read();
        transaction.set_address(0x4008);
        transaction.set_data_ptr(reinterpret_cast<unsigned char*>(&word));
        transaction.set_data_length(4);
        transaction.set_streaming_width(4);
        cpu.transport(transaction);
        EXPECT_EQ(witness.address, 8u);
        EXPECT_EQ(transaction.get_address(), 0x4008u);
        EXPECT_EQ(transaction.get_response_status(), tlm::TLM_GENERIC_ERROR_RESPONSE) << "the target's answer";
    });
}

TEST(Router, DirectAccessIsTranslatedAndClipped) {
    Bench bench;
    auto bus = bench.make_bus("bus", 1000);
    Witness witness("witness");
    Initiator cpu("cpu");
    bus->map(0x4000, 0x1000, witness.socket, "witness");
    bus->attach(cpu.socket);
    unsigned char bytes[1] = {};
    bench.run([&] {
        tlm::tlm_dmi dmi;
        witness.grant.set_dmi_ptr(bytes);
        witness.grant.allow_read_write();
        witness.grant.set_start_address(0x100);
        witness.grant.set_end_address(0x1ff);
        ASSERT_TRUE(cpu.dmi(0x4180, tlm::TLM_READ_COMMAND, dmi));
        EXPECT_EQ(dmi.get_start_address(), 0x4100u);
        EXPECT_EQ(dmi.get_end_address(), 0x41ffu);
        EXPECT_EQ(dmi.get_dmi_ptr(), bytes);
        EXPECT_EQ(dmi.get_read_latency(), sc_core::sc_time(1, sc_core::SC_NS));
        witness.grant.set_end_address(~sc_dt::uint64{0});
        ASSERT_TRUE(cpu.dmi(0x4180, tlm::TLM_READ_COMMAND, dmi));
        EXPECT_EQ(dmi.get_end_address(), 0x4fffu);
        witness.grant.set_start_address(0x2000);
        EXPECT_FALSE(cpu.dmi(0x4180, tlm::TLM_READ_COMMAND, dmi)) << "outside of what the bus shows";
        witness.grant.set_start_address(0);
        witness.grant.allow_none();
        EXPECT_FALSE(cpu.dmi(0x4180, tlm::TLM_READ_COMMAND, dmi));
        EXPECT_EQ(dmi.get_start_address(), 0x4000u) << "refusals are translated too";
        EXPECT_EQ(dmi.get_end_address(), 0x4fffu);
        EXPECT_FALSE(cpu.dmi(0x5000, tlm::TLM_READ_COMMAND, dmi));
        EXPECT_EQ(dmi.get_start_address(), 0x5000u) << "a hole is refused as a whole";
        EXPECT_EQ(dmi.get_end_address(), ~sc_dt::uint64{0});
        EXPECT_FALSE(cpu.dmi(0, tlm::TLM_READ_COMMAND, dmi));
        EXPECT_EQ(dmi.get_end_address(), 0x3fffu);
    });
}

TEST(Router, InvalidationsReachAllInitiatorsWithBusAddresses) {
    BusBench bench;
    bench.run([&] {
        dynamic_cast<Memory&>(*bench.big).invalidate(0x800, 0x17ff);
        using Ranges = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
        const Ranges expected{{kHigh + 0x800, kHigh + 0x17ff}, {kLow + 0x1800, kLow + 0x1fff}};
        EXPECT_EQ(bench.cpu.invalidations, expected) << "both mappings, the second one clipped";
        EXPECT_EQ(bench.other.invalidations, expected);
        bench.cpu.invalidations.clear();
        dynamic_cast<Memory&>(*bench.big).invalidate(0x1800, 0x1fff);
        EXPECT_EQ(bench.cpu.invalidations, (Ranges{{kHigh + 0x1800, kHigh + 0x1fff}}));
    });
}

TEST(Router, DebugAccessCrossesMappingsAndStopsAtHoles) {
    BusBench bench;
    bench.run([&] {
        std::vector<std::uint8_t> data(0x100);
        std::iota(data.begin(), data.end(), std::uint8_t{0});
        EXPECT_EQ(bench.cpu.debug_write(kLow + 0xf80, data.data(), 0x100), 0x100u);
        std::vector<std::uint8_t> back(0x100);
        EXPECT_EQ(bench.cpu.debug_read(kLow + 0xf80, back.data(), 0x100), 0x100u);
        EXPECT_EQ(back, data);
        EXPECT_EQ(bench.cpu.peek(kHigh, 1), 0x80u) << "in the second memory";
        EXPECT_EQ(bench.cpu.debug_read(kLow + 0x1ff0, back.data(), 0x100), 0x10u);
        EXPECT_EQ(bench.cpu.debug_read(0, back.data(), 4), 0u);
        EXPECT_EQ(bench.cpu.debug_read(~Address{0}, back.data(), 4), 0u);
    });
}

TEST(Router, OneMemoryOnTwoBusesIsOneMemory) {
    Bench bench;
    auto left = bench.make_bus("left");
    auto right = bench.make_bus("right");
    auto shared = bench.make("ram", "shared", {{"size", 0x1000}});
    Initiator a("a");
    Initiator b("b");
    left->map(0x7000'0000, 0x1000, *shared->target_socket(""), "shared");
    right->map(0x2000, 0x1000, *shared->target_socket(""), "shared");
    left->attach(a.socket);
    right->attach(b.socket);
    bench.run([&] {
        a.put(0x7000'0ff8, 0x0123456789abcdef, 8);
        EXPECT_EQ(b.get(0x2ff8, 8), 0x0123456789abcdefu);
        tlm::tlm_dmi first;
        tlm::tlm_dmi second;
        ASSERT_TRUE(a.dmi(0x7000'0000, tlm::TLM_READ_COMMAND, first));
        ASSERT_TRUE(b.dmi(0x2000, tlm::TLM_READ_COMMAND, second));
        EXPECT_EQ(first.get_dmi_ptr(), second.get_dmi_ptr());
        EXPECT_EQ(second.get_start_address(), 0x2000u);
        dynamic_cast<Memory&>(*shared).invalidate(0, 0xfff);
        EXPECT_EQ(a.invalidations.size(), 1u);
        ASSERT_EQ(b.invalidations.size(), 1u);
        EXPECT_EQ(b.invalidations[0].first, 0x2000u);
    });
}

TEST(Router, BusesNestAndDirectAccessPassesThroughBoth) {
    Bench bench;
    auto outer = bench.make_bus("outer");
    auto inner = bench.make_bus("inner");
    auto ram = bench.make("ram", "ram", {{"size", 0x1000}});
    Initiator cpu("cpu");
    inner->map(0x100'0000, 0x1000, *ram->target_socket(""), "ram");
    outer->map(0x4000'0000, 0x1000'0000, *inner->target_socket(""), "inner");
    outer->attach(cpu.socket);
    bench.run([&] {
        cpu.put(0x4100'0004, 77);
        EXPECT_EQ(cpu.get(0x4100'0004), 77u);
        EXPECT_EQ(cpu.read(0x4000'0000).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        tlm::tlm_dmi dmi;
        ASSERT_TRUE(cpu.dmi(0x4100'0004, tlm::TLM_READ_COMMAND, dmi));
        EXPECT_EQ(dmi.get_start_address(), 0x4100'0000u);
        EXPECT_EQ(dmi.get_end_address(), 0x4100'0fffu);
        EXPECT_EQ(dmi.get_dmi_ptr()[4], 77);
        EXPECT_FALSE(cpu.dmi(0x4000'0000, tlm::TLM_READ_COMMAND, dmi));
        EXPECT_EQ(dmi.get_end_address(), 0x40ff'ffffu);
    });
}

TEST(Router, OverlaysTakeWordsOutOfAMemory) {
    BusBench bench;
    auto locks = bench.make("spinlock", "locks");
    bench.bus->overlay(kHigh + 0x1010, 8, *locks->target_socket("a"), "locks");
    bench.run([&] {
        bench.cpu.put(kHigh + 0x1018, 0x55);
        EXPECT_EQ(bench.cpu.get(kHigh + 0x1010), 0u);
        EXPECT_EQ(bench.cpu.get(kHigh + 0x1010), 1u) << "a lock, not memory";
        EXPECT_EQ(bench.cpu.get(kHigh + 0x1018), 0x55u);
        EXPECT_EQ(bench.cpu.read(kHigh + 0x1014, 8).status, tlm::TLM_ADDRESS_ERROR_RESPONSE) << "beyond its end";
        tlm::tlm_dmi dmi;
        EXPECT_FALSE(bench.cpu.dmi(kHigh + 0x1ff0, tlm::TLM_READ_COMMAND, dmi)) << "not in its page";
        ASSERT_TRUE(bench.cpu.dmi(kHigh, tlm::TLM_READ_COMMAND, dmi));
        EXPECT_EQ(dmi.get_end_address(), kHigh + 0xfff) << "but before it";
        std::vector<std::uint8_t> bytes(0x20);
        EXPECT_EQ(bench.cpu.debug_read(kHigh + 0x1000, bytes.data(), 0x20), 0x20u);
        EXPECT_EQ(bytes[0x10], 1);
        EXPECT_EQ(bytes[0x18], 0x55);
    });
}

TEST(Router, BadMappingsAreTheUsersMistake) {
    Bench bench;
    auto bus = bench.make_bus("bus");
    auto second = bench.make_bus("second");
    auto ram = bench.make("ram", "ram", {{"size", 0x1000}});
    auto& socket = *ram->target_socket("");
    bus->map(0x1000, 0x1000, socket, "ram");
    EXPECT_THROW(bus->map(0x1fff, 0x1000, socket, "overlap"), UserError);
    EXPECT_THROW(bus->map(0, ~std::uint64_t{0}, socket, "around"), UserError);
    EXPECT_THROW(bus->map(0x5000, 0, socket, "empty"), UserError);
    EXPECT_THROW(bus->map(~Address{0} - 4, 0x1000, socket, "wraps"), UserError);
    EXPECT_THROW(bus->map(0x10000, 0x1000, *bus->target_socket(""), "itself"), UserError);
    bus->map(0x20000, 0x1000, *second->target_socket(""), "second");
    EXPECT_THROW(second->map(0, 0x1000, *bus->target_socket(""), "ring"), UserError);
}

TEST(Router, TheLastByteOfTheAddressSpaceCanBeMapped) {
    Bench bench;
    auto bus = bench.make_bus("bus");
    auto ram = bench.make("ram", "ram", {{"size", 0x1000}});
    Initiator cpu("cpu");
    bus->map(~Address{0xfff}, 0x1000, *ram->target_socket(""), "ram");
    bus->attach(cpu.socket);
    bench.run([&] {
        cpu.put(~Address{7}, 0x55, 8);
        EXPECT_EQ(cpu.get(~Address{7}, 8), 0x55u);
        EXPECT_EQ(cpu.read(~Address{3}, 8).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        std::uint8_t bytes[16];
        EXPECT_EQ(cpu.debug_read(~Address{7}, bytes, 16), 8u) << "does not wrap to 0";
    });
}

} // namespace
} // namespace medley::periph::test
