#include "iss/aarch64/lifting.h"

namespace medley::iss::aarch64 {

void Lifting::set_or_sp(bool sf, unsigned index, Value value, SpChange change) {
    if (index != kZeroOrSp) {
        set(sf, index, value);
        return;
    }
    b.put(sp_slot(), sf ? value : b.zero_extend(Type::I64, value, 32));
    if (change == SpChange::MayMisalign)
        sp_checked_ = false;
}

Value Lifting::base(unsigned index) {
    const auto address = x_or_sp(index);
    if (index == kZeroOrSp && mode_.check_sp && !sp_checked_) {
        b.call(helper::check_sp, Type::None, {address});
        sp_checked_ = true;
    }
    return address;
}

bool Lifting::float_trapped() {
    if (mode_.fp_enabled)
        return false;
    b.raise(syndrome::kFloatAccess, constant(encoding_));
    return true;
}

void Lifting::go_to(Address target, ir::JumpHint hint) {
    if (key_may_change())
        b.stop(target, ir::StopReason::Resync);
    else
        b.go_to(target, hint);
}

void Lifting::go_to_computed(Value target, ir::JumpHint hint) {
    if (key_may_change())
        b.stop_computed(target, ir::StopReason::Resync);
    else
        b.go_to_computed(target, hint);
}

void Lifting::branch(Value condition, Address taken) {
    if (key_may_change())
        b.stop_computed(b.select(condition, constant(taken), constant(next_pc())), ir::StopReason::Resync);
    else
        b.branch(condition, taken, next_pc());
}

} // namespace medley::iss::aarch64
