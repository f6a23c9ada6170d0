/// \file
/// Which registers values get, and the moves between those and memory: for the parts of Values and whoever moves them.
#pragma once

#include "accel/jit/x64/values.h"

namespace medley::accel::jit::x64 {

inline constexpr std::array<unsigned, kScratch.size()> kIntegerCandidates = [] {
    std::array<unsigned, kScratch.size()> ids{};
    for (std::size_t i = 0; i < ids.size(); ++i)
        ids[i] = kScratch[i].id();
    return ids;
}();
inline constexpr std::array<unsigned, kFloatScratch> kFloatCandidates{0, 1, 2, 3};

[[nodiscard]] inline Gp gp(unsigned id) { return asmjit::x86::gpq(id); }

/// As many bytes as the memory operand has: 4, 8 or 16. What is above them becomes 0.
inline void load(Assembler& a, const Xmm& to, const Mem& from) {
    switch (from.size()) {
    case 4: a.movss(to, from); break;
    case 8: a.movsd(to, from); break;
    default: a.movups(to, from); break;
    }
}

inline void store(Assembler& a, const Mem& to, const Xmm& from) {
    switch (to.size()) {
    case 4: a.movss(to, from); break;
    case 8: a.movsd(to, from); break;
    default: a.movups(to, from); break;
    }
}

/// A spill slot keeps all that there is of a value in a vector register.
[[nodiscard]] inline ir::Type spilled(ir::Type type) { return type == ir::Type::V128 ? ir::Type::V128 : ir::Type::F64; }

} // namespace medley::accel::jit::x64
