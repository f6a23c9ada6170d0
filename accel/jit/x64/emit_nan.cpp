// Where NaNs that were deferred (deferred_nans.h) become the default NaN: one comparison and a jump never taken for the
// common case, C++ out of line for the other.
#include "accel/jit/x64/emitter.h"
#include "accel/jit/x64/value_moves.h"

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;

using Kind = DeferredNans::Kind;

void Emitter::compare_quietly(bool wide, const Xmm& left, const asmjit::Operand& right) {
    namespace Inst = x86::Inst;
    if (features_.avx)
        a.emit(wide ? Inst::kIdVucomisd : Inst::kIdVucomiss, left, right);
    else
        a.emit(wide ? Inst::kIdUcomisd : Inst::kIdUcomiss, left, right);
}

/// The result of the current operation may be a NaN that stands for the default one.
void Emitter::defer(Type type) { nans_.add(now_, type == Type::F64 ? Kind::Double : Kind::Single); }

/// Whether the operation looks at nothing of a NaN but that it is one (and quiet, as deferred ones are).
bool Emitter::is_blind_to_payloads(const Operation& operation) const {
    if (!is_native_float(operation))
        return false;
    switch (operation.opcode) {
    case Opcode::FNeg:
    case Opcode::FAbs:
    case Opcode::FCopySign:
    case Opcode::Bitcast: return false;
    case Opcode::FCompareEq:
    case Opcode::FCompareLt:
    case Opcode::FCompareLe:
    case Opcode::FUnordered:
    case Opcode::FToS:
    case Opcode::FToU: return true;
    default: return ir::FloatOp::decode(operation.imm).env.nan == NanRule::Default;
    }
}

/// Whether nothing but one such operation reads the value, and all of it: half of a NaN may be a number.
bool Emitter::has_one_blind_use(Value value) const {
    if (values_.uses().count(value) != 1)
        return false;
    const auto& use = region_->operations[values_.uses().last(value)];
    for (unsigned i = 0; i < use.argument_count; ++i)
        if (values_.uses().root(use.arguments[i]) == value && type_of(use.arguments[i]) != type_of(value))
            return false;
    return is_blind_to_payloads(use);
}

/// Settles the operands that the operation shows to somebody.
void Emitter::settle_operands(Value at, const Operation& operation) {
    switch (operation.opcode) {
    case Opcode::Instruction: return;
    case Opcode::PutSlot:
        if (!pins_[operation.imm].plain)
            return settle_misfits(operation);
        break;
    case Opcode::FNeg: // As in fused operations that subtract.
        if (has_one_blind_use(at))
            return settle_misfits(operation);
        break;
    case Opcode::Bitcast:
        if (const auto source = values_.uses().bypass(at); source != ir::kNoValue) {
            if (operation.type == Type::F32 || nans_.kind(source) == Kind::Double)
                settle(source);
            return;
        }
        break;
    case Opcode::Branch:
        if (at + 1 == region_->operations.size() && !flags_)
            settle_slots();
        return;
    case Opcode::Goto:
    case Opcode::GotoIndirect:
    case Opcode::Raise:
    case Opcode::Stop: settle_slots(); break;
    default:
        if (operation.opcode >= Opcode::CompareEq && operation.opcode <= Opcode::SubOverflowS) {
            // What follows uses the host's flags, which checks would spoil.
            if (is_fused(at))
                settle_operands(at + 1, region_->operations[at + 1]);
            return;
        }
        if (is_blind_to_payloads(operation))
            return settle_misfits(operation);
    }
    for (unsigned i = 0; i < operation.argument_count; ++i)
        settle(operation.arguments[i]);
}

/// What is read as another format than it was made in: a narrow float in a wide one's place, or the reverse. A slot takes a
/// narrow one in a wide place as it is.
void Emitter::settle_misfits(const Operation& operation) {
    for (unsigned i = 0; i < operation.argument_count; ++i) {
        const auto value = operation.arguments[i];
        const auto kind = nans_.kind(value);
        const bool is_narrow = type_of(value) == Type::F32;
        if ((kind == Kind::Double && is_narrow) || (kind == Kind::Single && !is_narrow && operation.opcode != Opcode::PutSlot))
            settle(value);
    }
}

/// Follows what an operation did to the state.
void Emitter::follow_nans(const Operation& operation) {
    if (operation.opcode == Opcode::PutSlot)
        nans_.put(static_cast<ir::SlotId>(operation.imm), operation.arguments[0]);
    else if (operation.opcode == Opcode::GetSlot)
        nans_.get(static_cast<ir::SlotId>(operation.imm), now_);
    else if (operation.opcode == Opcode::CallHelper)
        nans_.forget_slots();
}

/// Where the slots are in memory that hold deferred NaNs now; with the bridges' copies of scratch registers, too.
NanPlaces Emitter::nan_places(bool with_values) {
    auto& places = frame_.nan_places;
    NanPlaces list{static_cast<std::uint32_t>(places.size()), 0};
    const auto add = [&](void* place, Kind kind) {
        places.push_back({place, kind == Kind::Single});
        ++list.count;
    };
    auto* state = frame_.core.state();
    for (const auto& [slot, root] : nans_.slots())
        add(state + frame_.core.layout()[slot].offset, nans_.kind(root));
    if (!with_values)
        return list;
    nans_.forget_dead(now_);
    for (const auto root : nans_.roots()) {
        if (const auto reg = values_.scratch_of(root))
            add(&frame_.saved_floats[*reg], nans_.kind(root));
        if (const auto spill = values_.spill_of(root))
            add(&frame_.spills[*spill], nans_.kind(root));
    }
    return list;
}

/// The way out of line of a check: everything that is deferred is settled there.
void Emitter::settle_behind(const Label& is_nan, const Label& back, bool with_values) {
    Site site;
    site.block = block_;
    site.nans = nan_places(with_values);
    frame_.sites.push_back(site);
    later([=, this, number = static_cast<std::uint32_t>(frame_.sites.size() - 1)] {
        a.bind(is_nan);
        set_site(number);
        call(thunks_.settle);
        a.jmp(back);
    });
}

void Emitter::settle(Value value) {
    if (!nans_.is_deferred(value))
        return;
    const auto root = values_.uses().root(value);
    const bool wide = nans_.kind(root) == Kind::Double;
    const auto held = values_.floating(root);
    // The comparison has room for a second one.
    auto other = held;
    auto other_root = root;
    for (const auto& slot : nans_.slots()) {
        const auto pin = pins_[slot.slot].floating;
        if (pin < 0 || nans_.kind(slot.root) != nans_.kind(root) || nans_.implies(root, slot.root))
            continue;
        other = x86::xmm(static_cast<unsigned>(pin));
        other_root = slot.root;
    }
    const auto is_nan = a.newLabel();
    const auto back = a.newLabel();
    compare_quietly(wide, held, other);
    a.jp(is_nan);
    a.bind(back);
    settle_behind(is_nan, back, true);
    values_.release(held);
    nans_.settle(root);
    nans_.settle(other_root);
}

/// At the end of a path: nothing is left but the slots.
Emitter::NanChecks Emitter::nan_checks() {
    NanChecks checks;
    nans_.deciding_slots(checks.slots);
    for (const auto& slot : checks.slots)
        checks.kinds.push_back(nans_.kind(slot.root));
    checks.places = nan_places(false);
    return checks;
}

/// Two slots a comparison. All scratch registers are free.
void Emitter::emit_nan_checks(const NanChecks& checks) {
    if (checks.slots.empty())
        return;
    const auto is_nan = a.newLabel();
    const auto back = a.newLabel();
    for (const auto kind : {Kind::Double, Kind::Single}) {
        std::vector<asmjit::Operand> operands;
        for (std::size_t i = 0; i < checks.slots.size(); ++i) {
            if (checks.kinds[i] != kind)
                continue;
            const auto& place = pins_[checks.slots[i].slot];
            const auto size = kind == Kind::Double ? 8U : 4U;
            if (place.floating >= 0)
                operands.insert(operands.begin(), x86::xmm(static_cast<unsigned>(place.floating)));
            else
                operands.push_back(x86::ptr(kState, place.displacement, size));
        }
        const bool wide = kind == Kind::Double;
        for (std::size_t i = 0; i < operands.size(); i += 2) {
            auto left = operands[i];
            if (left.isMem()) {
                load(a, x86::xmm0, left.as<Mem>());
                left = x86::xmm0;
            }
            const auto right = i + 1 < operands.size() ? operands[i + 1] : left;
            compare_quietly(wide, left.as<Xmm>(), right);
            a.jp(is_nan);
        }
    }
    a.bind(back);
    later([=, this, places = checks.places] {
        a.bind(is_nan);
        Site site;
        site.block = block_;
        site.nans = places;
        frame_.sites.push_back(site);
        set_site(static_cast<std::uint32_t>(frame_.sites.size() - 1));
        call(thunks_.settle);
        a.jmp(back);
    });
}

/// In front of the end of a path; the rest of the block has nothing to settle any more.
void Emitter::settle_slots() {
    if (nans_.slots().empty())
        return;
    emit_nan_checks(nan_checks());
    nans_.forget_slots();
}

} // namespace medley::accel::jit::x64
