#include "peripherals/memory/memory.h"

#include "medley/base/bits.h"
#include "medley/base/error.h"
#include "support/bench.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

namespace medley::periph::test {
namespace {

struct RamBench : Bench {
    explicit RamBench(std::uint64_t size = 0x10000, const char* kind = "ram", std::uint64_t latency = 0) {
        model = make(kind, "mem", {{"size", size}, {"read_latency", latency}});
        cpu.socket.bind(*model->target_socket(""));
    }
    [[nodiscard]] Memory& memory() { return dynamic_cast<Memory&>(*model); }

    std::unique_ptr<Peripheral> model;
    Initiator cpu{"cpu"};
};

class Listener : public CodeListener {
public:
    bool code_written(CodeWatch&, std::uint64_t offset, std::uint64_t size) override {
        writes.emplace_back(offset, size);
        return false;
    }
    void page_released(CodeWatch&, std::uint64_t) override {}
    void page_watched(CodeWatch&, std::uint64_t) override {}
    std::vector<std::pair<std::uint64_t, std::uint64_t>> writes;
};

TEST(Ram, StartsAsZeroAndKeepsWhatIsWritten) {
    RamBench bench;
    bench.run([&] {
        EXPECT_EQ(bench.cpu.get(0x100, 8), 0u);
        for (const unsigned size : {1u, 2u, 4u, 8u}) {
            bench.cpu.put(0x201, 0x1122334455667788 & low_mask(size * 8), size);
            EXPECT_EQ(bench.cpu.get(0x201, size), 0x1122334455667788 & low_mask(size * 8));
        }
        EXPECT_EQ(bench.cpu.get(0x202, 1), 0x77u) << "little-endian";
    });
}

TEST(Ram, AccessesBeyondItsEndAreAddressErrors) {
    RamBench bench(0x1001);
    bench.run([&] {
        bench.cpu.put(0x1000, 0xab, 1);
        EXPECT_EQ(bench.cpu.read(0x1001, 1).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(bench.cpu.write(0xffe, 0, 4), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(bench.cpu.read(~Address{0}, 8).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(bench.cpu.read(~Address{3}, 8).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(bench.cpu.get(0x1000, 1), 0xabu);
    });
}

TEST(Ram, MalformedPayloadsAreErrors) {
    RamBench bench;
    bench.run([&] {
        std::uint64_t data = 0;
        tlm::tlm_generic_payload transaction;
        transaction.set_read();
        transaction.set_address(0);
        transaction.set_data_ptr(reinterpret_cast<unsigned char*>(&data));
        transaction.set_data_length(0);
        transaction.set_streaming_width(0);
        bench.cpu.transport(transaction);
        EXPECT_EQ(transaction.get_response_status(), tlm::TLM_BURST_ERROR_RESPONSE);
        transaction.set_data_length(4);
        bench.cpu.transport(transaction);
        EXPECT_EQ(transaction.get_response_status(), tlm::TLM_BURST_ERROR_RESPONSE);
        transaction.set_data_length(~0u);
        transaction.set_streaming_width(~0u);
        bench.cpu.transport(transaction);
        EXPECT_EQ(transaction.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        transaction.set_data_ptr(nullptr);
        transaction.set_data_length(4);
        transaction.set_streaming_width(4);
        bench.cpu.transport(transaction);
        EXPECT_EQ(transaction.get_response_status(), tlm::TLM_BURST_ERROR_RESPONSE);
    });
}

TEST(Ram, ByteEnablesSelectTheBytes) {
    RamBench bench;
    bench.run([&] {
        bench.cpu.put(0, 0x8877665544332211, 8);
        std::uint64_t data = 0;
        unsigned char enables[2] = {TLM_BYTE_DISABLED, TLM_BYTE_ENABLED};
        tlm::tlm_generic_payload transaction;
        transaction.set_write();
        transaction.set_address(0);
        transaction.set_data_ptr(reinterpret_cast<unsigned char*>(&data));
        transaction.set_data_length(8);
        transaction.set_streaming_width(8);
        transaction.set_byte_enable_ptr(enables);
        transaction.set_byte_enable_length(2);
        bench.cpu.transport(transaction);
        EXPECT_EQ(transaction.get_response_status(), tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(bench.cpu.get(0, 8), 0x0077005500330011u);
        data = ~std::uint64_t{0};
        transaction.set_read();
        bench.cpu.transport(transaction);
        EXPECT_EQ(data, 0x00ff00ff00ff00ffu);
        transaction.set_byte_enable_length(0);
        bench.cpu.transport(transaction);
        EXPECT_EQ(transaction.get_response_status(), tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    });
}

TEST(Ram, StreamingRepeatsTheSameBytes) {
    RamBench bench;
    bench.run([&] {
        bench.cpu.put(8, 0x5a5a5a5a, 4);
        std::uint32_t data[3] = {1, 2, 3};
        tlm::tlm_generic_payload transaction;
        transaction.set_write();
        transaction.set_address(4);
        transaction.set_data_ptr(reinterpret_cast<unsigned char*>(data));
        transaction.set_data_length(12);
        transaction.set_streaming_width(4);
        bench.cpu.transport(transaction);
        EXPECT_EQ(bench.cpu.get(4), 3u);
        EXPECT_EQ(bench.cpu.get(8), 0x5a5a5a5au);
        transaction.set_read();
        bench.cpu.transport(transaction);
        EXPECT_EQ(data[0], 3u);
        EXPECT_EQ(data[2], 3u);
    });
}

TEST(Ram, GrantsDirectAccessWithItsFactsInTheExtension) {
    RamBench bench(0x3000, "ram", 5000);
    bench.run([&] {
        tlm::tlm_dmi dmi;
        DmiExtension extension;
        ASSERT_TRUE(bench.cpu.dmi(0x1234, tlm::TLM_WRITE_COMMAND, dmi, &extension));
        EXPECT_EQ(dmi.get_start_address(), 0u);
        EXPECT_EQ(dmi.get_end_address(), 0x2fffu);
        EXPECT_TRUE(dmi.is_read_write_allowed());
        EXPECT_EQ(dmi.get_read_latency(), sc_core::sc_time(5, sc_core::SC_NS));
        EXPECT_EQ(extension.base, dmi.get_dmi_ptr());
        EXPECT_EQ(extension.watch, &bench.memory().watch());
        dmi.get_dmi_ptr()[0x10] = 0x77;
        EXPECT_EQ(bench.cpu.get(0x10, 1), 0x77u);
        auto* alias = static_cast<unsigned char*>(mmap(nullptr, 0x3000, PROT_READ, MAP_SHARED, extension.fd, 0));
        ASSERT_NE(alias, MAP_FAILED);
        EXPECT_EQ(alias[0x10], 0x77);
        munmap(alias, 0x3000);
        EXPECT_FALSE(bench.cpu.dmi(0x3000, tlm::TLM_READ_COMMAND, dmi));
        bench.memory().invalidate(0x1000, 0x1fff);
        ASSERT_EQ(bench.cpu.invalidations.size(), 1u);
        EXPECT_EQ(bench.cpu.invalidations[0].first, 0x1000u);
        EXPECT_EQ(bench.cpu.invalidations[0].second, 0x1fffu);
    });
}

TEST(Ram, EveryWriteReportsToTheCodeWatch) {
    RamBench bench;
    Listener listener;
    bench.memory().watch().add_listener(listener);
    bench.run([&] {
        auto& watch = bench.memory().watch();
        watch.watch(0x2000);
        bench.cpu.put(0x1ff0, 1, 8);
        EXPECT_TRUE(listener.writes.empty());
        bench.cpu.put(0x1ffc, 1, 8);
        ASSERT_EQ(listener.writes.size(), 1u);
        EXPECT_EQ(listener.writes[0], std::make_pair(std::uint64_t{0x2000}, std::uint64_t{4})) << "what is of the watched page";
        EXPECT_FALSE(watch.watched(0x2000));
        watch.watch(0x3000);
        const std::uint32_t word = 5;
        EXPECT_EQ(bench.cpu.debug_write(0x3004, &word, 4), 4u);
        EXPECT_EQ(listener.writes.size(), 2u);
        watch.watch(0x3000);
        bench.cpu.get(0x3000);
        EXPECT_EQ(listener.writes.size(), 2u) << "reads are not reported";
    });
    bench.memory().watch().remove_listener(listener);
}

TEST(Ram, DebugAccessIsClippedAtTheEnd) {
    RamBench bench(0x1000);
    bench.run([&] {
        std::vector<std::uint8_t> data(0x20, 0xee);
        EXPECT_EQ(bench.cpu.debug_write(0xff8, data.data(), 0x20), 8u);
        EXPECT_EQ(bench.cpu.get(0xff8, 8), 0xeeeeeeeeeeeeeeeeu);
        EXPECT_EQ(bench.cpu.debug_read(0x1000, data.data(), 4), 0u);
        EXPECT_EQ(bench.cpu.debug_read(~Address{0}, data.data(), 4), 0u);
        EXPECT_EQ(bench.cpu.debug_read(0, data.data(), 0), 0u);
    });
}

TEST(Ram, ReadsTakeTheirLatency) {
    RamBench bench(0x1000, "ram", 7000);
    bench.run([&] {
        bench.cpu.get(0);
        bench.cpu.get(0);
        EXPECT_EQ(bench.cpu.delay, sc_core::sc_time(14, sc_core::SC_NS));
        bench.cpu.put(0, 1);
        EXPECT_EQ(bench.cpu.delay, sc_core::sc_time(14, sc_core::SC_NS));
    });
}

TEST(Ram, HugeSizesTakeHostMemoryOnlyWhereWritten) {
    RamBench bench(std::uint64_t{64} << 30);
    bench.run([&] {
        bench.cpu.put((std::uint64_t{64} << 30) - 8, 42, 8);
        EXPECT_EQ(bench.cpu.get((std::uint64_t{64} << 30) - 8, 8), 42u);
    });
}

TEST(Ram, ImpossibleSizesAreTheUsersMistake) {
    Bench bench;
    EXPECT_THROW(bench.make("ram", "none", {{"size", 0}}), UserError);
    EXPECT_THROW(bench.make("ram", "vast", {{"size", std::uint64_t{1} << 62}}), UserError);
}

TEST(Rom, GuestsReadAndOnlyLoadersWrite) {
    RamBench bench(0x1000, "rom");
    bench.run([&] {
        const std::uint32_t word = 0xdeadbeef;
        EXPECT_EQ(bench.cpu.debug_write(0x10, &word, 4), 4u);
        EXPECT_EQ(bench.cpu.get(0x10), word);
        EXPECT_EQ(bench.cpu.write(0x10, 1), tlm::TLM_COMMAND_ERROR_RESPONSE);
        EXPECT_EQ(bench.cpu.get(0x10), word);
        tlm::tlm_dmi dmi;
        ASSERT_TRUE(bench.cpu.dmi(0x10, tlm::TLM_READ_COMMAND, dmi));
        EXPECT_TRUE(dmi.is_read_allowed());
        EXPECT_FALSE(dmi.is_write_allowed());
        EXPECT_FALSE(bench.cpu.dmi(0x10, tlm::TLM_WRITE_COMMAND, dmi));
    });
}

} // namespace
} // namespace medley::periph::test
