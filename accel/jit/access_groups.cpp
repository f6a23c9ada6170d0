#include "accel/jit/access_groups.h"

#include <algorithm>

namespace medley::accel::jit {

void AccessGroups::begin(std::size_t operations) {
    roles_.assign(operations, kAlone);
    hulls_.clear();
    open_.clear();
    way_ = 0;
    see_instruction();
}

void AccessGroups::see_instruction() {
    pristine_ = true;
    checked_ = 0;
}

void AccessGroups::see_call() {
    open_.clear();
    pristine_ = false;
}

/// A store is also served by a check of loads, which then is one for writing, where nothing leads out in between: what is never written may
/// not be writable.
AccessGroups::OpenGroup AccessGroups::find_group(const Access& access) {
    const auto is_near = [&](const Open& each) { return each.base == access.base && each.kind == access.kind; };
    const auto group = std::find_if(open_.begin(), open_.end(), [&](const Open& each) { return is_near(each) && each.loads != access.writes; });
    if (group != open_.end() || !access.may_follow_loads)
        return group;
    return std::find_if(open_.begin(), open_.end(), [&](const Open& each) { return is_near(each) && each.way == way_; });
}

void AccessGroups::see_access(const Access& access) {
    const auto group = find_group(access);
    if (access.can_be_grouped && group != open_.end() && join(*group, access)) {
        pristine_ = false;
        return;
    }
    if (access.can_be_grouped && access.may_lead && pristine_) {
        const auto end = access.offset + static_cast<std::int32_t>(access.size);
        const auto free = group != open_.end() && group->loads != access.writes ? static_cast<std::size_t>(group - open_.begin())
                          : open_.size() < kPlaces ? open_.size() : access.at % kPlaces;
        if (free == open_.size())
            open_.emplace_back();
        open_[free] = {access.at, access.base, access.kind, !access.writes, way_,
                       {access.offset, end, access.at, static_cast<unsigned>(free), access.alignment, access.writes}};
    }
    ++checked_;
    last_checked_ = access.at;
    pristine_ = false;
}

/// Where the first byte is aligned as the leader has to be, an access at a multiple of its own, smaller alignment from there is, too.
bool AccessGroups::is_aligned_with(const Hull& hull, const Access& access) {
    const auto distance = static_cast<std::uint32_t>(access.offset) - static_cast<std::uint32_t>(hull.first);
    const auto wanted = access.offset < hull.first ? hull.alignment : access.alignment;
    return access.alignment <= hull.alignment && (distance & (wanted - 1)) == 0;
}

bool AccessGroups::join(Open& group, const Access& access) {
    const bool undisturbed = checked_ == 0 || (checked_ == 1 && last_checked_ == group.leader);
    const Hull hull{std::min(group.hull.first, access.offset), std::max(group.hull.end, access.offset + static_cast<std::int32_t>(access.size)),
                    access.at, group.hull.place, group.hull.alignment, group.hull.writes || access.writes};
    if (!undisturbed || !is_aligned_with(group.hull, access) || hull.end - hull.first > access.most_bytes)
        return false;
    auto& leads = roles_[group.leader];
    if (leads == kAlone) {
        if (hulls_.size() + 1 == kFollows)
            return false;
        hulls_.emplace_back();
        leads = static_cast<std::uint16_t>(hulls_.size());
    }
    group.hull = hull;
    hulls_[leads - 1U] = hull;
    roles_[access.at] = leads | kFollows;
    return true;
}

AccessGroups::Role AccessGroups::role(ir::Value at) const {
    const auto role = roles_[at];
    return role == kAlone ? Role::Alone : (role & kFollows) != 0 ? Role::Follows : Role::Leads;
}

} // namespace medley::accel::jit
