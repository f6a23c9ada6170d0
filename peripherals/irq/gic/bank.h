/// \file
/// What the versions of the Generic Interrupt Controller share: the state of 32 interrupts, and the priorities of a CPU interface.
/// Sections are those of "Arm Generic Interrupt Controller Architecture Specification", versions 2.0 (IHI 0048B) and 3/4 (IHI 0069H).
#pragma once

#include "medley/base/bits.h"

#include <array>
#include <bit>
#include <cstdint>

namespace medley::periph::gic {

inline constexpr unsigned kSgis = 16;        ///< Interrupts 0 to 15 are software-generated,
inline constexpr unsigned kPrivate = 32;     ///< those from 16 to 31 peripheral ones of each CPU,
inline constexpr unsigned kSpurious = 1023;  ///< and this says that there is none.
inline constexpr unsigned kOtherGroup = 1022;
inline constexpr unsigned kLastId = 1019;
/// Five bits of priority are implemented: 32 levels.
inline constexpr unsigned kPriorityBits = 5;
inline constexpr std::uint8_t kPriorityMask = 0xf8;
/// No interrupt, or none that is active.
inline constexpr unsigned kIdle = 0xff;
/// The smallest binary points that five bits leave a choice for (IHI 0048B 3.3.3): of group 0 and of group 1.
inline constexpr std::array<std::uint8_t, 2> kLeastBinaryPoint{2, 3};

/// 32 interrupts, a bit each: one word of the distributor's registers.
struct Bank {
    std::uint32_t group = 0;     ///< 1: group 1.
    std::uint32_t enabled = 0;
    std::uint32_t latched = 0;   ///< Pending because of an edge or of software.
    std::uint32_t level = 0;     ///< Of the inputs.
    std::uint32_t edge = 0;      ///< 1: edge-triggered.
    std::uint32_t active = 0;
    std::array<std::uint8_t, 32> priority{};

    [[nodiscard]] std::uint32_t pending() const { return latched | (level & ~edge); }
    /// Those that could be signalled: pending and active ones wait until they are no longer active.
    [[nodiscard]] std::uint32_t candidates() const { return pending() & enabled & ~active; }

    void input(unsigned number, bool high) {
        const auto mask = std::uint32_t{1} << number;
        level = high ? level | mask : level & ~mask;
        if (high)
            latched |= edge & mask;
    }
    void acknowledge(unsigned number) {
        latched &= ~(std::uint32_t{1} << number);
        active |= std::uint32_t{1} << number;
    }
    /// Power-on state; inputs keep their levels.
    void reset() {
        const auto inputs = level;
        *this = {};
        level = inputs;
    }

    /// The configuration register for 16 of the interrupts: two bits each, of which the upper one says "edge".
    [[nodiscard]] std::uint32_t configuration(unsigned half) const {
        std::uint32_t value = 0;
        for (unsigned i = 0; i < 16; ++i)
            value |= (edge >> (16 * half + i) & 1) << (2 * i + 1);
        return value;
    }
    void configure(unsigned half, std::uint64_t value) {
        for (unsigned i = 0; i < 16; ++i) {
            const auto mask = std::uint32_t{1} << (16 * half + i);
            edge = bit(value, 2 * i + 1) ? edge | mask : edge & ~mask;
        }
    }
};

/// An interrupt that asks for a CPU.
struct Request {
    unsigned id = kSpurious;
    unsigned priority = kIdle;
    unsigned group = 0;
};

/// The better one of \p best and what \p bank has among \p candidates; the lower number wins among equals.
inline void choose(Request& best, const Bank& bank, std::uint32_t candidates, unsigned first_id) {
    for (; candidates != 0; candidates &= candidates - 1) {
        const auto number = static_cast<unsigned>(std::countr_zero(candidates));
        if (bank.priority[number] < best.priority)
            best = {first_id + number, bank.priority[number], bank.group >> number & 1};
    }
}
/// Interrupts of the groups that a mask (bit 0: group 0, bit 1: group 1) lets through.
[[nodiscard]] inline std::uint32_t in_groups(const Bank& bank, unsigned groups) {
    return (bit(groups, 0) ? ~bank.group : 0) | (bit(groups, 1) ? bank.group : 0);
}

/// Priority mask, preemption and active priorities of a CPU interface (IHI 0048B 3.3, IHI 0069H 4.8).
class Priorities {
public:
    std::uint8_t mask = 0;
    std::array<std::uint8_t, 2> binary_point = kLeastBinaryPoint;
    bool common_binary_point = false;
    /// A bit for each group priority that is active, for each group of interrupts.
    std::array<std::uint32_t, 2> active{};

    /// Of the running interrupt; kIdle when there is none.
    [[nodiscard]] unsigned running() const {
        const auto all = active[0] | active[1];
        return all == 0 ? kIdle : static_cast<unsigned>(std::countr_zero(all)) << (8 - kPriorityBits);
    }
    [[nodiscard]] unsigned group_priority(const Request& request) const {
        // The point of group 1 lies one bit lower (IHI 0048B table 3-2 and its successor).
        const bool own = request.group == 1 && !common_binary_point;
        const auto point = own ? binary_point[1] - 1U : binary_point[0];
        return request.priority & (0xff00U >> (7 - point)) & 0xff;
    }
    [[nodiscard]] bool allows(const Request& request) const {
        return request.priority < mask && group_priority(request) < running();
    }
    void activate(const Request& request) {
        active[request.group] |= std::uint32_t{1} << (group_priority(request) >> (8 - kPriorityBits));
    }
    /// The group of the running interrupt.
    [[nodiscard]] unsigned running_group() const {
        return active[1] != 0 && (active[0] == 0 || std::countr_zero(active[1]) < std::countr_zero(active[0])) ? 1 : 0;
    }
    /// Priority drop, when the running interrupt is of \p group; else the write was out of order and changes nothing.
    void drop(unsigned group) {
        if (running_group() == group)
            active[group] &= active[group] - 1;
    }
    void set_binary_point(unsigned group, std::uint64_t value) {
        const auto wanted = static_cast<std::uint8_t>(value & 7);
        binary_point[group] = wanted < kLeastBinaryPoint[group] ? kLeastBinaryPoint[group] : wanted;
    }
};

} // namespace medley::periph::gic
