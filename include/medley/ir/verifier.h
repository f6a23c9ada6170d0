/// \file
/// The invariants of a block. Runs on every block in test builds.
#pragma once

#include "medley/ir/block.h"

#include <functional>
#include <optional>
#include <string>

namespace medley::ir {

/// What the verifier and the printer need to know of a core: its slots and helpers, without medley/cpu.
struct Context {
    std::function<Type(SlotId)> slot_type;           ///< Type::None for a slot that does not exist.
    std::function<std::string(SlotId)> slot_name;
    struct Signature {
        std::string name;
        Type result = Type::None;
        std::vector<Type> arguments;
    };
    std::function<std::optional<Signature>(HelperId)> helper;
};

/// The first broken rule with the operation that breaks it, as one line; nothing when the block is well formed.
[[nodiscard]] std::optional<std::string> verify(const Block& block, const Context& context);

/// Stable text, used in tests and logs; one operation a line.
[[nodiscard]] std::string print(const Block& block, const Context& context);

} // namespace medley::ir
