#include "accel/jit/uses.h"

#include <algorithm>

namespace medley::accel::jit {
namespace {

using ir::Opcode;
using ir::Type;

/// Truth values are held as 0 or 1, so that extending them by zeros changes nothing.
bool is_view(const ir::Block& block, const ir::Operation& operation) {
    if (operation.argument_count != 1)
        return false;
    const auto from = block.type_of(operation.arguments[0]);
    switch (operation.opcode) {
    case Opcode::Truncate: return operation.type == Type::I32;
    case Opcode::ZeroExtend: return from == Type::I1;
    case Opcode::VExtract: return ir::is_float(operation.type) && operation.type != Type::F16 && ir::VectorOp::decode(operation.imm).amount == 0;
    case Opcode::Bitcast: return operation.type == from || (operation.type == Type::I32 && from == Type::I64);
    default: return false;
    }
}

bool only_makes_a_value(const ir::Operation& operation) {
    return operation.type != Type::None && (ir::info(operation.opcode).effects & ~ir::ReadsState) == 0;
}

} // namespace

/// Backwards, so that what only unused operations use is unused too.
void Uses::find(const ir::Block& block) {
    const auto count = static_cast<ir::Value>(block.operations.size());
    values_.assign(count, {});
    for (ir::Value at = 0; at < count; ++at) {
        const auto& operation = block.operations[at];
        const bool view = is_view(block, operation);
        values_[at].root = view ? values_[operation.arguments[0]].root : at;
        values_[at].skipped = view;
    }
    for (auto at = count; at-- > 0;) {
        const auto& operation = block.operations[at];
        if (values_[at].skipped)
            continue;
        if (only_makes_a_value(operation) && values_[at].count == 0) {
            values_[at].skipped = true;
            continue;
        }
        for (unsigned i = 0; i < operation.argument_count; ++i) {
            auto& used = values_[values_[operation.arguments[i]].root];
            used.last = std::max(used.last, at);
            ++used.count;
        }
    }
}

} // namespace medley::accel::jit
