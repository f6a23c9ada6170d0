#include "iss/aarch64/flags.h"

#include "iss/aarch64/slots.h"

namespace medley::iss::aarch64 {

using ir::Opcode;
using ir::Type;
using ir::Value;

void Flags::store(Value n, Value z, Value c, Value v) {
    n_ = n;
    z_ = z;
    c_ = c;
    v_ = v;
    b_.put(slot::kN, n);
    b_.put(slot::kZ, z);
    b_.put(slot::kC, c);
    b_.put(slot::kV, v);
}

void Flags::set_add(Value left, Value right, Value result) {
    type_ = b_.block().type_of(result);
    left_ = left;
    right_ = right;
    result_ = result;
    const auto n = compare(Opcode::CompareLtS, result, zero());
    const auto z = compare(Opcode::CompareEq, result, zero());
    const auto c = compare(Opcode::CompareLtU, result, left);
    store(n, z, c, compare(Opcode::AddOverflowS, left, right));
    origin_ = Origin::Add;
}

void Flags::set_sub(Value left, Value right, Value result) {
    type_ = b_.block().type_of(result);
    left_ = left;
    right_ = right;
    result_ = result;
    const auto n = compare(Opcode::CompareLtS, result, zero());
    const auto z = compare(Opcode::CompareEq, left, right);
    const auto c = compare(Opcode::CompareLeU, right, left);
    store(n, z, c, compare(Opcode::SubOverflowS, left, right));
    origin_ = Origin::Sub;
}

void Flags::set_logic(Value result) {
    type_ = b_.block().type_of(result);
    result_ = result;
    const auto n = compare(Opcode::CompareLtS, result, zero());
    const auto z = compare(Opcode::CompareEq, result, zero());
    const auto clear = boolean(false);
    store(n, z, clear, clear);
    origin_ = Origin::Logic;
}

void Flags::set(Value n, Value z, Value c, Value v) {
    store(n, z, c, v);
    origin_ = Origin::Values;
}

Value Flags::n() {
    return origin_ == Origin::Slots ? b_.get(slot::kN, Type::I1) : n_;
}
Value Flags::z() {
    return origin_ == Origin::Slots ? b_.get(slot::kZ, Type::I1) : z_;
}
Value Flags::c() {
    return origin_ == Origin::Slots ? b_.get(slot::kC, Type::I1) : c_;
}
Value Flags::v() {
    return origin_ == Origin::Slots ? b_.get(slot::kV, Type::I1) : v_;
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
    default: return of_flags(condition);
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

Value Flags::holds(Condition condition) {
    switch (origin_) {
    case Origin::Sub: return of_sub(condition);
    case Origin::Logic: return of_logic(condition);
    case Origin::Add:
        // An addition of which the result alone is asked for.
        if (condition <= Condition::Ne || condition == Condition::Mi || condition == Condition::Pl)
            return of_logic(condition);
        return of_flags(condition);
    case Origin::Slots:
    case Origin::Values: break;
    }
    return of_flags(condition);
}

} // namespace medley::iss::aarch64
