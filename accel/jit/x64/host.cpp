#include "accel/jit/x64/host.h"

#include "medley/base/error.h"

#include <algorithm>
#include <asmjit/core/cpuinfo.h>
#include <fmt/format.h>
#include <string>
#include <utility>

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

constexpr std::array<std::pair<std::string_view, bool Features::*>, 9> kFeatureNames{{
    {"sse41", &Features::sse41},
    {"avx", &Features::avx},
    {"fma", &Features::fma},
    {"f16c", &Features::f16c},
    {"avx512", &Features::avx512},
    {"bmi1", &Features::bmi1},
    {"bmi2", &Features::bmi2},
    {"lzcnt", &Features::lzcnt},
    {"popcnt", &Features::popcnt},
}};

std::string feature_names() {
    std::string names;
    for (const auto& [name, member] : kFeatureNames)
        names += (names.empty() ? "" : ", ") + std::string(name);
    return names;
}

} // namespace

Features Features::detect(bool baseline, std::string_view without) {
    Features features;
    if (!baseline) {
        const auto& has = asmjit::CpuInfo::host().features().x86();
        features = {.sse41 = has.hasSSE4_1(), .avx = has.hasAVX(), .fma = has.hasFMA(), .f16c = has.hasF16C(),
                    .avx512 = has.hasAVX512_F(), .bmi1 = has.hasBMI(), .bmi2 = has.hasBMI2(), .lzcnt = has.hasLZCNT(),
                    .popcnt = has.hasPOPCNT()};
    }
    while (!without.empty()) {
        const auto name = without.substr(0, without.find(','));
        without.remove_prefix(std::min(without.size(), name.size() + 1));
        const auto known = std::find_if(kFeatureNames.begin(), kFeatureNames.end(), [&](const auto& each) { return each.first == name; });
        if (known == kFeatureNames.end())
            throw UserError(fmt::format("accelerator option without: '{}' is no extension of this host; there are: {}", name, feature_names()));
        features.*known->second = false;
    }
    features.avx &= features.sse41;
    for (auto* rests_on_avx : {&features.fma, &features.f16c, &features.avx512})
        *rests_on_avx &= features.avx;
    return features;
}

void EmissionErrors::handleError(asmjit::Error error, const char* message, asmjit::BaseEmitter*) {
    MEDLEY_ASSERT(error == asmjit::kErrorTooLarge || error == asmjit::kErrorOutOfMemory || full_, message);
    full_ = true;
}

Pins::Pins(const StateLayout& layout) : places_(layout.slots().size()) {
    const auto& slots = layout.slots();
    for (ir::SlotId id = 0; id < slots.size(); ++id) {
        auto& place = places_[id];
        place.displacement = static_cast<std::int32_t>(slots[id].offset) - kStateBias;
        place.type = slots[id].type;
        const bool special = id == layout.program_counter || id == layout.float_flags || id == layout.attention;
        place.plain = special || std::any_of(slots.begin(), slots.end(), [&](const Slot& other) {
                          return &other != &slots[id] && overlap(other, slots[id]);
                      });
    }
    const auto integers = ranked(layout, places_, [](Type type) { return type == Type::I32 || type == Type::I64; });
    for (std::size_t i = 0; i < std::min(integers.size(), kPinned.size()); ++i) {
        places_[integers[i]].integer = static_cast<std::int8_t>(kPinned[i].id());
        pinned_.push_back(integers[i]);
    }
    const auto floats = ranked(layout, places_, [](Type type) { return type == Type::F32 || type == Type::F64 || type == Type::V128; });
    for (std::size_t i = 0; i < std::min<std::size_t>(floats.size(), kFloatPinned); ++i) {
        places_[floats[i]].floating = static_cast<std::int8_t>(kFloatScratch + i);
        pinned_.push_back(floats[i]);
    }
}

} // namespace medley::accel::jit::x64
