#define SC_INCLUDE_DYNAMIC_PROCESSES // For sc_spawn; in front of everything that includes SystemC.
#include "medley/periph/register_block.h"

#include "support/bench.h"

#include <array>
#include <functional>
#include <utility>

namespace medley::periph::test {
namespace {

/// A device with a register of every kind.
class Specimen : public RegisterPeripheral<Specimen> {
public:
    Specimen(const sc_core::sc_module_name& name, const RegisterPolicy& policy);

    std::vector<std::string> calls;
    std::uint64_t fifo = 0;
    std::optional<std::uint32_t> seen_initiator;
    bool seen_secure = false;
    Picoseconds seen_time = 0;
    std::function<void()> on_written; ///< Once, before anything is asked.

    using RegisterPeripheral::registers;
    struct Map;

private:
    std::uint64_t pop() {
        calls.emplace_back("pop");
        return ++fifo;
    }
    [[nodiscard]] std::uint64_t twice() const { return 2 * fifo; }
    std::uint64_t element(unsigned index) {
        calls.push_back("element " + std::to_string(index));
        return index;
    }
    void written(std::uint64_t value) {
        calls.push_back("written " + std::to_string(value));
        if (const auto act = std::exchange(on_written, nullptr))
            act();
        seen_initiator = registers().initiator();
        seen_secure = registers().secure();
        seen_time = registers().now();
    }
    void element_written(unsigned index, std::uint64_t value) {
        calls.push_back("element " + std::to_string(index) + " written " + std::to_string(value));
    }
    [[nodiscard]] std::uint64_t counter() const { return 0x1111'2222'3333'4444; }
};

struct Specimen::Map {
    static constexpr std::array rows{
        Reg<Specimen>{0x00, "CTRL", 0x5, 0xff0f, nullptr, &Specimen::written, "read-write"},
        Reg<Specimen>{0x04, "ID", 0xabcd, kReadOnly, nullptr, nullptr, "read-only"},
        Reg<Specimen>{0x08, "CMD", 0x3, write_only(0xff), nullptr, &Specimen::written, "write-only"},
        Reg<Specimen>{0x0c, "STAT", 0xff, write_one_clears(0x3f), nullptr, &Specimen::written, "write one clears"},
        Reg<Specimen>{0x10, "FIFO", 0, kReadOnly, &Specimen::pop, nullptr, "reading has an effect"},
        Reg<Specimen>{0x14, "TWICE", 0, kReadOnly, &Specimen::twice, nullptr, "computed"},
        Reg<Specimen>{0x18, "COUNTER", 0, ~std::uint64_t{0}, &Specimen::counter, &Specimen::written, "64 bits", {.size = 8}},
        Reg<Specimen>{0x20, "BYTE", 0, 0xff, nullptr, nullptr, "one byte", {.size = 1}},
        Reg<Specimen>{0x40, "ARRAY", 7, 0xff, &Specimen::element, &Specimen::element_written, "an array", {.count = 4}},
        Reg<Specimen>{0x80, "EVEN", 0, 0xff, nullptr, nullptr, "interleaves", {.count = 3, .stride = 0x10}},
        Reg<Specimen>{0x84, "ODD", 0, 0xff, nullptr, nullptr, "interleaves", {.count = 3, .stride = 0x10}},
        Reg<Specimen>{0xc0, "RAW", 9, command(0xf), nullptr, &Specimen::written, "the hook decides"},
    };
    static_assert(well_formed(rows));
};

Specimen::Specimen(const sc_core::sc_module_name& name, const RegisterPolicy& policy)
    : RegisterPeripheral(name, Map::rows, policy) {}

constexpr unsigned kAllSizes = kBytes | kHalfwords | kWords | kDoublewords;

struct BlockBench : Bench {
    explicit BlockBench(const RegisterPolicy& policy = {.sizes = kAllSizes, .holes = Holes::Error, .span = 0x100, .latency = 0})
        : model("specimen", policy) {
        cpu.socket.bind(*model.target_socket(""));
    }

    Specimen model;
    Initiator cpu{"cpu"};
};

using Calls = std::vector<std::string>;

TEST(RegisterTable, RowsOutOfOrderOverlappingOrMisalignedAreNotWellFormed) {
    using R = Reg<Specimen>;
    constexpr auto row = [](std::uint64_t offset, RegisterShape shape, std::uint64_t reset = 0) {
        return R{offset, "R", reset, 0, nullptr, nullptr, "", shape};
    };
    static_assert(well_formed(std::array{row(0, {}), row(4, {})}));
    static_assert(!well_formed(std::array{row(4, {}), row(0, {})}), "order");
    static_assert(!well_formed(std::array{row(0, {}), row(0, {})}), "same place");
    static_assert(!well_formed(std::array{row(2, {})}), "alignment");
    static_assert(!well_formed(std::array{row(0, {.size = 3})}), "size");
    static_assert(!well_formed(std::array{row(0, {.size = 8}), row(4, {})}), "overlap");
    static_assert(!well_formed(std::array{row(0, {.size = 1}, 0x100)}), "reset too wide");
    static_assert(!well_formed(std::array{row(0, {.count = 2}), row(4, {})}), "array over register");
    static_assert(well_formed(std::array{row(0, {.count = 2}), row(8, {})}));
    static_assert(well_formed(std::array{row(0, {.count = 4, .stride = 8}), row(4, {.count = 4, .stride = 8})}));
    static_assert(!well_formed(std::array{row(0, {.size = 8, .count = 4, .stride = 8}), row(4, {.count = 4, .stride = 8})}));
    static_assert(well_formed(std::array{row(0, {.count = 4, .stride = 8}), row(12, {})}), "in a gap");
    static_assert(!well_formed(std::array{row(0, {.count = 4, .stride = 8}), row(12, {.size = 4, .count = 2, .stride = 4})}));
    static_assert(row_of(Specimen::Map::rows, "STAT") == 3);
}

TEST(RegisterBlock, EachKindObeysItsRule) {
    BlockBench bench;
    auto& cpu = bench.cpu;
    bench.run([&] {
        EXPECT_EQ(cpu.get(0x00), 0x5u);
        cpu.put(0x00, 0xffff'fff0);
        EXPECT_EQ(cpu.get(0x00), 0xff00u);
        EXPECT_EQ(bench.model.calls, Calls{"written 65280"});
        bench.model.calls.clear();

        cpu.put(0x04, 0);
        EXPECT_EQ(cpu.get(0x04), 0xabcdu);

        cpu.put(0x08, 0x123);
        EXPECT_EQ(cpu.get(0x08), 0u);
        EXPECT_EQ(bench.model.calls, Calls{"written 35"});
        bench.model.calls.clear();

        cpu.put(0x0c, 0xc3);
        EXPECT_EQ(cpu.get(0x0c), 0xfcu);
        EXPECT_EQ(bench.model.calls, Calls{"written 3"});
        bench.model.calls.clear();

        cpu.put(0xc0, 0x13);
        EXPECT_EQ(cpu.get(0xc0), 9u);
        EXPECT_EQ(bench.model.calls, Calls{"written 3"});
    });
}

TEST(RegisterBlock, HooksGiveReadValuesAndDebugAccessesCallOnlyPureOnes) {
    BlockBench bench;
    auto& cpu = bench.cpu;
    bench.run([&] {
        EXPECT_EQ(cpu.get(0x10), 1u);
        EXPECT_EQ(cpu.get(0x10), 2u);
        EXPECT_EQ(cpu.get(0x14), 4u);
        bench.model.calls.clear();
        EXPECT_EQ(cpu.peek(0x10), 0u) << "the stored value";
        EXPECT_EQ(cpu.peek(0x14), 4u) << "a pure hook";
        EXPECT_EQ(cpu.peek(0x44), 7u);
        const std::uint32_t word = 0xffff'ffff;
        EXPECT_EQ(cpu.debug_write(0x00, &word, 4), 4u);
        EXPECT_EQ(cpu.debug_write(0x04, &word, 4), 4u);
        EXPECT_EQ(cpu.debug_write(0x48, &word, 4), 4u);
        EXPECT_EQ(bench.model.calls, Calls{});
        EXPECT_EQ(cpu.get(0x00), 0xff0fu);
        EXPECT_EQ(cpu.get(0x04), 0xabcdu);
        EXPECT_EQ(cpu.peek(0x48), 0xffu);
        std::vector<std::uint8_t> all(0x200);
        EXPECT_EQ(cpu.debug_read(0, all.data(), 0x200), 0x100u);
        EXPECT_EQ(cpu.debug_read(0x100, all.data(), 1), 0u);
        EXPECT_EQ(cpu.debug_read(3, all.data(), 3), 3u) << "any alignment";
        EXPECT_EQ(all[1], 0xcd);
    });
}

TEST(RegisterBlock, NarrowAccessesKeepTheOtherBytes) {
    BlockBench bench;
    auto& cpu = bench.cpu;
    bench.run([&] {
        cpu.put(0x01, 0xab, 1);
        EXPECT_EQ(cpu.get(0x00), 0xab05u);
        EXPECT_EQ(cpu.get(0x01, 1), 0xabu);
        EXPECT_EQ(cpu.get(0x00, 2), 0xab05u);
        bench.model.calls.clear();
        cpu.put(0x18, 0x5555'6666, 4);
        EXPECT_EQ(bench.model.calls, Calls{"written " + std::to_string(0x1111'2222'5555'6666)}) << "the half that is shown stays";
        EXPECT_EQ(cpu.get(0x1c, 4), 0x1111'2222u);
        EXPECT_EQ(cpu.get(0x18, 8), 0x1111'2222'3333'4444u);
        cpu.put(0x0c, 1, 1);
        EXPECT_EQ(cpu.get(0x0c), 0xfeu);
    });
}

TEST(RegisterBlock, WideAccessesSpanRegistersInAscendingOrder) {
    BlockBench bench;
    auto& cpu = bench.cpu;
    bench.run([&] {
        EXPECT_EQ(cpu.get(0x48, 8), 0x0000'0003'0000'0002u);
        EXPECT_EQ(bench.model.calls, (Calls{"element 2", "element 3"}));
        bench.model.calls.clear();
        cpu.put(0x40, 0x0000'0022'0000'0011, 8);
        EXPECT_EQ(bench.model.calls, (Calls{"element 0 written 17", "element 1 written 34"}));
        cpu.put(0x94, 0x77);
        cpu.put(0xa0, 0x66);
        EXPECT_EQ(cpu.get(0x90, 8), 0x0000'0077'0000'0000u) << "interleaved arrays";
        EXPECT_EQ(cpu.get(0xa0, 8), 0x66u);
    });
}

TEST(RegisterBlock, HolesAndTheSpanAreAddressErrorsWithoutSideEffects) {
    BlockBench bench;
    auto& cpu = bench.cpu;
    bench.run([&] {
        for (const Address address : {0x21u, 0x24u, 0x50u, 0x88u, 0xfcu, 0x100u, 0x1000u})
            EXPECT_EQ(cpu.read(address, 1).status, tlm::TLM_ADDRESS_ERROR_RESPONSE) << std::hex << address;
        EXPECT_EQ(cpu.read(0x20, 4).status, tlm::TLM_ADDRESS_ERROR_RESPONSE) << "reaches into a hole";
        EXPECT_EQ(cpu.read(~Address{0}, 1).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(cpu.read(~Address{7}, 8).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(cpu.write(0xc0, 1, 8), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(bench.model.calls, Calls{});
    });
}

TEST(RegisterBlock, HolesMayReadAsZero) {
    BlockBench bench({.sizes = kAllSizes, .holes = Holes::ReadZero, .span = 0x100, .latency = 3000});
    auto& cpu = bench.cpu;
    bench.run([&] {
        cpu.put(0xf8, ~std::uint64_t{0}, 8);
        EXPECT_EQ(cpu.get(0xf8, 8), 0u);
        cpu.put(0x20, 0xabababab);
        EXPECT_EQ(cpu.get(0x20, 8), 0xabu);
        EXPECT_EQ(cpu.read(0x100, 4).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(cpu.delay, sc_core::sc_time(12, sc_core::SC_NS)) << "the latency of four accesses";
    });
}

TEST(RegisterBlock, SizesThatTheDeviceDoesNotTakeAreBurstErrors) {
    BlockBench bench({.sizes = kWords, .holes = Holes::Error, .span = 0x100, .latency = 0});
    auto& cpu = bench.cpu;
    bench.run([&] {
        for (const unsigned size : {1u, 2u, 3u, 8u})
            EXPECT_EQ(cpu.read(0x40, size).status, tlm::TLM_BURST_ERROR_RESPONSE) << size;
        std::vector<std::uint8_t> block(64);
        EXPECT_EQ(cpu.write_block(0x40, block), tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(cpu.read(0x42, 4).status, tlm::TLM_ADDRESS_ERROR_RESPONSE) << "misaligned";
        EXPECT_EQ(cpu.read(0x40, 0).status, tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(bench.model.calls, Calls{});
    });
}

TEST(RegisterBlock, StreamingRepeatsTheAccessAndByteEnablesSelectBytes) {
    BlockBench bench;
    bench.run([&] {
        std::uint32_t words[4] = {};
        tlm::tlm_generic_payload transaction;
        transaction.set_read();
        transaction.set_address(0x10);
        transaction.set_data_ptr(reinterpret_cast<unsigned char*>(words));
        transaction.set_data_length(16);
        transaction.set_streaming_width(4);
        bench.cpu.transport(transaction);
        EXPECT_EQ(transaction.get_response_status(), tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(words[0], 1u);
        EXPECT_EQ(words[3], 4u);
        transaction.set_data_length(6);
        bench.cpu.transport(transaction);
        EXPECT_EQ(transaction.get_response_status(), tlm::TLM_BURST_ERROR_RESPONSE) << "a beat and a half";

        unsigned char enables[4] = {TLM_BYTE_DISABLED, TLM_BYTE_ENABLED, TLM_BYTE_DISABLED, TLM_BYTE_DISABLED};
        words[0] = 0xdddd'dddd;
        transaction.set_write();
        transaction.set_address(0x00);
        transaction.set_data_length(4);
        transaction.set_byte_enable_ptr(enables);
        transaction.set_byte_enable_length(4);
        bench.cpu.transport(transaction);
        EXPECT_EQ(bench.cpu.get(0x00), 0xdd05u);
        transaction.set_byte_enable_length(0);
        bench.cpu.transport(transaction);
        EXPECT_EQ(transaction.get_response_status(), tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    });
}

TEST(RegisterBlock, HooksKnowTheInitiatorAndItsLocalTime) {
    BlockBench bench;
    bench.run([&] {
        sc_core::wait(10, sc_core::SC_NS);
        bench.cpu.put(0x00, 0);
        EXPECT_FALSE(bench.model.seen_initiator.has_value());
        bench.cpu.id = 3;
        bench.cpu.delay = sc_core::sc_time(5, sc_core::SC_NS);
        bench.cpu.put(0x00, 0);
        EXPECT_EQ(bench.model.seen_initiator, 3u);
        EXPECT_EQ(bench.model.seen_time, 15000u);
        EXPECT_EQ(bench.model.registers().now(), 10000u) << "outside of hooks";
        EXPECT_FALSE(bench.model.registers().initiator().has_value());
        EXPECT_TRUE(bench.model.registers().secure());
        EXPECT_EQ(bench.model.registers().context(), 0u);
    });
}

/// Two processes wait in hooks, and the one that came first goes first: nothing of either access is left.
TEST(RegisterBlock, AccessesThatWaitMayEndInAnyOrder) {
    BlockBench bench;
    Initiator other{"other"};
    other.socket.bind(*bench.model.target_socket(""));
    bench.run([&] {
        const auto wait = [](int time) { sc_core::wait(time, sc_core::SC_NS); };
        bench.cpu.id = 3;
        other.id = 9;
        bool other_ended = false;
        bench.model.on_written = [&] {
            bench.model.on_written = [&] { wait(20); };
            sc_core::sc_spawn([&] {
                other.put(0x08, 1);
                other_ended = true;
            });
            wait(10);
            EXPECT_EQ(bench.model.registers().initiator(), 9u) << "the last one that began";
        };
        bench.cpu.put(0x00, 0);
        EXPECT_FALSE(other_ended);
        EXPECT_EQ(bench.model.registers().initiator(), 9u);
        wait(20);
        EXPECT_TRUE(other_ended);
        EXPECT_FALSE(bench.model.registers().initiator().has_value());
    });
}

/// What a hook starts may access the same block: the outer access is still whose it was.
TEST(RegisterBlock, AnAccessWithinAHookLeavesTheOuterOnesFacts) {
    BlockBench bench;
    Initiator other{"other"};
    other.socket.bind(*bench.model.target_socket(""));
    bench.run([&] {
        bench.cpu.id = 3;
        bench.cpu.secure = true;
        bench.cpu.delay = sc_core::sc_time(5, sc_core::SC_NS);
        other.id = 9;
        other.delay = sc_core::sc_time(7, sc_core::SC_NS);
        bench.model.on_written = [&] {
            other.put(0x08, 1);
            EXPECT_EQ(bench.model.seen_initiator, 9u);
            EXPECT_EQ(bench.model.seen_time, 7000u);
            EXPECT_FALSE(bench.model.seen_secure);
        };
        bench.cpu.put(0x00, 0);
        EXPECT_EQ(bench.model.seen_initiator, 3u);
        EXPECT_EQ(bench.model.seen_time, 5000u);
        EXPECT_TRUE(bench.model.seen_secure);
    });
}

TEST(RegisterBlock, ResetRestoresValuesWithoutHooksAndLimitShortensArrays) {
    BlockBench bench;
    bench.run([&] {
        bench.cpu.put(0x00, 0);
        bench.cpu.put(0x4c, 0x55);
        bench.model.calls.clear();
        const auto size = bench.model.registers().values().size();
        bench.model.reset();
        EXPECT_EQ(bench.model.calls, Calls{});
        EXPECT_EQ(bench.cpu.get(0x00), 0x5u);
        EXPECT_EQ(bench.cpu.peek(0x4c), 7u);
        bench.model.registers().limit(row_of(Specimen::Map::rows, "ARRAY"), 2);
        EXPECT_EQ(bench.model.registers().values().size(), size - 2);
        bench.cpu.put(0x44, 1);
        EXPECT_EQ(bench.cpu.write(0x48, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        bench.model.registers().limit(row_of(Specimen::Map::rows, "ARRAY"), 0);
        EXPECT_EQ(bench.cpu.write(0x40, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    });
}

TEST(RegisterBlock, GrantsNoDirectAccess) {
    BlockBench bench;
    bench.run([&] {
        tlm::tlm_dmi dmi;
        EXPECT_FALSE(bench.cpu.dmi(0, tlm::TLM_READ_COMMAND, dmi));
    });
}

TEST(RegisterBlock, DescribesItsTable) {
    const auto infos = describe_registers(Specimen::Map::rows);
    ASSERT_EQ(infos.size(), Specimen::Map::rows.size());
    EXPECT_EQ(infos[0].access, "RW");
    EXPECT_EQ(infos[1].access, "RO");
    EXPECT_EQ(infos[2].access, "WO");
    EXPECT_EQ(infos[3].access, "R/W1C");
    EXPECT_EQ(infos[8].count, 4u);
    EXPECT_EQ(infos[8].stride, 4u);
    EXPECT_EQ(infos[9].stride, 0x10u);
    EXPECT_EQ(infos[6].size, 8u);
}

} // namespace
} // namespace medley::periph::test
