/// \file
/// The IR by its definition, with no regard for speed: one operation after the other, one instruction at a time. It shares
/// nothing with the accelerators.
#pragma once

#include "tests/accel/support/toy.h"

#include <array>
#include <vector>

namespace medley::test {

class Evaluator {
public:
    /// Runs `core` in `memory`, identity-mapped, without devices.
    Evaluator(ToyCore& core, ToyMemory& memory) : core_(core), memory_(memory) {}

    /// One guest instruction; what it raised has been raised.
    void step();

private:
    struct Bits {
        std::uint64_t low = 0, high = 0;
    };
    enum class Next : std::uint8_t { Operation, Instruction, Faulted };

    [[nodiscard]] Next evaluate(const ir::Block& block, ir::Value at);
    [[nodiscard]] Next evaluate_memory(const ir::Operation& operation);
    [[nodiscard]] Next evaluate_terminal(const ir::Operation& operation);
    [[nodiscard]] Bits evaluate_float(const ir::Block& block, const ir::Operation& operation);
    template <class T>
    [[nodiscard]] std::uint64_t float_result(const ir::Operation& operation, ir::Type from, std::uint8_t& flags);
    [[nodiscard]] Bits evaluate_vector(const ir::Operation& operation);
    [[nodiscard]] Bits evaluate_float_lanes(const ir::Operation& operation);
    [[nodiscard]] std::uint64_t evaluate_float_lane(const ir::Operation& operation, std::array<std::uint64_t, 3> lanes);
    [[nodiscard]] Bits evaluate_other(const ir::Operation& operation);
    [[nodiscard]] Next fail(FaultKind kind, Access access, Address address);
    [[nodiscard]] bool read(Address address, const ir::MemOp& op, Bits& value) const;
    [[nodiscard]] bool write(Address address, const ir::MemOp& op, const Bits& value);
    [[nodiscard]] Bits argument(const ir::Operation& operation, unsigned index) const { return values_[operation.arguments[index]]; }

    ToyCore& core_;
    ToyMemory& memory_;
    std::vector<Bits> values_;
    Bits result_;
    Fault fault_;
    Address next_ = 0;
    bool monitor_ = false;
    Address monitor_address_ = 0;
    unsigned monitor_size_ = 0;
    Bits monitor_value_;
};

} // namespace medley::test
