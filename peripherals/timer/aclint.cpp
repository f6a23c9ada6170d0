#include "peripherals/timer/aclint.h"

#include "medley/base/bits.h"
#include "medley/base/error.h"
#include "peripherals/common/time.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace medley::periph {

namespace {

// FU540-C000 Manual, table 38.
constexpr std::uint64_t kSoftware = 0x0, kCompare = 0x4000, kTime = 0xbff8, kSpan = 0x10000;
constexpr std::uint64_t kMaximumHarts = 4095; // ACLINT 1.0-rc4, 3.1 and 2.1: both devices end there.

} // namespace

Aclint::Aclint(const char* name, const Configuration& configuration, const Services& services)
    : Peripheral(sc_core::sc_module_name(name)), counter_(services.counter) {
    const auto count = configuration.number("harts");
    if (count == 0 || count > kMaximumHarts)
        throw UserError("aclint '" + std::string(name) + "': harts is " + std::to_string(count) + ", must be 1 to 4095");
    socket_.register_b_transport(this, &Aclint::b_transport);
    socket_.register_transport_dbg(this, &Aclint::transport_dbg);
    add_port("", socket_);
    for (std::uint64_t i = 0; i < count; ++i) {
        auto& hart = harts_.emplace_back();
        add_port("msip." + std::to_string(i), hart.software);
        add_port("mtip." + std::to_string(i), hart.timer);
    }
    // Another timer of the same counter, or this one, has set it.
    counter_.on_set([this](Picoseconds now) {
        for (auto& hart : harts_)
            update(hart, now);
        schedule();
    });
    SC_METHOD(deadline_reached);
    sensitive << alarm_;
    dont_initialize();
}

void Aclint::reset() {
    for (auto& hart : harts_) {
        hart.compare = kNever;
        hart.software.set(false);
    }
    counter_.set(0, to_picoseconds(sc_core::sc_time_stamp()));
}

void Aclint::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    const auto offset = payload.get_address();
    const auto length = payload.get_data_length();
    if ((length != 4 && length != 8) || payload.get_streaming_width() < length) {
        payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    if (payload.get_byte_enable_ptr() != nullptr) {
        payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
        return;
    }
    if (offset % length != 0 || offset > kSpan - length) {
        payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    const auto now = to_picoseconds(sc_core::sc_time_stamp() + delay);
    auto* data = payload.get_data_ptr();
    if (payload.is_read()) {
        std::uint64_t value = read(offset, now);
        if (length == 8)
            value |= static_cast<std::uint64_t>(read(offset + 4, now)) << 32;
        std::memcpy(data, &value, length);
    } else if (payload.is_write()) {
        std::uint64_t value = 0;
        std::memcpy(&value, data, length);
        write(offset, value, length, now);
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned Aclint::transport_dbg(tlm::tlm_generic_payload& payload) {
    if (!payload.is_read())
        return 0; // The registers act on what is written; a debugger only looks.
    const auto now = to_picoseconds(sc_core::sc_time_stamp());
    unsigned done = 0;
    for (; done < payload.get_data_length() && payload.get_address() + done < kSpan; ++done) {
        const auto address = payload.get_address() + done;
        payload.get_data_ptr()[done] = static_cast<unsigned char>(read(align_down(address, 4), now) >> address % 4 * 8);
    }
    return done;
}

std::uint32_t Aclint::read(std::uint64_t offset, Picoseconds now) const {
    const auto half = offset % 8 * 8;
    if (offset >= kTime)
        return offset < kTime + 8 ? static_cast<std::uint32_t>(counter_.value_at(now) >> half) : 0;
    if (offset >= kCompare) {
        const auto index = (offset - kCompare) / 8;
        return index < harts_.size() ? static_cast<std::uint32_t>(harts_[index].compare >> half) : 0;
    }
    const auto index = offset / 4;
    return index < harts_.size() && harts_[index].software.level() ? 1 : 0;
}

void Aclint::write(std::uint64_t offset, std::uint64_t value, unsigned length, Picoseconds now) {
    if (offset < kCompare) {
        write_software(offset, value, length);
        return;
    }
    const auto merged = [&](std::uint64_t old) { return with_bits(old, static_cast<unsigned>(offset % 8 * 8), length * 8, value); };
    if (offset >= kTime) {
        if (offset < kTime + 8)
            counter_.set(merged(counter_.value_at(now)), now);
        return;
    }
    const auto index = (offset - kCompare) / 8;
    if (index >= harts_.size())
        return;
    harts_[index].compare = merged(harts_[index].compare);
    update(harts_[index], now);
    schedule();
}

void Aclint::write_software(std::uint64_t offset, std::uint64_t value, unsigned length) {
    for (unsigned i = 0; i < length / 4; ++i) {
        if (const auto index = offset / 4 + i; index < harts_.size())
            harts_[index].software.set(bit(value, i * 32));
    }
}

/// Compares at the local time \p now: initiators run ahead of the kernel, and what they have reached must not wait for it.
void Aclint::update(Hart& hart, Picoseconds now) {
    const bool reached = counter_.value_at(now) >= hart.compare;
    hart.deadline = reached ? counter_.wraps(now) : counter_.reaches(hart.compare, now);
    hart.timer.set(reached);
}

void Aclint::schedule() {
    alarm_.cancel();
    Picoseconds next = kNever;
    for (const auto& hart : harts_)
        next = std::min(next, hart.deadline);
    if (next == kNever)
        return;
    const auto now = to_picoseconds(sc_core::sc_time_stamp());
    alarm_.notify(to_sc_time(next > now ? next - now : 0));
}

void Aclint::deadline_reached() {
    const auto now = to_picoseconds(sc_core::sc_time_stamp());
    for (auto& hart : harts_) {
        if (hart.deadline <= now)
            update(hart, now);
    }
    schedule();
}

void register_aclint(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "aclint";
    kind.description = "software and timer interrupts of a number of harts, and their time";
    kind.document = "SiFive FU540-C000 Manual v1p0, chapter 9; RISC-V ACLINT 1.0-rc4";
    kind.parameters = {{"harts", ParameterType::Integer, "1", "harts served: outputs msip.N and mtip.N", false}};
    kind.registers = {
        {kSoftware, 4, "MSIP0", 0, 1, "software interrupt of hart 0; one word per hart"},
        {kCompare, 8, "MTIMECMP0", kNever, kNever, "timer compare of hart 0; one doubleword per hart"},
        {kTime, 8, "MTIME", 0, kNever, "the platform's counter"},
    };
    kind.address_size = kSpan;
    kind.make = [](const char* name, const Configuration& configuration, const Services& services) {
        return std::make_unique<Aclint>(name, configuration, services);
    };
    kind.tree = [](const Configuration&) {
        TreeInfo tree;
        tree.node_name = "clint";
        tree.compatible = {"sifive,clint0", "riscv,clint0"};
        tree.extended_outputs = {"msip", "mtip"};
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
