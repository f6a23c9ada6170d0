/// \file
/// What the tests of both versions of the interrupt controller share: places of registers, and a world with CPUs, sources and probes.
#pragma once

#include "support/bench.h"

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace medley::periph::test {

namespace gic {

// Distributor, and redistributor of version 3 from its frame of SGIs on (IHI 0048B, table 4-1; IHI 0069H, tables 12-25 and 12-29).
inline constexpr Address kControl = 0, kType = 4;
constexpr Address group(unsigned id) { return 0x80 + id / 32 * 4; }
constexpr Address set_enable(unsigned id) { return 0x100 + id / 32 * 4; }
constexpr Address clear_enable(unsigned id) { return 0x180 + id / 32 * 4; }
constexpr Address set_pending(unsigned id) { return 0x200 + id / 32 * 4; }
constexpr Address clear_pending(unsigned id) { return 0x280 + id / 32 * 4; }
constexpr Address set_active(unsigned id) { return 0x300 + id / 32 * 4; }
constexpr Address clear_active(unsigned id) { return 0x380 + id / 32 * 4; }
constexpr Address priority(unsigned id) { return 0x400 + id; }
constexpr Address targets(unsigned id) { return 0x800 + id; }
constexpr Address trigger(unsigned id) { return 0xc00 + id / 16 * 4; }
constexpr Address modifier(unsigned id) { return 0xd00 + id / 32 * 4; }
constexpr Address nsacr(unsigned id) { return 0xe00 + id / 16 * 4; }
constexpr Address route(unsigned id) { return 0x6000 + 8 * id; }
constexpr std::uint32_t mask(unsigned id) { return std::uint32_t{1} << id % 32; }
inline constexpr unsigned kNone = 1023;

// Redistributors.
inline constexpr Address kWaker = 0x14;
constexpr Address frame(unsigned cpu) { return 0x20000 * cpu; }
constexpr Address sgi_frame(unsigned cpu) { return frame(cpu) + 0x10000; }

// CPU interfaces of version 3, and the state of the CPU in an address.
constexpr Address sys(unsigned op1, unsigned crn, unsigned crm, unsigned op2) {
    return (3U << 14 | op1 << 11 | crn << 7 | crm << 3 | op2) * 8;
}
inline constexpr Address kGuest = 1 << 24, kSecureBank = 1 << 25, kMonitor = 1 << 26, kFiqToMonitor = 1 << 27;
inline constexpr Address kPmr = sys(0, 4, 6, 0), kIar0 = sys(0, 12, 8, 0), kEoir0 = sys(0, 12, 8, 1), kHppir0 = sys(0, 12, 8, 2);
inline constexpr Address kBpr0 = sys(0, 12, 8, 3), kAp0r0 = sys(0, 12, 8, 4), kAp0r1 = sys(0, 12, 8, 5), kAp1r0 = sys(0, 12, 9, 0);
inline constexpr Address kDir = sys(0, 12, 11, 1), kRpr = sys(0, 12, 11, 3), kSgi1r = sys(0, 12, 11, 5), kAsgi1r = sys(0, 12, 11, 6);
inline constexpr Address kSgi0r = sys(0, 12, 11, 7), kIar1 = sys(0, 12, 12, 0), kEoir1 = sys(0, 12, 12, 1), kHppir1 = sys(0, 12, 12, 2);
inline constexpr Address kBpr1 = sys(0, 12, 12, 3), kCtlr = sys(0, 12, 12, 4), kSre = sys(0, 12, 12, 5), kIgrpen0 = sys(0, 12, 12, 6);
inline constexpr Address kIgrpen1 = sys(0, 12, 12, 7);

} // namespace gic

/// A controller of either version, with \p count CPUs and 64 shared interrupts.
struct AnyGicBench : Bench {
    using Parameters = std::vector<std::pair<std::string, std::uint64_t>>;

    AnyGicBench(const std::string& kind, unsigned count, Parameters parameters, unsigned private_inputs_of = 0) : count_(count) {
        parameters.insert(parameters.begin(), {{"cpus", count}, {"spis", 64}});
        model = make(kind, "gic", parameters);
        dist.socket.bind(*model->target_socket("dist"));
        for (unsigned i = 0; i < count; ++i) {
            irq.emplace_back(model->irq_output("irq." + std::to_string(i)));
            fiq.emplace_back(model->irq_output("fiq." + std::to_string(i)));
        }
        for (unsigned i = 0; i < spi.size(); ++i)
            spi[i].connect(*model->irq_input("spi." + std::to_string(i)));
        for (unsigned i = 0; i < ppi.size() && private_inputs_of < count; ++i)
            ppi[i].connect(*model->irq_input("ppi." + std::to_string(private_inputs_of) + "." + std::to_string(i)));
    }
    [[nodiscard]] unsigned count() const { return count_; }
    bool pending(unsigned id) { return (dist.get(gic::set_pending(id)) & gic::mask(id)) != 0; }
    bool active(unsigned id) { return (dist.get(gic::set_active(id)) & gic::mask(id)) != 0; }
    void pend(unsigned id) { dist.put(gic::set_pending(id), gic::mask(id)); }
    void edge(unsigned id) { dist.put(gic::trigger(id), dist.get(gic::trigger(id)) | 2U << (id % 16 * 2)); }

    std::unique_ptr<Peripheral> model;
    Initiator dist{"dist"};
    std::deque<IrqProbe> irq;
    std::deque<IrqProbe> fiq;
    std::array<IrqOut, 64> spi;
    std::array<IrqOut, 16> ppi;

private:
    unsigned count_;
};

/// Version 2: two CPUs by default; the CPUs' initiator numbers are 7, 8 ... as on a board whose other CPUs come first.
struct Gicv2Bench : AnyGicBench {
    static constexpr Address kControl = 0, kMask = 4, kBinaryPoint = 8, kIar = 0xc, kEoir = 0x10, kRunning = 0x14, kHighest = 0x18;
    static constexpr Address kAliasedBinaryPoint = 0x1c, kAliasedIar = 0x20, kAliasedEoir = 0x24, kAliasedHighest = 0x28, kDir = 0x1000;
    static constexpr Address kSgi = 0xf00;   ///< Of the distributor.

    explicit Gicv2Bench(unsigned count = 2, const Parameters& parameters = {}) : AnyGicBench("gicv2", count, parameters) {
        interface.socket.bind(*model->target_socket("cpu"));
        for (unsigned i = 0; i < count; ++i)
            model->wired_to("irq." + std::to_string(i), 7 + i);
    }
    /// The accesses that follow are CPU \p number's.
    void be(unsigned number) { dist.id = interface.id = 7 + number; }
    void enable_all() {
        dist.put(gic::kControl, 3);
        for (unsigned cpu = count(); cpu-- > 0;) {
            be(cpu);
            interface.put(kControl, 3);
            interface.put(kMask, 0xff);
        }
    }
    void allow(unsigned id, unsigned level = 0x80, unsigned where = 1) {
        dist.put(gic::priority(id), level, 1);
        if (id >= 32)
            dist.put(gic::targets(id), where, 1);
        dist.put(gic::set_enable(id), gic::mask(id));
    }
    unsigned take() { return static_cast<unsigned>(interface.get(kIar)); }
    void end(unsigned id) { interface.put(kEoir, id); }

    Initiator interface{"interface"};
};

/// Version 3: two CPUs by default; the private inputs are CPU 1's.
struct Gicv3Bench : AnyGicBench {
    explicit Gicv3Bench(unsigned count = 2, const Parameters& parameters = {}) : AnyGicBench("gicv3", count, parameters, 1) {
        redist.socket.bind(*model->target_socket("redist"));
        for (unsigned i = 0; i < count; ++i) {
            cpus.push_back(std::make_unique<Initiator>(("cpu_" + std::to_string(i)).c_str()));
            cpus.back()->socket.bind(*model->target_socket("cpu." + std::to_string(i)));
        }
    }
    std::uint64_t get(unsigned cpu, Address at) { return cpus[cpu]->get(at, 8); }
    void set(unsigned cpu, Address at, std::uint64_t value) { cpus[cpu]->put(at, value, 8); }
    void wake(unsigned cpu) {
        redist.put(gic::frame(cpu) + gic::kWaker, 0);
        set(cpu, gic::kPmr, 0xf8);
        set(cpu, gic::kIgrpen1, 1);
    }
    /// As an operating system leaves it: all of group 1, enabled everywhere.
    void enable_all() {
        dist.put(gic::kControl, 2);
        for (const unsigned id : {32U, 64U})
            dist.put(gic::group(id), 0xffffffff);
        for (unsigned i = 0; i < count(); ++i) {
            redist.put(gic::sgi_frame(i) + gic::group(0), 0xffffffff);
            redist.put(gic::sgi_frame(i) + gic::set_enable(0), 0xffffffff);
            wake(i);
        }
    }
    void allow(unsigned id, unsigned level = 0x80, std::uint64_t where = 0) {
        dist.put(gic::priority(id), level, 1);
        dist.put(gic::route(id), where, 8);
        dist.put(gic::set_enable(id), gic::mask(id));
    }

    Initiator redist{"redist"};
    std::vector<std::unique_ptr<Initiator>> cpus;
};

} // namespace medley::periph::test
