/// \file
/// Loads and stores of a region that one check in front of the first of them serves: those at constant distances from one base.
#pragma once

#include "medley/ir/block.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace medley::accel::jit {

/// Finds them in one pass over a region, which tells what it sees in order. The first access of a group, its *leader*, is checked
/// for all bytes of all of them; where that fails nothing of its instruction has happened yet, so that the instruction can be
/// executed again by other code. The others, its *followers*, are not checked; what the leader learnt is kept for them in a place
/// that is theirs until the last of them.
///
/// What the check found out holds until somebody runs who may change it. Operations that always call out end all groups; an access
/// that is checked calls out when it is refused, and then leaves behind its instruction if something has changed: it must not
/// stand between a leader and a follower in the follower's own instruction.
class AccessGroups {
public:
    /// Groups that are open at the same time.
    static constexpr std::size_t kPlaces = 6;

    enum class Role : std::uint8_t { Alone, Leads, Follows };
    /// The bytes of a group, from the base on.
    struct Hull {
        std::int32_t first = 0;
        std::int32_t end = 0;
        ir::Value last = 0; ///< The last follower.
        unsigned place = 0; ///< Below kPlaces.
        unsigned alignment = 1; ///< That `first` has to have, for all of them to have theirs.
        bool writes = false;    ///< A store is among them.
        [[nodiscard]] std::uint32_t bytes() const { return static_cast<std::uint32_t>(end - first); }
    };
    struct Access {
        ir::Value at = 0;
        ir::Value base = 0; ///< Root of the address, without the constant.
        std::int32_t offset = 0;
        std::uint32_t size = 0;
        unsigned kind = 0;  ///< Only accesses of one kind have a common check,
        std::int32_t most_bytes = 0; ///< of at most so many bytes.
        unsigned alignment = 1; ///< Of the address; a power of two.
        bool writes = false;    ///< A store,
        bool may_follow_loads = false; ///< which a load's check can be for as well. Its kind is theirs but for `writes`.
        bool may_lead = true;
        bool can_be_grouped = true;
    };

    void begin(std::size_t operations);
    void see_instruction();
    /// Something that is seen outside: what is behind it in its instruction cannot lead.
    void see_effect() { pristine_ = false; }
    /// What is behind it may not be executed.
    void see_way_out() { ++way_; }
    /// Somebody else runs.
    void see_call();
    void see_access(const Access& access);

    [[nodiscard]] Role role(ir::Value at) const;
    /// Of the group of a leader or follower.
    [[nodiscard]] const Hull& hull(ir::Value at) const { return hulls_[(roles_[at] & ~kFollows) - 1U]; }

private:
    static constexpr std::uint16_t kAlone = 0, kFollows = 0x8000;
    struct Open {
        ir::Value leader = 0;
        ir::Value base = 0;
        unsigned kind = 0;
        bool loads = false; ///< Its leader does.
        unsigned way = 0;   ///< Ways out in front of it.
        Hull hull;
    };
    using OpenGroup = std::vector<Open>::iterator;

    [[nodiscard]] OpenGroup find_group(const Access& access);

    [[nodiscard]] static bool is_aligned_with(const Hull& hull, const Access& access);
    [[nodiscard]] bool join(Open& group, const Access& access);

    std::vector<std::uint16_t> roles_; ///< The number of the hull, from 1 on, with kFollows.
    std::vector<Hull> hulls_;
    std::vector<Open> open_;
    bool pristine_ = true;         ///< The instruction has done nothing yet.
    unsigned checked_ = 0;         ///< Accesses of the instruction that are no followers,
    ir::Value last_checked_ = 0;   ///< and the last one of them.
    unsigned way_ = 0;             ///< Ways out so far.
};

} // namespace medley::accel::jit
