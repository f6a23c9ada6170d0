// Atomics and exclusives of MemoryUnit. On direct memory they are atomic for the host too; on devices they are a read
// transaction and a write transaction.
#include "accel/common/memory_unit.h"

#include "medley/base/bits.h"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace medley::accel {
namespace {

__extension__ typedef unsigned __int128 Unsigned128;

template <class T>
T byte_swapped(T value) {
    if constexpr (sizeof(T) == 16)
        return static_cast<T>(__builtin_bswap64(static_cast<std::uint64_t>(value))) << 64 |
               __builtin_bswap64(static_cast<std::uint64_t>(value >> 64));
    else if constexpr (sizeof(T) == 8)
        return __builtin_bswap64(value);
    else if constexpr (sizeof(T) == 4)
        return __builtin_bswap32(value);
    else if constexpr (sizeof(T) == 2)
        return __builtin_bswap16(value);
    else
        return value;
}

/// Calls `body` with a zero of the unsigned type that has the size of the access.
template <class Body>
bool with_size(const ir::MemOp& op, Body body) {
    switch (op.size_log2) {
    case 0: return body(std::uint8_t{});
    case 1: return body(std::uint16_t{});
    case 2: return body(std::uint32_t{});
    case 3: return body(std::uint64_t{});
    default: return body(Unsigned128{});
    }
}

template <class T>
T number(const Wide& wide) {
    if constexpr (sizeof(T) == 16)
        return static_cast<T>(wide.high) << 64 | wide.low;
    else
        return static_cast<T>(wide.low);
}

template <class T>
Wide wide(T value) {
    if constexpr (sizeof(T) == 16)
        return {static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(value >> 64)};
    else
        return {value, 0};
}

/// Memory that others on this host may change at the same time: naturally aligned.
template <class T>
T load_shared(const std::byte* host) {
    T value{};
    __atomic_load(reinterpret_cast<T*>(const_cast<std::byte*>(host)), &value, __ATOMIC_SEQ_CST);
    return value;
}

template <class T>
bool exchange_shared(std::byte* host, T from, T to) {
    return __atomic_compare_exchange(reinterpret_cast<T*>(host), &from, &to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/// What an access of that size moves.
Wide cut_to(const ir::MemOp& op, const Wide& data) {
    return op.size() == 16 ? data : Wide{data.low & low_mask(op.size() * 8), 0};
}

std::uint64_t combined(ir::RmwOp operation, std::uint64_t old, std::uint64_t operand, unsigned width) {
    const auto less_signed = static_cast<std::int64_t>(sign_extend(old, width)) <
                             static_cast<std::int64_t>(sign_extend(operand, width));
    const auto less_unsigned = old < (operand & low_mask(width));
    switch (operation) {
    case ir::RmwOp::Swap: return operand;
    case ir::RmwOp::Add: return old + operand;
    case ir::RmwOp::And: return old & operand;
    case ir::RmwOp::AndNot: return old & ~operand;
    case ir::RmwOp::Or: return old | operand;
    case ir::RmwOp::Xor: return old ^ operand;
    case ir::RmwOp::MinS: return less_signed ? old : operand;
    case ir::RmwOp::MaxS: return less_signed ? operand : old;
    case ir::RmwOp::MinU: return less_unsigned ? old : operand;
    case ir::RmwOp::MaxU: return less_unsigned ? operand : old;
    }
    return old;
}

} // namespace

bool MemoryUnit::resolve_atomic(Address address, const ir::MemOp& op, Access access, Place& place) {
    ++counters_.slow_accesses;
    if ((address & (op.size() - 1)) != 0)
        return fail(FaultKind::Alignment, access, address);
    return resolve(address, op.size(), access, op.mem_index, place);
}

/// The read of a read-modify-write is a part of a write where it fails (`blame`).
bool MemoryUnit::read_old(const Place& place, Address address, const ir::MemOp& op, Access blame, Wide& old) {
    return with_size(op, [&]<class T>(T) {
        T raw{};
        if (place.host != nullptr)
            raw = load_shared<T>(place.host);
        else if (!transfer_in(place, address, sizeof raw, reinterpret_cast<std::byte*>(&raw), blame))
            return false;
        old = wide(op.big_endian ? byte_swapped(raw) : raw);
        return true;
    });
}

/// Whether memory held `old` still, and now holds `desired`. On a device it always does, unless the bus refuses (fault()).
bool MemoryUnit::replace(const Place& place, Address address, const ir::MemOp& op, const Wide& old, const Wide& desired) {
    const bool done = with_size(op, [&]<class T>(T) {
        auto from = number<T>(old);
        auto to = number<T>(desired);
        if (op.big_endian) {
            from = byte_swapped(from);
            to = byte_swapped(to);
        }
        if (place.host == nullptr)
            return transfer_out(place, address, sizeof to, reinterpret_cast<const std::byte*>(&to), Access::Write);
        return exchange_shared(place.host, from, to);
    });
    return done;
}

/// Where CPUs execute at the same time, atomic instructions on one line take turns.
std::optional<ReservationTable::Line> MemoryUnit::hold(const Place& place) {
    if (team_ == nullptr || place.host == nullptr)
        return std::nullopt;
    return std::optional<ReservationTable::Line>(std::in_place, team_->reservations(), place.host);
}

/// Behind an atomic write of direct memory, with no line held.
void MemoryUnit::report_atomic(const Place& place, const ir::MemOp& op) {
    if (place.host != nullptr)
        report_write(place, op.size());
}

bool MemoryUnit::rmw(Address address, const ir::MemOp& op, ir::RmwOp operation, std::uint64_t operand) {
    Place place;
    if (!resolve_atomic(address, op, Access::Write, place))
        return false;
    const unsigned width = op.size() * 8;
    Wide old;
    std::uint64_t desired = 0;
    {
        auto line = hold(place);
        bool stored = false;
        while (!stored) {
            if (!read_old(place, address, op, Access::Write, old))
                return false;
            desired = combined(operation, old.low, operand, width) & low_mask(width);
            stored = replace(place, address, op, old, {desired, 0});
            if (!stored && place.host == nullptr)
                return false;
        }
        if (line)
            line->changed();
    }
    report_atomic(place, op);
    value = {old.low, 0};
    trace(Access::Read, address, place.physical, op.size(), old.low);
    trace(Access::Write, address, place.physical, op.size(), desired);
    return true;
}

bool MemoryUnit::compare_exchange(Address address, const ir::MemOp& op, const Wide& expected, const Wide& desired) {
    Place place;
    if (!resolve_atomic(address, op, Access::Write, place))
        return false;
    const auto wanted = cut_to(op, expected);
    const auto written = cut_to(op, desired);
    Wide old;
    bool stored = false;
    {
        auto line = hold(place);
        do {
            if (!read_old(place, address, op, Access::Write, old))
                return false;
            if (old.low != wanted.low || old.high != wanted.high)
                break;
            stored = replace(place, address, op, old, written);
            if (!stored && place.host == nullptr)
                return false;
        } while (!stored);
        if (line && stored)
            line->changed();
    }
    value = old;
    trace(Access::Read, address, place.physical, op.size(), old.low);
    if (!stored)
        return true;
    report_atomic(place, op);
    trace(Access::Write, address, place.physical, op.size(), written.low);
    return true;
}

bool MemoryUnit::load_exclusive(Address address, const ir::MemOp& op) {
    Place place;
    Wide old;
    std::uint32_t version = 0;
    if (!resolve_atomic(address, op, Access::Read, place))
        return false;
    {
        const auto line = hold(place);
        if (!read_old(place, address, op, Access::Read, old))
            return false;
        if (line)
            version = line->version();
    }
    monitor_ = {true, place.physical, op.size(), old, version};
    value = old;
    trace(Access::Read, address, place.physical, op.size(), old.low);
    return true;
}

bool MemoryUnit::store_exclusive(Address address, const ir::MemOp& op, const Wide& data) {
    Place place;
    if (!resolve_atomic(address, op, Access::Write, place))
        return false;
    const bool covered = monitor_.valid && monitor_.physical == place.physical && monitor_.size == op.size();
    monitor_.valid = false;
    value = {1, 0};
    if (!covered)
        return true;
    const auto written = cut_to(op, data);
    {
        auto line = hold(place);
        if (line && line->version() != monitor_.version)
            return true;
        if (!replace(place, address, op, monitor_.value, written))
            return place.host != nullptr;
        if (line)
            line->changed();
    }
    report_atomic(place, op);
    value = {0, 0};
    trace(Access::Write, address, place.physical, op.size(), written.low);
    return true;
}

} // namespace medley::accel
