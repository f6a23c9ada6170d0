/// \file
/// One guest program on several accelerators at once: each is driven in steps of its own, and all must agree at common
/// points on every slot, all memory, the instruction count, why they stopped and what their devices saw.
#pragma once

#include "medley/cpu/registry.h"
#include "tests/accel/support/lockstep_machine.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace medley::test {

/// Something that happens to the core from outside.
struct LockstepEvent {
    enum class Kind : std::uint8_t { Interrupt, Write, Flush, ClearExclusive, Revoke, Barrier };
    Kind kind = Kind::Interrupt;
    /// Instructions after which it happens: exactly (`exact`), or at the first safepoint from there on.
    std::uint64_t after = 0;
    bool exact = false;
    unsigned line = 0;           ///< Interrupt.
    bool level = false;
    Address address = 0;         ///< Write: by another bus master. Revoke: direct access to the page.
    std::uint64_t value = 0;
};

/// A piece of memory. Pieces with `instead` are what shrinking may take away.
struct LockstepPiece {
    Address address = 0;
    std::vector<std::byte> bytes;
    std::vector<std::byte> instead;
};

struct LockstepProgram {
    std::string name;
    std::uint64_t seed = 0;
    std::function<std::unique_ptr<TargetCore>(CoreHost&)> make_core;
    Address entry = 0;
    std::vector<std::pair<std::string, std::uint64_t>> registers;
    std::vector<LockstepPiece> pieces;
    std::vector<LockstepEvent> events; ///< By `after`; the last one ends the program.
};

/// One way to execute it. The first of several has no seed: it runs from event to event in one go.
struct LockstepSide {
    std::string accelerator;
    AcceleratorOptions options;
    std::uint64_t seed = 0;
    std::vector<Address> breakpoints; ///< They stop this side, and must change nothing.

    [[nodiscard]] std::string name() const;
};

class Lockstep {
public:
    Lockstep(const CpuRegistry& registry, std::vector<LockstepSide> sides) : registry_(registry), sides_(std::move(sides)) {}

    /// Where the sides first disagree, or nothing. `executed` receives the instructions that the first one executed.
    [[nodiscard]] std::optional<std::string> run(const LockstepProgram& program, std::uint64_t* executed = nullptr) const;
    /// A smaller program that still fails.
    [[nodiscard]] LockstepProgram shrink(LockstepProgram program) const;
    /// The program as a text: seed, sides, events and the code that is left.
    [[nodiscard]] std::string describe(const LockstepProgram& program) const;

private:
    [[nodiscard]] bool fails(const LockstepProgram& program) const { return run(program).has_value(); }
    template <class Item, class Apply>
    void shrink_list(LockstepProgram& program, std::vector<Item>& list, Apply apply) const;

    const CpuRegistry& registry_;
    std::vector<LockstepSide> sides_;
};

} // namespace medley::test
