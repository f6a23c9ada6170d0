#include "support/bench.h"

namespace medley::periph::test {
namespace {

constexpr Address kStatus = 0x80;

struct SpinlockBench : Bench {
    SpinlockBench() {
        for (const char* port : {"a", "b", "c", "d"}) {
            cpus.push_back(std::make_unique<Initiator>((std::string("cpu_") + port).c_str()));
            cpus.back()->socket.bind(*model->target_socket(port));
        }
    }
    std::unique_ptr<Peripheral> model = make("spinlock", "spinlock");
    std::vector<std::unique_ptr<Initiator>> cpus;
};

TEST(Spinlock, OneReaderGetsEachLockOnAnyPort) {
    SpinlockBench bench;
    bench.run([&] {
        for (unsigned lock = 0; lock < 32; ++lock) {
            auto& owner = *bench.cpus[lock % 4];
            EXPECT_EQ(owner.get(4 * lock), 0u);
            for (auto& cpu : bench.cpus)
                EXPECT_EQ(cpu->get(4 * lock), 1u);
            EXPECT_EQ(owner.get(kStatus), (std::uint64_t{2} << lock) - 1);
        }
        for (unsigned lock = 0; lock < 32; lock += 2)
            bench.cpus[0]->put(4 * lock, 0);
        EXPECT_EQ(bench.cpus[3]->get(kStatus), 0xaaaa'aaaau);
        EXPECT_EQ(bench.cpus[1]->get(0), 0u);
        EXPECT_EQ(bench.cpus[1]->get(4), 1u);
    });
}

TEST(Spinlock, OnlyWritingZeroReleases) {
    SpinlockBench bench;
    auto& cpu = *bench.cpus[0];
    bench.run([&] {
        cpu.put(8, 1);
        EXPECT_EQ(cpu.get(8), 0u) << "writing 1 takes nothing";
        cpu.put(8, 0x100);
        EXPECT_EQ(cpu.get(8), 1u);
        cpu.put(8, 0);
        cpu.put(8, 0);
        EXPECT_EQ(cpu.get(kStatus), 0u);
        cpu.put(kStatus, 0xffff'ffff);
        EXPECT_EQ(cpu.get(kStatus), 0u);
    });
}

TEST(Spinlock, DebugReadsTakeNothing) {
    SpinlockBench bench;
    auto& cpu = *bench.cpus[0];
    bench.run([&] {
        EXPECT_EQ(cpu.peek(0x7c), 0u);
        EXPECT_EQ(cpu.get(0x7c), 0u);
        EXPECT_EQ(cpu.peek(0x7c), 1u);
        EXPECT_EQ(cpu.peek(kStatus), 0x8000'0000u);
    });
}

TEST(Spinlock, ResetReleasesAllAndHolesAreErrors) {
    SpinlockBench bench;
    auto& cpu = *bench.cpus[0];
    bench.run([&] {
        cpu.get(0);
        bench.model->reset();
        EXPECT_EQ(cpu.get(kStatus), 0u);
        EXPECT_EQ(cpu.read(0x84).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(cpu.read(0, 1).status, tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(cpu.read(0, 8).status, tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(cpu.read(2, 4).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(cpu.get(kStatus), 0u);
    });
}

} // namespace
} // namespace medley::periph::test
