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

void verify_from(TargetCore& core, const ir::Block& block, std::size_t first) {
    ir::Block part;
    part.operations.assign(block.operations.begin() + static_cast<std::ptrdiff_t>(first), block.operations.end());
    for (auto& operation : part.operations) {
        part.instruction_count += operation.opcode == ir::Opcode::Instruction ? 1 : 0;
        for (unsigned i = 0; i < operation.argument_count; ++i)
            operation.arguments[i] -= static_cast<ir::Value>(first); // Those of others become too large.
    }
    part.start = part.operations.empty() ? 0 : part.operations.front().imm;
    verify(core, part);
}

} // namespace medley::accel
