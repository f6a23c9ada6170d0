// Loads, stores and atomics: a soft-TLB hit is inline, the rest is MemoryUnit's.
#include "accel/interp/access.h"
#include "accel/interp/handlers.h"
#include "accel/interp/semantics.h"

#include "medley/base/bits.h"

#include <atomic>

namespace medley::accel::interp {
namespace {

using ir::Type;

template <class Narrow>
inline constexpr Address kAddressMask = static_cast<Narrow>(-1);

template <class Narrow>
Address address_of(const Op* op) {
    return static_cast<Narrow>(read<Narrow>(op->a) + static_cast<Narrow>(static_cast<std::int64_t>(op->mem.offset)));
}

/// The bits of an address that a tag is compared with: the page, and those that must be zero in an aligned address.
template <class Data>
constexpr Address tag_bits(Address address) {
    return address & (kPageMask | (sizeof(Data) - 1));
}

/// The same without the alignment, for accesses within a page.
template <class Data>
bool within_page(Address address) {
    return (address & ~kPageMask) <= kPageSize - sizeof(Data);
}

template <class Data, bool Swap>
Data ordered(Data data) {
    if constexpr (!Swap || sizeof(Data) == 1)
        return data;
    else if constexpr (sizeof(Data) == 2)
        return static_cast<Data>(__builtin_bswap16(static_cast<std::uint16_t>(data)));
    else if constexpr (sizeof(Data) == 16)
        return static_cast<Data>(static_cast<Unsigned128>(__builtin_bswap64(static_cast<std::uint64_t>(data))) << 64 |
                                 __builtin_bswap64(static_cast<std::uint64_t>(static_cast<Unsigned128>(data) >> 64)));
    else
        return static_cast<Data>(bytes_reversed(static_cast<std::make_unsigned_t<Data>>(data)));
}

template <class T>
T narrowed(const Wide& value) {
    if constexpr (sizeof(T) == 16)
        return static_cast<T>(static_cast<Unsigned128>(value.high) << 64 | value.low);
    else
        return static_cast<T>(value.low);
}

template <class T>
Wide wide(T value) {
    if constexpr (sizeof(T) == 16)
        return {static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(static_cast<Unsigned128>(value) >> 64)};
    else
        return {static_cast<std::uint64_t>(value), 0};
}

// --- loads

/// `Data` is what memory holds (signed where the result is extended by sign), `Result` what the destination takes.
template <class Result, class Data, class Narrow, bool Swap>
[[gnu::noinline]] const Op* load_slowly(const Op* op, Machine& machine, std::int64_t left) {
    const auto address = address_of<Narrow>(op);
    const auto entry = machine.memory.tlb.entry(address, op->mem.mem_index);
    if (entry.page == (address & kPageMask) && entry.reader == machine.memory.tlb.context(op->mem.mem_index) &&
        within_page<Data>(address) && !op->mem.requires_alignment()) {
        const auto data = read<Data>(reinterpret_cast<const void*>(address + entry.addend));
        write(op->d, static_cast<Result>(ordered<Data, Swap>(data)));
        MEDLEY_NEXT(op + 1, machine, left);
    }
    machine.left = left;
    machine.current = op;
    const auto footing = machine.footing();
    const bool done = machine.memory.load(address, op->mem.op(), kAddressMask<Narrow>);
    machine.current = nullptr;
    machine.after_call();
    if (!done)
        return machine.leave_with_fault(op, machine.memory.fault());
    write(op->d, static_cast<Result>(narrowed<Data>(machine.memory.value)));
    machine.leave_when_lost(op, footing);
    MEDLEY_NEXT(op + 1, machine, machine.left);
}

template <class Result, class Data, class Narrow, bool Swap>
const Op* load(const Op* op, Machine& machine, std::int64_t left) {
    const auto address = address_of<Narrow>(op);
    const auto entry = machine.memory.tlb.entry(address, op->mem.mem_index);
    if (entry.page != tag_bits<Data>(address) || entry.reader != machine.memory.tlb.context(op->mem.mem_index)) [[unlikely]]
        return load_slowly<Result, Data, Narrow, Swap>(op, machine, left);
    const auto data = read<Data>(reinterpret_cast<const void*>(address + entry.addend));
    write(op->d, static_cast<Result>(ordered<Data, Swap>(data)));
    MEDLEY_NEXT(op + 1, machine, left);
}

template <class Result, class Data>
Handler load_form(Type address_type, bool swap) {
    if (address_type == Type::I32)
        return swap ? &load<Result, Data, std::uint32_t, true> : &load<Result, Data, std::uint32_t, false>;
    return swap ? &load<Result, Data, std::uint64_t, true> : &load<Result, Data, std::uint64_t, false>;
}

template <class Result>
Handler integer_load(Type address_type, const ir::MemOp& op) {
    switch (op.size_log2) {
    case 0: return op.sign ? load_form<Result, std::int8_t>(address_type, false) : load_form<Result, std::uint8_t>(address_type, false);
    case 1:
        return op.sign ? load_form<Result, std::int16_t>(address_type, op.big_endian)
                       : load_form<Result, std::uint16_t>(address_type, op.big_endian);
    case 2:
        return op.sign ? load_form<Result, std::int32_t>(address_type, op.big_endian)
                       : load_form<Result, std::uint32_t>(address_type, op.big_endian);
    case 3:
        return op.sign ? load_form<Result, std::int64_t>(address_type, op.big_endian)
                       : load_form<Result, std::uint64_t>(address_type, op.big_endian);
    default: return nullptr;
    }
}

// --- stores

template <class Data, class Narrow, bool Swap>
[[gnu::noinline]] const Op* store_slowly(const Op* op, Machine& machine, std::int64_t left) {
    const auto address = address_of<Narrow>(op);
    const auto data = read<Data>(op->stored);
    const auto entry = machine.memory.tlb.entry(address, op->mem.mem_index);
    if (entry.page == (address & kPageMask) && entry.writer == machine.memory.tlb.context(op->mem.mem_index) &&
        within_page<Data>(address) && !op->mem.requires_alignment()) {
        write(reinterpret_cast<void*>(address + entry.addend), ordered<Data, Swap>(data));
        MEDLEY_NEXT(op + 1, machine, left);
    }
    machine.left = left;
    machine.current = op;
    const auto footing = machine.footing();
    const bool done = machine.memory.store(address, op->mem.op(), kAddressMask<Narrow>, wide(data));
    machine.current = nullptr;
    machine.after_call();
    if (!done)
        return machine.leave_with_fault(op, machine.memory.fault());
    machine.leave_when_lost(op, footing);
    MEDLEY_NEXT(op + 1, machine, machine.left);
}

template <class Data, class Narrow, bool Swap>
const Op* store(const Op* op, Machine& machine, std::int64_t left) {
    const auto address = address_of<Narrow>(op);
    const auto entry = machine.memory.tlb.entry(address, op->mem.mem_index);
    if (entry.page != tag_bits<Data>(address) || entry.writer != machine.memory.tlb.context(op->mem.mem_index)) [[unlikely]]
        return store_slowly<Data, Narrow, Swap>(op, machine, left);
    write(reinterpret_cast<void*>(address + entry.addend), ordered<Data, Swap>(read<Data>(op->stored)));
    MEDLEY_NEXT(op + 1, machine, left);
}

template <class Data>
Handler store_form(Type address_type, bool swap) {
    if (address_type == Type::I32)
        return swap ? &store<Data, std::uint32_t, true> : &store<Data, std::uint32_t, false>;
    return swap ? &store<Data, std::uint64_t, true> : &store<Data, std::uint64_t, false>;
}

// --- atomics: always in MemoryUnit

/// Runs `access`, a member call of MemoryUnit, and delivers its value.
template <class Result, class Access>
[[gnu::noinline]] bool call_out(const Op* op, Machine& machine, std::int64_t left, Access access) {
    machine.left = left;
    machine.current = op;
    const auto footing = machine.footing();
    const bool done = access(machine.memory, read<std::uint64_t>(op->a), op->mem.op(), data_of(op));
    machine.current = nullptr;
    machine.after_call();
    if (!done)
        return false;
    const auto& value = machine.memory.value;
    const auto width = op->mem.op().size() * 8;
    if constexpr (sizeof(Result) == sizeof(Wide))
        write(op->d, value);
    else
        write(op->d, static_cast<Result>(op->mem.op().sign && width < 64 ? sign_extend(value.low, width) : value.low));
    machine.leave_when_lost(op, footing);
    return true;
}

template <class Result, class Access>
const Op* atomic(const Op* op, Machine& machine, std::int64_t left) {
    if (!call_out<Result>(op, machine, left, Access{}))
        return machine.leave_with_fault(op, machine.memory.fault());
    MEDLEY_NEXT(op + 2, machine, machine.left);
}

template <class Operand>
struct Rmw {
    bool operator()(MemoryUnit& unit, Address address, const ir::MemOp& op, const OpData& data) const {
        const auto operation = static_cast<ir::RmwOp>(reinterpret_cast<std::uintptr_t>(data.pointers[1]));
        return unit.rmw(address, op, operation, read<Operand>(data.pointers[0]));
    }
};
template <class Operand>
Wide read_wide(const void* from) {
    if constexpr (sizeof(Operand) == sizeof(Wide))
        return read<Wide>(from);
    else
        return {read<Operand>(from), 0};
}

template <class Operand>
struct CompareExchange {
    bool operator()(MemoryUnit& unit, Address address, const ir::MemOp& op, const OpData& data) const {
        return unit.compare_exchange(address, op, read_wide<Operand>(data.pointers[0]), read_wide<Operand>(data.pointers[1]));
    }
};
struct LoadExclusive {
    bool operator()(MemoryUnit& unit, Address address, const ir::MemOp& op, const OpData&) const {
        return unit.load_exclusive(address, op);
    }
};
template <class Operand>
struct StoreExclusive {
    bool operator()(MemoryUnit& unit, Address address, const ir::MemOp& op, const OpData& data) const {
        return unit.store_exclusive(address, op, read_wide<Operand>(data.pointers[0]));
    }
};

const Op* clear_exclusive(const Op* op, Machine& machine, std::int64_t left) {
    machine.memory.clear_exclusive();
    MEDLEY_NEXT(op + 1, machine, left);
}

const Op* fence(const Op* op, Machine& machine, std::int64_t left) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    MEDLEY_NEXT(op + 1, machine, left);
}

} // namespace

Handler load_handler(Type type, Type address_type, const ir::MemOp& op) {
    switch (type) {
    case Type::F16: return integer_load<std::uint16_t>(address_type, op);
    case Type::I32:
    case Type::F32: return integer_load<std::uint32_t>(address_type, op);
    case Type::I64:
    case Type::F64: return integer_load<std::uint64_t>(address_type, op);
    case Type::V128:
        return op.size_log2 == 4 ? load_form<Unsigned128, Unsigned128>(address_type, op.big_endian)
                                 : integer_load<Unsigned128>(address_type, op);
    case Type::I1:
    case Type::None: break;
    }
    return nullptr;
}

Handler store_handler(Type address_type, const ir::MemOp& op) {
    switch (op.size_log2) {
    case 0: return store_form<std::uint8_t>(address_type, false);
    case 1: return store_form<std::uint16_t>(address_type, op.big_endian);
    case 2: return store_form<std::uint32_t>(address_type, op.big_endian);
    case 3: return store_form<std::uint64_t>(address_type, op.big_endian);
    case 4: return store_form<Unsigned128>(address_type, op.big_endian);
    default: return nullptr;
    }
}

Handler rmw_handler(Type type) {
    return type == Type::I32 ? &atomic<std::uint32_t, Rmw<std::uint32_t>> : &atomic<std::uint64_t, Rmw<std::uint64_t>>;
}

Handler compare_exchange_handler(Type type) {
    if (type == Type::V128)
        return &atomic<Unsigned128, CompareExchange<Unsigned128>>;
    return type == Type::I32 ? &atomic<std::uint32_t, CompareExchange<std::uint32_t>>
                             : &atomic<std::uint64_t, CompareExchange<std::uint64_t>>;
}

Handler load_exclusive_handler(Type type) {
    if (type == Type::V128)
        return &atomic<Unsigned128, LoadExclusive>;
    return type == Type::I32 ? &atomic<std::uint32_t, LoadExclusive> : &atomic<std::uint64_t, LoadExclusive>;
}

Handler store_exclusive_handler(Type type) {
    if (type == Type::V128)
        return &atomic<std::uint8_t, StoreExclusive<Unsigned128>>;
    return type == Type::I32 ? &atomic<std::uint8_t, StoreExclusive<std::uint32_t>>
                             : &atomic<std::uint8_t, StoreExclusive<std::uint64_t>>;
}

Handler clear_exclusive_handler() { return &clear_exclusive; }

Handler fence_handler() { return &fence; }

} // namespace medley::accel::interp
