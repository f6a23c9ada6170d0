#include "tests/accel/support/toy.h"

#include <algorithm>

namespace medley::test {

using ir::Opcode;
using ir::Type;

// --- memory

DirectRange ToyMemory::direct(Address physical) {
    if (!has_direct || physical >= kRam)
        return {};
    return {ram.data(), 0, kRam - 1, true, true, has_watch ? &watch : nullptr, 0};
}

MemStatus ToyMemory::read(Address physical, std::span<std::byte> data, MemAttributes /*attributes*/) {
    if (peek(physical, data) == data.size())
        return MemStatus::Ok;
    if (physical < kDevice || physical >= kDevice + kPageSize)
        return MemStatus::Bus;
    DeviceAccess access{false, physical, 0x1122334455667788, executed()};
    device.push_back(access);
    std::memcpy(data.data(), &access.value, std::min<std::size_t>(data.size(), 8));
    if (on_device)
        on_device(access);
    return MemStatus::Ok;
}

MemStatus ToyMemory::write(Address physical, std::span<const std::byte> data, MemAttributes /*attributes*/) {
    if (poke(physical, data) == data.size())
        return MemStatus::Ok;
    if (physical < kDevice || physical >= kDevice + kPageSize)
        return MemStatus::Bus;
    DeviceAccess access{true, physical, 0, executed()};
    std::memcpy(&access.value, data.data(), std::min<std::size_t>(data.size(), 8));
    device.push_back(access);
    if (on_device)
        on_device(access);
    return MemStatus::Ok;
}

std::size_t ToyMemory::peek(Address physical, std::span<std::byte> data) {
    if (physical >= kRam || data.size() > kRam - physical)
        return 0;
    std::memcpy(data.data(), &ram[physical], data.size());
    return data.size();
}

std::size_t ToyMemory::poke(Address physical, std::span<const std::byte> data) {
    if (physical >= kRam || data.size() > kRam - physical)
        return 0;
    std::memcpy(&ram[physical], data.data(), data.size());
    watch.written(physical, data.size());
    return data.size();
}

void ToyMemory::set_listener(MemoryListener* now) {
    if (listener != nullptr)
        watch.remove_listener(*listener);
    listener = now;
    if (listener != nullptr)
        watch.add_listener(*listener);
}

void ToyMemory::code(Address address, std::initializer_list<std::uint32_t> words) {
    for (const auto word : words) {
        write_from_outside(address, word);
        address += 4;
    }
}

// --- core

ToyCore::ToyCore(GuestMemory& memory, bool overlap) : memory_(memory) {
    // Some of each kind have a rank, and some have not.
    const auto add = [this](const std::string& name, std::size_t offset, Type type, unsigned rank = 0) {
        return layout_.add({name, static_cast<std::uint32_t>(offset), type, SlotRole::General, static_cast<std::uint8_t>(rank)});
    };
    for (unsigned i = 0; i < kRegisters; ++i)
        add("r" + std::to_string(i), offsetof(State, r) + 8 * i, Type::I64, i < 12 ? 1 + 2 * i : 0);
    layout_.program_counter = layout_.add({"pc", offsetof(State, pc), Type::I64, SlotRole::ProgramCounter, 0});
    for (unsigned i = 0; i < 4; ++i)
        add("d" + std::to_string(i), offsetof(State, d) + 8 * i, Type::F64, i < 3 ? 1 + i : 0);
    for (unsigned i = 0; i < 4; ++i)
        add("s" + std::to_string(i), offsetof(State, s) + 4 * i, Type::F32, i < 3 ? 2 + i : 0);
    for (unsigned i = 0; i < 4; ++i)
        add("w" + std::to_string(i), offsetof(State, w) + 4 * i, Type::I32, i < 2 ? 4 + 2 * i : 0);
    layout_.float_flags = add("flags", offsetof(State, flags), Type::I32);
    layout_.attention = add("attention", offsetof(State, attention), Type::I32);
    for (unsigned i = 0; i < 4; ++i)
        add("h" + std::to_string(i), offsetof(State, h) + 2 * i, Type::F16);
    for (unsigned i = 0; i < 4; ++i)
        add("b" + std::to_string(i), offsetof(State, b) + i, Type::I1);
    for (unsigned i = 0; i < 2; ++i)
        add("v" + std::to_string(i), offsetof(State, v) + 16 * i, Type::V128, i == 0 ? 3 : 0);
    if (overlap)
        add("r0_low", offsetof(State, r), Type::I32);
    layout_.condition_flags = {kB, kB + 1, kB + 2, kB + 3};
    layout_.size = sizeof(State);
    add_helpers();
}

void ToyCore::add_helpers() {
    Helper helper{.name = "on_call", .function = [](HelperContext& context, std::uint64_t a, std::uint64_t, std::uint64_t, std::uint64_t) {
                      auto& core = static_cast<ToyCore&>(*context.core);
                      return core.on_call ? core.on_call(context, a) : a;
                  }, .result = Type::I64, .arguments = {Type::I64}, .effects = 0};
    helper.effects = helper_effect::kReadsState | helper_effect::kWritesState | helper_effect::kMayFault | helper_effect::kNeedsCount;
    helpers_.push_back(helper);
    Helper sum{.name = "sum", .function = [](HelperContext&, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) {
                   return a + 3 * b + 5 * c + 7 * d;
               }, .result = Type::I32, .arguments = {Type::I64, Type::I32, Type::I1, Type::F32}, .effects = helper_effect::kPure};
    helpers_.push_back(sum);
    Helper mix{"mix", nullptr, ir::Type::V128, {ir::Type::V128, ir::Type::I32, ir::Type::V128, ir::Type::F16}};
    mix.vector_function = [](HelperContext&, const Vector128* from, Vector128& result) {
        result = {from[0].low + from[1].low - from[2].high, from[0].high ^ from[2].low ^ from[3].low ^ from[1].high ^ from[3].high};
    };
    helpers_.push_back(mix);
}

void ToyCore::reset(Address entry) {
    regs = {};
    regs.pc = entry;
}

LiftResult ToyCore::lift(Address start, const LiftLimits& limits, CodeReader& code, ir::Builder& builder) {
    ++lifts;
    auto pc = start;
    for (std::uint32_t count = 0;; ++count) {
        const bool stop = count != 0 && (count >= limits.max_instructions || pc >= limits.end ||
                                         std::find(limits.stop_before.begin(), limits.stop_before.end(), pc) != limits.stop_before.end());
        const auto word = stop ? std::nullopt : code.fetch(pc, 4);
        if (!word) {
            if (count == 0)
                return {code.fault()};
            builder.go_to(pc);
            return {};
        }
        builder.instruction(pc, 4);
        if (lift_one(pc, static_cast<std::uint32_t>(*word), builder))
            return {};
        pc += 4;
    }
}

void ToyCore::lift_memory(std::uint32_t word, ir::Builder& builder) {
    const auto a = static_cast<ir::SlotId>(word >> 8 & 15);
    const auto b = static_cast<ir::SlotId>(word >> 16 & 15);
    const auto offset = builder.constant(Type::I64, static_cast<std::uint64_t>(static_cast<std::int8_t>(word >> 24)));
    const auto address = builder.add(builder.get(b, Type::I64), offset);
    const ir::MemOp mem{.size_log2 = 3, .require_alignment = aligned};
    if (static_cast<ToyOp>(word & 0xff) == ToyOp::Load)
        builder.put(a, builder.load(Type::I64, address, mem));
    else
        builder.store(address, builder.get(a, Type::I64), mem);
}

bool ToyCore::lift_one(Address pc, std::uint32_t word, ir::Builder& builder) {
    const auto a = static_cast<ir::SlotId>(word >> 8 & 15);
    const auto b = static_cast<ir::SlotId>(word >> 16 & 15);
    const auto c = static_cast<ir::SlotId>(word >> 24 & 15);
    const auto number = static_cast<std::uint64_t>(static_cast<std::int8_t>(word >> 24));
    const ir::MemOp mem{.size_log2 = 3};
    switch (static_cast<ToyOp>(word & 0xff)) {
    case ToyOp::Script: return script && script(builder, pc, word);
    case ToyOp::AddImm:
        builder.put(a, builder.add(builder.get(b, Type::I64), builder.constant(Type::I64, number)));
        return false;
    case ToyOp::Add: builder.put(a, builder.add(builder.get(b, Type::I64), builder.get(c, Type::I64))); return false;
    case ToyOp::Load:
    case ToyOp::Store: lift_memory(word, builder); return false;
    case ToyOp::Call: builder.put(a, builder.call(0, Type::I64, {builder.get(b, Type::I64)})); return false;
    case ToyOp::LoadEx:
        builder.put(a, builder.op_as(Opcode::LoadExclusive, Type::I64, {builder.get(b, Type::I64)}, mem.encode()));
        return false;
    case ToyOp::StoreEx:
        builder.put(a, builder.zero_extend(Type::I64, builder.op(Opcode::StoreExclusive, {builder.get(b, Type::I64), builder.get(c, Type::I64)}, mem.encode()), 1));
        return false;
    default: return lift_jump(pc, word, builder);
    }
}

bool ToyCore::lift_jump(Address pc, std::uint32_t word, ir::Builder& builder) {
    const auto a = static_cast<ir::SlotId>(word >> 8 & 15);
    const auto b = static_cast<ir::SlotId>(word >> 16 & 15);
    const auto target = pc + 4 * static_cast<std::uint64_t>(static_cast<std::int8_t>(word >> 24));
    switch (static_cast<ToyOp>(word & 0xff)) {
    case ToyOp::BranchNe:
        builder.branch(builder.op(Opcode::CompareNe, {builder.get(a, Type::I64), builder.get(b, Type::I64)}), target, pc + 4);
        break;
    case ToyOp::Jump: builder.go_to(target); break;
    case ToyOp::JumpReg: builder.go_to_computed(builder.get(a, Type::I64)); break;
    case ToyOp::Wait: builder.stop(pc + 4, ir::StopReason::WaitForInterrupt); break;
    case ToyOp::Yield: builder.stop(pc + 4, ir::StopReason::Yield); break;
    case ToyOp::Resync: builder.stop(pc + 4, ir::StopReason::Resync); break;
    default: builder.raise(a, builder.get(b, Type::I64)); break;
    }
    return true;
}

Translation ToyCore::translate_flat(Address address, unsigned size, Access access, unsigned mem_index) const {
    const auto found = regimes.find(mem_index);
    const auto regime = access == Access::Fetch || found == regimes.end() ? Regime{} : found->second;
    const auto last = address + (size - 1);
    if (address < regime.first || last > regime.last || last < address ||
        !(access == Access::Write ? regime.writable : regime.readable)) {
        Translation refused;
        refused.fault = Fault{.kind = FaultKind::Translation, .access = access, .address = address};
        return refused;
    }
    const bool whole = regime.first <= (address & kPageMask) && regime.last >= (address | ~kPageMask);
    Translation result{.ok = true, .physical = address + regime.offset, .readable = regime.readable, .writable = regime.writable,
                       .executable = true, .cacheable = whole};
    if (flat && whole && access != Access::Fetch) {
        result.flat_first = regime.first;
        result.flat_last = regime.last;
    }
    return result;
}

Translation ToyCore::translate(Address address, unsigned size, Access access, unsigned mem_index) {
    ++translations;
    if (on_walk)
        on_walk(address);
    if (!paging || (access != Access::Fetch && mem_index >= first_bare))
        return translate_flat(address, size, access, mem_index);
    const auto found = pages.find({space, address & kPageMask});
    const auto allowed = [&](const Mapping& page) {
        return access == Access::Read ? page.readable : access == Access::Write ? page.writable : page.executable;
    };
    if (found == pages.end() || !allowed(found->second)) {
        Translation refused;
        refused.fault = Fault{.kind = FaultKind::Translation, .access = access, .address = address};
        return refused;
    }
    const auto& page = found->second;
    return {.ok = true, .physical = page.physical | (address & ~kPageMask), .readable = page.readable, .writable = page.writable,
            .executable = page.executable, .cacheable = page.cacheable, .attributes = page.attributes};
}

void ToyCore::raise(const Fault& fault) {
    faults.emplace_back(fault, regs.pc);
    regs.pc = vector;
}

} // namespace medley::test
