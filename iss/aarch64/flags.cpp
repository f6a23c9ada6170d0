#include "iss/aarch64/flags.h"

#include "iss/aarch64/slots.h"

namespace medley::iss::aarch64 {

using ir::Opcode;
using ir::Type;
using ir::Value;

namespace {

/// Whether a condition holds for constant flags (Arm ARM, "ConditionHolds").
bool holds_for(Condition condition, unsigned nzcv) {
    const bool n = (nzcv & 8) != 0, z = (nzcv & 4) != 0, c = (nzcv & 2) != 0, v = (nzcv & 1) != 0;
    bool result = true;
    switch (static_cast<Condition>(static_cast<unsigned>(condition) & ~1U)) {
    case Condition::Eq: result = z; break;
    case Condition::Cs: result = c; break;
    case Condition::Mi: result = n; break;
    case Condition::Vs: result = v; break;
    case Condition::Hi: result = c && !z; break;
    case Condition::Ge: result = n == v; break;
    case Condition::Gt: result = n == v && !z; break;
    default: return true;
    }
    return result != ((static_cast<unsigned>(condition) & 1) != 0);
}

} // namespace

void Flags::note(Origin origin, Value left, Value right, Value result) {
    origin_ = origin;
    type_ = b_.block().type_of(result);
    left_ = left;
    right_ = right;
    result_ = result;
    when_ = {};
}

void Flags::store(const Values& values) {
    values_ = values;
    b_.put(slot::kN, values.n);
    b_.put(slot::kZ, values.z);
    b_.put(slot::kC, values.c);
    b_.put(slot::kV, values.v);
}

void Flags::store_if(const When& when, const Values& values) {
    const auto either = [&](Value value, unsigned bit) { return b_.select(when.holds, value, boolean((when.nzcv & bit) != 0)); };
    const auto n = either(values.n, 8);
    const auto z = either(values.z, 4);
    const auto c = either(values.c, 2);
    store({n, z, c, either(values.v, 1)});
    when_ = when;
}

Flags::Values Flags::of_addition(Value left, Value right, Value result) {
    note(Origin::Add, left, right, result);
    const auto n = compare(Opcode::CompareLtS, result, zero());
    const auto z = compare(Opcode::CompareEq, result, zero());
    const auto c = compare(Opcode::CompareLtU, result, left);
    return {n, z, c, compare(Opcode::AddOverflowS, left, right)};
}

Flags::Values Flags::of_subtraction(Value left, Value right, Value result) {
    note(Origin::Sub, left, right, result);
    const auto n = compare(Opcode::CompareLtS, result, zero());
    const auto z = compare(Opcode::CompareEq, left, right);
    const auto c = compare(Opcode::CompareLeU, right, left);
    return {n, z, c, compare(Opcode::SubOverflowS, left, right)};
}

void Flags::set_add(Value left, Value right, Value result) { store(of_addition(left, right, result)); }
void Flags::set_sub(Value left, Value right, Value result) { store(of_subtraction(left, right, result)); }

Flags::When Flags::when(Condition condition, unsigned nzcv) {
    const auto fails = holds(static_cast<Condition>(static_cast<unsigned>(condition) ^ 1));
    return {holds(condition), fails, nzcv};
}

void Flags::set_add_if(Condition condition, unsigned nzcv, Value left, Value right, Value result) {
    const auto when = this->when(condition, nzcv);
    store_if(when, of_addition(left, right, result));
}

void Flags::set_sub_if(Condition condition, unsigned nzcv, Value left, Value right, Value result) {
    const auto when = this->when(condition, nzcv);
    store_if(when, of_subtraction(left, right, result));
}

void Flags::set_logic(Value result) {
    note(Origin::Logic, ir::kNoValue, ir::kNoValue, result);
    const auto n = compare(Opcode::CompareLtS, result, zero());
    const auto z = compare(Opcode::CompareEq, result, zero());
    const auto clear = boolean(false);
    store({n, z, clear, clear});
}

void Flags::set(Value n, Value z, Value c, Value v) {
    origin_ = Origin::Values;
    store({n, z, c, v});
}

Value Flags::n() {
    return origin_ == Origin::Slots ? b_.get(slot::kN, Type::I1) : values_.n;
}
Value Flags::z() {
    return origin_ == Origin::Slots ? b_.get(slot::kZ, Type::I1) : values_.z;
}
Value Flags::c() {
    return origin_ == Origin::Slots ? b_.get(slot::kC, Type::I1) : values_.c;
}
Value Flags::v() {
    return origin_ == Origin::Slots ? b_.get(slot::kV, Type::I1) : values_.v;
}

Value Flags::of_sub(Condition condition) {
    switch (condition) {
    case Condition::Eq: return compare(Opcode::CompareEq, left_, right_);
    case Condition::Ne: return compare(Opcode::CompareNe, left_, right_);
    case Condition::Cs: return compare(Opcode::CompareLeU, right_, left_);
    case Condition::Cc: return compare(Opcode::CompareLtU, left_, right_);
    case Condition::Hi: return compare(Opcode::CompareLtU, right_, left_);
    case Condition::Ls: return compare(Opcode::CompareLeU, left_, right_);
    case Condition::Ge: return compare(Opcode::CompareLeS, right_, left_);
    case Condition::Lt: return compare(Opcode::CompareLtS, left_, right_);
    case Condition::Gt: return compare(Opcode::CompareLtS, right_, left_);
    case Condition::Le: return compare(Opcode::CompareLeS, left_, right_);
    case Condition::Mi: return compare(Opcode::CompareLtS, result_, zero());
    case Condition::Pl: return compare(Opcode::CompareLeS, zero(), result_);
    default: return ir::kNoValue;
    }
}

/// C and V are 0.
Value Flags::of_logic(Condition condition) {
    switch (condition) {
    case Condition::Eq: return compare(Opcode::CompareEq, result_, zero());
    case Condition::Ne: return compare(Opcode::CompareNe, result_, zero());
    case Condition::Cs:
    case Condition::Vs:
    case Condition::Hi: return boolean(false);
    case Condition::Cc:
    case Condition::Vc:
    case Condition::Ls: return boolean(true);
    case Condition::Mi:
    case Condition::Lt: return compare(Opcode::CompareLtS, result_, zero());
    case Condition::Pl:
    case Condition::Ge: return compare(Opcode::CompareLeS, zero(), result_);
    case Condition::Gt: return compare(Opcode::CompareLtS, zero(), result_);
    case Condition::Le: return compare(Opcode::CompareLeS, result_, zero());
    default: return boolean(true);
    }
}

Value Flags::of_flags(Condition condition) {
    switch (condition) {
    case Condition::Eq: return z();
    case Condition::Ne: return inverted(z());
    case Condition::Cs: return c();
    case Condition::Cc: return inverted(c());
    case Condition::Mi: return n();
    case Condition::Pl: return inverted(n());
    case Condition::Vs: return v();
    case Condition::Vc: return inverted(v());
    case Condition::Hi: return b_.op(Opcode::AndNot, {c(), z()});
    case Condition::Ls: return inverted(of_flags(Condition::Hi));
    case Condition::Ge: return compare(Opcode::CompareEq, n(), v());
    case Condition::Lt: return compare(Opcode::CompareNe, n(), v());
    case Condition::Gt: return b_.op(Opcode::AndNot, {of_flags(Condition::Ge), z()});
    case Condition::Le: return b_.bit_or(of_flags(Condition::Lt), z());
    default: return boolean(true);
    }
}

Value Flags::of_operands(Condition condition) {
    switch (origin_) {
    case Origin::Sub: return of_sub(condition);
    case Origin::Logic: return of_logic(condition);
    case Origin::Add:
        // An addition of which the result alone is asked for.
        if (condition <= Condition::Ne || condition == Condition::Mi || condition == Condition::Pl)
            return of_logic(condition);
        break;
    case Origin::Slots:
    case Origin::Values: break;
    }
    return ir::kNoValue;
}

/// What the comparison says, where it counts.
Value Flags::counted(Condition condition, Value value) {
    if (when_.holds == ir::kNoValue)
        return value;
    return holds_for(condition, when_.nzcv) ? b_.bit_or(value, when_.fails) : b_.bit_and(value, when_.holds);
}

Value Flags::holds(Condition condition) {
    const auto value = of_operands(condition);
    return value != ir::kNoValue ? counted(condition, value) : of_flags(condition);
}

} // namespace medley::iss::aarch64
