/// \file
/// The condition flags while a block is lifted: who set them last, so that conditions become comparisons of the operands.
#pragma once

#include "medley/ir/builder.h"

#include <cstdint>

namespace medley::iss::aarch64 {

/// Conditions (Arm ARM, C1.2.4); the lowest bit inverts, but for Always, which both of the last two are.
enum class Condition : std::uint8_t { Eq, Ne, Cs, Cc, Mi, Pl, Vs, Vc, Hi, Ls, Ge, Lt, Gt, Le, Al, Nv };

class Flags {
public:
    explicit Flags(ir::Builder& builder) : b_(builder) {}

    /// Sets all four by an addition, a subtraction (\p result is theirs) or a logical operation of I32 or I64.
    void set_add(ir::Value left, ir::Value right, ir::Value result);
    void set_sub(ir::Value left, ir::Value right, ir::Value result);
    void set_logic(ir::Value result);
    /// Sets them to values of I1.
    void set(ir::Value n, ir::Value z, ir::Value c, ir::Value v);
    /// Somebody else wrote the slots.
    void forget() { origin_ = Origin::Slots; }

    [[nodiscard]] ir::Value n();
    [[nodiscard]] ir::Value z();
    [[nodiscard]] ir::Value c();
    [[nodiscard]] ir::Value v();
    /// Whether a condition holds.
    [[nodiscard]] ir::Value holds(Condition condition);

private:
    enum class Origin : std::uint8_t { Slots, Add, Sub, Logic, Values };

    [[nodiscard]] ir::Value compare(ir::Opcode opcode, ir::Value left, ir::Value right) { return b_.op(opcode, {left, right}); }
    [[nodiscard]] ir::Value zero() { return b_.constant(type_, 0); }
    [[nodiscard]] ir::Value boolean(bool value) { return b_.constant(ir::Type::I1, value ? 1 : 0); }
    [[nodiscard]] ir::Value inverted(ir::Value condition) { return compare(ir::Opcode::Xor, condition, boolean(true)); }
    [[nodiscard]] ir::Value of_sub(Condition condition);
    [[nodiscard]] ir::Value of_logic(Condition condition);
    [[nodiscard]] ir::Value of_flags(Condition condition);
    void store(ir::Value n, ir::Value z, ir::Value c, ir::Value v);

    ir::Builder& b_;
    Origin origin_ = Origin::Slots;
    ir::Type type_ = ir::Type::I64;
    ir::Value left_ = ir::kNoValue;
    ir::Value right_ = ir::kNoValue;
    ir::Value result_ = ir::kNoValue;
    /// The flags as values, where origin_ is not Slots.
    ir::Value n_ = ir::kNoValue;
    ir::Value z_ = ir::kNoValue;
    ir::Value c_ = ir::kNoValue;
    ir::Value v_ = ir::kNoValue;
};

} // namespace medley::iss::aarch64
