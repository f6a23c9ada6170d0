#include "accel/jit/rounding.h"

namespace medley::accel::jit {
namespace {

using ir::Opcode;

/// Conversions to integers by truncation do not: they have an instruction of their own wherever there are any.
bool depends_on_rounding(const ir::Operation& operation, Rounding rounding) {
    switch (operation.opcode) {
    case Opcode::FMin:
    case Opcode::FMax:
    case Opcode::FCompareEq:
    case Opcode::FCompareLt:
    case Opcode::FCompareLe:
    case Opcode::FUnordered:
    case Opcode::FRound:
    case Opcode::VFMin:
    case Opcode::VFMax:
    case Opcode::VFCompareEq:
    case Opcode::VFCompareLt:
    case Opcode::VFCompareLe:
    case Opcode::VFRound: return false;
    case Opcode::FToS:
    case Opcode::FToU:
    case Opcode::VFToS:
    case Opcode::VFToU: return rounding != Rounding::TowardZero;
    default: return true;
    }
}

} // namespace

std::optional<Rounding> first_rounding(const ir::Block& region) {
    if (!region.may_use_floats())
        return std::nullopt;
    for (const auto& operation : region.operations) {
        if ((ir::effects_of(operation.opcode) & ir::SetsFlags) == 0)
            continue;
        const bool is_vector = operation.opcode >= Opcode::VFAdd;
        const auto rounding = is_vector ? ir::VectorOp::decode(operation.imm).fp.env.rounding : ir::FloatOp::decode(operation.imm).env.rounding;
        if (rounding != Rounding::NearestAway && depends_on_rounding(operation, rounding))
            return rounding;
    }
    return std::nullopt;
}

} // namespace medley::accel::jit
