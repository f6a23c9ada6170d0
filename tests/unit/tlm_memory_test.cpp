#include "iss/common/tlm_memory.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

namespace medley::iss {
namespace {

using sc_core::sc_time;

/// A target of 0x2000 bytes at 0x1000 that grants DMI to its first page, and counts what it is asked.
struct FakeBus : tlm::tlm_fw_transport_if<> {
    std::array<unsigned char, 0x2000> bytes{};
    CodeWatch watch{0x2000};
    unsigned requests = 0;
    sc_time delay_seen;
    bool secure_seen = false;
    std::uint64_t shift = 0; ///< Of the granted page in the memory.

    void b_transport(tlm::tlm_generic_payload& payload, sc_time& delay) override {
        delay_seen = delay;
        secure_seen = payload.get_extension<InitiatorId>()->secure;
        delay += sc_time(5, sc_core::SC_NS);
        payload.set_response_status(transfer(payload) ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
    }
    unsigned transport_dbg(tlm::tlm_generic_payload& payload) override { return transfer(payload) ? payload.get_data_length() : 0; }
    bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) override { return grant(payload, dmi); }
    tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload&, tlm::tlm_phase&, sc_time&) override { return tlm::TLM_COMPLETED; }
    bool transfer(tlm::tlm_generic_payload& payload) {
        const auto address = payload.get_address();
        if (address < 0x1000 || address + payload.get_data_length() > 0x3000)
            return false;
        auto* place = bytes.data() + (address - 0x1000);
        if (payload.is_read())
            std::memcpy(payload.get_data_ptr(), place, payload.get_data_length());
        else
            std::memcpy(place, payload.get_data_ptr(), payload.get_data_length());
        return true;
    }
    bool grant(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
        ++requests;
        const bool first_page = payload.get_address() >= 0x1000 && payload.get_address() < 0x2000;
        dmi.set_start_address(first_page ? 0x1000 : 0x2000);
        dmi.set_end_address(first_page ? 0x1fff : 0x2fff);
        if (!first_page)
            return false;
        dmi.set_dmi_ptr(bytes.data());
        dmi.allow_read_write();
        auto* extension = payload.get_extension<DmiExtension>();
        extension->watch = &watch;
        extension->base = bytes.data() - shift;
        return true;
    }
};

/// Its local time is 2 ns ahead, for ever.
struct FakeClock final : TlmMemory::Clock {
    Moment before_transaction() override { return {11, 2000, sc_time(2, sc_core::SC_NS), secure}; }
    void after_transaction(const Moment& start, const sc_time& offset) override {
        started = start.executed;
        returned = offset;
    }
    std::uint64_t started = 0;
    sc_time returned;
    bool secure = false;
};

struct TlmMemoryTest : ::testing::Test {
    FakeBus bus;
    FakeClock clock;
    TlmMemory memory{[this] { return &bus; }, 7, clock};
};

TEST_F(TlmMemoryTest, TransactionsCarryAndReturnLocalTime) {
    const std::array<std::byte, 4> data{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
    EXPECT_EQ(memory.write(0x2000, data, {}), MemStatus::Ok);
    EXPECT_EQ(bus.delay_seen, sc_time(2, sc_core::SC_NS));
    EXPECT_EQ(clock.returned, sc_time(7, sc_core::SC_NS));
    EXPECT_EQ(clock.started, 11U);
    std::array<std::byte, 4> back{};
    EXPECT_EQ(memory.read(0x2000, back, {}), MemStatus::Ok);
    EXPECT_EQ(back, data);
}

TEST_F(TlmMemoryTest, SecureIsWhatTheBoardTheCoreAndTheTranslationSay) {
    for (unsigned says = 0; says < 8; ++says) {
        const bool board = (says & 1) != 0;
        clock.secure = (says & 2) != 0;
        const MemAttributes attributes{(says & 4) != 0};
        TlmMemory of_board{[this] { return &bus; }, 8, clock, nullptr, board};
        std::array<std::byte, 4> data{};
        const bool secure = board && clock.secure && !attributes.nonsecure;
        EXPECT_EQ(of_board.read(0x2000, data, attributes), MemStatus::Ok);
        EXPECT_EQ(bus.secure_seen, secure) << says;
        EXPECT_EQ(of_board.write(0x2000, data, attributes), MemStatus::Ok);
        EXPECT_EQ(bus.secure_seen, secure) << says;
    }
}

TEST_F(TlmMemoryTest, ErrorsAreBusStatus) {
    std::array<std::byte, 4> data{};
    EXPECT_EQ(memory.read(0x5000, data, {}), MemStatus::Bus);
    EXPECT_EQ(memory.counts().errors, 1U);
    EXPECT_EQ(memory.peek(0x5000, data), 0U);
}

TEST_F(TlmMemoryTest, AsksOnceForAGrantAndForARefusal) {
    const auto range = memory.direct(0x1234);
    EXPECT_TRUE(range.covers(0x1000, 0x1000));
    EXPECT_EQ(range.watch, &bus.watch);
    EXPECT_EQ(range.at(0x1234), reinterpret_cast<std::byte*>(bus.bytes.data() + 0x234));
    (void)memory.direct(0x1fff);
    EXPECT_EQ(bus.requests, 1U);
    EXPECT_EQ(memory.direct(0x2000).host, nullptr);
    EXPECT_EQ(memory.direct(0x2ffc).host, nullptr);
    EXPECT_EQ(bus.requests, 2U);
}

TEST_F(TlmMemoryTest, PagesThatAreNotTheMemorysAreNotDirect) {
    bus.shift = kPageSize;
    EXPECT_NE(memory.direct(0x1000).host, nullptr);
    memory.invalidate(0x1000, 0x1fff);
    bus.shift = 0x800;
    EXPECT_EQ(memory.direct(0x1000).host, nullptr);
}

TEST_F(TlmMemoryTest, InvalidationForgetsTheGrantAndTellsTheListener) {
    struct Listener : MemoryListener {
        bool code_written(CodeWatch&, std::uint64_t, std::uint64_t) override { return false; }
        void page_released(CodeWatch&, std::uint64_t) override {}
        void page_watched(CodeWatch&, std::uint64_t) override { ++watched; }
        void direct_invalidated(Address first, Address last) override { range = {first, last}; }
        std::pair<Address, Address> range;
        unsigned watched = 0;
    } listener;
    memory.set_listener(&listener);
    (void)memory.direct(0x1000);
    bus.watch.watch(0x10);
    EXPECT_EQ(listener.watched, 1U);
    memory.invalidate(0x1800, 0x18ff);
    EXPECT_EQ(listener.range, (std::pair<Address, Address>{0x1800, 0x18ff}));
    (void)memory.direct(0x1000);
    EXPECT_EQ(bus.requests, 2U);
    memory.set_listener(nullptr);
    bus.watch.watch(0x1000);
    EXPECT_EQ(listener.watched, 1U);
}

} // namespace
} // namespace medley::iss
