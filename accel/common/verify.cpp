#include "accel/common/verify.h"

#include "medley/base/error.h"

namespace medley::accel {

ir::Context context_of(TargetCore& core) {
    ir::Context context;
    context.slot_type = [&core](ir::SlotId id) {
        return id < core.layout().slots().size() ? core.layout()[id].type : ir::Type::None;
    };
    context.slot_name = [&core](ir::SlotId id) { return core.layout()[id].name; };
    context.helper = [&core](ir::HelperId id) -> std::optional<ir::Context::Signature> {
        if (id >= core.helpers().size())
            return std::nullopt;
        const auto& helper = core.helpers()[id];
        const auto begin = helper.arguments.begin();
        return ir::Context::Signature{helper.name, helper.result, {begin, begin + helper.argument_count()}};
    };
    return context;
}

void verify(TargetCore& core, const ir::Block& block) {
    const auto context = context_of(core);
    const auto broken = ir::verify(block, context);
    MEDLEY_ASSERT(!broken, *broken + "\n" + ir::print(block, context));
}

/// What is in front was verified, and then made part of a region: ways out in the middle, and conditions of markers, are not for
/// the verifier.
void verify_from(TargetCore& core, const ir::Block& block, std::size_t first) {
    auto whole = block;
    for (std::size_t at = 0; at < first; ++at) {
        auto& operation = whole.operations[at];
        if (operation.opcode == ir::Opcode::Instruction) {
            operation.argument_count = 0;
        } else if ((ir::effects_of(operation.opcode) & ir::Ends) != 0) {
            operation = {};
            operation.opcode = ir::Opcode::Const;
            operation.type = ir::Type::I1;
        }
    }
    verify(core, whole);
}

} // namespace medley::accel
