/// \file
/// The condition flags while a block is lifted: who set them last, so that conditions become comparisons of the operands.
#pragma once

#include "medley/ir/builder.h"

#include <cstdint>

namespace medley::iss::aarch64 {

/// Conditions (Arm ARM, "Condition code"); the lowest bit inverts, but for Always, which both of the last two are.
enum class Condition : std::uint8_t { Eq, Ne, Cs, Cc, Mi, Pl, Vs, Vc, Hi, Ls, Ge, Lt, Gt, Le, Al, Nv };

class Flags {
public:
    explicit Flags(ir::Builder& builder) : b_(builder) {}

    /// Sets all four by an addition, a subtraction (\p result is theirs) or a logical operation of I32 or I64.
    void set_add(ir::Value left, ir::Value right, ir::Value result);
    void set_sub(ir::Value left, ir::Value right, ir::Value result);
    void set_logic(ir::Value result);
    /// A conditional comparison: where \p condition does not hold, which is not Always, the flags become \p nzcv.
    void set_add_if(Condition condition, unsigned nzcv, ir::Value left, ir::Value right, ir::Value result);
    void set_sub_if(Condition condition, unsigned nzcv, ir::Value left, ir::Value right, ir::Value result);
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
    struct Values {
        ir::Value n = ir::kNoValue, z = ir::kNoValue, c = ir::kNoValue, v = ir::kNoValue;
    };
    /// When the comparison counts, and what the flags are else; without a condition it always does.
    struct When {
        ir::Value holds = ir::kNoValue;
        ir::Value fails = ir::kNoValue;
        unsigned nzcv = 0;
    };
    [[nodiscard]] When when(Condition condition, unsigned nzcv);
    [[nodiscard]] Values of_addition(ir::Value left, ir::Value right, ir::Value result);
    [[nodiscard]] Values of_subtraction(ir::Value left, ir::Value right, ir::Value result);
    /// By the operands of who set the flags; kNoValue: the flags have to be looked at.
    [[nodiscard]] ir::Value of_operands(Condition condition);
    [[nodiscard]] ir::Value of_sub(Condition condition);
    [[nodiscard]] ir::Value of_logic(Condition condition);
    [[nodiscard]] ir::Value of_flags(Condition condition);
    [[nodiscard]] ir::Value counted(Condition condition, ir::Value value);
    void note(Origin origin, ir::Value left, ir::Value right, ir::Value result);
    void store(const Values& values);
    void store_if(const When& when, const Values& values);

    ir::Builder& b_;
    Origin origin_ = Origin::Slots;
    ir::Type type_ = ir::Type::I64;
    ir::Value left_ = ir::kNoValue;
    ir::Value right_ = ir::kNoValue;
    ir::Value result_ = ir::kNoValue;
    When when_;
    Values values_; ///< Where origin_ is not Slots.
};

} // namespace medley::iss::aarch64
