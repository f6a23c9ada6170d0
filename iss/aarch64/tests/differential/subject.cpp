#include "iss/aarch64/tests/differential/subject.h"

#include "accel/interp/register.h"
#include "iss/aarch64/sys_bits.h"
#include "medley/base/error.h"
#ifdef MEDLEY_HAS_JIT
#include "accel/jit/register.h"
#endif

#include <cstring>

namespace medley::iss::aarch64::test {

DirectRange SubjectMemory::direct(Address physical) {
    if (!inside(physical, 1))
        return {};
    return {bytes_.data(), kBase, kBase + kSize - 1, true, true, &watch_, 0};
}
MemStatus SubjectMemory::read(Address physical, std::span<std::byte> data, MemAttributes /*attributes*/) {
    return peek(physical, data) == data.size() ? MemStatus::Ok : MemStatus::Bus;
}
MemStatus SubjectMemory::write(Address physical, std::span<const std::byte> data, MemAttributes /*attributes*/) {
    return poke(physical, data) == data.size() ? MemStatus::Ok : MemStatus::Bus;
}
std::size_t SubjectMemory::peek(Address physical, std::span<std::byte> data) {
    if (!inside(physical, data.size()))
        return 0;
    std::memcpy(data.data(), at(physical), data.size());
    return data.size();
}
std::size_t SubjectMemory::poke(Address physical, std::span<const std::byte> data) {
    if (!inside(physical, data.size()))
        return 0;
    watch_.written(physical - kBase, data.size());
    std::memcpy(at(physical), data.data(), data.size());
    return data.size();
}
void SubjectMemory::set_listener(MemoryListener* listener) {
    if (listener_ != nullptr)
        watch_.remove_listener(*listener_);
    listener_ = listener;
    if (listener_ != nullptr)
        watch_.add_listener(*listener_);
}

void SubjectHost::flush_tlb(const TlbFlush& flush) {
    if (accelerator != nullptr)
        accelerator->flush_tlb(flush);
}
void SubjectHost::flush_code() {
    if (accelerator != nullptr)
        accelerator->flush_code();
}

Subject::Subject(const std::string& accelerator) : host_(memory_), core_(Config::parse({"max", {}, 0}), host_) {
    register_interp(registry_);
#ifdef MEDLEY_HAS_JIT
    register_jit(registry_);
#endif
    for (const auto& kind : registry_.accelerators)
        if (kind->name() == accelerator)
            accelerator_ = kind->make(core_, memory_, {{"verify", "true"}});
    MEDLEY_ASSERT(accelerator_ != nullptr, accelerator);
    host_.accelerator = accelerator_.get();
    core_.reset(SubjectMemory::kCode);
    auto& regs = core_.system().regs();
    regs.cpacr_el1 = 3U << 20; // FPEN: nothing is trapped
    regs.vbar_el1 = SubjectMemory::kCode - 0x1000;
    // Exceptions go round in circles.
    for (Address address = regs.vbar_el1; address < SubjectMemory::kCode; address += 4)
        std::memcpy(memory_.at(address), "\x00\x00\x00\x14", 4);
    core_.state_written();
}

Subject::~Subject() = default;

/// Each word stands once, with a jump to itself behind it, which is where a run ends.
Address Subject::place(std::uint32_t word) {
    const auto [found, is_new] = places_.try_emplace(word, next_place_);
    if (is_new) {
        const std::uint32_t pair[] = {word, 0x1400'0000};
        std::memcpy(memory_.at(next_place_), pair, sizeof pair);
        next_place_ += sizeof pair;
        if (next_place_ - SubjectMemory::kBase + sizeof pair > SubjectMemory::kSize) {
            places_.clear();
            next_place_ = SubjectMemory::kCode;
            accelerator_->flush_code();
            return place(word);
        }
    }
    return found->second;
}

record Subject::run(const record& before) {
    const auto address = place(before.word);
    auto& state = *reinterpret_cast<State*>(core_.state());
    std::memcpy(state.x, before.x, sizeof before.x);
    std::memcpy(state.vector, before.v, sizeof before.v);
    std::memcpy(memory_.at(SubjectMemory::kBase), before.memory, sizeof before.memory);
    state.n = before.nzcv >> 31 & 1;
    state.z = before.nzcv >> 30 & 1;
    state.c = before.nzcv >> 29 & 1;
    state.v = before.nzcv >> 28 & 1;
    state.fpcr = before.fpcr;
    state.set_fpsr(before.fpsr);
    state.pc = address;
    core_.state_written();
    (void)accelerator_->run(1);

    record after = before;
    after.refused = state.pc == address + 4 ? 0 : 4;
    std::memcpy(after.x, state.x, sizeof after.x);
    std::memcpy(after.v, state.vector, sizeof after.v);
    std::memcpy(after.memory, memory_.at(SubjectMemory::kBase), sizeof after.memory);
    after.nzcv = std::uint32_t{state.n} << 31 | std::uint32_t{state.z} << 30 | std::uint32_t{state.c} << 29 |
                 std::uint32_t{state.v} << 28;
    after.fpsr = state.fpsr();
    return after;
}

} // namespace medley::iss::aarch64::test
