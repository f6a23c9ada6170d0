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
/// What the highest level of privilege reads for a group 1 interrupt of either security state (IHI 0069H 2.2.1).
inline constexpr unsigned kForSecure = 1020, kForNonSecure = 1021;
inline constexpr unsigned kLastId = 1019;
/// Five bits of priority are implemented: 32 levels.
inline constexpr unsigned kPriorityBits = 5;
inline constexpr std::uint8_t kPriorityMask = 0xf8;
/// No interrupt, or none that is active.
inline constexpr unsigned kIdle = 0xff;
/// The smallest binary points that five bits leave a choice for (IHI 0048B 3.3.3, IHI 0069H 4.8.2), by group.
inline constexpr std::array<std::uint8_t, 3> kLeastBinaryPoint{2, 3, 2};

/// Groups of interrupts: with one security state there are the first two, of which the second is then simply group 1.
inline constexpr unsigned kGroup0 = 0, kNonSecureGroup1 = 1, kSecureGroup1 = 2;
inline constexpr unsigned kGroups = 3;

/// Non-secure software has the lower half of the priorities, and sees it as all there is (IHI 0048B 3.8.1, IHI 0069H 4.8.1).
[[nodiscard]] constexpr unsigned non_secure_view(unsigned priority) {
    if (priority == kIdle)
        return kIdle;
    return (priority & 0x80) != 0 ? priority << 1 & 0xff : 0;
}
[[nodiscard]] constexpr std::uint8_t from_non_secure(std::uint64_t value) {
    return static_cast<std::uint8_t>((0x80 | (value & 0xff) >> 1) & kPriorityMask);
}

/// 32 interrupts, a bit each: one word of the distributor's registers.
struct Bank {
    std::uint32_t group = 0;     ///< 1: group 1, Non-secure where there are two security states.
    std::uint32_t modifier = 0;  ///< 1, with group 0: Secure group 1.
    std::uint32_t enabled = 0;
    std::uint32_t latched = 0;   ///< Pending because of an edge or of software.
    std::uint32_t level = 0;     ///< Of the inputs.
    std::uint32_t edge = 0;      ///< 1: edge-triggered.
    std::uint32_t active = 0;
    std::uint32_t access_low = 0;  ///< The bits of GICD_NSACR's fields (version 3): what Non-secure software may do with Secure ones.
    std::uint32_t access_high = 0;
    std::array<std::uint8_t, 32> priority{};

    [[nodiscard]] std::uint32_t pending() const { return latched | (level & ~edge); }
    /// Those that could be signalled: pending and active ones wait until they are no longer active.
    [[nodiscard]] std::uint32_t candidates() const { return pending() & enabled & ~active; }

    [[nodiscard]] unsigned group_of(unsigned number) const {
        if ((group >> number & 1) != 0)
            return kNonSecureGroup1;
        return (modifier >> number & 1) != 0 ? kSecureGroup1 : kGroup0;
    }
    /// What an access reaches: without the right to Secure interrupts, those of Non-secure group 1.
    [[nodiscard]] std::uint32_t visible(bool secure) const { return secure ? ~std::uint32_t{0} : group; }
    /// The same where Non-secure software also reaches those Secure ones whose NS_access is \p least (1 to 3) or more.
    [[nodiscard]] std::uint32_t visible(bool secure, unsigned least) const { return visible(secure) | permitted(least); }
    [[nodiscard]] std::uint32_t permitted(unsigned least) const {
        return least == 1 ? access_low | access_high : least == 2 ? access_high : access_low & access_high;
    }
    /// GICD_NSACR and GICR_NSACR, for 16 of the interrupts: two bits each.
    [[nodiscard]] std::uint32_t access(unsigned half) const {
        std::uint32_t value = 0;
        for (unsigned i = 0; i < 16; ++i)
            value |= (access_low >> (16 * half + i) & 1) << 2 * i | (access_high >> (16 * half + i) & 1) << (2 * i + 1);
        return value;
    }
    void set_access(unsigned half, std::uint64_t value) {
        for (unsigned i = 0; i < 16; ++i) {
            const auto mask = std::uint32_t{1} << (16 * half + i);
            access_low = bit(value, 2 * i) ? access_low | mask : access_low & ~mask;
            access_high = bit(value, 2 * i + 1) ? access_high | mask : access_high & ~mask;
        }
    }

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

    /// The configuration register for 16 of the interrupts, as far as an access sees them: two bits each, of which the upper one says "edge".
    [[nodiscard]] std::uint32_t configuration(unsigned half, std::uint32_t seen) const {
        std::uint32_t value = 0;
        for (unsigned i = 0; i < 16; ++i)
            value |= ((edge & seen) >> (16 * half + i) & 1) << (2 * i + 1);
        return value;
    }
    void configure(unsigned half, std::uint64_t value, std::uint32_t seen) {
        for (unsigned i = 0; i < 16; ++i) {
            const auto mask = std::uint32_t{1} << (16 * half + i) & seen;
            edge = bit(value, 2 * i + 1) ? edge | mask : edge & ~mask;
        }
    }
    /// The priority registers: 0 and no effect for what an access does not see; what Non-secure software sees is shifted.
    [[nodiscard]] unsigned shown_priority(unsigned number, bool secure) const {
        if ((visible(secure) >> number & 1) == 0)
            return 0;
        return secure ? priority[number] : non_secure_view(priority[number]);
    }
    void set_priority(unsigned number, std::uint64_t value, bool secure) {
        if ((visible(secure) >> number & 1) != 0)
            priority[number] = secure ? static_cast<std::uint8_t>(value & kPriorityMask) : from_non_secure(value);
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
            best = {first_id + number, bank.priority[number], bank.group_of(number)};
    }
}
/// Interrupts of the groups that a mask (a bit for each) lets through.
[[nodiscard]] inline std::uint32_t in_groups(const Bank& bank, unsigned groups) {
    return (bit(groups, kGroup0) ? ~bank.group & ~bank.modifier : 0) | (bit(groups, kNonSecureGroup1) ? bank.group : 0) |
           (bit(groups, kSecureGroup1) ? ~bank.group & bank.modifier : 0);
}

/// Priority mask, preemption and active priorities of a CPU interface (IHI 0048B 3.3, IHI 0069H 4.8).
class Priorities {
public:
    std::uint8_t mask = 0;
    std::array<std::uint8_t, kGroups> binary_point = kLeastBinaryPoint;
    /// Whether a group has the binary point of group 0.
    std::array<bool, kGroups> common_binary_point{};
    /// A bit for each group priority that is active, for each group of interrupts.
    std::array<std::uint32_t, kGroups> active{};

    /// Of the running interrupt; kIdle when there is none.
    [[nodiscard]] unsigned running() const {
        const auto all = active[0] | active[1] | active[2];
        return all == 0 ? kIdle : static_cast<unsigned>(std::countr_zero(all)) << (8 - kPriorityBits);
    }
    [[nodiscard]] unsigned group_priority(const Request& request) const {
        const auto group = common_binary_point[request.group] ? kGroup0 : request.group;
        // The point of Non-secure group 1 lies one bit lower (IHI 0048B table 3-2 and its successor).
        const auto point = group == kNonSecureGroup1 ? binary_point[group] - 1U : binary_point[group];
        return request.priority & (0xff00U >> (7 - point)) & 0xff;
    }
    /// Both the priority and the running one count as far as the binary point lets them, as it is now (IHI 0069H, CanSignalInterrupt).
    [[nodiscard]] bool allows(const Request& request) const {
        const auto now = running();
        return request.priority < mask && (now == kIdle || group_priority(request) < group_priority({0, now, request.group}));
    }
    void activate(const Request& request) {
        active[request.group] |= std::uint32_t{1} << (group_priority(request) >> (8 - kPriorityBits));
    }
    /// The group of the running interrupt; kGroups when there is none.
    [[nodiscard]] unsigned running_group() const {
        const auto all = active[0] | active[1] | active[2];
        for (unsigned group = 0; group < kGroups; ++group)
            if ((active[group] & all & -all) != 0)
                return group;
        return kGroups;
    }
    /// Priority drop of the running interrupt.
    void drop() {
        if (const auto group = running_group(); group < kGroups)
            active[group] &= active[group] - 1;
    }
    void set_binary_point(unsigned group, std::uint64_t value) {
        const auto wanted = static_cast<std::uint8_t>(value & 7);
        binary_point[group] = wanted < kLeastBinaryPoint[group] ? kLeastBinaryPoint[group] : wanted;
    }
};

} // namespace medley::periph::gic
