#include "tests/accel/support/lockstep_machine.h"

#include <fmt/format.h>

namespace medley::test {

using namespace lockstep_map;

// --- memory

std::byte* LockstepMemory::find(Address physical, std::size_t size) {
    if (physical >= kRam && physical < kRam + kRamSize && size <= kRam + kRamSize - physical)
        return &ram[physical - kRam];
    if (physical >= kSlow && physical < kSlow + kSlowSize && size <= kSlow + kSlowSize - physical)
        return &slow[physical - kSlow];
    return nullptr;
}

DirectRange LockstepMemory::direct(Address physical) {
    if (physical < kRam || physical >= kRam + kRamSize)
        return {};
    const auto offset = (physical - kRam) & kPageMask;
    if (revoked_.contains(offset))
        return {};
    // By pages, so that pages come and go one by one.
    return {&ram[offset], kRam + offset, kRam + offset + kPageSize - 1, true, true, &watch_, offset};
}

void LockstepMemory::revoke(Address page) {
    const auto offset = (page & kPageMask) % kRamSize;
    revoked_.insert(offset);
    if (listener_ != nullptr)
        listener_->direct_invalidated(kRam + offset, kRam + offset + kPageSize - 1);
}

MemStatus LockstepMemory::read(Address physical, std::span<std::byte> data, MemAttributes /*attributes*/) {
    if (peek(physical, data) == data.size())
        return MemStatus::Ok;
    if (physical < kDevice || physical >= kDevice + kPageSize || data.size() > 8)
        return MemStatus::Bus;
    on_device(false, physical - kDevice, 0);
    const auto value = device_value();
    std::memcpy(data.data(), &value, data.size());
    return MemStatus::Ok;
}

MemStatus LockstepMemory::write(Address physical, std::span<const std::byte> data, MemAttributes /*attributes*/) {
    if (poke(physical, data) == data.size())
        return MemStatus::Ok;
    if (physical < kDevice || physical >= kDevice + kPageSize || data.size() > 8)
        return MemStatus::Bus;
    std::uint64_t value = 0;
    std::memcpy(&value, data.data(), data.size());
    on_device(true, physical - kDevice, value);
    return MemStatus::Ok;
}

std::size_t LockstepMemory::peek(Address physical, std::span<std::byte> data) {
    const auto* from = find(physical, data.size());
    if (from == nullptr)
        return 0;
    std::memcpy(data.data(), from, data.size());
    return data.size();
}

std::size_t LockstepMemory::poke(Address physical, std::span<const std::byte> data) {
    auto* to = find(physical, data.size());
    if (to == nullptr)
        return 0;
    std::memcpy(to, data.data(), data.size());
    if (physical < kRam + kRamSize)
        watch_.written(physical - kRam, data.size());
    return data.size();
}

void LockstepMemory::set_listener(MemoryListener* listener) {
    if (listener_ != nullptr)
        watch_.remove_listener(*listener_);
    listener_ = listener;
    if (listener_ != nullptr)
        watch_.add_listener(*listener_);
}

void LockstepMemory::write_from_outside(Address physical, std::uint64_t value) {
    (void)poke(physical, std::as_bytes(std::span(&value, 1)));
}

// --- machine

LockstepMachine::LockstepMachine(const MakeCore& make_core, const AcceleratorKind& kind, const AcceleratorOptions& options) {
    core = make_core(*this);
    accelerator = kind.make(*core, memory_, options);
    memory_.on_device = [this](bool write, Address offset, std::uint64_t value) { device_access(write, offset, value); };
    memory_.device_value = [this] { return executed() * 0x9e3779b97f4a7c15; };
}

std::uint64_t LockstepMachine::executed() { return total + (running ? accelerator->executed_in_run() : 0); }

void LockstepMachine::note(std::uint64_t what, std::uint64_t value) {
    events_ = (events_ ^ what ^ executed() << 20 ^ value) * 0x9e3779b97f4a7c15;
    events_ ^= events_ >> 29;
}

void LockstepMachine::set_alarm(unsigned id, Picoseconds when) {
    note(0x200 + id, when);
    if (when == kNever)
        alarms_.erase(id);
    else
        alarms_[id] = when;
}

void LockstepMachine::flush_tlb(const TlbFlush& flush) {
    if (accelerator)
        accelerator->flush_tlb(flush);
}
void LockstepMachine::flush_code() {
    if (accelerator)
        accelerator->flush_code();
}
void LockstepMachine::instruction_barrier() {
    if (accelerator)
        accelerator->instruction_barrier();
}

FirmwareResult LockstepMachine::firmware_call(const FirmwareCall& call) {
    note(0x300, call.status);
    return FirmwareResult::Done;
}

void LockstepMachine::trace_event(bool interrupt, const std::string& text) {
    note(interrupt ? 1 : 2, std::hash<std::string>{}(text));
    last_.push_back(fmt::format("{}: {}", executed(), text));
    if (last_.size() > 16)
        last_.erase(last_.begin());
}

void LockstepMachine::device_access(bool write, Address offset, std::uint64_t value) {
    note(write ? 0x400 : 0x500, offset << 32 ^ value);
    if (write && offset == kCopy) {
        last_copy_ = value;
        copy(value);
    } else if (!write && offset == kCopyRead) {
        copy(last_copy_);
    } else if (write && offset == kRevoke) {
        memory_.revoke(value);
    } else if (write && offset == kRaise) {
        core->set_interrupt(static_cast<unsigned>(value % 4), true);
    } else if (write && offset == kLower) {
        for (unsigned line = 0; line < 4; ++line)
            core->set_interrupt(line, false);
    } else if (write && offset == kBarrier) {
        TlbFlush flush;
        flush.everything = value == 1;
        flush.by_address = value != 1;
        flush.address = value;
        flush_tlb(flush);
    }
}

void LockstepMachine::copy(std::uint64_t places) {
    const auto from = (places & 0xffff'fff8) % (kRamSize - kCopyBytes);
    const auto to = (places >> 32 & 0xffff'fff8) % (kRamSize - kCopyBytes);
    std::byte bytes[kCopyBytes] = {};
    (void)memory_.peek(kRam + from, bytes);
    (void)memory_.poke(kRam + to, bytes);
}

void LockstepMachine::set(const std::string& slot, std::uint64_t value) {
    const auto id = core->layout().find(slot);
    if (!id)
        return;
    const auto& known = core->layout()[*id];
    std::memcpy(core->state() + known.offset, &value, std::min<std::size_t>(size_of(known.type), sizeof value));
}

bool LockstepMachine::attention() {
    const auto id = core->layout().attention;
    std::uint32_t value = 0;
    if (id != StateLayout::kNone)
        std::memcpy(&value, core->state() + core->layout()[id].offset, sizeof value);
    return value != 0;
}

void LockstepMachine::attend() {
    fire_due_alarms();
    if (attention())
        (void)core->take_interrupt();
}

void LockstepMachine::fire_due_alarms() {
    for (auto alarm = alarms_.begin(); alarm != alarms_.end();) {
        if (alarm->second > now()) {
            ++alarm;
            continue;
        }
        const auto id = alarm->first;
        alarms_.erase(alarm);
        core->on_alarm(id);
        alarm = alarms_.begin();
        if (alarms_.contains(id) && alarms_[id] <= now())
            break; // It insists.
    }
}

} // namespace medley::test
