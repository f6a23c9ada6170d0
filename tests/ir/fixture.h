/// \file
/// A made-up core for IR tests: four 64-bit registers, one 32-bit one and a name for half of another, float flags; a pure helper, one that sees all and
/// one that changes all.
#pragma once

#include "accel/ir/passes/passes.h"
#include "accel/ir/passes/simplifier.h"
#include "medley/ir/builder.h"
#include "medley/ir/verifier.h"

#include <gtest/gtest.h>

namespace medley::ir::test {

enum : SlotId { kR0, kR1, kR2, kR3, kW0, kFlags, kPc, kR0Low };
enum : HelperId { kPureHelper, kReader, kWriter };

struct Core {
    StateLayout layout;
    std::vector<Helper> helpers;

    Core() {
        for (unsigned i = 0; i < 4; ++i)
            layout.add({"r" + std::to_string(i), i * 8, Type::I64, SlotRole::General, 0});
        layout.add({"w0", 32, Type::I32, SlotRole::General, 0});
        layout.add({"flags", 36, Type::I32, SlotRole::Flags, 0});
        layout.add({"pc", 40, Type::I64, SlotRole::ProgramCounter, 0});
        layout.add({"r0_low", 0, Type::I32, SlotRole::General, 0}); // shares its bytes with r0
        layout.size = 48;
        layout.program_counter = kPc;
        layout.float_flags = kFlags;
        helpers = {{"pure", nullptr, Type::I64, {Type::I64}, helper_effect::kPure},
                   {"reader", nullptr, Type::None, {}, helper_effect::kReadsState},
                   {"writer", nullptr, Type::None, {}, helper_effect::kReadsState | helper_effect::kWritesState}};
    }

    [[nodiscard]] PassContext passes() const { return {layout, helpers}; }
    [[nodiscard]] Context context() const {
        return {[this](SlotId id) { return id < layout.slots().size() ? layout[id].type : Type::None; },
                [this](SlotId id) { return id < layout.slots().size() ? layout[id].name : "?"; },
                [this](HelperId id) -> std::optional<Context::Signature> {
                    if (id >= helpers.size())
                        return std::nullopt;
                    const auto& helper = helpers[id];
                    const auto arguments = helper.arguments.begin();
                    return Context::Signature{helper.name, helper.result,
                                              std::vector<Type>(arguments, arguments + helper.argument_count())};
                }};
    }
};

/// A block under construction with its first instruction marked.
struct Draft {
    enum class Built : std::uint8_t { AsIs, Simplified };

    Core core;
    Block block;
    Simplifier simplifier{block, core.passes()};
    Builder b;

    explicit Draft(Built built = Built::AsIs) : b(block, built == Built::Simplified ? &simplifier : nullptr) { b.instruction(0x1000, 4); }
    [[nodiscard]] std::string text() const { return print(block, core.context()); }
    [[nodiscard]] std::optional<std::string> complaint() const { return verify(block, core.context()); }
    Value r(SlotId slot) { return b.get(slot, Type::I64); }
    Value c(std::uint64_t bits) { return b.constant(Type::I64, bits); }
};

} // namespace medley::ir::test
