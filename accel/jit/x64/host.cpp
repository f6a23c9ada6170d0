#include "accel/jit/x64/host.h"

#include <algorithm>
#include <asmjit/core/cpuinfo.h>

namespace medley::accel::jit::x64 {
namespace {

using ir::Type;

bool overlap(const Slot& a, const Slot& b) {
    return a.offset < b.offset + ir::size_of(b.type) && b.offset < a.offset + ir::size_of(a.type);
}

/// Slots of one kind by rank.
template <class Wanted>
std::vector<ir::SlotId> ranked(const StateLayout& layout, const std::vector<SlotPlace>& places, Wanted wanted) {
    std::vector<ir::SlotId> ids;
    for (ir::SlotId id = 0; id < places.size(); ++id)
        if (!places[id].plain && layout[id].rank != 0 && wanted(layout[id].type))
            ids.push_back(id);
    std::stable_sort(ids.begin(), ids.end(), [&](auto a, auto b) { return layout[a].rank < layout[b].rank; });
    return ids;
}

} // namespace

Features Features::detect(bool baseline) {
    if (baseline)
        return {};
    const auto& has = asmjit::CpuInfo::host().features().x86();
    Features features;
    features.avx = has.hasAVX();
    features.fma = has.hasAVX() && has.hasFMA();
    features.bmi1 = has.hasBMI();
    features.bmi2 = has.hasBMI2();
    features.lzcnt = has.hasLZCNT();
    features.popcnt = has.hasPOPCNT();
    return features;
}

Pins::Pins(const StateLayout& layout) : places_(layout.slots().size()) {
    const auto& slots = layout.slots();
    for (ir::SlotId id = 0; id < slots.size(); ++id) {
        auto& place = places_[id];
        place.displacement = static_cast<std::int32_t>(slots[id].offset) - kStateBias;
        place.type = slots[id].type;
        const bool special = id == layout.program_counter || id == layout.float_flags || id == layout.attention;
        place.plain = special || slots[id].type == Type::V128 ||
                      std::any_of(slots.begin(), slots.end(), [&](const Slot& other) {
                          return &other != &slots[id] && overlap(other, slots[id]);
                      });
    }
    const auto integers = ranked(layout, places_, [](Type type) { return type == Type::I32 || type == Type::I64; });
    for (std::size_t i = 0; i < std::min(integers.size(), kPinned.size()); ++i) {
        places_[integers[i]].integer = static_cast<std::int8_t>(kPinned[i].id());
        pinned_.push_back(integers[i]);
    }
    const auto floats = ranked(layout, places_, [](Type type) { return type == Type::F32 || type == Type::F64; });
    for (std::size_t i = 0; i < std::min<std::size_t>(floats.size(), kFloatPinned); ++i) {
        places_[floats[i]].floating = static_cast<std::int8_t>(kFloatScratch + i);
        pinned_.push_back(floats[i]);
    }
}

} // namespace medley::accel::jit::x64
